import type { Form } from '../../forms/form';
import { afterDrawing, firstControlId, focusFirst, focusIds } from './editing';

export const RUN_BUTTON_ID = 'run';

/** Where a person who opens the panel begins, unless something has the focus already. */
export function focusStart(form: Form | undefined): void {
  if (document.activeElement !== null && document.activeElement !== document.body) return;
  const first = form?.root.children[0];
  const id = first ? firstControlId(first) : RUN_BUTTON_ID;
  focusFirst([id, ...(first ? focusIds(first) : [])], { preventScroll: true });
}

/** Focuses the first of them that is there, and brings it into view with the problem that stands below it. */
export function focusAfterDrawing(ids: readonly string[]): void {
  afterDrawing(() => {
    const element = focusFirst(ids);
    (element?.closest('.field:not(.group)') ?? element)?.scrollIntoView({ block: 'nearest' });
  });
}
