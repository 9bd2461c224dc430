import { describeError, isPatchbayError, PatchbayError } from '../../base/errors';
import type { CatalogTool, Hub } from '../../core/hubTypes';
import type { JsonObject } from '../../shared/json';
import type { CallToolResult } from '../../shared/mcp';
import type { HostMessage, LogLine, RunningView, RunOutcome, RunView } from '../../shared/toolPanel';
import { cut } from '../plainText';
import { CallLog } from './callLog';
import { confirmCall } from './confirmCall';
import { type FinishedRun, FinishedRuns } from './finishedRuns';
import type { PanelQuestions } from './panelQuestions';
import { type ProtocolFault, protocolFault } from './protocolFault';
import { type Reported, reportSender } from './reportSender';
import { faultView, resultView } from './resultView';
import type { RunHistory } from './runHistory';
import type { SeenSecrets } from './secretArguments';
import type { ToolTarget } from './toolTarget';

export interface PanelRunsDeps {
  readonly target: ToolTarget;
  readonly hub: Hub;
  readonly questions: PanelQuestions;
  readonly history: RunHistory;
  /** Undefined while the server does not offer it. */
  readonly tool: () => CatalogTool | undefined;
  readonly secrets: () => SeenSecrets;
  readonly post: (message: HostMessage) => void;
  /** Told of each call, with its arguments. */
  readonly onCall: (args: JsonObject) => void;
  readonly now: () => number;
}

interface FinishedCall {
  readonly id: string;
  readonly at: number;
  readonly args: JsonObject;
  readonly log: readonly LogLine[];
  /** Id of the server called, or of the member of a group that answered. */
  readonly answeredBy: string;
  readonly outcome: RunOutcome;
}

/** The runs of a tool panel: those under way, the last ones with their results, and the history of the tool. */
export class PanelRuns {
  readonly #deps: PanelRunsDeps;
  readonly #running = new Map<string, { view: RunningView; controller: AbortController }>();
  readonly #finished = new FinishedRuns();
  #closed = false;
  #hostRuns = 0;

  constructor(deps: PanelRunsDeps) {
    this.#deps = deps;
  }

  get isBusy(): boolean {
    return this.#running.size > 0;
  }

  get views(): readonly RunView[] {
    return this.#finished.views;
  }

  get running(): readonly RunningView[] {
    return [...this.#running.values()].map(({ view }) => view);
  }

  /** Undefined where it is not among the last ones. */
  finished(id: string): FinishedRun | undefined {
    return this.#finished.get(id);
  }

  /** Of a run of this panel, or of one in the history; undefined where they were not kept. */
  arguments(id: string): JsonObject | undefined {
    return this.#finished.get(id)?.args ?? this.#deps.history.arguments(id);
  }

  /** `byPerson` asks first where the policy says so. Rejects as `hub.callTool` does. */
  run(args: JsonObject, byPerson: boolean): Promise<CallToolResult> {
    return this.#run(`host-${this.#deps.now()}-${++this.#hostRuns}`, args, byPerson);
  }

  /** Runs for the person in the webview, who named the run and sees there how it ends. */
  async runFor(id: string, args: JsonObject): Promise<void> {
    if (!this.#running.has(id)) await this.#run(id, args, true).catch(() => {});
  }

  cancel(id: string): void {
    this.#running.get(id)?.controller.abort(new Error('Cancelled by the person.'));
  }

  sendHistory(): void {
    this.#deps.post({ type: 'history', entries: this.#deps.history.views() });
  }

  clearHistory(): void {
    this.#deps.history.clear();
    this.sendHistory();
  }

  close(): void {
    this.#closed = true;
    for (const { controller } of this.#running.values()) controller.abort(new Error('The panel was closed.'));
    this.#finished.clear();
  }

  async #run(id: string, args: JsonObject, byPerson: boolean): Promise<CallToolResult> {
    const { server, tool } = this.#deps.target;
    const { hub, now } = this.#deps;
    const controller = new AbortController();
    const { signal } = controller;
    const at = now();
    const view: RunningView = { id, at };
    this.#deps.onCall(args);
    this.#running.set(id, { view, controller });
    this.#deps.post({ type: 'started', run: view });
    this.#deps.questions.begin();
    const progress = reportSender((reported) => this.#show(id, reported));
    const log = new CallLog(hub, server, () => progress.logged(log.lines));
    let answeredBy = server;
    const onMember = (member: string) => {
      answeredBy = member;
    };
    try {
      if (hub.server(server)?.state.kind !== 'connected') await hub.connect(server, { interactive: true, signal });
      if (byPerson && !(await this.#isAllowed(args))) throw new PatchbayError('cancelled', 'The tool was not called.');
      signal.throwIfAborted();
      const result = await hub.callTool(server, tool, args, {
        signal,
        onProgress: progress.report,
        onMember,
        elicit: this.#deps.questions.of(id),
      });
      const view = resultView(result, this.#deps.tool()?.tool.outputSchema);
      this.#finish({ id, at, args, log: log.lines, answeredBy, outcome: { status: 'done', result: view } }, result);
      return result;
    } catch (error) {
      const kind = signal.aborted ? 'cancelled' : isPatchbayError(error) ? error.kind : 'transport';
      const message = signal.aborted ? 'The call was cancelled.' : describeError(error);
      const fault = signal.aborted ? undefined : protocolFault(error);
      const shown = fault && { fault: faultView(fault) };
      const outcome: RunOutcome = { status: 'failed', kind, message: cut(message, 10_000), ...shown };
      this.#finish({ id, at, args, log: log.lines, answeredBy, outcome }, undefined, fault);
      throw error;
    } finally {
      progress.stop();
      this.#deps.questions.over(id);
      log.dispose();
    }
  }

  #isAllowed(args: JsonObject): Promise<boolean> {
    const { hub, target, tool, secrets } = this.#deps;
    const { server, tool: toolName } = target;
    return confirmCall({ server: hub.server(server), toolName, tool: tool()?.tool, args, secrets: secrets() });
  }

  #finish(run: FinishedCall, result: CallToolResult | undefined, fault?: ProtocolFault): void {
    const { id, at, args, log, answeredBy, outcome } = run;
    this.#running.delete(id);
    if (this.#closed) return;
    const { hub, now } = this.#deps;
    const member = answeredBy === this.#deps.target.server ? undefined : (hub.server(answeredBy)?.name ?? answeredBy);
    const view: RunView = {
      id,
      at,
      durationMs: now() - at,
      ...(member !== undefined && { member }),
      ...(log.length > 0 && { log }),
      outcome,
    };
    this.#finished.add({ view, result, args, answeredBy, ...(fault && { fault }) });
    this.#deps.history.add(view, args, this.#deps.secrets());
    this.#deps.post({ type: 'finished', run: view });
    this.sendHistory();
  }

  #show(id: string, reported: Reported): void {
    const entry = this.#running.get(id);
    if (entry === undefined) return;
    entry.view = { ...entry.view, ...reported };
    const { progress, log } = reported;
    if (log !== undefined) this.#deps.post({ type: 'log', id, lines: log });
    if (progress !== undefined) this.#deps.post({ type: 'progress', id, ...progress });
  }
}
