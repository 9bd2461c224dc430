/** The form model: schema and value to a field tree, and its validation. No DOM, no VS Code, no Node. */
export type { EnumOption, FieldKind } from './classify';
export { FieldNode, type FieldRole, type Picker, type PickerOption, type Presence } from './field';
export { createForm, type Form, type FormError } from './form';
export { formatJson, type JsonParse, parseJsonText } from './jsonText';
export { numberText, parseNumberText } from './numberText';
export { compileValidator, type Validation, type ValidationError, validateNow } from './validateNow';
