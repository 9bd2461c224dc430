import { useState } from 'preact/hooks';
import { formatJson } from '../../forms/jsonText';
import { Choice } from './choice';
import { booleanOptions, enumOptions } from './choiceOptions';
import { Combobox } from './combobox';
import { commonAttributes, INPUT_MODES, placeholder, suggestions, typeInto, unitOf } from './controlParts';
import { type FieldProps, isAlwaysSent, isLocked, labelOf } from './editing';
import { FileControl } from './fileControl';
import { Icon } from './icons';
import { entersByKey } from './lineBreaks';
import { isMoment, MomentControl } from './momentControl';

/** The element in which the value of a field is entered. */
export function Control(props: FieldProps) {
  switch (props.field.kind) {
    case 'string':
      return <StringControl {...props} />;
    case 'number':
    case 'integer':
      return <NumberControl {...props} />;
    case 'boolean':
    case 'enum':
      return <ChoiceControl {...props} />;
    case 'const':
    case 'null':
      return <FixedControl {...props} />;
    default:
      return <JsonControl {...props} />;
  }
}

function StringControl(props: FieldProps) {
  const { field } = props;
  if (props.editing.isSecret(field)) return <PasswordControl {...props} />;
  if (/^base64(url)?$/.test(field.contentEncoding ?? '')) return <FileControl {...props} />;
  if (isMoment(field.format)) return <MomentControl {...props} />;
  return <TextControl {...props} />;
}

function TextControl(props: FieldProps) {
  const { field, editing } = props;
  const shared = {
    ...commonAttributes(props),
    value: field.text,
    placeholder: placeholder(field),
    readOnly: isLocked(field),
    spellcheck: false,
    autocomplete: 'off' as const,
    onInput: (event: { currentTarget: { value: string } }) => typeInto(props, event.currentTarget.value),
  };
  const inLines = { title: 'Shift+Enter begins a new line', onKeyDown: entersByKey(props) };
  // A line break in a one-line input would be lost.
  if (/[\r\n]/.test(field.text)) return <textarea class="input" rows={1} {...inLines} {...shared} />;
  const offered = suggestions(field);
  if (offered.length > 0 && !isLocked(field)) return <SuggestingControl {...props} offered={offered} />;
  const { format } = field;
  if (format === undefined) return <textarea class="input" rows={1} {...inLines} {...shared} />;
  const input = (
    <input
      type="text"
      class={`input${IN_CODE.has(format) ? ' code' : ''}`}
      inputMode={INPUT_MODES[format]}
      onKeyDown={entersByKey(props)}
      {...shared}
    />
  );
  if (format !== 'uuid') return input;
  const title = `Make a new UUID for ${labelOf(field)}`;
  return (
    <span class="with-button">
      {input}
      <button
        type="button"
        class="icon-button"
        title={title}
        aria-label={title}
        onClick={() => typeInto(props, editing.newId())}
      >
        <Icon name="refresh" />
      </button>
    </span>
  );
}

const IN_CODE = new Set(['regex', 'uuid', 'ipv4', 'ipv6', 'json-pointer', 'duration']);

/** A text or number for which the schema gives examples. */
function SuggestingControl({ offered, ...props }: FieldProps & { readonly offered: readonly string[] }) {
  const { field } = props;
  return (
    <Combobox
      attributes={commonAttributes(props)}
      text={field.text}
      placeholder={placeholder(field)}
      inputMode={INPUT_MODES[field.kind === 'string' ? (field.format ?? '') : field.kind]}
      options={offered}
      onText={(text) => typeInto(props, text)}
      onPick={(index) => typeInto(props, offered[index] ?? '')}
    />
  );
}

function PasswordControl(props: FieldProps) {
  const { field } = props;
  const [seen, setSeen] = useState(false);
  const title = `Show ${labelOf(field)}`;
  return (
    <span class="with-button">
      <input
        type={seen ? 'text' : 'password'}
        class="input"
        spellcheck={false}
        autocomplete="new-password"
        {...commonAttributes(props)}
        readOnly={isLocked(field)}
        value={field.text}
        placeholder={placeholder(field)}
        onInput={(event) => typeInto(props, event.currentTarget.value)}
      />
      <button
        type="button"
        class="icon-button"
        title={title}
        aria-label={title}
        aria-pressed={seen}
        onClick={() => setSeen(!seen)}
      >
        <Icon name={seen ? 'hide' : 'show'} />
      </button>
    </span>
  );
}

function NumberControl(props: FieldProps) {
  const { field } = props;
  const offered = suggestions(field);
  const unit = unitOf(field);
  const input =
    offered.length > 0 && !isLocked(field) ? (
      <SuggestingControl {...props} offered={offered} />
    ) : (
      <input
        type="text"
        class="input"
        inputMode={INPUT_MODES[field.kind]}
        autocomplete="off"
        onKeyDown={entersByKey(props)}
        {...commonAttributes(props)}
        readOnly={isLocked(field)}
        value={field.text}
        placeholder={placeholder(field)}
        onInput={(event) => typeInto(props, event.currentTarget.value)}
      />
    );
  return (
    <span class="amount">
      {input}
      {unit && <span class="unit">{unit}</span>}
    </span>
  );
}

function JsonControl(props: FieldProps) {
  const { field } = props;
  return (
    <textarea
      class="input code"
      rows={2}
      spellcheck={false}
      autocomplete="off"
      {...commonAttributes(props)}
      readOnly={isLocked(field)}
      value={field.text}
      placeholder={placeholder(field)}
      onInput={(event) => typeInto(props, event.currentTarget.value)}
    />
  );
}

/** `boolean` and `enum`: what is sent as null and what is not sent are choices among the others. */
function ChoiceControl(props: FieldProps) {
  const { field, editing } = props;
  const { form } = editing;
  const { id, ...attributes } = commonAttributes(props);
  const isFlag = field.kind === 'boolean';
  const value = isFlag ? field.flag : field.choice;
  const current = field.presence === 'value' ? value : field.presence;
  const options = isFlag ? booleanOptions(field) : enumOptions(field);
  const pick = (key: string) =>
    editing.change(() => {
      if (key === 'absent' || key === 'null') form.setPresence(field, key);
      else if (isFlag) form.setFlag(field, key === 'true');
      else form.choose(field, Number(key));
    });
  return (
    <Choice
      id={id}
      options={options}
      current={current === undefined || (current === 'absent' && field.required) ? undefined : String(current)}
      onPick={pick}
      disabled={isLocked(field)}
      attributes={attributes}
    />
  );
}

/** A value that the schema fixes: there is nothing to choose but whether it is sent. */
function FixedControl(props: FieldProps) {
  const { field, editing } = props;
  const text = field.kind === 'null' ? 'null' : formatJson(field.constant ?? null);
  const { 'aria-required': _required, 'aria-invalid': _invalid, ...attributes } = commonAttributes(props);
  if (isAlwaysSent(field)) {
    return (
      <span class="fixed" id={attributes.id}>
        <code>{text}</code>
      </span>
    );
  }
  return (
    <label class="check">
      <input
        type="checkbox"
        {...attributes}
        aria-label={`Send ${text} for ${labelOf(field)}`}
        checked={field.presence === 'value'}
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
