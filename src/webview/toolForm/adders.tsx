import { boundedText } from '../../forms/limits';
import { addId, controlId, type FieldProps, firstControlId, focusIds, focusLater, labelOf, nameId } from './editing';
import { Icon } from './icons';
import { plural } from './text';

/** Below a group: what can be added to it, and what its being empty means. */
export function Adders(props: FieldProps) {
  const { field } = props;
  if (field.kind === 'array') return <AddItem {...props} />;
  const { presence } = field;
  if (presence !== 'value') return <AddObject {...props} />;
  return (
    <>
      {field.unlistedProperties > 0 && (
        <p class="about">
          {plural(field.unlistedProperties, 'more property', 'more properties')} of the schema can be added by name.
        </p>
      )}
      {field.canAdd ? (
        <AddEntry {...props} />
      ) : (
        field.children.length === 0 && <span class="unset-note">empty object</span>
      )}
    </>
  );
}

function AddItem({ field, editing }: FieldProps) {
  const add = () => {
    let added: FieldProps['field'] | undefined;
    editing.folding.set(field, true);
    editing.change(
      () => {
        added = editing.form.addItem(field);
        if (added) editing.folding.set(added, true);
      },
      `Added to ${labelOf(field)}.`,
    );
    if (added) focusLater(firstControlId(added), ...focusIds(added));
  };
  const isFixed = field.presence === 'value' && !field.canAdd;
  const note =
    field.presence !== 'value'
      ? presenceNote(field)
      : field.children.length === 0
        ? 'empty list'
        : isFixed && field.maxItems > 0 && field.children.some(({ role }) => role === 'item')
          ? 'no more can be added'
          : '';
  return (
    <div class="add">
      {!isFixed && (
        <AddButton id={controlId(field)} name={`Add item to ${labelOf(field)}`} text="Add item" onClick={add} />
      )}
      {note && <span class="unset-note">{note}</span>}
    </div>
  );
}

function AddEntry({ field, editing }: FieldProps) {
  const add = () => {
    let added: FieldProps['field'] | undefined;
    editing.change(() => {
      added = editing.form.addEntry(field);
      if (added) editing.folding.set(added, true);
    });
    if (added) focusLater(nameId(added));
  };
  return (
    <div class="add">
      <AddButton id={addId(field)} name={`Add entry to ${labelOf(field)}`} text="Add entry" onClick={add} />
      {field.children.length === 0 && <span class="unset-note">empty object</span>}
    </div>
  );
}

function AddObject({ field, editing }: FieldProps) {
  const label = labelOf(field);
  return (
    <div class="add">
      <AddButton
        id={controlId(field)}
        name={`Add ${label}`}
        text={`Add ${boundedText(label, 40) ?? ''}`}
        onClick={() => {
          editing.folding.set(field, true);
          editing.change(() => editing.form.setPresence(field, 'value'), `${label} added.`);
          focusLater(firstControlId(field), ...focusIds(field));
        }}
      />
      <span class="unset-note">{presenceNote(field)}</span>
    </div>
  );
}

function AddButton(props: { readonly id: string; readonly name: string; readonly text: string; onClick(): void }) {
  return (
    <button type="button" class="quiet" id={props.id} aria-label={props.name} onClick={props.onClick}>
      <Icon name="add" />
      {props.text}
    </button>
  );
}

function presenceNote({ presence, required }: FieldProps['field']): string {
  if (presence === 'null') return 'null';
  return required ? '' : 'not set';
}

/** Examples of values that cannot be typed in one line. */
export function Examples({ field, editing }: FieldProps) {
  const { examples } = field;
  if (examples.length === 0) return null;
  return (
    <div class="examples">
      {examples.slice(0, 5).map((example, index) => (
        <button
          key={index}
          type="button"
          class="link"
          aria-label={`Use example ${index + 1} for ${labelOf(field)}`}
          onClick={() => {
            editing.folding.set(field, true);
            editing.change(() => editing.form.load(field, example), `Example ${index + 1} used.`);
          }}
        >
          {examples.length === 1 ? 'Use the example' : `Example ${index + 1}`}
        </button>
      ))}
    </div>
  );
}
