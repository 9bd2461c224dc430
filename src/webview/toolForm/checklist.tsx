import { equalJson } from '../../forms/equalJson';
import { formatJson } from '../../forms/jsonText';
import { boundedText } from '../../forms/limits';
import type { EnumOption } from '../../forms/shape';
import type { JsonValue } from '../../shared/json';
import { controlId, type FieldProps, focusLater, isLocked, labelOf } from './editing';

export interface ChecklistProps extends FieldProps {
  readonly choices: readonly EnumOption[];
}

/**
 * Any of some values, each once. What was chosen keeps its order, and a value that the schema does not list stays until
 * it is taken out here.
 */
export function Checklist({ field, editing, choices }: ChecklistProps) {
  const value = field.value();
  const chosen: readonly JsonValue[] = Array.isArray(value) ? value : [];
  const placeOf = (item: JsonValue) => choices.findIndex((choice) => equalJson(choice.value, item));
  const unknown = chosen.filter((item, at) => placeOf(item) < 0 && chosen.findIndex((v) => equalJson(v, item)) === at);
  const send = (items: readonly JsonValue[], said?: string) =>
    editing.change(() => editing.form.load(field, items.length > 0 || field.required ? [...items] : undefined), said);
  const without = (item: JsonValue) => chosen.filter((other) => !equalJson(other, item));
  const add = (place: number, item: JsonValue) => {
    const later = chosen.findIndex((other) => placeOf(other) > place);
    send(chosen.toSpliced(later < 0 ? chosen.length : later, 0, item));
  };
  const id = controlId(field);
  return (
    <div class="checklist">
      {choices.map((choice, place) => {
        const isChosen = chosen.some((item) => equalJson(item, choice.value));
        return (
          <label class="check" key={String(place)}>
            <input
              type="checkbox"
              // Where the focus goes for the whole group.
              id={place === 0 ? id : undefined}
              checked={isChosen}
              disabled={isLocked(field)}
              onChange={() => (isChosen ? send(without(choice.value)) : add(place, choice.value))}
            />
            <span>
              {choice.label}
              {choice.description && <small>{choice.description}</small>}
            </span>
          </label>
        );
      })}
      {unknown.map((item) => {
        const text = boundedText(typeof item === 'string' ? item : formatJson(item, 0), 200) ?? '""';
        return (
          <label class="check" key={`unknown ${formatJson(item, 0)}`}>
            <input
              type="checkbox"
              checked
              disabled={isLocked(field)}
              onChange={() => {
                send(without(item), `${text} taken out of ${labelOf(field)}.`);
                focusLater(id);
              }}
            />
            <span>
              {text} <span class="tag">not in the schema</span>
            </span>
          </label>
        );
      })}
    </div>
  );
}
