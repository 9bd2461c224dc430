import {
  addId,
  afterDrawing,
  controlId,
  type FieldProps,
  firstControlId,
  focusFirst,
  focusIds,
  focusLater,
  labelOf,
} from './editing';
import { Icon, type IconName } from './icons';
import { moveField } from './moving';
import { SettingControl } from './setting';

/** What can be done with a field beside entering it: its setting; of items and entries also order, copy and removal. */
export function Actions(props: FieldProps) {
  const { field, editing } = props;
  const label = labelOf(field);
  const buttons = [<SettingControl key="setting" {...props} />];
  const siblings = field.canMove ? (field.parent?.children ?? []) : [];
  if (siblings.filter((item) => item.canMove).length > 1) {
    buttons.push(<Move key="up" {...props} step={-1} />, <Move key="down" {...props} step={1} />);
  }
  if (field.canMove && field.parent?.canAdd) {
    buttons.push(
      <IconButton
        key="copy"
        icon="copy"
        title={`Duplicate ${label}`}
        onClick={() => {
          let copy: FieldProps['field'] | undefined;
          editing.change(() => {
            copy = editing.form.duplicateItem(field);
          }, `${label} duplicated.`);
          if (copy) focusLater(firstControlId(copy), ...focusIds(copy));
        }}
      />,
    );
  }
  if (field.canRemove) {
    buttons.push(
      <IconButton key="remove" icon="close" title={`Remove ${label}`} onClick={() => removeField(field, editing)} />,
    );
  }
  return <span class="actions">{buttons}</span>;
}

function Move({ field, editing, step }: FieldProps & { readonly step: 1 | -1 }) {
  const name = step < 0 ? 'up' : 'down';
  const siblings = field.parent?.children ?? [];
  const from = Number(field.key);
  const to = from + step;
  const id = (direction: string) => `${controlId(field)}-${direction}`;
  return (
    <IconButton
      id={id(name)}
      icon={name}
      title={`Move ${labelOf(field)} ${name}`}
      disabled={!siblings[to]?.canMove}
      keys={`Alt+Arrow${step < 0 ? 'Up' : 'Down'}`}
      onClick={() => {
        moveField({ field, editing }, step);
        // The element may have moved, and lost the focus; at the end of the list it cannot have it.
        focusLater(id(name), id(step < 0 ? 'down' : 'up'));
      }}
    />
  );
}

/** Removes it and puts the focus where the person can go on: the next item, the one before, or "Add". */
function removeField(field: FieldProps['field'], editing: FieldProps['editing']): void {
  const { parent } = field;
  const index = parent?.children.indexOf(field) ?? -1;
  editing.change(() => editing.form.remove(field), `${labelOf(field)} removed.`);
  const next = parent?.children[index] ?? parent?.children[index - 1];
  afterDrawing(() => {
    if (next && next.role === field.role && focusFirst([firstControlId(next), ...focusIds(next)])) return;
    if (parent) focusFirst([addId(parent), ...focusIds(parent)]);
  });
}

interface IconButtonProps {
  readonly id?: string;
  readonly icon: IconName;
  readonly title: string;
  readonly onClick: () => void;
  readonly disabled?: boolean;
  /** As `aria-keyshortcuts` has it. */
  readonly keys?: string;
}

export function IconButton({ icon, title, keys, ...rest }: IconButtonProps) {
  const shown = keys === undefined ? title : `${title} (${keys.replace('Arrow', '')})`;
  return (
    <button type="button" class="icon-button" title={shown} aria-label={title} aria-keyshortcuts={keys} {...rest}>
      <Icon name={icon} />
    </button>
  );
}
