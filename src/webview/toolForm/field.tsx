import { Component } from 'preact';
import { useReducer } from 'preact/hooks';
import { Actions } from './actions';
import { Adders, Examples } from './adders';
import { Checklist, type ChecklistProps } from './checklist';
import { isRadioField } from './choiceOptions';
import { Control } from './controls';
import {
  controlId,
  type FieldProps,
  foldId,
  isAlwaysSent,
  isGroup,
  isRow,
  isTyped,
  labelOf,
  problemsOf,
} from './editing';
import { About, EntryLabel, groupAttributes, Hint, LabelText, ProblemText } from './fieldParts';
import { inParts } from './fields';
import { Icon } from './icons';
import { movesByKey } from './moving';
import { Pickers } from './pickers';
import { showsSame } from './shownProblems';
import { plural } from './text';

/** One field with its label, its explanation, its control and what is wrong with it. Drawn again only when it changed. */
export class FieldView extends Component<FieldProps> {
  override shouldComponentUpdate(next: FieldProps): boolean {
    return (
      next.field !== this.props.field ||
      next.revision !== this.props.revision ||
      !showsSame(next.field.pointer, next.shown, this.props.shown) ||
      next.editing !== this.props.editing
    );
  }

  render(props: FieldProps) {
    const { choices } = props.field;
    if (choices !== undefined) return <ChecklistField {...props} choices={choices} />;
    return isGroup(props.field) ? <GroupField {...props} /> : <SimpleField {...props} />;
  }
}

function SimpleField(props: FieldProps) {
  const { field } = props;
  const row = isRow(field);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the controls in it
    <div class={`${fieldClass(props)}${row ? ' row' : ''}`} onKeyDown={movesByKey(props)}>
      <div class="head">
        <Label {...props} />
        {!row && <Hint field={field} />}
      </div>
      <div class="content">
        <About field={field} />
        {field.kind === 'json' && field.reason && <p class="about reason">{field.reason} Enter it as JSON.</p>}
        {isTyped(field) ? (
          <span class="typed">
            <Pickers {...props} />
            <Control {...props} />
          </span>
        ) : (
          <>
            <Pickers {...props} />
            <Control {...props} />
          </>
        )}
        {/* The same words below each item would only be noise for the eye. */}
        {row && <Hint field={field} isUnseen={field.role === 'item' && field.key !== '0'} />}
        {field.kind === 'json' && <Examples {...props} />}
        <ProblemText {...props} />
      </div>
      <Actions {...props} />
    </div>
  );
}

function Label(props: FieldProps) {
  const { field } = props;
  const id = controlId(field);
  if (field.role === 'entry') return <EntryLabel {...props} />;
  // A group of radio buttons has no single element to label, and a fixed value none.
  return isRadioField(field) || isAlwaysSent(field) ? (
    <span class="label" id={`${id}-label`}>
      <LabelText field={field} />
    </span>
  ) : (
    <label class="label" for={id}>
      <LabelText field={field} />
    </label>
  );
}

/** A list of which some are chosen: all in sight, each to be checked. */
function ChecklistField(props: FieldProps & Pick<ChecklistProps, 'choices'>) {
  const { field } = props;
  return (
    <fieldset class={`${fieldClass(props)} group checks`} {...groupAttributes(props)} onKeyDown={movesByKey(props)}>
      <legend class="head">
        {field.role === 'entry' ? (
          <EntryLabel {...props} />
        ) : (
          <span class="label">
            <LabelText field={field} />
          </span>
        )}
        <Hint field={field} />
      </legend>
      <Actions {...props} />
      <About field={field} />
      <Pickers {...props} />
      <Checklist {...props} />
      {field.presence !== 'value' && <Examples {...props} />}
      <ProblemText {...props} />
    </fieldset>
  );
}

/** The properties of an object or the items of an array, in a group of their own that can be folded. */
function GroupField(props: FieldProps) {
  const { field, editing } = props;
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const { folding } = editing;
  const isPresent = field.presence === 'value';
  const isOpen = !isPresent || folding.isOpen(field);
  return (
    <fieldset class={`${fieldClass(props)} group`} {...groupAttributes(props)} onKeyDown={movesByKey(props)}>
      <legend class="head">
        {isPresent && (
          <button
            type="button"
            class="icon-button fold"
            id={foldId(field)}
            aria-label={`Fold ${labelOf(field)}`}
            aria-expanded={isOpen}
            onClick={() => {
              folding.set(field, !isOpen);
              redraw(undefined);
            }}
          >
            <Icon name="chevron" />
          </button>
        )}
        {field.role === 'entry' ? (
          <EntryLabel {...props} />
        ) : (
          <span class="label">
            <LabelText field={field} />
          </span>
        )}
        <Hint field={field} />
        {!isOpen && <span class="unset-note">{foldedNote(field)}</span>}
      </legend>
      <Actions {...props} />
      {isOpen && (
        <>
          <About field={field} />
          <Pickers {...props} />
          <Members {...props} />
          <Adders {...props} />
          {!isPresent && <Examples {...props} />}
        </>
      )}
      <ProblemText {...props} />
    </fieldset>
  );
}

function Members(props: FieldProps) {
  const { field } = props;
  if (field.presence !== 'value' || field.children.length === 0) return null;
  return (
    <div class={field.kind === 'array' ? 'items' : 'members'}>
      <Fields {...props} />
    </div>
  );
}

/** The fields of a group. */
export function Fields({ field, editing, shown }: FieldProps) {
  return inParts(field.children, editing.folding.hurry, (child) => (
    <FieldView key={child.id} field={child} revision={child.revision} editing={editing} shown={shown} />
  ));
}

function foldedNote({ kind, children }: FieldProps['field']): string {
  if (kind === 'array') return plural(children.length, 'item');
  return plural(children.filter(({ presence }) => presence !== 'absent').length, 'value');
}

function fieldClass({ field, shown }: FieldProps): string {
  const classes = ['field', field.kind];
  if (field.presence === 'absent' && !field.required) classes.push('quiet-field');
  if (problemsOf(field, shown).length > 0) classes.push('wrong');
  if (field.parent?.kind === 'array') classes.push('item');
  if (field.role === 'entry' || field.role === 'slot') classes.push(field.role);
  if (isGroup(field) && field.presence !== 'value') classes.push('unset-group');
  if (field.deprecated) classes.push('deprecated');
  return classes.join(' ');
}
