import { afterDrawing, type FieldProps, isRow, labelOf } from './editing';

/** Moves an item one place up (-1) or down (1), and says so; at the end of the movable ones it stays and says that. */
export function moveField({ field, editing }: Pick<FieldProps, 'field' | 'editing'>, step: -1 | 1): void {
  const { parent } = field;
  if (parent === undefined) return;
  const siblings = parent.children;
  const from = siblings.indexOf(field);
  const to = from + step;
  if (!siblings[to]?.canMove) {
    editing.announce(`${labelOf(field)} cannot be moved ${step < 0 ? 'up' : 'down'}.`);
    return;
  }
  const focused = document.activeElement;
  editing.change(() => editing.form.moveItem(parent, from, to), `Moved to place ${to + 1} of ${siblings.length}.`);
  // Whichever of the two the browser was told to move has lost the focus.
  afterDrawing(() => {
    if (focused instanceof HTMLElement && focused !== document.activeElement && focused.matches(':enabled')) {
      focused.focus();
    }
  });
}

/** Alt+Up and Alt+Down anywhere in an item move it. Lists to choose from keep these keys where they are a part of the item. */
export function movesByKey(props: FieldProps): ((event: KeyboardEvent) => void) | undefined {
  if (!props.field.canMove) return undefined;
  return (event) => {
    const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : undefined;
    if (step === undefined || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.target instanceof HTMLSelectElement && !isRow(props.field)) return;
    event.preventDefault();
    event.stopPropagation();
    moveField(props, step);
  };
}
