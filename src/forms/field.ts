import type { JsonValue } from '../shared/json';
import { choicesOf } from './choices';
import { EnteredField, type FieldRole, isMembers } from './enteredField';
import { equalJson } from './equalJson';
import type { Picks } from './gather';
import { isWithin, LIMITS } from './limits';
import type { PropertyShape } from './objectShape';
import { joinPointer, ownMember } from './pointer';
import type { SchemaSource } from './schemaSource';
import { anyTypes, END, type EnumOption, type Shape, shapeOf } from './shape';
import { type JsonMembers, sharedProperties } from './sharedProperties';

/** What all fields of one form share. */
export interface FormContext {
  readonly source: SchemaSource;
  /** Fields made so far; the source of their ids. */
  made: number;
  /** Fields that are there. */
  fields: number;
  /** `made` when the last change began: what one change makes is bounded, whatever it throws away again. */
  since: number;
}

/**
 * One part of the value. Changed only by the form's setters; `revision` rises with every change in it or below it.
 * Members that do not belong to the `kind` are empty.
 */
export class FieldNode extends EnteredField {
  readonly id: number;
  readonly parent: FieldNode | undefined;
  /** Property name, or place in the array. The empty text for the root. */
  key: string;
  required: boolean;
  readonly role: FieldRole;
  revision = 0;

  readonly #context: FormContext;
  readonly #picks: Picks = new Map();
  /** What was entered under choices that were left, by those choices. */
  readonly #left = new Map<string, JsonValue>();
  #schema: unknown;
  #shape: Shape;
  #chosenFrom: { readonly shape: Shape; readonly options: readonly EnumOption[] | undefined } | undefined;
  #children: FieldNode[] | undefined;

  constructor(
    context: FormContext,
    parent: FieldNode | undefined,
    key: string,
    schema: unknown,
    place: { readonly role: FieldRole; readonly required: boolean },
  ) {
    super();
    this.#context = context;
    this.id = context.made++;
    context.fields++;
    this.parent = parent;
    this.key = key;
    this.role = place.role;
    this.required = place.required;
    this.#schema = schema;
    this.#shape = this.#resolve(undefined);
  }

  get shape(): Shape {
    return this.#shape;
  }

  /** What an `array` holds any of, where it is a choice of several; undefined for every other field. */
  get choices(): readonly EnumOption[] | undefined {
    if (this.#chosenFrom?.shape !== this.#shape) {
      this.#chosenFrom = { shape: this.#shape, options: choicesOf(this.#shape, this.#context.source) };
    }
    return this.kind === 'array' ? this.#chosenFrom.options : undefined;
  }

  /** JSON pointer (RFC 6901) of the value. */
  get pointer(): string {
    return this.parent === undefined ? '' : joinPointer(this.parent.pointer, this.key);
  }

  get depth(): number {
    return this.parent === undefined ? 0 : this.parent.depth + 1;
  }

  /** The fields of an `object`, the items of an `array`. Made when somebody looks, so that recursion costs nothing. */
  get children(): readonly FieldNode[] {
    return this.kind === 'object' || this.kind === 'array' ? this.#built() : [];
  }

  /** Takes the value over, choosing variants for it; what fits none is kept in a JSON box. Undefined: absent. */
  load(value: JsonValue | undefined): void {
    this.clear();
    this.#picks.clear();
    this.#left.clear();
    this.#shape = this.#resolve(value);
    if (value !== undefined) this.#take(value);
  }

  /** The value a fresh form starts with: the default, or as much as a required field needs to be there. */
  loadInitial(): void {
    this.clear();
    const initial = this.default;
    if (initial !== undefined && isWithin(initial, LIMITS.defaultDepth, LIMITS.fields)) this.load(initial);
    else if (this.required) this.loadEmpty();
  }

  /** Present with as little as possible, where the kind has such a value: objects, arrays, constants and null. */
  loadEmpty(): void {
    const { kind } = this.#shape;
    if (kind !== 'object' && kind !== 'array' && kind !== 'const' && kind !== 'null') return;
    this.presence = 'value';
  }

  override clear(): void {
    super.clear();
    this.#drop(this.#children ?? []);
    this.#children = undefined;
  }

  /** Follows another option, with what the value so far and the option have in common. */
  pick(picker: number, option: number): void {
    const { key, chosen } = this.#shape.pickers[picker] ?? {};
    if (key === undefined || chosen === option) return;
    const before = this.value();
    const text = this.text;
    if (before !== undefined) this.#left.set(this.#chosen(), before);
    for (const later of this.#shape.pickers.slice(picker)) this.#picks.delete(later.key);
    this.#picks.set(key, option);
    const last = this.#shape;
    this.#shape = this.#resolve(before);
    const left = this.#left.get(this.#chosen());
    const next = this.#shape;
    if (last.kind !== 'object' || next.kind !== 'object' || !isMembers(before)) {
      this.#replace(left ?? before, text);
      return;
    }
    const value = sharedProperties({
      before,
      left,
      last: last.object,
      next: next.object,
      source: this.#context.source,
    });
    const keep = this.#keepShared(next.object.properties, value);
    this.clear();
    this.presence = 'value';
    this.#takeProperties(value, keep);
    for (const child of this.#built()) {
      if (child.role !== 'property' || child.presence !== 'absent' || keep.has(child.key)) continue;
      child.loadInitial();
      // The constants of a variant are what others know it by.
      if (child.kind === 'const') child.loadEmpty();
    }
  }

  /** Reads the conditions of the schema again after a change below. */
  reshape(): void {
    for (let round = 0; round < LIMITS.rounds; round++) {
      if (!this.#shape.conditional || this.isMisfit || this.presence !== 'value') return;
      const next = this.#resolve(this.value());
      // What the conditions ask for is not known then, and what was entered stays where it is.
      if (this.#context.source.budget.isSpent) return;
      if (next.signature === this.#shape.signature) return;
      this.#adopt(next);
    }
  }

  /** For `array`. */
  insertItem(at: number): FieldNode {
    const items = this.#built();
    const item = this.#item(at);
    item.loadInitial();
    items.splice(at, 0, item);
    this.#renumber();
    return item;
  }

  /** For `object`. Without a name it waits for one. */
  insertEntry(name: string | undefined): FieldNode {
    const entry = this.#entry(name ?? '');
    entry.isNamed = name !== undefined;
    this.#built().push(entry);
    return entry;
  }

  /** For an `entry`. Another name may mean another schema. */
  rename(name: string): void {
    const object = this.parent?.shape;
    const schema = object?.kind === 'object' ? object.object.entrySchema(name) || true : true;
    this.key = name;
    this.isNamed = true;
    this.#follow(schema);
  }

  removeChild(index: number): void {
    this.#drop(this.#built().splice(index, 1));
    if (this.kind === 'array') this.#renumber();
  }

  moveItem(from: number, to: number): void {
    const items = this.#built();
    const [item] = items.splice(from, 1);
    if (item) items.splice(to, 0, item);
    this.#renumber();
  }

  #resolve(value: JsonValue | undefined): Shape {
    const { source, fields, made, since } = this.#context;
    const isBeyond = this.depth > LIMITS.fieldDepth || fields > LIMITS.fields || made - since > LIMITS.fieldsPerChange;
    const shape = isBeyond ? END : shapeOf(this.#schema, { source, picks: this.#picks, value }, this.role === 'root');
    return source.budget.isSpent ? END : shape;
  }

  /** After `clear`. */
  #take(value: JsonValue): void {
    const { kind } = this.#shape;
    this.presence = 'value';
    if (kind === 'array' && Array.isArray(value) && this.#hasRoomFor(value)) this.#takeItems(value);
    else if (kind === 'object' && isMembers(value) && this.#hasRoomFor(value)) this.#takeProperties(value);
    else if (!this.takeScalar(value)) this.#box(value);
  }

  /** Bounds what is drawn, so that a large value is one JSON box and not thousands of fields. */
  #hasRoomFor(value: object): boolean {
    if (Object.keys(value).length > LIMITS.itemsPerArray) return false;
    return isWithin(value, LIMITS.fieldDepth - this.depth, Math.max(0, LIMITS.fields - this.#context.fields));
  }

  #box(value: JsonValue): void {
    const picker = this.#shape.isAny ? this.#shape.pickers.at(-1) : undefined;
    if (picker === undefined) {
      this.takeMisfit(value);
      return;
    }
    this.#picks.set(picker.key, anyTypes(this.role === 'root').indexOf('json'));
    this.#shape = this.#resolve(value);
    this.takeScalar(value);
  }

  #takeItems(value: readonly JsonValue[]): void {
    const slots = this.#shape.kind === 'array' ? this.#shape.array.slots.length : 0;
    this.#children = Array.from({ length: Math.max(slots, value.length) }, (_, index) => {
      const item = this.#item(index);
      item.load(value[index]);
      return item;
    });
  }

  /** Takes the fields out that go on under a next shape: those with a shared value, or of the same schema. */
  #keepShared(properties: readonly PropertyShape[], value: JsonMembers): Map<string, FieldNode> {
    const kept = new Map<string, FieldNode>();
    const before = new Map(this.#built().map((child) => [child.role === 'property' ? child.key : child, child]));
    for (const { name, schema, required } of properties) {
      const last = before.get(name);
      if (last === undefined) continue;
      const entered = last.value();
      if (entered === undefined ? last.#schema !== schema : !equalJson(entered, ownMember(value, name))) continue;
      last.required = required;
      last.#follow(schema);
      kept.set(name, last);
    }
    this.#children = this.#built().filter((child) => kept.get(child.key) !== child);
    return kept;
  }

  #takeProperties(value: JsonMembers, keep = new Map<string, FieldNode>()): void {
    const children = this.#properties().map(
      (property) => keep.get(property.name) ?? this.#property(property, ownMember(value, property.name) as JsonValue),
    );
    const known = new Set(children.map((child) => child.key));
    for (const [key, member] of Object.entries(value)) {
      if (known.has(key) || member === undefined) continue;
      const entry = this.#entry(key);
      entry.load(member);
      children.push(entry);
    }
    this.#children = children;
  }

  /** Holds this value under the shape that it has by now; what cannot be taken over as it is, as text. */
  #replace(value: JsonValue | undefined, text: string): void {
    this.clear();
    if (value !== undefined && this.fits(value)) this.#take(value);
    else if (!this.takeText(text)) this.loadEmpty();
  }

  /** Another schema for the same part of the value. */
  #follow(schema: unknown): void {
    if (schema === this.#schema) return;
    this.#schema = schema;
    if (this.isMisfit) this.load(this.value());
    else this.#adopt(this.#resolve(this.value()));
  }

  #adopt(next: Shape): void {
    const before = this.value();
    const last = this.#shape;
    this.#shape = next;
    if (next.kind === 'object' && last.kind === 'object') this.#adoptProperties();
    else if (this.presence === 'absent') this.#replace(undefined, '');
    else if (next.kind !== last.kind || next.kind === 'array' || next.kind === 'enum') {
      if (before === undefined) this.#replace(before, this.text);
      else this.load(before);
    }
  }

  /** Keeps the fields that are still there. What was entered in others stays as an entry. */
  #adoptProperties(): void {
    const before = new Map(this.#built().map((child) => [child.key, child]));
    const children = this.#properties().map((property) => {
      const last = before.get(property.name);
      if (last?.role === 'property') {
        before.delete(property.name);
        last.required = property.required;
        last.#follow(property.schema);
        return last;
      }
      const field = this.#property(property, last?.value());
      if (last === undefined) field.loadInitial();
      else if (field.presence === 'absent') field.takeText(last.text);
      return field;
    });
    const listed = new Set(children.map((child) => child.key));
    for (const last of before.values()) {
      if (last.role === 'entry' && !listed.has(last.key)) children.push(last);
      else {
        const value = listed.has(last.key) || equalJson(last.value(), last.default) ? undefined : last.value();
        this.#drop([last]);
        if (value === undefined) continue;
        const entry = this.#entry(last.key);
        entry.load(value);
        children.push(entry);
      }
    }
    this.#children = children;
  }

  #built(): FieldNode[] {
    if (this.#children === undefined) {
      this.#children = this.#initialChildren();
      for (const child of this.#children) child.loadInitial();
      this.reshape();
    }
    return this.#children ?? [];
  }

  #initialChildren(): FieldNode[] {
    if (this.#shape.kind === 'object') return this.#properties().map((property) => this.#property(property));
    if (this.#shape.kind !== 'array') return [];
    const { slots, minItems } = this.#shape.array;
    const blank = this.choices === undefined ? Math.min(minItems, LIMITS.initialItems) : 0;
    const length = Math.max(slots.length, blank);
    return Array.from({ length }, (_, index) => this.#item(index));
  }

  #properties(): readonly PropertyShape[] {
    return this.#shape.kind === 'object' ? this.#shape.object.properties : [];
  }

  #property({ name, schema, required }: PropertyShape, value?: JsonValue): FieldNode {
    const field = new FieldNode(this.#context, this, name, schema, { role: 'property', required });
    if (value !== undefined) field.load(value);
    return field;
  }

  #entry(name: string): FieldNode {
    const schema = this.#shape.kind === 'object' ? this.#shape.object.entrySchema(name) || true : true;
    return new FieldNode(this.#context, this, name, schema, { role: 'entry', required: true });
  }

  #item(index: number): FieldNode {
    const { slots, rest, minItems } =
      this.#shape.kind === 'array' ? this.#shape.array : { slots: [], rest: true, minItems: 0 };
    const isSlot = index < slots.length;
    return new FieldNode(this.#context, this, String(index), isSlot ? slots[index] : rest || true, {
      role: isSlot ? 'slot' : 'item',
      required: !isSlot || index < minItems,
    });
  }

  #renumber(): void {
    this.#built().forEach((item, index) => {
      item.key = String(index);
    });
  }

  /** The choices above this field, as one text. */
  #chosen(): string {
    return this.#shape.pickers.map(({ key, chosen }) => `${key} ${chosen}`).join(' / ');
  }

  #drop(children: readonly FieldNode[]): void {
    for (const child of children) {
      this.#context.fields--;
      child.#drop(child.#children ?? []);
    }
  }
}
