import type { JsonValue } from '../shared/json';
import type { Presence } from './enteredField';
import { FieldNode, type FormContext } from './field';
import { errorsOf, type FormError } from './fieldErrors';
import { BEYOND_ARGUMENT_LIMITS, fitsArguments, isWithin, LIMITS } from './limits';
import { parsePointer } from './pointer';
import { SchemaSource } from './schemaSource';

/** A field tree over a schema and the value in it. Setters ignore what does not apply to the field's kind. */
export interface Form {
  readonly root: FieldNode;
  /** The value as it would be sent. Absent fields and texts that cannot be read are left out. */
  value(): JsonValue | undefined;
  /**
   * Missing required fields, texts that cannot be read, and what is quickly known not to meet the schema, in the order
   * of the form and inside chosen variants. Not all: `validate` knows every keyword.
   */
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

export interface FormOptions {
  /** Fields are numbered from it on. Default 0; for where several forms are shown together. */
  readonly firstId?: number;
}

/**
 * Without `value` the form starts with the schema's defaults; with one it holds exactly that value.
 * A schema or value beyond the bounds of `LIMITS` becomes a JSON box. Throws a RangeError only where the value
 * is beyond those of arguments.
 */
export function createForm(schema: unknown, value?: JsonValue, { firstId = 0 }: FormOptions = {}): Form {
  if (value !== undefined && !fitsArguments(value)) {
    throw new RangeError(BEYOND_ARGUMENT_LIMITS);
  }
  const bounded = isWithin(schema, LIMITS.schemaDepth, LIMITS.schemaMembers) ? schema : true;
  const context: FormContext = { source: new SchemaSource(bounded), made: firstId, fields: 0, since: firstId };
  const root = new FieldNode(context, undefined, '', bounded, { role: 'root', required: true });
  if (value === undefined) root.loadInitial();
  else root.load(value);
  return new TreeForm(root, context);
}

class TreeForm implements Form {
  readonly root: FieldNode;
  readonly #context: FormContext;

  constructor(root: FieldNode, context: FormContext) {
    this.root = root;
    this.#context = context;
  }

  value(): JsonValue | undefined {
    return this.root.value();
  }

  errors(): FormError[] {
    this.#context.source.budget.renew();
    return errorsOf(this.root, this.#context.source);
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
    this.#begin();
    field.text = text;
    field.presence = field.kind !== 'string' && text.trim() === '' ? 'absent' : 'value';
    this.#touch(field);
  }

  setFlag(field: FieldNode, flag: boolean): void {
    this.#begin();
    if (field.kind !== 'boolean') return;
    field.flag = flag;
    field.presence = 'value';
    this.#touch(field);
  }

  choose(field: FieldNode, index: number): void {
    this.#begin();
    if (field.options[index] === undefined) return;
    field.choice = index;
    field.presence = 'value';
    this.#touch(field);
  }

  setPresence(field: FieldNode, presence: Presence): void {
    this.#begin();
    if (presence === 'null' && !field.nullable) return;
    if (presence === 'absent') field.clear();
    else if (presence === 'null') field.presence = 'null';
    else if (field.presence === 'absent') {
      field.loadEmpty();
      if (field.kind === 'string') field.presence = 'value';
    } else field.presence = 'value';
    this.#touch(field);
  }

  load(field: FieldNode, value: JsonValue | undefined): void {
    this.#begin();
    field.load(value);
    this.#touch(field);
  }

  addItem(field: FieldNode, at = field.children.length): FieldNode | undefined {
    this.#begin();
    const isNew = field.presence !== 'value';
    if (field.kind !== 'array' || (isNew ? 0 : field.children.length) >= field.maxItems) return undefined;
    if (isNew) {
      field.clear();
      field.presence = 'value';
    }
    const slots = field.children.filter((item) => item.role === 'slot').length;
    // A fresh tuple or list with a minimum comes with its first items.
    const first = isNew ? field.children[0] : undefined;
    const item = first ?? field.insertItem(Math.min(Math.max(slots, at), field.children.length));
    // Those after it have another place now.
    if (item) for (const later of field.children.slice(field.children.indexOf(item) + 1)) later.revision++;
    this.#touch(field);
    return item;
  }

  moveItem(field: FieldNode, from: number, to: number): void {
    this.#begin();
    if (field.kind !== 'array' || !field.children[from]?.canMove || !field.children[to]?.canMove) return;
    field.moveItem(from, to);
    for (const item of field.children) item.revision++;
    this.#touch(field);
  }

  duplicateItem(item: FieldNode): FieldNode | undefined {
    const { parent } = item;
    const index = parent?.children.indexOf(item) ?? -1;
    const copy = parent && index >= 0 && item.canMove ? this.addItem(parent, index + 1) : undefined;
    if (copy) this.load(copy, item.value());
    return copy;
  }

  addEntry(field: FieldNode, name?: string): FieldNode | undefined {
    this.#begin();
    if (field.kind !== 'object' || !(name === undefined ? field.canAdd : field.takesEntry(name))) return undefined;
    const open = field.presence === 'value' ? field.children : [];
    if (name === undefined) {
      const unnamed = open.find((child) => !child.isNamed);
      if (unnamed) return unnamed;
    } else if (open.some((child) => child.isNamed && child.key === name)) return undefined;
    if (field.presence !== 'value') {
      field.clear();
      field.presence = 'value';
    }
    const entry = field.insertEntry(name);
    entry.loadInitial();
    this.#touch(field);
    return entry;
  }

  rename(entry: FieldNode, name: string): string | undefined {
    this.#begin();
    const { parent } = entry;
    if (parent === undefined || entry.role !== 'entry') return 'Only an entry has a name that can be changed.';
    if (entry.isNamed && entry.key === name) return undefined;
    if (name === '') return 'A name is missing.';
    if (parent.children.some((other) => other !== entry && other.isNamed && other.key === name)) {
      return 'There is a property of this name already.';
    }
    if (!parent.takesEntry(name)) return 'The tool does not accept a property of this name.';
    entry.rename(name);
    this.#touch(entry);
    return undefined;
  }

  pick(field: FieldNode, picker: number, option: number): void {
    this.#begin();
    if (field.pickers[picker]?.options[option] === undefined) return;
    field.pick(picker, option);
    this.#touch(field);
  }

  remove(field: FieldNode): void {
    this.#begin();
    const { parent } = field;
    const index = parent?.children.indexOf(field) ?? -1;
    if (parent === undefined || index < 0 || !field.canRemove) return;
    parent.removeChild(index);
    for (const item of parent.children) item.revision++;
    this.#touch(parent);
  }

  /** What each change may cost does not depend on what was before it. */
  #begin(): void {
    this.#context.since = this.#context.made;
    this.#context.source.budget.renew();
  }

  /** Everything on the way to the root has changed, and conditions may hold by now that did not. */
  #touch(field: FieldNode): void {
    for (let current: FieldNode | undefined = field; current; current = current.parent) {
      current.revision++;
      current.reshape();
    }
  }
}
