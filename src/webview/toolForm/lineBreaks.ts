import { type FieldProps, firstControlId, focusIds, focusLater, labelOf } from './editing';

/**
 * Enter in a text on one line: in an item of a list it goes on with the next item, elsewhere it does nothing. A line break
 * takes Shift+Enter; in a text of several lines Enter is one too.
 */
export function entersByKey(props: FieldProps): (event: KeyboardEvent) => void {
  return (event) => {
    const { target } = event;
    if (event.key !== 'Enter' || event.defaultPrevented || event.isComposing) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const isText =
      target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && target.type === 'text');
    if (!isText || target.value.includes('\n') || target.readOnly) return;
    if (props.field.role === 'item') {
      event.preventDefault();
      nextItem(props, target.value === '');
    } else if (target instanceof HTMLTextAreaElement) {
      event.preventDefault();
      props.editing.announce('Shift+Enter begins a new line.');
    }
  };
}

/** Focuses the empty item that comes next, or a new one. */
function nextItem({ field, editing }: FieldProps, isEmpty: boolean): void {
  const list = field.parent;
  // An empty item has nothing to go on from.
  if (list === undefined || isEmpty) return;
  const at = list.children.indexOf(field) + 1;
  const following = list.children[at];
  if (following?.presence === 'absent') focusLater(firstControlId(following));
  else if (!list.canAdd) editing.announce(`No more can be added to ${labelOf(list)}.`);
  else {
    let added: FieldProps['field'] | undefined;
    editing.change(
      () => {
        added = editing.form.addItem(list, at);
      },
      `Added to ${labelOf(list)}.`,
    );
    if (added) focusLater(firstControlId(added), ...focusIds(added));
  }
}
