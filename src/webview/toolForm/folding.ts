import type { FieldNode } from '../../forms/field';

/** Groups this deep start folded: a schema that goes on for ever is opened step by step. */
const FOLDED_DEPTH = 5;

/** Which groups are open. Nothing of a folded group is drawn, nor made. */
export class Folding {
  /** By the id of the field, which no other form has at the same time. */
  readonly #open = new Map<number, boolean>();
  /** Long groups are drawn at once instead of in parts, because something in them is to take the focus. */
  hurry = false;

  isOpen(field: FieldNode): boolean {
    return this.#open.get(field.id) ?? field.depth < FOLDED_DEPTH;
  }

  set(field: FieldNode, open: boolean): void {
    this.#open.set(field.id, open);
  }

  /** Opens everything around a field. */
  reveal(field: FieldNode): void {
    for (let group = field.parent; group !== undefined; group = group.parent) this.#open.set(group.id, true);
    this.hurry = true;
  }

  /** For the next form. */
  clear(): void {
    this.#open.clear();
    this.hurry = false;
  }
}
