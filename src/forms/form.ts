import type { JsonValue } from '../shared/json';
import { FieldNode, type FormContext, type Presence } from './field';
import { isWithin, LIMITS } from './limits';
import { parsePointer } from './pointer';

/** Something that keeps the value from being sent, found without the validator. */
export interface FormError {
  readonly pointer: string;
  /** `required`: missing. `number` and `json`: the text cannot be read, so that there is nothing to send. */
  readonly keyword: 'required' | 'number' | 'json';
  readonly message: string;
}

/** A field tree over a schema and the value in it. Setters ignore what does not apply to the field's kind. */
export interface Form {
  readonly root: FieldNode;
  /** The value as it would be sent. Absent fields and texts that cannot be read are left out. */
  value(): JsonValue | undefined;
  /** Missing required fields and texts that cannot be read, in the order of the form. */
  errors(): FormError[];
  /** The field at a JSON pointer, where it is present in the tree. */
  find(pointer: string): FieldNode | undefined;
  /** Text of a `string`, `number`, `integer` or `json` field. An empty number or JSON box means absent. */
  setText(field: FieldNode, text: string): void;
  setFlag(field: FieldNode, flag: boolean): void;
  /** Chooses `options[index]` of an `enum`. */
  choose(field: FieldNode, index: number): void;
  /** `value` keeps what was entered before; a field that never had a value starts with the least it can have. */
  setPresence(field: FieldNode, presence: Presence): void;
  /** Replaces the value of one field; what does not fit its kind goes to a JSON box. */
  load(field: FieldNode, value: JsonValue | undefined): void;
  /** Adds an item to an `array`, at its end by default. */
  addItem(field: FieldNode, at?: number): FieldNode | undefined;
  moveItem(field: FieldNode, from: number, to: number): void;
  /** Adds a copy of the item after it. */
  duplicateItem(item: FieldNode): FieldNode | undefined;
  /** Adds an entry to an `object` that takes them; without a name it waits for `rename`. */
  addEntry(field: FieldNode, name?: string): FieldNode | undefined;
  /** Names an entry. The answer is why it keeps its name, undefined where it was renamed. */
  rename(entry: FieldNode, name: string): string | undefined;
  /** Follows `options[option]` of `pickers[picker]`. Fields that both have are kept; the others come back with the option. */
  pick(field: FieldNode, picker: number, option: number): void;
  /** Removes an array item or an entry. */
  remove(field: FieldNode): void;
}

/**
 * Without `value` the form starts with the schema's defaults; with one it holds exactly that value.
 * A schema or value beyond the bounds of `LIMITS` becomes a JSON box. Throws a RangeError only where the value is too
 * deep to be shown at all.
 */
export function createForm(schema: unknown, value?: JsonValue): Form {
  if (value !== undefined && !isWithin(value, 450, 2_000_000)) {
    throw new RangeError('The value is nested too deeply or has too many members for a form.');
  }
  const bounded = isWithin(schema, LIMITS.schemaDepth, LIMITS.schemaMembers) ? schema : true;
  const context: FormContext = { schema: bounded, fields: 0 };
  const root = new FieldNode(context, undefined, '', bounded, { required: true });
  if (value === undefined) root.loadInitial();
  else root.load(value);
  return new TreeForm(root);
}

class TreeForm implements Form {
  readonly root: FieldNode;

  constructor(root: FieldNode) {
    this.root = root;
  }

  value(): JsonValue | undefined {
    return this.root.value();
  }

  errors(): FormError[] {
    const errors: FormError[] = [];
    collectErrors(this.root, errors);
    return errors;
  }

  find(pointer: string): FieldNode | undefined {
    const segments = parsePointer(pointer);
    let field: FieldNode | undefined = segments && this.root;
    for (const segment of segments ?? []) {
      field = field?.presence === 'value' ? field.children.find((child) => child.key === segment) : undefined;
    }
    return field;
  }

  setText(field: FieldNode, text: string): void {
    field.text = text;
    field.presence = field.kind !== 'string' && text.trim() === '' ? 'absent' : 'value';
    touch(field);
  }

  setFlag(field: FieldNode, flag: boolean): void {
    if (field.kind !== 'boolean') return;
    field.flag = flag;
    field.presence = 'value';
    touch(field);
  }

  choose(field: FieldNode, index: number): void {
    if (field.options[index] === undefined) return;
    field.choice = index;
    field.presence = 'value';
    touch(field);
  }

  setPresence(field: FieldNode, presence: Presence): void {
    if (presence === 'null' && !field.nullable) return;
    if (presence === 'absent') field.clear();
    else if (presence === 'null') field.presence = 'null';
    else if (field.presence === 'absent') {
      field.loadEmpty();
      if (field.kind === 'string') field.presence = 'value';
    } else field.presence = 'value';
    touch(field);
  }

  load(field: FieldNode, value: JsonValue | undefined): void {
    field.load(value);
    touch(field);
  }

  addItem(field: FieldNode, at = field.children.length): FieldNode | undefined {
    if (field.kind !== 'array' || field.children.length >= field.maxItems) return undefined;
    if (field.presence !== 'value') {
      field.clear();
      field.presence = 'value';
    }
    const item = field.insertItem(Math.min(Math.max(0, at), field.children.length));
    touch(field);
    return item;
  }

  moveItem(field: FieldNode, from: number, to: number): void {
    const inside = (index: number) => Number.isInteger(index) && index >= 0 && index < field.children.length;
    if (field.kind !== 'array' || !inside(from) || !inside(to)) return;
    field.moveItem(from, to);
    for (const item of field.children) item.revision++;
    touch(field);
  }

  duplicateItem(item: FieldNode): FieldNode | undefined {
    const { parent } = item;
    const index = parent?.children.indexOf(item) ?? -1;
    const copy = parent && index >= 0 && item.canMove ? this.addItem(parent, index + 1) : undefined;
    if (copy) this.load(copy, item.value());
    return copy;
  }

  addEntry(_field: FieldNode, _name?: string): FieldNode | undefined {
    return undefined;
  }

  rename(_entry: FieldNode, _name: string): string | undefined {
    return undefined;
  }

  pick(_field: FieldNode, _picker: number, _option: number): void {}

  remove(field: FieldNode): void {
    const { parent } = field;
    const index = parent?.children.indexOf(field) ?? -1;
    if (parent === undefined || index < 0 || (parent.kind !== 'array' && !field.extra)) return;
    parent.removeChild(index);
    for (const item of parent.children) item.revision++;
    touch(parent);
  }
}

function touch(field: FieldNode): void {
  for (let current: FieldNode | undefined = field; current; current = current.parent) current.revision++;
}

function collectErrors(field: FieldNode, errors: FormError[]): void {
  if (field.presence === 'absent') {
    if (field.required) errors.push({ pointer: field.pointer, keyword: 'required', message: 'A value is required.' });
    return;
  }
  if (field.presence === 'null') return;
  const { kind } = field;
  if (kind === 'number' || kind === 'integer') {
    const parsed = field.parsedNumber();
    if (!parsed.ok) errors.push({ pointer: field.pointer, keyword: 'number', message: parsed.message });
  } else if (kind === 'json') {
    const parsed = field.parsedJson();
    if (!parsed.ok) errors.push({ pointer: field.pointer, keyword: 'json', message: parsed.message });
  } else {
    for (const child of field.children) collectErrors(child, errors);
  }
}
