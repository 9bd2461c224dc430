import type { JSX } from 'preact';
import { formatJson } from '../../forms/jsonText';
import { controlId, describedBy, type FieldProps, problemsOf } from './editing';

/** Texts that stand in an empty control: what is sent instead. */
function placeholder({ field }: FieldProps): string | undefined {
  if (field.presence === 'null') return 'null';
  if (field.presence === 'value' && field.kind === 'string') return 'empty text';
  return field.required ? undefined : 'not set';
}

function commonAttributes(props: FieldProps) {
  const problems = problemsOf(props.field, props.shown);
  return {
    id: controlId(props.field),
    'aria-describedby': describedBy(props.field, problems),
    'aria-invalid': problems.length > 0 ? ('true' as const) : undefined,
    'aria-required': props.field.required ? ('true' as const) : undefined,
  };
}

/** Typed text. An emptied text field becomes absent: empty text is sent only where somebody asks for it. */
function typeInto({ field, editing }: FieldProps, text: string): void {
  editing.change(() => {
    if (text === '') editing.form.setPresence(field, 'absent');
    else editing.form.setText(field, text);
  });
}

const INPUT_MODES: Readonly<Record<string, JSX.HTMLAttributes<HTMLInputElement>['inputMode']>> = {
  email: 'email',
  uri: 'url',
  url: 'url',
};

export function TextControl(props: FieldProps) {
  const { field } = props;
  const shared = {
    ...commonAttributes(props),
    value: field.text,
    placeholder: placeholder(props),
    spellcheck: false,
    autocomplete: 'off' as const,
    onInput: (event: JSX.TargetedInputEvent<HTMLInputElement | HTMLTextAreaElement>) =>
      typeInto(props, event.currentTarget.value),
  };
  if (field.format === 'password')
    return <input type="password" class="input" {...shared} autocomplete="new-password" />;
  // A line break in a one-line input would be lost.
  const oneLine = field.format !== undefined && !/[\r\n]/.test(field.text);
  return oneLine ? (
    <input type="text" class="input" inputMode={INPUT_MODES[field.format ?? '']} {...shared} />
  ) : (
    <textarea class="input" rows={1} {...shared} />
  );
}

export function NumberControl(props: FieldProps) {
  const { field } = props;
  return (
    <input
      type="text"
      class="input number"
      inputMode={field.kind === 'integer' ? 'numeric' : 'decimal'}
      autocomplete="off"
      {...commonAttributes(props)}
      value={field.text}
      placeholder={placeholder(props)}
      onInput={(event) => typeInto(props, event.currentTarget.value)}
    />
  );
}

export function JsonControl(props: FieldProps) {
  const { field } = props;
  return (
    <textarea
      class="input code"
      rows={2}
      spellcheck={false}
      autocomplete="off"
      {...commonAttributes(props)}
      value={field.text}
      placeholder={placeholder(props)}
      onInput={(event) => typeInto(props, event.currentTarget.value)}
    />
  );
}

export function EnumControl(props: FieldProps) {
  const { field, editing } = props;
  const choose = (value: string) =>
    editing.change(() => {
      if (value === '') editing.form.setPresence(field, 'absent');
      else if (value === 'null') editing.form.setPresence(field, 'null');
      else editing.form.choose(field, Number(value));
    });
  const current = field.presence === 'null' ? 'null' : field.presence === 'absent' ? '' : String(field.choice);
  const chosen = field.presence === 'value' ? field.options[field.choice ?? -1] : undefined;
  return (
    <>
      <span class="select">
        <select
          class={current === '' ? 'input unset' : 'input'}
          {...commonAttributes(props)}
          value={current}
          onChange={(event) => choose(event.currentTarget.value)}
        >
          <option value="">{field.required ? 'Choose…' : 'not set'}</option>
          {field.nullable && <option value="null">null</option>}
          {field.options.map((option, index) => (
            <option key={option.label} value={String(index)}>
              {option.label}
            </option>
          ))}
        </select>
      </span>
      {chosen?.description && <p class="about">{chosen.description}</p>}
    </>
  );
}

/** Three settings in plain sight: true, false, and not set where that is allowed. */
export function BooleanControl(props: FieldProps) {
  const { field, editing } = props;
  const name = `${controlId(field)}-choice`;
  const current = field.presence === 'value' ? String(field.flag) : field.presence;
  const choices = [
    { value: 'true', label: 'true', pick: () => editing.form.setFlag(field, true) },
    { value: 'false', label: 'false', pick: () => editing.form.setFlag(field, false) },
    field.nullable && { value: 'null', label: 'null', pick: () => editing.form.setPresence(field, 'null') },
    !field.required && { value: 'absent', label: 'not set', pick: () => editing.form.setPresence(field, 'absent') },
  ].filter((choice) => choice !== false);
  const { id, ...attributes } = commonAttributes(props);
  return (
    <span class="segments" role="radiogroup" aria-labelledby={`${id}-label`} {...attributes}>
      {choices.map((choice, index) => (
        <label key={choice.value} class={choice.value === 'absent' ? 'segment unset' : 'segment'}>
          <input
            id={index === 0 ? id : undefined}
            type="radio"
            name={name}
            value={choice.value}
            checked={current === choice.value}
            onChange={() => editing.change(choice.pick)}
          />
          <span>{choice.label}</span>
        </label>
      ))}
    </span>
  );
}

/** A value that the schema fixes: there is nothing to choose but whether it is sent. */
export function FixedControl(props: FieldProps) {
  const { field, editing } = props;
  const text = field.kind === 'null' ? 'null' : formatJson(field.constant ?? null);
  const { 'aria-required': _required, ...attributes } = commonAttributes(props);
  return (
    <label class="check">
      <input
        type="checkbox"
        {...attributes}
        checked={field.presence === 'value'}
        disabled={field.required && field.presence === 'value'}
        onChange={(event) => {
          const presence = event.currentTarget.checked ? 'value' : 'absent';
          editing.change(() => editing.form.setPresence(field, presence));
        }}
      />
      <span>
        Send <code>{text}</code>
      </span>
    </label>
  );
}
