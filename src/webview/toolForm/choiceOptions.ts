import type { FieldNode } from '../../forms/field';
import { areRadios, type ChoiceOption } from './choice';

const NULL: ChoiceOption = { key: 'null', label: 'null' };
const NOT_SET: ChoiceOption = { key: 'absent', label: 'not set', isUnset: true };

export function booleanOptions(field: FieldNode): ChoiceOption[] {
  return withoutValue(field, [
    { key: 'true', label: 'true' },
    { key: 'false', label: 'false' },
  ]);
}

export function enumOptions(field: FieldNode): ChoiceOption[] {
  const options = field.options.map(({ label, description }, index) => ({ key: String(index), label, description }));
  return withoutValue(field, options);
}

/** Whether the control of a field is a group of radio buttons. */
export function isRadioField(field: FieldNode): boolean {
  if (field.kind === 'boolean') return areRadios(booleanOptions(field));
  return field.kind === 'enum' && areRadios(enumOptions(field));
}

function withoutValue(field: FieldNode, options: ChoiceOption[]): ChoiceOption[] {
  return [...options, ...(field.nullable ? [NULL] : []), ...(field.required ? [] : [NOT_SET])];
}
