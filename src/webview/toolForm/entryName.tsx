import { useEffect, useState } from 'preact/hooks';
import { Combobox } from './combobox';
import { controlId, type FieldProps, firstControlId, focusLater, nameId } from './editing';
import { Icon } from './icons';

/** The name of an entry. It is taken when it is done, because another name may mean another kind of value. */
export function EntryName({ field, editing }: FieldProps) {
  const { names, form } = editing;
  const [, redraw] = useState(0);
  const draft = names.get(field);
  const text = draft?.text ?? (field.isNamed ? field.key : '');
  const id = nameId(field);
  const type = (typed: string) => {
    names.set(field, { text: typed, refused: undefined });
    redraw((count) => count + 1);
  };
  const take = (typed: string, goOn: boolean) => {
    if (names.get(field) === undefined && (field.isNamed || typed === '')) {
      if (goOn && field.isNamed) focusLater(firstControlId(field), controlId(field));
      return;
    }
    editing.change(() => {
      const refused = typed === '' && !field.isNamed ? undefined : form.rename(field, typed);
      names.set(field, refused === undefined ? undefined : { text: typed, refused });
    });
    redraw((count) => count + 1);
    if (goOn && names.get(field) === undefined && field.isNamed) focusLater(firstControlId(field), controlId(field));
  };
  // What was typed into an entry that is gone is of no use.
  useEffect(() => () => names.set(field, undefined), [names, field]);

  const { parent } = field;
  const taken = new Set(parent?.children.filter((child) => child !== field && child.isNamed).map(({ key }) => key));
  const offered = (parent?.entryNames ?? []).filter((name) => !taken.has(name));
  const refused = draft?.refused;
  const attributes = {
    id,
    'aria-label': field.isNamed ? `Name of entry ${field.key}` : 'Name of the new entry',
    'aria-invalid': refused === undefined ? undefined : ('true' as const),
    'aria-describedby': refused === undefined ? undefined : `${id}-refused`,
    'data-name': '',
  };
  return (
    <span class="entry-name">
      {offered.length > 0 ? (
        <Combobox
          attributes={attributes}
          text={text}
          placeholder="name"
          options={offered}
          onText={type}
          onPick={(index) => {
            type(offered[index] ?? '');
            take(offered[index] ?? '', true);
          }}
          onDone={(byEnter) => take(text, byEnter)}
        />
      ) : (
        <input
          type="text"
          class="input"
          spellcheck={false}
          autocomplete="off"
          {...attributes}
          placeholder="name"
          value={text}
          onInput={(event) => type(event.currentTarget.value)}
          onBlur={(event) => take(event.currentTarget.value, false)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.ctrlKey || event.metaKey) return;
            event.preventDefault();
            take(event.currentTarget.value, true);
          }}
        />
      )}
      {refused !== undefined && (
        <span class="problem" id={`${id}-refused`}>
          <Icon name="error" />
          {refused}
        </span>
      )}
    </span>
  );
}
