import { useState } from 'preact/hooks';
import { commonAttributes, placeholder, typeInto } from './controlParts';
import { type FieldProps, focusLater, isLocked, labelOf } from './editing';
import { Icon } from './icons';
import { type MomentFormat, momentText, partsOf, zoneAt } from './moment';

const TYPES = { date: 'date', time: 'time', 'date-time': 'datetime-local' } as const;

export function isMoment(format: string | undefined): format is MomentFormat {
  return format !== undefined && Object.hasOwn(TYPES, format);
}

/** The native input for the day and the time, a small one for the zone, and plain text for whatever else is meant. */
export function MomentControl(props: FieldProps) {
  const { field } = props;
  const format = field.format as MomentFormat;
  const [asText, setAsText] = useState(false);
  const parts = partsOf(field.text, format);
  // A zone of one's own, typed before there is a time, or gone on with while it is half typed.
  const [zone, setZone] = useState<string | undefined>(undefined);
  const attributes = { ...commonAttributes(props), readOnly: isLocked(field) };
  const label = labelOf(field);
  const isText = asText || (parts === undefined && zone === undefined);
  const local = parts?.local ?? field.text.slice(0, field.text.length - (zone?.length ?? 0));
  const currentZone = zone ?? parts?.zone ?? '';
  const setLocal = (text: string) => {
    const next = currentZone === '' && field.text === '' && text !== '' ? zoneAt(text, offsetOf(format)) : currentZone;
    setZone(undefined);
    typeInto(props, momentText(text, next, format));
  };
  const title = isText ? `Pick ${label}` : `Type ${label} as text`;
  return (
    <span class="with-button moment">
      {isText ? (
        <input
          type="text"
          class="input"
          spellcheck={false}
          autocomplete="off"
          {...attributes}
          value={field.text}
          placeholder={placeholder(field)}
          onInput={(event) => typeInto(props, event.currentTarget.value)}
        />
      ) : (
        <input
          type={TYPES[format]}
          step={format === 'date' ? undefined : 1}
          class={field.text === '' ? 'input unset' : 'input'}
          {...attributes}
          value={local}
          onInput={(event) => setLocal(event.currentTarget.value)}
        />
      )}
      {!isText && format !== 'date' && (
        <input
          type="text"
          class="input zone"
          spellcheck={false}
          autocomplete="off"
          aria-label={`Time zone of ${label}`}
          title="Time zone: Z, or the distance from UTC such as +02:00"
          readOnly={isLocked(field)}
          value={currentZone}
          placeholder="zone"
          onInput={(event) => {
            const typed = event.currentTarget.value;
            setZone(typed);
            if (local !== '') typeInto(props, momentText(local, typed, format));
          }}
          onBlur={() => parts !== undefined && setZone(undefined)}
        />
      )}
      {(!isText || parts !== undefined) && !isLocked(field) && (
        <button
          type="button"
          class="icon-button"
          title={title}
          aria-label={title}
          onClick={() => {
            setZone(undefined);
            setAsText(!isText);
            focusLater(attributes.id);
          }}
        >
          <Icon name={isText ? 'calendar' : 'edit'} />
        </button>
      )}
    </span>
  );
}

/** Minutes from UTC on this machine. A time without a day is said in UTC. */
function offsetOf(format: MomentFormat): (local: string) => number {
  return (local) => (format === 'time' ? 0 : -new Date(local).getTimezoneOffset());
}
