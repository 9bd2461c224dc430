import type { JSX } from 'preact';
import { Combobox } from './combobox';

export interface ChoiceOption {
  /** What `onPick` is told. */
  readonly key: string;
  readonly label: string;
  readonly description?: string | undefined;
  /** Says that there is no value. */
  readonly isUnset?: boolean;
}

interface ChoiceProps {
  readonly id: string;
  /** For what has no `<label>`: else the label is the element `<id>-label`, or `<label for=id>`. */
  readonly name?: string;
  readonly options: readonly ChoiceOption[];
  /** The key of what is chosen; undefined: nothing yet. */
  readonly current: string | undefined;
  readonly onPick: (key: string) => void;
  readonly disabled?: boolean;
  readonly attributes?: JSX.AriaAttributes;
}

const MOST_RADIOS = 5;
const RADIO_CHARACTERS = 46;
const MOST_IN_SELECT = 25;

/** All in sight where they are few and short, a list where they are more, a list with a filter where they are many. */
export function Choice(props: ChoiceProps) {
  const { options, current } = props;
  const description = options.find(({ key }) => key === current)?.description;
  return (
    <>
      {areRadios(options) ? <Radios {...props} /> : <Dropdown {...props} />}
      {description && <p class="about">{description}</p>}
    </>
  );
}

/** Whether they are drawn as a group, which has no single element that a `<label>` could be for. */
export function areRadios(options: readonly ChoiceOption[]): boolean {
  const length = options.reduce((sum, { label }) => sum + label.length + 2, 0);
  return options.length <= MOST_RADIOS && length <= RADIO_CHARACTERS;
}

function Radios({ id, name, options, current, onPick, disabled, attributes }: ChoiceProps) {
  const chosen = options.findIndex(({ key }) => key === current);
  return (
    <span
      class="segments"
      role="radiogroup"
      {...(name === undefined ? { 'aria-labelledby': `${id}-label` } : { 'aria-label': name })}
      {...attributes}
    >
      {options.map(({ key, label, isUnset }, index) => (
        <label key={key} class={isUnset ? 'segment unset' : 'segment'}>
          <input
            // Where the focus goes for the whole group.
            id={index === Math.max(0, chosen) ? id : undefined}
            type="radio"
            name={`${id}-choice`}
            value={key}
            checked={current === key}
            disabled={disabled}
            onChange={() => onPick(key)}
          />
          <span>{label}</span>
        </label>
      ))}
    </span>
  );
}

function Dropdown(props: ChoiceProps) {
  const { id, name, options, current, onPick, disabled, attributes } = props;
  const unset = options.find(({ isUnset }) => isUnset);
  const isUnset = current === undefined || current === unset?.key;
  const named = { id, ...(name !== undefined && { 'aria-label': name }), ...attributes };
  if (options.length > MOST_IN_SELECT) {
    return (
      <Combobox
        attributes={named}
        text={isUnset ? '' : (options.find(({ key }) => key === current)?.label ?? '')}
        placeholder={unset?.label ?? 'Choose…'}
        options={options.filter((option) => !option.isUnset).map(({ label }) => label)}
        isClosed
        disabled={disabled}
        onText={() => unset && onPick(unset.key)}
        onPick={(index) => onPick(options.filter((option) => !option.isUnset)[index]?.key ?? '')}
      />
    );
  }
  return (
    <span class="select">
      <select
        class={isUnset ? 'input unset' : 'input'}
        {...named}
        disabled={disabled}
        value={current ?? ''}
        onChange={(event) => onPick(event.currentTarget.value)}
      >
        {current === undefined && <option value="">Choose…</option>}
        {options.map(({ key, label }) => (
          <option key={key} value={key}>
            {label}
          </option>
        ))}
      </select>
    </span>
  );
}
