import * as vscode from 'vscode';
import { describeError, PatchbayError } from '../../base/errors';
import type { CatalogTool, Hub } from '../../core/hubTypes';
import type { Logger } from '../../core/ports';
import { BEYOND_ARGUMENT_LIMITS, fitsArguments, isWithin } from '../../forms/limits';
import type { JsonObject } from '../../shared/json';
import type { CallToolResult } from '../../shared/mcp';
import {
  type CopyFormat,
  type HostMessage,
  type JsonEditorView,
  type LoadedView,
  type PanelMessage,
  parsePanelMessage,
  type ToolView,
} from '../../shared/toolPanel';
import { showError } from '../adapters/messages';
import { canCurl, copiedCall } from './copyAs';
import { LinkedResources } from './linkedResources';
import { PanelQuestions } from './panelQuestions';
import { PanelRuns } from './panelRuns';
import type { Answer } from './protocolFault';
import { useResult } from './resultActions';
import type { RunHistory } from './runHistory';
import type { SavedCallFiles } from './savedCallFiles';
import { SavedCallsPart } from './savedCallsPart';
import type { SavedFile } from './savedFile';
import type { SeenSecrets } from './secretArguments';
import type { Shell } from './shellWords';
import type { ToolTarget } from './toolTarget';
import { stateView, toolView } from './views';

export interface StartArguments {
  readonly args: JsonObject | undefined;
  /** Where they came from elsewhere. */
  readonly loaded?: LoadedView;
}

/** The editor in which the arguments of this tool are written as JSON. */
export interface PanelEditor {
  /** Without `args` with the text that it has, or had. */
  edit(args: JsonObject | undefined, column: vscode.ViewColumn): Promise<void>;
  /** Told what was entered in the form, and of which view of the editor it knew. */
  follow(args: JsonObject, revision: number | undefined): Promise<void>;
  /** Undefined where nobody has edited JSON. */
  view(): JsonEditorView | undefined;
}

export interface ToolPanelDeps {
  readonly hub: Hub;
  readonly log: Logger;
  /** What was seen to be secret; with the schema where it is known now. */
  readonly secrets: (schema: unknown) => SeenSecrets;
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
  /** Of the command line program that comes with the extension. */
  readonly cliPath: string;
  /** Into which commands are pasted. */
  readonly shell: Shell;
  /** Told of each call, with its arguments. */
  readonly onCall: (args: JsonObject) => void;
  readonly now: () => number;
}

/** One webview panel over one tool. Everything from the webview is validated; everything to it is bounded. */
export class ToolPanel {
  readonly #target: ToolTarget;
  readonly #panel: vscode.WebviewPanel;
  readonly #deps: ToolPanelDeps;
  readonly #subscriptions: { dispose(): void }[] = [];
  readonly #questions: PanelQuestions;
  readonly #runs: PanelRuns;
  readonly #links: LinkedResources;
  readonly #savedCalls: SavedCallsPart;
  /** Arguments that the webview is to take over when it next starts. */
  #args: JsonObject | undefined;
  /** Where `#args` replace what was there: what they are. */
  #loaded: LoadedView | undefined;
  /** What the webview may not keep on disk, for when it is shown again. */
  #kept: JsonObject | undefined;
  #ready = false;
  #disposed = false;
  #sentTool: string | undefined;
  #sentState: string | undefined;

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
      secrets: () => this.#secrets(),
      load: (value, name) => this.#load(value, name),
      run: async (value) => this.isBusy || (await this.run(value, true)),
    });
    const post = this.#post.bind(this);
    this.#links = new LinkedResources({ hub: deps.hub, run: (id) => this.#runs.finished(id), post });
    this.#questions = new PanelQuestions({
      toolName: target.tool,
      post,
      isVisible: () => panel.visible,
      reveal: () => panel.reveal(),
    });
    const { hub, history, onCall, now } = deps;
    const questions = this.#questions;
    const tool = () => this.#catalogTool();
    const secrets = () => this.#secrets();
    this.#runs = new PanelRuns({ target, hub, questions, history, tool, secrets, post, onCall, now });
    this.#subscriptions.push(
      this.#savedCalls,
      panel.webview.onDidReceiveMessage((message: unknown) => this.#receive(message)),
      panel.onDidDispose(() => this.#onClosed()),
      deps.hub.onDidChangeServers((server) => server.id === target.server && this.#refresh()),
      deps.hub.onDidChangeServerList(() => this.#refresh()),
    );
  }

  get isBusy(): boolean {
    return this.#runs.isBusy;
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
    return this.#runs.run(args, byPerson);
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
    this.#args = undefined;
    this.#kept = undefined;
    this.#questions.close();
    this.#runs.close();
    for (const subscription of this.#subscriptions.splice(0)) subscription.dispose();
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
        return this.#runs.runFor(message.id, message.args);
      case 'history':
        return this.#runs.sendHistory();
      case 'clearHistory':
        return this.#runs.clearHistory();
      case 'again': {
        const args = this.#runs.arguments(message.id);
        if (args !== undefined && !this.isBusy) await this.run(args, true).catch(() => {});
        return;
      }
      case 'edit': {
        const args = this.#runs.arguments(message.id);
        if (args !== undefined) this.#load(args);
        return;
      }
      case 'savedCalls':
        return this.#savedCalls.handle(message.request);
      case 'cancel':
        return this.#runs.cancel(message.id);
      case 'argsChanged':
        this.#args = undefined;
        this.#loaded = undefined;
        this.#secrets();
        this.#deps.remember(message.args);
        return this.#deps.editor.follow(message.args, message.revision);
      case 'keep':
        this.#kept = isWithin(message.state, 1_000, 1_000_000) ? message.state : undefined;
        return;
      case 'editAsJson': {
        // Where the texts are, else beside.
        const { viewColumn = 1 } = this.#panel;
        return this.#deps.editor.edit(message.args, viewColumn > 1 ? viewColumn - 1 : vscode.ViewColumn.Beside);
      }
      case 'copyAs':
        return this.#copy(message.format, message.args);
      case 'copy':
      case 'openInEditor':
      case 'saveAs':
      case 'more': {
        const result = this.#answerOf(message.id);
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

  /** Says in the form that the call was copied, else in a message why not. */
  async #copy(format: CopyFormat, args: JsonObject): Promise<void> {
    try {
      await vscode.env.clipboard.writeText(this.#callText(format, args));
      this.#post({ type: 'copied', format });
    } catch (error) {
      await showError(vscode.l10n.t('The call was not copied. {0}', describeError(error)));
    }
  }

  #callText(format: CopyFormat, args: JsonObject): string {
    const server = this.#deps.hub.server(this.#target.server);
    if (server === undefined) throw new PatchbayError('config', 'The server is no longer configured.');
    if (!fitsArguments(args)) throw new PatchbayError('config', BEYOND_ARGUMENT_LIMITS);
    const { cliPath, shell } = this.#deps;
    return copiedCall(format, { server, tool: this.#target.tool, args, secrets: this.#secrets(), cliPath, shell });
  }

  #answerOf(id: string): Answer | undefined {
    const run = this.#runs.finished(id);
    return run ? (run.result ?? run.fault) : this.#links.result(id);
  }

  async #connect(): Promise<void> {
    try {
      await this.#deps.hub.connect(this.#target.server, { interactive: true });
    } catch (error) {
      this.#deps.log.warn(`${this.#target.server}: ${describeError(error)}`);
    }
    this.#refresh();
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
      server: {
        id: server,
        name: snapshot?.name ?? server,
        ...(canCurl(snapshot) && { curl: true }),
        shell: this.#deps.shell.name,
      },
      toolName: tool,
      state,
      ...(view && { tool: view }),
      ...(this.#args && { args: this.#args, ...(loaded && { loaded }) }),
      ...(this.#kept && { kept: this.#kept }),
      runs: this.#runs.views,
      running: this.#runs.running,
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
    return found && toolView(found.tool, this.#secrets());
  }

  /** What this tool marks as secret, or did while it was open. */
  #secrets(): SeenSecrets {
    return this.#deps.secrets(this.#catalogTool()?.tool.inputSchema);
  }

  #post(message: HostMessage): void {
    if (this.#disposed) return;
    // A hidden webview does not exist: it asks for everything with `ready` when it is shown again.
    void this.#panel.webview.postMessage(message);
  }
}
