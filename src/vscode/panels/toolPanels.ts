import * as vscode from 'vscode';
import { type Clock, createSystemClock } from '../../base/clock';
import { PatchbayError } from '../../base/errors';
import type { Hub } from '../../core/hubTypes';
import type { SavedCallKey } from '../../core/index';
import type { Logger } from '../../core/ports';
import { formatJson } from '../../forms/jsonText';
import { BEYOND_ARGUMENT_LIMITS, fitsArguments } from '../../forms/limits';
import type { Validation } from '../../forms/validateNow';
import type { JsonObject } from '../../shared/json';
import type { CallToolResult } from '../../shared/mcp';
import { TOOL_PANEL_VIEW_TYPE, type ToolPanelState } from '../../shared/toolPanel';
import type { ArgumentsFiles } from '../adapters/argumentsFiles';
import { oneLine } from '../plainText';
import { ArgumentsEditors } from './argumentsEditors';
import { argumentsTarget } from './argumentsUri';
import { pageHtml } from './html';
import { boundedArguments, KeptArguments } from './keptArguments';
import { findSavedCall, pickSavedCall } from './pickSavedCall';
import { ResultDocuments } from './resultDocuments';
import { RunHistory } from './runHistory';
import { SavedCallFiles, usableArguments } from './savedCallFiles';
import { saveFile } from './saveFile';
import { shellOf } from './shellWords';
import { type StartArguments, ToolPanel } from './toolPanel';
import type { ToolTarget } from './toolTarget';

const LAST_CALL_KEY = 'patchbay.lastCall';

export interface ToolPanelsDeps {
  readonly hub: () => Promise<Hub>;
  readonly extensionUri: vscode.Uri;
  /** Keeps the last arguments of each tool. */
  readonly workspaceState: vscode.Memento;
  readonly log: Logger;
  /** Behind the documents in which arguments are written as JSON. */
  readonly argumentsFiles: ArgumentsFiles;
  /** In a thread of its own, with a deadline. */
  readonly validate: (schema: unknown, value: unknown) => Promise<Validation>;
  readonly now?: () => number;
  readonly platform?: NodeJS.Platform;
  readonly clock?: Clock;
  /** Unguessable text for each page. */
  readonly nonce?: () => string;
}

/** Owns the tool panels: one for each tool of each server. */
export class ToolPanels implements vscode.Disposable {
  readonly #deps: ToolPanelsDeps;
  readonly #panels = new Map<string, ToolPanel>();
  readonly #documents = new ResultDocuments();
  readonly #savedCalls: SavedCallFiles;
  #editors: ArgumentsEditors | undefined;
  readonly #kept: KeptArguments;

  constructor(deps: ToolPanelsDeps) {
    this.#deps = deps;
    this.#kept = new KeptArguments(deps.workspaceState);
    this.#savedCalls = new SavedCallFiles(() => import('../../core/index'), deps.clock ?? createSystemClock());
  }

  /**
   * Opens the form, or reveals it where it is open. With `run` the tool is called at once with the given arguments; the
   * promise then resolves to its result and rejects as the call does. Without, it resolves to undefined. `name`: of the
   * saved call that the arguments come from.
   */
  async open(
    target: ToolTarget & { readonly arguments?: JsonObject; readonly name?: string },
    options: { readonly run?: boolean } = {},
  ): Promise<CallToolResult | undefined> {
    const hub = await this.#deps.hub();
    const server = hub.server(target.server);
    if (server === undefined) {
      throw new PatchbayError('config', `There is no server "${target.server}".`, {
        hint: 'Choose one of the servers in the Patchbay view.',
      });
    }
    if (!fitsArguments(target.arguments)) {
      throw new PatchbayError('config', BEYOND_ARGUMENT_LIMITS, { hint: 'Call the tool with smaller arguments.' });
    }
    const args = boundedArguments(target.arguments);
    const existing = this.#panels.get(keyOf(target));
    if (existing) existing.reveal(args, target.name);
    const panel = existing ?? this.#create(hub, target, args, target.name);
    if (options.run) return panel.run(args ?? {});
    void panel.connectIfUnknown();
    return undefined;
  }

  /** The tool that was called last in this workspace; undefined where it was one of another server than the named one. */
  lastCall(server: string | undefined): ToolTarget | undefined {
    const last = panelTarget(this.#deps.workspaceState.get<unknown>(LAST_CALL_KEY));
    return last !== undefined && (server === undefined || last.server === server) ? last : undefined;
  }

  /** Calls the tool with the arguments of its last call, in its panel; undefined where none are known. Rejects as the call does. */
  async again(target: ToolTarget, { byPerson }: { readonly byPerson: boolean }): Promise<CallToolResult | undefined> {
    const history = new RunHistory(this.#deps.workspaceState, runsKey(target));
    const args = boundedArguments(this.#kept.lastCalled(target) ?? history.lastArguments());
    if (args === undefined) return undefined;
    await this.open({ ...target, arguments: args });
    return this.#panels.get(keyOf(target))?.run(args, byPerson);
  }

  /**
   * Opens the form with the arguments of a saved call: of the named one, else of the one that the person picks. With `run` it is
   * called at once, and the promise resolves to its result. Rejects in Restricted Mode, and where the call is not there.
   */
  async callSaved(
    wanted: Partial<SavedCallKey>,
    { run }: { readonly run: boolean },
  ): Promise<CallToolResult | undefined> {
    const hub = await this.#deps.hub();
    const files = this.#savedCalls;
    const call = await (wanted.name === undefined ? pickSavedCall(files, hub, wanted) : findSavedCall(files, wanted));
    if (call === undefined) return undefined;
    const { server, tool, name } = call;
    return this.open({ server, tool, name, arguments: usableArguments(call) }, { run });
  }

  async runEdited(of: vscode.Uri | ToolTarget, byPerson: boolean): Promise<CallToolResult | undefined> {
    const target = 'scheme' in of ? argumentsTarget(of) : of;
    if (target === undefined) {
      throw new PatchbayError('config', 'This editor does not hold the arguments of a tool.', {
        hint: 'Open the form of a tool and choose Edit as JSON.',
      });
    }
    const hub = await this.#deps.hub();
    const args = await this.#editing(hub).argumentsToSend(target);
    if (args === undefined) return undefined;
    const panel = this.#panels.get(keyOf(target)) ?? this.#create(hub, target, args, undefined);
    panel.show();
    if (panel.isBusy) throw new PatchbayError('config', `${oneLine(target.tool, 80)} is still running.`);
    const result = panel.run(args, true);
    // A person reads in the panel how it went.
    return byPerson ? result.catch(() => undefined) : result;
  }

  async editedText(uri: vscode.Uri): Promise<string | undefined> {
    const target = argumentsTarget(uri);
    if (target === undefined) return undefined;
    this.#editing(await this.#deps.hub());
    return this.#kept.text(target) ?? formatJson(this.#kept.arguments(target) ?? {});
  }

  /** For the serializer: fills a panel that VS Code kept over a reload. Connects nothing. */
  async restore(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const target = panelTarget(state);
    if (target === undefined || this.#panels.has(keyOf(target))) {
      panel.dispose();
      return;
    }
    const hub = await this.#deps.hub();
    // Another one was opened, or restored, meanwhile.
    if (this.#panels.has(keyOf(target))) {
      panel.dispose();
      return;
    }
    // The webview's own state may be older than what was remembered last.
    this.#adopt(hub, target, panel, { args: this.#kept.arguments(target) });
  }

  dispose(): void {
    for (const panel of [...this.#panels.values()]) panel.dispose();
    this.#editors?.dispose();
    this.#documents.dispose();
    this.#savedCalls.dispose();
  }

  #create(hub: Hub, target: ToolTarget, args: JsonObject | undefined, saved: string | undefined): ToolPanel {
    const name = hub.server(target.server)?.name ?? target.server;
    const column = vscode.window.activeTextEditor ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
    const title = `${oneLine(target.tool, 80)} — ${oneLine(name, 80)}`;
    const panel = vscode.window.createWebviewPanel(TOOL_PANEL_VIEW_TYPE, title, column);
    const before = this.#editors?.value(target) ?? this.#kept.arguments(target);
    if (args === undefined) return this.#adopt(hub, target, panel, { args: before });
    const loaded = { ...(saved !== undefined && { name: saved }), ...(before && { before }) };
    return this.#adopt(hub, target, panel, { args, loaded });
  }

  #adopt(hub: Hub, target: ToolTarget, panel: vscode.WebviewPanel, start: StartArguments): ToolPanel {
    const {
      extensionUri,
      workspaceState,
      log,
      now = Date.now,
      platform = process.platform,
      nonce = () => globalThis.crypto.randomUUID(),
    } = this.#deps;
    const root = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
    const uri = (name: string) => panel.webview.asWebviewUri(vscode.Uri.joinPath(root, name)).toString();
    panel.webview.options = { enableScripts: true, localResourceRoots: [root] };
    const key = keyOf(target);
    const toolPanel = new ToolPanel(target, panel, start, {
      hub,
      log,
      now,
      showText: (name, text) => this.#documents.show(name, text),
      saveFile,
      history: new RunHistory(workspaceState, runsKey(target)),
      savedCalls: this.#savedCalls,
      cliPath: vscode.Uri.joinPath(extensionUri, 'dist', 'cli.cjs').fsPath,
      shell: shellOf(platform),
      editor: {
        edit: (value, column) => this.#editing(hub).edit(target, value, column),
        follow: async (value, revision) => this.#editors?.follow(target, value, revision),
        // A text that could not be read when its editor was closed.
        view: () => (this.#kept.text(target) === undefined ? this.#editors : this.#editing(hub))?.view(target),
      },
      onCall: (value) => {
        const { server, tool } = target;
        this.#kept.called(target, value);
        void workspaceState.update(LAST_CALL_KEY, { server, tool });
      },
      secrets: (schema) => this.#kept.secrets(target, schema),
      remember: (value) => this.#kept.remember(target, value),
    });
    this.#panels.set(key, toolPanel);
    panel.onDidDispose(() => {
      if (this.#panels.get(key) !== toolPanel) return;
      this.#panels.delete(key);
      if (!this.#editors?.isOpen(target)) this.#kept.letGo(target);
    });
    panel.webview.html = pageHtml({
      cspSource: panel.webview.cspSource,
      scriptUri: uri('toolForm.js'),
      styleUri: uri('toolForm.css'),
      workerUri: uri('validator.js'),
      nonce: nonce(),
      title: target.tool,
    });
    return toolPanel;
  }

  #editing(hub: Hub): ArgumentsEditors {
    const { argumentsFiles: files, validate } = this.#deps;
    this.#editors ??= new ArgumentsEditors({
      files,
      validate,
      hub,
      onTyped: (target, { args, text }) => {
        if (args) this.#panels.get(keyOf(target))?.typed(args);
        if (args) this.#kept.remember(target, args);
        this.#kept.rememberText(target, text, args);
      },
      onSchema: (target, schema) => this.#kept.secrets(target, schema),
      onView: (target) => this.#panels.get(keyOf(target))?.showEditor(),
      kept: (target) => {
        const text = this.#kept.text(target);
        return text === undefined ? undefined : { text, args: this.#kept.arguments(target) };
      },
      onDone: (target) => this.#kept.forgetText(target),
      onClosed: (target) => {
        if (!this.#panels.has(keyOf(target))) this.#kept.letGo(target);
      },
    });
    return this.#editors;
  }
}

function keyOf({ server, tool }: ToolTarget): string {
  return JSON.stringify([server, tool]);
}

function runsKey({ server, tool }: ToolTarget): string {
  return `patchbay.runs:${JSON.stringify([server, tool])}`;
}

function panelTarget(state: unknown): ToolTarget | undefined {
  if (typeof state !== 'object' || state === null) return undefined;
  const { server, tool } = state as Partial<ToolPanelState>;
  return typeof server === 'string' && typeof tool === 'string' ? { server, tool } : undefined;
}
