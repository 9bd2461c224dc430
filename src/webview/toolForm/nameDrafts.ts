import type { FieldNode } from '../../forms/field';

export interface NameDraft {
  readonly text: string;
  /** Why the entry does not have this name. */
  readonly refused: string | undefined;
}

/** Names of entries as they are typed, until they are taken. */
export class NameDrafts {
  readonly #drafts = new Map<FieldNode, NameDraft>();

  get(entry: FieldNode): NameDraft | undefined {
    return this.#drafts.get(entry);
  }

  set(entry: FieldNode, draft: NameDraft | undefined): void {
    if (draft === undefined) this.#drafts.delete(entry);
    else this.#drafts.set(entry, draft);
  }

  /** Entries that would be sent under another name than the one that stands there. */
  refused(): [FieldNode, string][] {
    return [...this.#drafts].flatMap(([entry, { refused }]) =>
      refused !== undefined && entry.isNamed && entry.parent?.children.includes(entry) ? [[entry, refused]] : [],
    );
  }

  clear(): void {
    this.#drafts.clear();
  }
}
