import { equalJson } from '../../forms/equalJson';
import { readArguments } from '../../forms/text/readArguments';
import type { JsonObject } from '../../shared/json';
import type { JsonEditorView } from '../../shared/toolPanel';

/** What the editor of the window, in which the arguments are JSON, has to do with the form. */
export class EditorLink {
  /** As last told; undefined where nobody edits JSON. */
  view: JsonEditorView | undefined;
  /** Whether the editor has yet to learn what the form has. */
  isBehind = false;

  /** Whether the editor has a text which the form cannot follow, or had one when it was closed. */
  get hasError(): boolean {
    return this.view?.problem !== undefined;
  }

  /**
   * Follows the editor and gives what was typed there, where it differs from what the form has. What a form that was opened
   * later has comes before the text: then the editor `isBehind`.
   */
  follow(next: JsonEditorView, current: JsonObject | undefined): JsonObject | undefined {
    const last = this.view;
    this.view = next;
    const read = next.open && next.text !== undefined ? readArguments(next.text) : undefined;
    if (!read?.ok || equalJson(read.value, current)) return undefined;
    if (last === undefined) this.isBehind = true;
    // While the text cannot be read, what could be is older than what the form has.
    const isNews = last !== undefined && next.revision > last.revision && next.problem === undefined;
    return isNews ? read.value : undefined;
  }
}
