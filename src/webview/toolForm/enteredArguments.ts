import { equalJson } from '../../forms/equalJson';
import { createForm, type Form } from '../../forms/form';
import { formatJson } from '../../forms/jsonText';
import { type ArgumentsParse, isJsonObject, readArguments } from '../../forms/text/readArguments';
import type { JsonObject, JsonValue } from '../../shared/json';
import type { ToolView } from '../../shared/toolPanel';
import { Folding } from './folding';
import type { Mode, SavedState } from './host';
import { NameDrafts } from './nameDrafts';
import { localProblems, type Problem } from './problems';
import { type Entered, Replaced, type Replacement, replacementOf, type Waiting } from './replaced';
import { restoreTexts, unreadTexts } from './unreadTexts';

/** The arguments of one call as entered so far, readable or not, and what others took the place of. */
export class EnteredArguments {
  /** The tool as last seen; kept when the server stops offering it, so that nothing typed is lost. */
  tool: ToolView | undefined;
  toolGone = false;
  form: Form | undefined;
  mode: Mode = 'form';
  jsonText = '';
  /** Name of the saved call that the form was filled from, or saved as. */
  savedAs: string | undefined;
  readonly replaced = new Replaced();
  readonly folding = new Folding();
  readonly names = new NameDrafts();
  /** The arguments when they could last be read. */
  #readable: JsonObject | undefined;

  /** The arguments as they would be sent; undefined while they are not a readable object. */
  value(): JsonObject | undefined {
    const parsed = this.mode === 'json' ? this.parsedText() : undefined;
    const value = parsed === undefined ? this.form?.value() : parsed.ok ? parsed.value : undefined;
    return isJsonObject(value) ? value : undefined;
  }

  parsedText(): ArgumentsParse {
    return readArguments(this.jsonText);
  }

  /** All of it, to be put back later. */
  snapshot(): Entered {
    const args = this.value() ?? this.#readable;
    const texts = this.mode === 'form' && this.form ? unreadTexts(this.form) : undefined;
    return {
      mode: this.mode,
      ...(args && { args }),
      ...(this.mode === 'json' && { jsonText: this.jsonText }),
      ...(texts && { texts }),
    };
  }

  /** All of it for the state of the webview. */
  saved(): Partial<SavedState> {
    this.#readable = this.value() ?? this.#readable;
    return { ...this.snapshot(), ...this.replaced.saved(), savedAs: this.savedAs };
  }

  /** A new form where there is a tool, and whether there is. */
  setTool(tool: ToolView | undefined, value: JsonValue | undefined, texts: SavedState['texts']): boolean {
    this.toolGone = tool === undefined && this.tool !== undefined;
    if (tool === undefined) return false;
    this.tool = tool;
    this.#setForm(value);
    if (texts !== undefined && this.form) restoreTexts(this.form, texts);
    return true;
  }

  /** Starts with what the host, else the webview itself, kept. */
  begin(tool: ToolView, waiting: Waiting): void {
    const { args, keep, loaded } = waiting;
    if (keep?.replaced) this.replaced.keep(keep.replaced, keep.replacedBy ?? 'arguments');
    // What cannot be read yet is only here; it belongs to the arguments that could last be read.
    const isCurrent = keep !== undefined && (args === undefined || equalJson(args, keep.args));
    if (loaded && !isCurrent) this.replaced.keepBefore(waiting, replacementOf(loaded.name));
    this.savedAs = loaded ? loaded.name : keep?.savedAs;
    this.setTool(tool, args ?? keep?.args, isCurrent ? keep.texts : undefined);
    this.#readable = args ?? (isJsonObject(keep?.args) ? keep.args : undefined);
    if (keep?.mode !== 'json') return;
    this.mode = 'json';
    this.jsonText = (isCurrent ? keep.jsonText : undefined) ?? this.#formatted();
  }

  /** Takes over arguments from elsewhere, and keeps what they replace. */
  load(args: JsonObject | undefined, by: Replacement): void {
    this.replaced.keep(this.snapshot(), by);
    this.savedAs = typeof by === 'object' ? by.name : undefined;
    this.#setForm(args);
    this.jsonText = this.#formatted();
    this.#readable = args;
    this.replaced.settle(this.snapshot());
  }

  /** Puts back what was last replaced, and says whether there was anything. */
  putBack(): boolean {
    const entered = this.replaced.take();
    if (entered === undefined || this.tool === undefined) return false;
    this.setTool(this.tool, entered.args, entered.texts);
    this.mode = entered.mode ?? 'form';
    this.jsonText = entered.jsonText ?? this.#formatted();
    this.savedAs = undefined;
    return true;
  }

  /** Stays where it is while the text on one side cannot be read; the answer says what stands in the way. */
  setMode(mode: Mode): readonly Problem[] {
    if (mode === 'json') {
      const unreadable = this.form ? localProblems(this.form, this.names) : [];
      const inTheWay = unreadable.filter(({ kind }) => kind === 'unreadable');
      if (inTheWay.length > 0) return inTheWay;
      this.jsonText = this.#formatted();
    } else {
      const parsed = this.parsedText();
      if (!parsed.ok) return [{ pointer: '', kind: 'unreadable', message: parsed.message }];
      this.#setForm(parsed.value);
    }
    this.mode = mode;
    return [];
  }

  #setForm(value: JsonValue | undefined): void {
    this.form = createForm(this.tool?.inputSchema, value);
    // What was open and half typed belongs to a form that is gone.
    this.folding.clear();
    this.names.clear();
  }

  #formatted(): string {
    return formatJson(this.form?.value() ?? {});
  }
}
