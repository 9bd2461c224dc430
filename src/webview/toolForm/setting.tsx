import { equalJson } from '../../forms/equalJson';
import type { FieldNode } from '../../forms/field';
import { controlId, type FieldProps, isGroup, isLocked, labelOf } from './editing';

type Setting = 'absent' | 'null' | 'value' | 'default';

/**
 * Whether a field is left out, null, a value, or back at its default: what its own control cannot say. Unseen until the
 * pointer or the focus is at the field, except where it says what nobody would guess.
 */
export function SettingControl({ field, editing }: FieldProps) {
  const settings = settingsOf(field);
  if (settings.length < 2) return null;
  const { form, folding } = editing;
  const label = labelOf(field);
  const isTold = field.presence === 'null' || (field.presence === 'value' && field.kind === 'string' && !field.text);
  const choose = (setting: Setting) =>
    editing.change(
      () => {
        if (setting === 'default') form.load(field, field.default);
        else form.setPresence(field, setting);
        if (isGroup(field)) folding.set(field, true);
      },
      `${label}: ${wordsFor(setting, field)}`,
    );
  return (
    <span class={isTold ? 'setting told' : 'setting'}>
      <select
        aria-label={`Send for ${label}`}
        title={`What is sent for ${label}`}
        id={`${controlId(field)}-setting`}
        value={field.presence}
        onChange={(event) => choose(event.currentTarget.value as Setting)}
      >
        {settings.map((setting) => (
          <option key={setting} value={setting}>
            {wordsFor(setting, field)}
          </option>
        ))}
      </select>
    </span>
  );
}

function settingsOf(field: FieldNode): Setting[] {
  const { kind, presence, required, nullable } = field;
  if (field.role === 'root' || isLocked(field) || kind === 'boolean' || kind === 'enum' || kind === 'const') return [];
  if (kind === 'null') return [];
  const settings: Setting[] = [];
  if (!required || presence === 'absent') settings.push('absent');
  if (nullable) settings.push('null');
  const isTyped = kind === 'number' || kind === 'integer' || kind === 'json';
  // A number or JSON that is not there yet is typed, not chosen.
  if (!isTyped || presence === 'value') settings.push('value');
  const fallback = field.default;
  if (fallback !== undefined && !equalJson(fallback, field.value())) settings.push('default');
  const isPlain = isTyped && !nullable && !settings.includes('default');
  return isPlain && kind !== 'json' ? [] : settings;
}

function wordsFor(setting: Setting, field: FieldNode): string {
  if (setting === 'absent') return 'not set';
  if (setting !== 'value') return setting;
  switch (field.kind) {
    case 'string':
      return field.text === '' ? 'empty text' : 'text';
    case 'array':
      return field.presence === 'value' && field.children.length > 0 ? 'list' : 'empty list';
    case 'object':
      return 'object';
    case 'json':
      return 'JSON';
    default:
      return 'number';
  }
}
