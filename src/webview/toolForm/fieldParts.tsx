import { controlId, describedBy, type FieldProps, hintText, labelOf, problemsOf } from './editing';
import { EntryName } from './entryName';
import { Icon } from './icons';
import { textAtField } from './problems';

/** The name of a field, with what sets it apart. */
export function LabelText({ field }: Pick<FieldProps, 'field'>) {
  const label = labelOf(field);
  const isNamed = field.role === 'property' && label !== field.key;
  return (
    <>
      {label}
      {field.required && (field.role === 'property' || field.role === 'slot') && (
        <span class="required" title="required" aria-hidden="true">
          *
        </span>
      )}
      {isNamed && <code class="key">{field.key}</code>}
    </>
  );
}

/** The name of an entry, to be changed in place. */
export function EntryLabel(props: FieldProps) {
  const { field } = props;
  const shape = field.parent?.shape;
  const isUnknown = shape?.kind === 'object' && shape.object.openness !== 'open';
  return (
    <>
      <EntryName {...props} />
      {isUnknown && <span class="tag">not in the schema</span>}
    </>
  );
}

export function About({ field }: Pick<FieldProps, 'field'>) {
  if (field.description === undefined) return null;
  return (
    <p class="about" id={`${controlId(field)}-about`}>
      {field.description}
    </p>
  );
}

export function Hint({ field, isUnseen = false }: Pick<FieldProps, 'field'> & { readonly isUnseen?: boolean }) {
  const hint = hintText(field);
  return hint === '' ? null : (
    <span class={isUnseen ? 'hidden' : 'hint'} id={`${controlId(field)}-hint`}>
      {hint}
    </span>
  );
}

export function ProblemText({ field, shown }: FieldProps) {
  const problems = problemsOf(field, shown);
  if (problems.length === 0) return null;
  return (
    <p class="problem" id={`${controlId(field)}-problem`}>
      <Icon name="error" />
      <span>{problems.map(textAtField).join(' ')}</span>
    </p>
  );
}

/** The attributes that tie a group to its texts. */
export function groupAttributes({ field, shown }: FieldProps) {
  return {
    'aria-describedby': describedBy(field, problemsOf(field, shown)),
    // The legend holds controls, which are no part of the name.
    'aria-label': labelOf(field),
  };
}
