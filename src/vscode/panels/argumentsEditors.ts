import * as vscode from 'vscode';
import type { Hub } from '../../core/hubTypes';
import { equalJson } from '../../forms/equalJson';
import { formatJson } from '../../forms/jsonText';
import { editedText } from '../../forms/text/editedText';
import { readArguments } from '../../forms/text/readArguments';
import type { Validation } from '../../forms/validateNow';
import type { JsonObject } from '../../shared/json';
import type { Tool } from '../../shared/mcp';
import type { JsonEditorView, ToolView } from '../../shared/toolPanel';
import type { ArgumentsFiles } from '../adapters/argumentsFiles';
import { showError } from '../adapters/messages';
import { documentOf, replaceText, tabOf } from './argumentsDocument';
import { ArgumentsLanguage } from './argumentsLanguage';
import { argumentsTarget, argumentsUri } from './argumentsUri';
import type { ToolTarget } from './toolTarget';
import { toolView } from './views';

const TYPING_PAUSE_MS = 150;
/** No arguments, ready for the first. */
const EMPTY = { text: '{\n  \n}', line: 1, column: 2 };

export interface ArgumentsEditorsDeps {
  readonly files: ArgumentsFiles;
  readonly hub: Pick<Hub, 'server' | 'onDidChangeServers'>;
  readonly validate: (schema: unknown, value: unknown) => Promise<Validation>;
  /** Told of what was typed: the arguments, as soon as they can be read, and the text, readable or not. */
  readonly onTyped: (target: ToolTarget, typed: TypedArguments) => void;
  /** Told of each schema that a tool with an editor has. */
  readonly onSchema: (target: ToolTarget, inputSchema: unknown) => void;
  /** Told when what `view` gives has changed. */
  readonly onView: (target: ToolTarget) => void;
  /** The text that was typed in an earlier window, with the arguments as they could last be read. */
  readonly kept: (target: ToolTarget) => Pick<TypedArguments, 'args' | 'text'> | undefined;
  /** Told when the text of a tool is not to be kept any longer: its editors are closed, and the form has what it said. */
  readonly onDone: (target: ToolTarget) => void;
  /** Told when the last editor of a tool was closed. */
  readonly onClosed: (target: ToolTarget) => void;
}

export interface TypedArguments {
  /** Undefined while the text cannot be read. */
  readonly args: JsonObject | undefined;
  readonly text: string;
}

interface Entry {
  readonly target: ToolTarget;
  readonly uri: vscode.Uri;
  /** The arguments that form and document agree on. */
  known: JsonObject | undefined;
  /** Why the text cannot be read. */
  problem: string | undefined;
  /** Rises with each change that the form has to follow. */
  revision: number;
  isOpen: boolean;
  /** The tool as last known, which outlives the connection. */
  tool: Tool | undefined;
  view: ToolView | undefined;
  /** Runs out when the text rests. */
  pause: ReturnType<typeof setTimeout> | undefined;
  /** Whether the text waits for its pause because somebody typed, and not only for what was edited into it. */
  isTyping: boolean;
  /** What was entered in the form last and is not in the text yet. */
  wanted: JsonObject | undefined;
  /** The text as it will be with the edit that is on its way. */
  edited: string | undefined;
  /** The edits on their way. */
  writing: Promise<void>;
}

/**
 * The editors in which arguments are written as JSON, one document for each tool. What is typed reaches the form once it
 * can be read; what is entered in the form is edited into the text, where it differs. The last change counts, and a
 * text that cannot be read is never lost: it stays, or comes back with undo.
 */
export class ArgumentsEditors implements vscode.Disposable {
  readonly #deps: ArgumentsEditorsDeps;
  readonly #entries = new Map<string, Entry>();
  readonly #language: ArgumentsLanguage;
  readonly #subscriptions: vscode.Disposable[];

  constructor(deps: ArgumentsEditorsDeps) {
    this.#deps = deps;
    this.#language = new ArgumentsLanguage({
      schemaOf: (uri) => this.#tool(this.#entryOf(uri))?.inputSchema,
      validate: deps.validate,
    });
    this.#subscriptions = [
      this.#language,
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.#typed(document);
      }),
      vscode.workspace.onDidOpenTextDocument((document) => this.#opened(document)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#letGo(uri)),
      deps.hub.onDidChangeServers(({ id }) => this.#toolsChanged(id)),
      vscode.window.tabGroups.onDidChangeTabs(() => this.#followTabs()),
    ];
    for (const document of vscode.workspace.textDocuments) this.#opened(document);
  }

  /** Opens the document beside the form, or in the editor that it has: with these arguments, else with its text as it stands. */
  async edit(target: ToolTarget, args: JsonObject | undefined, column: vscode.ViewColumn): Promise<void> {
    const entry = this.#entry(target);
    const isFresh = args !== undefined && entry.problem === undefined && this.#text(entry) === undefined;
    const isEmpty = args !== undefined && Object.keys(args).length === 0;
    if (isFresh) {
      entry.known = args;
      this.#deps.files.put(entry.uri, isEmpty ? EMPTY.text : formatJson(args));
    }
    const document = await vscode.workspace.openTextDocument(entry.uri);
    await vscode.window.showTextDocument(document, {
      viewColumn: tabOf(entry.uri)?.group.viewColumn ?? column,
      preview: false,
      ...(isFresh && isEmpty && { selection: new vscode.Range(EMPTY.line, EMPTY.column, EMPTY.line, EMPTY.column) }),
    });
    this.#followTabs();
    if (args !== undefined) await this.#write(entry, document, args);
    entry.problem = problemOf(document.getText());
    this.#deps.onView(target);
  }

  /**
   * Edits what was entered in the form into the text; while somebody types there, once they pause and typed no other
   * arguments. `revision`: of the view that the form had then.
   */
  async follow(target: ToolTarget, args: JsonObject, revision: number | undefined): Promise<void> {
    const entry = this.#entry(target);
    if (!entry.isOpen) this.#leave(entry, args);
    const document = documentOf(entry.uri);
    if (!entry.isOpen || document === undefined || (revision ?? 0) !== entry.revision) return;
    await this.#write(entry, document, args);
  }

  /** What the form is told. */
  view(target: ToolTarget): JsonEditorView {
    const { isOpen, revision, problem, known } = this.#entry(target);
    const said = problem === undefined ? {} : { problem };
    return { open: isOpen, revision, ...said, ...(isOpen && known && { text: formatJson(known, 0) }) };
  }

  /**
   * The arguments as they stand in the document; undefined where they are not to be sent: then the place of what is wrong
   * is shown. A person decides whether to send what does not meet the schema.
   */
  async argumentsToSend(target: ToolTarget): Promise<JsonObject | undefined> {
    const entry = this.#entry(target);
    const document = documentOf(entry.uri) ?? (await vscode.workspace.openTextDocument(entry.uri));
    await entry.writing;
    this.#settle(entry, document);
    await entry.writing;
    const read = readArguments(document.getText());
    const [first, ...more] = await this.#language.check(document);
    if (first === undefined) return read.ok ? read.value : undefined;
    if (read.ok) {
      const others = more.length > 0 ? ` ${vscode.l10n.t('({0} more)', more.length)}` : '';
      const send = vscode.l10n.t('Send Anyway');
      const question = vscode.l10n.t('The arguments do not meet what the tool asks for. {0}', first.message);
      if ((await showError(`${question}${others}`, vscode.l10n.t('Show'), send)) === send) return read.value;
    } else void showError(vscode.l10n.t('The arguments cannot be sent. {0}', read.message));
    const start = document.positionAt(first.offset);
    await vscode.window.showTextDocument(document, {
      viewColumn: tabOf(entry.uri)?.group.viewColumn ?? vscode.ViewColumn.Active,
      selection: new vscode.Range(start, start),
    });
    return undefined;
  }

  /** The arguments in an open document, as they could last be read. */
  value(target: ToolTarget): JsonObject | undefined {
    const { isOpen, known } = this.#entry(target);
    return isOpen ? known : undefined;
  }

  isOpen(target: ToolTarget): boolean {
    return this.#entries.get(argumentsUri(target).toString())?.isOpen ?? false;
  }

  dispose(): void {
    for (const { pause } of this.#entries.values()) clearTimeout(pause);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /** Holds open documents to the schemas that their tools have by now. */
  #toolsChanged(server: string): void {
    for (const entry of this.#entries.values()) {
      const before = entry.view;
      if (entry.target.server !== server || this.#tool(entry) === before) continue;
      const document = documentOf(entry.uri);
      if (document && entry.isOpen) void this.#language.check(document);
    }
  }

  /** The form has other arguments by now than those that a closed text could not be read after: undo brings that back. */
  #leave(entry: Entry, args: JsonObject): void {
    if (entry.problem === undefined || (entry.known && equalJson(entry.known, args))) return;
    entry.problem = undefined;
    this.#deps.onDone(entry.target);
    this.#deps.onView(entry.target);
  }

  /** One edit after the other. */
  #write(entry: Entry, document: vscode.TextDocument, args: JsonObject): Promise<void> {
    entry.wanted = args;
    entry.writing = entry.writing.catch(() => {}).then(() => this.#writeWanted(entry, document));
    return entry.writing;
  }

  async #writeWanted(entry: Entry, document: vscode.TextDocument): Promise<void> {
    const { wanted: args, known } = entry;
    if (args === undefined || entry.isTyping) return;
    const text = document.getText();
    const read = readArguments(text);
    const isUntouched = known !== undefined && equalJson(known, args);
    entry.wanted = undefined;
    entry.known = args;
    if (read.ok ? equalJson(read.value, args) : isUntouched) return;
    entry.problem = undefined;
    entry.edited = read.ok ? editedText(text, args) : formatJson(args);
    const { version } = document;
    const isDone = await replaceText(document, entry.edited);
    entry.edited = undefined;
    if (isDone || document.version === version) return;
    // Somebody typed in the meantime.
    if (entry.known === args) entry.known = known;
    entry.wanted ??= args;
    return this.#writeWanted(entry, document);
  }

  #opened(document: vscode.TextDocument): void {
    const target = argumentsTarget(document.uri);
    if (target === undefined) return;
    const entry = this.#entry(target);
    const read = readArguments(document.getText());
    if (read.ok) entry.known ??= read.value;
    else entry.problem = read.message;
    void this.#language.check(document);
    this.#deps.onView(target);
  }

  #typed(document: vscode.TextDocument): void {
    const target = argumentsTarget(document.uri);
    if (target === undefined) return;
    const entry = this.#entry(target);
    if (document.getText() !== entry.edited) entry.isTyping = true;
    clearTimeout(entry.pause);
    entry.pause = setTimeout(() => this.#settle(entry, document), TYPING_PAUSE_MS);
  }

  /** Passes on what was typed. */
  #settle(entry: Entry, document: vscode.TextDocument): void {
    if (entry.pause === undefined) return;
    clearTimeout(entry.pause);
    entry.pause = undefined;
    entry.isTyping = false;
    const text = document.getText();
    const read = readArguments(text);
    const problem = read.ok ? undefined : read.message;
    const isOther = read.ok && !(entry.known && equalJson(read.value, entry.known));
    const isNews = problem !== entry.problem || isOther;
    entry.problem = problem;
    if (isOther) {
      entry.known = read.value;
      entry.wanted = undefined;
    }
    const { wanted } = entry;
    // The form has it, so that it would be no news to the form.
    if (wanted) entry.known = wanted;
    this.#tool(entry);
    this.#deps.onTyped(entry.target, { args: read.ok ? entry.known : undefined, text });
    void this.#language.check(document);
    if (isNews) {
      entry.revision++;
      this.#deps.onView(entry.target);
    }
    if (wanted && entry.isOpen) void this.#write(entry, document, wanted);
  }

  #followTabs(): void {
    for (const entry of this.#entries.values()) {
      const isOpen = tabOf(entry.uri) !== undefined;
      if (isOpen === entry.isOpen) continue;
      entry.isOpen = isOpen;
      const document = documentOf(entry.uri);
      if (document) this.#settle(entry, document);
      if (!isOpen) {
        this.#language.forget(entry.uri);
        if (entry.problem === undefined) this.#deps.onDone(entry.target);
        this.#deps.onClosed(entry.target);
      }
      this.#deps.onView(entry.target);
    }
  }

  /** Forgets what a closed document said, which the form has. A text that cannot be read stays. */
  #letGo(uri: vscode.Uri): void {
    const entry = this.#entries.get(uri.toString());
    if (entry === undefined || entry.problem !== undefined || tabOf(uri) !== undefined) return;
    Object.assign(entry, { known: undefined, wanted: undefined, edited: undefined, tool: undefined, view: undefined });
    this.#deps.files.forget(uri);
  }

  #text(entry: Entry): string | undefined {
    return documentOf(entry.uri)?.getText() ?? this.#deps.files.text(entry.uri);
  }

  #tool(entry: Entry | undefined): ToolView | undefined {
    if (entry === undefined) return undefined;
    const { server, tool } = entry.target;
    const found = this.#deps.hub.server(server)?.catalog.tools.find((offered) => offered.tool.name === tool)?.tool;
    if (found !== undefined && found !== entry.tool) {
      entry.tool = found;
      entry.view = toolView(found);
      this.#deps.onSchema(entry.target, found.inputSchema);
    }
    return entry.view;
  }

  #entryOf(uri: vscode.Uri): Entry | undefined {
    const target = argumentsTarget(uri);
    return target && this.#entry(target);
  }

  #entry(target: ToolTarget): Entry {
    const uri = argumentsUri(target);
    const known = this.#entries.get(uri.toString());
    if (known !== undefined) return known;
    const isOpen = tabOf(uri) !== undefined;
    const kept = isOpen ? undefined : this.#deps.kept(target);
    const before = { known: kept?.args, problem: kept && problemOf(kept.text) };
    const still = {
      pause: undefined,
      isTyping: false,
      wanted: undefined,
      edited: undefined,
      writing: Promise.resolve(),
    };
    const entry: Entry = { target, uri, revision: 0, isOpen, ...before, tool: undefined, view: undefined, ...still };
    this.#entries.set(uri.toString(), entry);
    return entry;
  }
}

function problemOf(text: string): string | undefined {
  const read = readArguments(text);
  return read.ok ? undefined : read.message;
}
