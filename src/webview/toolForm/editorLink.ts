import { equalJson } from '../../forms/equalJson';
import { readArguments } from '../../forms/text/readArguments';
import type { JsonObject } from '../../shared/json';
import type { JsonEditorView } from '../../shared/toolPanel';

/** What the editor of the window, in which the arguments are JSON, has to do with the form. */
export class EditorLink {
  /** As last told; undefined where nobody edits JSON. */
  view: JsonEditorView | undefined;

  /** Whether the editor has a text which the form cannot follow. */
  get hasError(): boolean {
    return this.view?.open === true && this.view.problem !== undefined;
  }

  /**
   * Follows the editor: `take` is what was typed there and differs from what the form has, `tell` whether the editor has yet
   * to learn what the form has, because the form was opened later.
   */
  follow(
    next: JsonEditorView,
    current: JsonObject | undefined,
  ): { readonly take?: JsonObject; readonly tell: boolean } {
    const last = this.view;
    this.view = next;
    const read = next.open && next.text !== undefined ? readArguments(next.text) : undefined;
    if (!read?.ok || equalJson(read.value, current)) return { tell: false };
    if (last === undefined) return { tell: true };
    return next.revision > last.revision ? { take: read.value, tell: false } : { tell: false };
  }
}
