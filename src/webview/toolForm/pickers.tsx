import { Choice } from './choice';
import { controlId, type FieldProps, focusLater, labelOf } from './editing';

/** The choices above a control: variants of a union, or types. */
export function Pickers({ field, editing }: FieldProps) {
  const { pickers } = field;
  if (pickers.length === 0) return null;
  return (
    <div class="pickers">
      {pickers.map(({ by, options, chosen }, place) => {
        const id = `${controlId(field)}-pick-${place}`;
        const word = by === 'type' ? 'Type' : 'Variant';
        return (
          <Choice
            // Another choice before it may bring others here.
            key={`${by} ${options.map(({ label }) => label).join()}`}
            id={id}
            name={`${word} of ${labelOf(field)}`}
            options={options.map(({ label, description }, index) => ({ key: String(index), label, description }))}
            current={String(chosen)}
            onPick={(key) => {
              const label = options[Number(key)]?.label ?? '';
              editing.change(() => editing.form.pick(field, place, Number(key)), `${word}: ${label}`);
              focusLater(id);
            }}
          />
        );
      })}
    </div>
  );
}
