import * as vscode from 'vscode';
import { completionsAt, type TextCompletion } from '../../forms/text/completions';
import { formatEdits } from '../../forms/text/formatEdits';
import { hoverAt } from '../../forms/text/hovers';
import { type TextProblem, textProblems, unreadableText } from '../../forms/text/textProblems';
import type { Validation } from '../../forms/validateNow';
import { ARGUMENTS_SCHEME } from '../contributions';
import { cut } from '../plainText';

const MAX_PROBLEMS = 100;
const MAX_MESSAGE = 1_000;
/** For all variants of an object together. */
const PATIENCE_MS = 100;

export interface ArgumentsLanguageDeps {
  /** The schema that a document is held to; undefined while it is not known. */
  readonly schemaOf: (uri: vscode.Uri) => unknown;
  /** In a thread of its own, with a deadline. */
  readonly validate: (schema: unknown, value: unknown) => Promise<Validation>;
}

/**
 * Completion, hovers, formatting and problems of the documents with arguments, all from the schema of the tool. It is never
 * given to the JSON language server: that follows references over the network, and a schema can hold it for ever.
 */
export class ArgumentsLanguage implements vscode.Disposable {
  readonly #deps: ArgumentsLanguageDeps;
  readonly #problems = vscode.languages.createDiagnosticCollection('patchbay-arguments');
  readonly #registrations: vscode.Disposable[];

  constructor(deps: ArgumentsLanguageDeps) {
    this.#deps = deps;
    const selector = { scheme: ARGUMENTS_SCHEME };
    this.#registrations = [
      this.#problems,
      vscode.languages.registerCompletionItemProvider(
        selector,
        { provideCompletionItems: (document, position) => this.#completions(document, position) },
        '"',
        ':',
        ' ',
      ),
      vscode.languages.registerHoverProvider(selector, {
        provideHover: (document, position) => this.#hover(document, position),
      }),
      vscode.languages.registerDocumentFormattingEditProvider(selector, {
        provideDocumentFormattingEdits: formatted,
      }),
    ];
  }

  /** Finds and shows what is wrong with the document, unless it was changed in the meantime. */
  async check(document: vscode.TextDocument): Promise<readonly TextProblem[]> {
    const text = document.getText();
    const { version } = document;
    const unreadable = unreadableText(text);
    const problems = unreadable ? [unreadable] : await this.#schemaProblems(document.uri, text);
    if (document.version === version && !document.isClosed) {
      const shown = problems.slice(0, MAX_PROBLEMS).map((problem) => diagnostic(document, problem));
      this.#problems.set(document.uri, shown);
    }
    return problems;
  }

  forget(uri: vscode.Uri): void {
    this.#problems.delete(uri);
  }

  dispose(): void {
    for (const registration of this.#registrations) registration.dispose();
  }

  async #schemaProblems(uri: vscode.Uri, text: string): Promise<TextProblem[]> {
    const schema = this.#deps.schemaOf(uri);
    if (schema === undefined) return [];
    const value = JSON.parse(text.trim() === '' ? '{}' : text) as unknown;
    const validation = await this.#deps.validate(schema, value).catch(() => undefined);
    return textProblems(text, schema, validation);
  }

  #completions(document: vscode.TextDocument, position: vscode.Position): vscode.CompletionItem[] {
    const schema = this.#deps.schemaOf(document.uri);
    const end = performance.now() + PATIENCE_MS;
    const isLate = () => performance.now() > end;
    const found = completionsAt(document.getText(), document.offsetAt(position), schema, isLate);
    return found.map((completion, index) => completionItem(document, completion, index));
  }

  #hover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
    const found = hoverAt(document.getText(), document.offsetAt(position), this.#deps.schemaOf(document.uri));
    if (found === undefined) return undefined;
    const { title, lines, offset, length } = found;
    const contents = [title, ...lines].filter((line) => line !== '').map(plainText);
    return new vscode.Hover(contents, rangeOf(document, offset, length));
  }
}

function completionItem(
  document: vscode.TextDocument,
  { label, text, cursor, again, start, end, kind, detail, description, deprecated }: TextCompletion,
  index: number,
): vscode.CompletionItem {
  const isName = kind === 'property';
  const item = new vscode.CompletionItem(
    cut(label, 200),
    isName ? vscode.CompletionItemKind.Property : vscode.CompletionItemKind.Value,
  );
  item.detail = detail;
  if (description !== undefined) item.documentation = plainText(description);
  if (deprecated) item.tags = [vscode.CompletionItemTag.Deprecated];
  item.insertText = cursor === undefined ? text : snippet(text, cursor);
  item.range = rangeOf(document, start, end - start);
  // The text in the range is what is typed so far, its quotation mark included.
  item.filterText = isName ? JSON.stringify(label) : text;
  item.sortText = String(index).padStart(4, '0');
  if (again) item.command = { command: 'editor.action.triggerSuggest', title: '' };
  return item;
}

function snippet(text: string, cursor: number): vscode.SnippetString {
  const insert = new vscode.SnippetString();
  insert.appendText(text.slice(0, cursor));
  insert.appendTabstop(0);
  insert.appendText(text.slice(cursor));
  return insert;
}

function plainText(text: string): vscode.MarkdownString {
  return new vscode.MarkdownString().appendText(text);
}

function diagnostic(document: vscode.TextDocument, { offset, length, message, unreadable }: TextProblem) {
  const severity = unreadable ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
  const found = new vscode.Diagnostic(rangeOf(document, offset, length), cut(message, MAX_MESSAGE), severity);
  found.source = 'Patchbay';
  return found;
}

function formatted(document: vscode.TextDocument, { tabSize, insertSpaces }: vscode.FormattingOptions) {
  return formatEdits(document.getText(), { tabSize, insertSpaces }).map(({ offset, length, content }) =>
    vscode.TextEdit.replace(rangeOf(document, offset, length), content),
  );
}

function rangeOf(document: vscode.TextDocument, offset: number, length: number): vscode.Range {
  return new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
}
