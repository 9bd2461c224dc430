import type { FieldNode } from '../../forms/field';
import { controlId, type FieldProps, problemsOf } from './editing';
import { About, groupAttributes, LabelText, ProblemText } from './fieldParts';

/** One of the constants that an answer may hold. */
interface GivenChoice {
  readonly value: string;
  readonly label: string;
}

/** The choices of a field that takes several of them; undefined where it is another field. */
export function choicesOf({ shape }: FieldNode): readonly GivenChoice[] | undefined {
  if (shape.kind !== 'array') return undefined;
  const { oneOf } = (shape.array.rest ?? {}) as { oneOf?: readonly { const: string; title: string }[] };
  return oneOf?.map((choice) => ({ value: choice.const, label: choice.title }));
}

interface QuestionChoicesProps extends FieldProps {
  readonly choices: readonly GivenChoice[];
}

/** Any number of given choices: all in sight, each to be checked. */
export function QuestionChoices({ choices, ...props }: QuestionChoicesProps) {
  const { field, editing, shown } = props;
  const value = field.value();
  const chosen = Array.isArray(value) ? value : [];
  const toggle = (index: number) => {
    const next = choices.filter((choice, at) => chosen.includes(choice.value) !== (at === index));
    const values = next.map((choice) => choice.value);
    editing.change(() => editing.form.load(field, values.length > 0 || field.required ? values : undefined));
  };
  return (
    <fieldset class={`field choices${problemsOf(field, shown).length > 0 ? ' wrong' : ''}`} {...groupAttributes(props)}>
      <legend class="label">
        <LabelText field={field} />
      </legend>
      <About field={field} />
      <div class="choice-list">
        {choices.map((choice, index) => (
          <label class="check" key={String(index)}>
            <input
              type="checkbox"
              id={index === 0 ? controlId(field) : undefined}
              checked={chosen.includes(choice.value)}
              onChange={() => toggle(index)}
            />
            <span>{choice.label}</span>
          </label>
        ))}
      </div>
      <ProblemText {...props} />
    </fieldset>
  );
}
