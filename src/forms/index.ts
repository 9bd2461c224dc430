/** The form model: schema and value to a field tree, and its validation. No DOM, no VS Code, no Node. */
export type { FieldRole, Presence } from './enteredField';
export { FieldNode } from './field';
export type { FormError } from './fieldErrors';
export { createForm, type Form } from './form';
export { formatJson, type JsonParse, parseJsonText } from './jsonText';
export { numberText, parseNumberText } from './numberText';
export type { Picker, PickerOption } from './picker';
export type { EnumOption, FieldKind } from './shape';
export { type CheckOptions, compileValidator, type Validation, type ValidationError, validateNow } from './validateNow';
