import { isJsonObject } from '../../forms/text/readArguments';
import type { JsonObject, JsonValue } from '../../shared/json';
import type { LoadedView } from '../../shared/toolPanel';
import type { SavedState } from './host';

/** What is in the form, as far as it can be put back. */
export interface Entered {
  /** The arguments as they could last be read. */
  readonly args?: JsonValue;
  /** Texts of fields that cannot be read, by the pointer of the field. */
  readonly texts?: Readonly<Record<string, string>>;
}

/** What took its place: a saved call by its name, the defaults of the schema, or other arguments. */
export type Replacement = { readonly name: string } | 'defaults' | 'arguments';

/** What the form is to start with once the tool is known. */
export interface Waiting {
  readonly args: JsonObject | undefined;
  /** What the webview itself kept of this tool. */
  readonly keep: SavedState | undefined;
  /** Where `args` came from elsewhere. */
  readonly loaded?: LoadedView | undefined;
}

/** The arguments that such a form would have, where they are known. */
export function startArguments({ args, keep }: Waiting): JsonObject | undefined {
  return args ?? (isJsonObject(keep?.args) ? keep.args : undefined);
}

const KEPT = 10;

/** Keeps what a person had typed when arguments from elsewhere came into the form, so that nothing is lost. */
export class Replaced {
  #kept: readonly Entered[] = [];
  #untouched: string | undefined;
  /** What is in the form now instead; undefined where there is nothing to put back. */
  by: Replacement | undefined;

  /** Keeps what is about to be replaced, unless it is what `settle` was told: nobody typed that. */
  keep({ args, texts }: Entered, by: Replacement): void {
    const entered: Entered = { ...(args !== undefined && { args }), ...(texts && { texts }) };
    if (JSON.stringify(entered) !== this.#untouched) this.#kept = [...this.#kept, entered].slice(-KEPT);
    this.by = this.#kept.length > 0 ? by : undefined;
  }

  /** Says what the form holds before anybody changes it. */
  settle(entered: Entered): void {
    this.#untouched = JSON.stringify(entered);
  }

  /** Takes off the latest, to put it back. */
  take(): Entered | undefined {
    const entered = this.#kept.at(-1);
    this.#kept = this.#kept.slice(0, -1);
    this.by = this.#kept.length > 0 ? 'arguments' : undefined;
    return entered;
  }

  /** The latest, for the state of the webview. */
  saved(): Pick<SavedState, 'replaced' | 'replacedBy'> {
    const last = this.#kept.at(-1);
    return last ? { replaced: last, replacedBy: this.by } : {};
  }

  /** Lets all of it go. */
  clear(): void {
    this.#kept = [];
    this.by = undefined;
  }
}

/** `name`: of the saved call that the arguments are of. */
export function replacementOf(name: string | undefined): Replacement {
  return name === undefined ? 'arguments' : { name };
}
