import { equalJson } from '../../forms/equalJson';
import type { FieldNode } from '../../forms/field';
import { createForm, type Form } from '../../forms/form';
import { fitsArguments } from '../../forms/limits';
import { parsePointer } from '../../forms/pointer';
import { isJsonObject } from '../../forms/text/readArguments';
import type { JsonObject, JsonValue } from '../../shared/json';
import type { ToolView } from '../../shared/toolPanel';
import { Folding } from './folding';
import type { SavedState } from './host';
import { NameDrafts } from './nameDrafts';
import { type Entered, Replaced, type Replacement, replacementOf, startArguments, type Waiting } from './replaced';
import { restoreTexts, unreadTexts } from './unreadTexts';

/** The arguments of one call as entered so far, readable or not, and what others took the place of. */
export class EnteredArguments {
  /** The tool as last seen; kept when the server stops offering it, so that nothing typed is lost. */
  tool: ToolView | undefined;
  toolGone = false;
  form: Form | undefined;
  /** Name of the saved call that the form was filled from, or saved as. */
  savedAs: string | undefined;
  readonly replaced = new Replaced();
  readonly folding = new Folding();
  readonly names = new NameDrafts();
  /** The arguments when they could last be read. */
  #readable: JsonObject | undefined;

  /** The arguments as they would be sent; undefined while they are not a readable object. */
  value(): JsonObject | undefined {
    const value = this.form?.value();
    return isJsonObject(value) ? value : undefined;
  }

  /** Also where only an earlier schema of this tool marked it: what was typed unseen stays so. */
  isSecret(field: FieldNode): boolean {
    const names = this.tool?.secretNames ?? [];
    return (
      field.isSecret || (names.length > 0 && (parsePointer(field.pointer) ?? []).some((name) => names.includes(name)))
    );
  }

  /** All of it, to be put back later. */
  snapshot(): Entered {
    const args = this.value() ?? this.#readable;
    const texts = this.form && unreadTexts(this.form);
    return { ...(args && { args }), ...(texts && { texts }) };
  }

  /** All of it for the state of the webview. */
  saved(): Partial<SavedState> {
    this.#readable = this.value() ?? this.#readable;
    return { ...this.snapshot(), ...this.replaced.saved(), savedAs: this.savedAs };
  }

  /**
   * The tool as the server offers it by now. The answer is whether there is a new form: only where it asks for something
   * else, because a form holds more than its arguments.
   */
  offer(tool: ToolView | undefined): boolean {
    this.toolGone = tool === undefined && this.tool !== undefined;
    const before = this.tool;
    if (tool === undefined) return false;
    this.tool = tool;
    if (this.form && before && equalJson(before.inputSchema, tool.inputSchema)) return false;
    this.fill(this.form?.value(), this.form && unreadTexts(this.form));
    return true;
  }

  /** A new form over the same tool. */
  fill(value: JsonValue | undefined, texts?: SavedState['texts']): void {
    const fits = fitsArguments(value);
    // What is too large to be drawn again stays where it is.
    if (this.form && !fits) return;
    this.form = createForm(this.tool?.inputSchema, fits ? value : undefined);
    // What was open and half typed belongs to a form that is gone.
    this.folding.clear();
    this.names.clear();
    if (texts !== undefined) restoreTexts(this.form, texts);
  }

  /** Starts with what the host, else the webview itself, kept. */
  begin(tool: ToolView, waiting: Waiting): void {
    const { args, keep, loaded } = waiting;
    if (keep?.replaced) this.replaced.keep(keep.replaced, keep.replacedBy ?? 'arguments');
    // What cannot be read yet is only here; it belongs to the arguments that could last be read.
    const isCurrent = keep !== undefined && (args === undefined || equalJson(args, keep.args));
    const before: Entered | undefined = keep ?? (loaded?.before && { args: loaded.before });
    if (loaded && before && !isCurrent && !holdsOnly(before, args)) {
      this.replaced.keep(before, replacementOf(loaded.name));
    }
    this.savedAs = loaded ? loaded.name : keep?.savedAs;
    this.tool = tool;
    this.fill(args ?? keep?.args, isCurrent ? keep.texts : undefined);
    this.#readable = startArguments(waiting);
  }

  /** Takes over arguments from elsewhere, and keeps what they replace. */
  load(args: JsonObject | undefined, by: Replacement): void {
    const before = this.snapshot();
    this.savedAs = typeof by === 'object' ? by.name : undefined;
    // The same arguments replace nothing; the form has them in the variants that were chosen.
    if (args !== undefined && holdsOnly(before, args)) return;
    this.fill(args);
    this.#readable = args;
    const after = this.snapshot();
    if (!holdsOnly(before, after.args)) this.replaced.keep(before, by);
    this.replaced.settle(after);
  }

  /** Puts back what was last replaced, and says whether there was anything. */
  putBack(): boolean {
    const entered = this.replaced.take();
    if (entered === undefined || this.tool === undefined) return false;
    this.fill(entered.args, entered.texts);
    this.savedAs = undefined;
    return true;
  }
}

/** Whether nothing but these arguments would be put back. */
function holdsOnly({ args, texts }: Entered, other: JsonValue | undefined): boolean {
  return texts === undefined && equalJson(args, other);
}
