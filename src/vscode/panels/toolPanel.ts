import * as vscode from 'vscode';
import { describeError, isPatchbayError, PatchbayError } from '../../base/errors';
import type { CatalogTool, Hub } from '../../core/hubTypes';
import type { Logger } from '../../core/ports';
import { isWithin } from '../../forms/limits';
import type { JsonObject } from '../../shared/json';
import type { CallToolResult } from '../../shared/mcp';
import {
  type CopyFormat,
  type HostMessage,
  type JsonEditorView,
  type LoadedView,
  type LogLine,
  type PanelMessage,
  parsePanelMessage,
  type RunningView,
  type RunOutcome,
  type RunView,
  type ToolView,
} from '../../shared/toolPanel';
import { cut } from '../plainText';
import { CallLog } from './callLog';
import { confirmCall } from './confirmCall';
import { canCurl, copiedCall } from './copyAs';
import { FinishedRuns } from './finishedRuns';
import { LinkedResources } from './linkedResources';
import { PanelQuestions } from './panelQuestions';
import { type Reported, reportSender } from './reportSender';
import { useResult } from './resultActions';
import { resultView } from './resultView';
import type { RunHistory } from './runHistory';
import type { SavedCallFiles } from './savedCallFiles';
import { SavedCallsPart } from './savedCallsPart';
import type { SavedFile } from './savedFile';
import { stateView, toolView } from './views';

export interface ToolTarget {
  /** Id in the configuration. */
  readonly server: string;
  /** The server's own name of the tool. */
  readonly tool: string;
}

export interface StartArguments {
  readonly args: JsonObject | undefined;
  /** Where they came from elsewhere. */
  readonly loaded?: LoadedView;
}

/** The editor in which the arguments of this tool are written as JSON. */
export interface PanelEditor {
  edit(args: JsonObject, column: vscode.ViewColumn): Promise<void>;
  /** Told what was entered in the form, and of which view of the editor it knew. */
  follow(args: JsonObject, revision: number | undefined): Promise<void>;
  /** Undefined where nobody edits JSON. */
  view(): JsonEditorView | undefined;
}

export interface ToolPanelDeps {
  readonly hub: Hub;
  readonly log: Logger;
  /** Keeps the arguments as last edited, for the next time this tool is opened. */
  readonly remember: (args: JsonObject) => void;
  /** Opens a text in an editor of its own. */
  readonly showText: (name: string, text: string) => Promise<void>;
  /** Asks for a place and writes the file there. */
  readonly saveFile: (file: SavedFile) => Promise<void>;
  /** The earlier runs of this tool. */
  readonly history: RunHistory;
  readonly savedCalls: SavedCallFiles;
  readonly editor: PanelEditor;
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

/** One webview panel over one tool. Everything from the webview is validated; everything to it is bounded. */
export class ToolPanel {
  readonly #target: ToolTarget;
  readonly #panel: vscode.WebviewPanel;
  readonly #deps: ToolPanelDeps;
  readonly #running = new Map<string, { view: RunningView; controller: AbortController }>();
  readonly #subscriptions: { dispose(): void }[] = [];
  readonly #questions: PanelQuestions;
  readonly #finished = new FinishedRuns();
  readonly #links: LinkedResources;
  readonly #savedCalls: SavedCallsPart;
  /** Arguments that the webview is to take over when it next starts. */
  #args: JsonObject | undefined;
  /** Where `#args` replace what was there: what they are. */
  #loaded: LoadedView | undefined;
  #ready = false;
  #disposed = false;
  #sentTool: string | undefined;
  #sentState: string | undefined;
  #hostRuns = 0;

  constructor(target: ToolTarget, panel: vscode.WebviewPanel, { args, loaded }: StartArguments, deps: ToolPanelDeps) {
    this.#target = target;
    this.#panel = panel;
    this.#args = args;
    this.#loaded = loaded;
    this.#deps = deps;
    this.#savedCalls = new SavedCallsPart({
      files: deps.savedCalls,
      target,
      post: (message) => this.#post(message),
      inputSchema: () => this.#catalogTool()?.tool.inputSchema,
      load: (value, name) => this.#load(value, name),
      run: async (value) => this.isBusy || (await this.run(value, true)),
    });
    const post = this.#post.bind(this);
    this.#links = new LinkedResources({ hub: deps.hub, run: (id) => this.#finished.get(id), post });
    this.#questions = new PanelQuestions({
      toolName: target.tool,
      post,
      isVisible: () => panel.visible,
      reveal: () => panel.reveal(),
    });
    this.#subscriptions.push(
      this.#savedCalls,
      panel.webview.onDidReceiveMessage((message: unknown) => this.#receive(message)),
      panel.onDidDispose(() => this.#onClosed()),
      deps.hub.onDidChangeServers((server) => server.id === target.server && this.#refresh()),
      deps.hub.onDidChangeServerList(() => this.#refresh()),
    );
  }

  get isBusy(): boolean {
    return this.#running.size > 0;
  }

  /** `name`: of the saved call that the arguments come from. */
  reveal(args: JsonObject | undefined, name?: string): void {
    this.#panel.reveal();
    if (args !== undefined) this.#load(args, name);
  }

  /** In sight, and the keyboard stays where it is. */
  show(): void {
    this.#panel.reveal(undefined, true);
  }

  /** Takes over what was typed in the JSON editor, which a hidden form learns when it starts again. */
  typed(args: JsonObject): void {
    this.#args = args;
    this.#loaded = undefined;
  }

  showEditor(): void {
    const view = this.#deps.editor.view();
    if (view && this.#ready) this.#post({ type: 'jsonEditor', ...view });
  }

  /**
   * Runs the tool and shows it as a run of this panel; `byPerson` asks first where the policy says so, for code nobody is
   * asked. Rejects as `hub.callTool` does.
   */
  run(args: JsonObject, byPerson = false): Promise<CallToolResult> {
    return this.#run(`host-${this.#deps.now()}-${++this.#hostRuns}`, args, byPerson);
  }

  /** Connects where the tool is not known yet, because a person opened the form and wants to see it. */
  async connectIfUnknown(): Promise<void> {
    if (this.#catalogTool() === undefined) await this.#connect();
  }

  dispose(): void {
    this.#panel.dispose();
  }

  #onClosed(): void {
    this.#disposed = true;
    this.#questions.close();
    for (const { controller } of this.#running.values()) controller.abort(new Error('The panel was closed.'));
    for (const subscription of this.#subscriptions.splice(0)) subscription.dispose();
    this.#finished.clear();
    this.#links.close();
  }

  #receive(data: unknown): void {
    const message = parsePanelMessage(data);
    if (message === undefined) {
      this.#deps.log.warn('A tool panel sent a message that is not understood; it was dropped.');
      return;
    }
    this.#handle(message).catch((error: unknown) => {
      this.#deps.log.error(`Tool panel ${this.#target.server}/${this.#target.tool}: ${describeError(error)}`);
    });
  }

  async #handle(message: PanelMessage): Promise<void> {
    switch (message.type) {
      case 'ready':
        return this.#sendInit();
      case 'connect':
        return this.#connect();
      case 'answer':
      case 'draft':
        return this.#questions.receive(message);
      case 'readLink':
      case 'cancelLink':
        return this.#links.receive(message);
      case 'run':
        if (!this.#running.has(message.id)) await this.#run(message.id, message.args, true).catch(() => {});
        return;
      case 'history':
        return this.#sendHistory();
      case 'clearHistory':
        this.#deps.history.clear();
        return this.#sendHistory();
      case 'again': {
        const args = this.#argumentsOf(message.id);
        if (args !== undefined && !this.isBusy) await this.run(args, true).catch(() => {});
        return;
      }
      case 'edit': {
        const args = this.#argumentsOf(message.id);
        if (args !== undefined) this.#load(args);
        return;
      }
      case 'savedCalls':
        return this.#savedCalls.handle(message.request);
      case 'cancel':
        this.#running.get(message.id)?.controller.abort(new Error('Cancelled by the person.'));
        return;
      case 'argsChanged':
        this.#args = undefined;
        this.#loaded = undefined;
        if (this.#toolView()?.sensitive === false) this.#deps.remember(message.args);
        return this.#deps.editor.follow(message.args, message.revision);
      case 'editAsJson': {
        // Where the texts are, else beside.
        const { viewColumn = 1 } = this.#panel;
        return this.#deps.editor.edit(message.args, viewColumn > 1 ? viewColumn - 1 : vscode.ViewColumn.Beside);
      }
      case 'copyAs': {
        const text = this.#callText(message.format, message.args);
        if (text !== undefined) await vscode.env.clipboard.writeText(text);
        return;
      }
      case 'copy':
      case 'openInEditor':
      case 'saveAs':
      case 'more': {
        const result = this.#resultOf(message.id);
        if (result)
          await useResult(message, result, { ...this.#deps, tool: this.#target.tool, post: this.#post.bind(this) });
      }
    }
  }

  #load(args: JsonObject, name?: string): void {
    this.#args = args;
    this.#loaded = name === undefined ? {} : { name };
    this.#post({ type: 'arguments', args, ...this.#loaded });
  }

  #callText(format: CopyFormat, args: JsonObject): string | undefined {
    const server = this.#deps.hub.server(this.#target.server);
    if (server === undefined || !isWithin(args, 400, 1_000_000)) return undefined;
    const inputSchema = this.#catalogTool()?.tool.inputSchema;
    return copiedCall(format, { server, tool: this.#target.tool, args, inputSchema });
  }

  #argumentsOf(id: string): JsonObject | undefined {
    return this.#finished.get(id)?.args ?? this.#deps.history.arguments(id);
  }

  #sendHistory(): void {
    this.#post({ type: 'history', entries: this.#deps.history.views() });
  }

  #resultOf(id: string): CallToolResult | undefined {
    return (this.#finished.get(id) ?? { result: this.#links.result(id) }).result;
  }

  async #connect(): Promise<void> {
    try {
      await this.#deps.hub.connect(this.#target.server, { interactive: true });
    } catch (error) {
      this.#deps.log.warn(`${this.#target.server}: ${describeError(error)}`);
    }
    this.#refresh();
  }

  async #run(id: string, args: JsonObject, byPerson: boolean): Promise<CallToolResult> {
    const { server, tool } = this.#target;
    const { hub, now } = this.#deps;
    const controller = new AbortController();
    const { signal } = controller;
    const at = now();
    const view: RunningView = { id, at };
    this.#deps.onCall(args);
    this.#running.set(id, { view, controller });
    this.#post({ type: 'started', run: view });
    this.#questions.begin();
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
        elicit: this.#questions.of(id),
      });
      const view = resultView(result, this.#catalogTool()?.tool.outputSchema);
      this.#finish({ id, at, args, log: log.lines, answeredBy, outcome: { status: 'done', result: view } }, result);
      return result;
    } catch (error) {
      const kind = signal.aborted ? 'cancelled' : isPatchbayError(error) ? error.kind : 'transport';
      const message = signal.aborted ? 'The call was cancelled.' : describeError(error);
      const outcome: RunOutcome = { status: 'failed', kind, message: cut(message, 10_000) };
      this.#finish({ id, at, args, log: log.lines, answeredBy, outcome }, undefined);
      throw error;
    } finally {
      progress.stop();
      this.#questions.over(id);
      log.dispose();
    }
  }

  #isAllowed(args: JsonObject): Promise<boolean> {
    const { server, tool: toolName } = this.#target;
    return confirmCall({ server: this.#deps.hub.server(server), toolName, tool: this.#catalogTool()?.tool, args });
  }

  #finish(run: FinishedCall, result: CallToolResult | undefined): void {
    const { id, at, args, log, answeredBy, outcome } = run;
    this.#running.delete(id);
    if (this.#disposed) return;
    const { hub, now } = this.#deps;
    const member = answeredBy === this.#target.server ? undefined : (hub.server(answeredBy)?.name ?? answeredBy);
    const view: RunView = {
      id,
      at,
      durationMs: now() - at,
      ...(member !== undefined && { member }),
      ...(log.length > 0 && { log }),
      outcome,
    };
    this.#finished.add({ view, result, args, answeredBy });
    this.#deps.history.add(view, args, this.#catalogTool()?.tool.inputSchema);
    this.#post({ type: 'finished', run: view });
    this.#sendHistory();
  }

  #show(id: string, reported: Reported): void {
    const entry = this.#running.get(id);
    if (entry === undefined) return;
    entry.view = { ...entry.view, ...reported };
    const { progress, log } = reported;
    if (log !== undefined) this.#post({ type: 'log', id, lines: log });
    if (progress !== undefined) this.#post({ type: 'progress', id, ...progress });
  }

  #sendInit(): void {
    const { server, tool } = this.#target;
    const snapshot = this.#deps.hub.server(server);
    const state = stateView(snapshot, tool);
    const view = this.#toolView();
    this.#ready = true;
    this.#sentState = JSON.stringify(state);
    this.#sentTool = JSON.stringify(view);
    const loaded = this.#loaded;
    this.#loaded = undefined;
    this.#post({
      type: 'init',
      server: { id: server, name: snapshot?.name ?? server, ...(canCurl(snapshot) && { curl: true }) },
      toolName: tool,
      state,
      ...(view && { tool: view }),
      ...(this.#args && { args: this.#args, ...(loaded && { loaded }) }),
      runs: this.#finished.views,
      running: [...this.#running.values()].map((run) => run.view),
    });
    this.#questions.start();
    this.#links.start();
    this.showEditor();
  }

  /** Tells the webview what changed, and nothing where nothing did. */
  #refresh(): void {
    if (!this.#ready || this.#disposed) return;
    const state = stateView(this.#deps.hub.server(this.#target.server), this.#target.tool);
    const stateText = JSON.stringify(state);
    if (stateText !== this.#sentState) {
      this.#sentState = stateText;
      this.#post({ type: 'serverState', state });
    }
    const tool = this.#toolView();
    const toolText = JSON.stringify(tool);
    if (toolText !== this.#sentTool) {
      this.#sentTool = toolText;
      this.#post({ type: 'tool', ...(tool && { tool }) });
    }
  }

  #catalogTool(): CatalogTool | undefined {
    const tools = this.#deps.hub.server(this.#target.server)?.catalog.tools;
    return tools?.find(({ tool }) => tool.name === this.#target.tool);
  }

  #toolView(): ToolView | undefined {
    const found = this.#catalogTool();
    return found && toolView(found.tool);
  }

  #post(message: HostMessage): void {
    if (this.#disposed) return;
    // A hidden webview does not exist: it asks for everything with `ready` when it is shown again.
    void this.#panel.webview.postMessage(message);
  }
}
