import type { JsonValue } from '../shared/json';
import { classify, type EnumOption, type FieldKind, type Shape } from './classify';
import { equalJson } from './equalJson';
import { hintsOf } from './hints';
import { formatJson, type JsonParse, parseJsonText } from './jsonText';
import { boundedText, isWithin, LIMITS } from './limits';
import { type NumberParse, numberText, parseNumberText } from './numberText';
import { joinPointer, ownMember, setOwnMember } from './pointer';

/** Whether a field is left out, sent as null, or sent with a value. */
export type Presence = 'absent' | 'null' | 'value';

/** What a field is in its parent: a property of the schema, an entry with a name of its own, an item, a tuple's place. */
export type FieldRole = 'root' | 'property' | 'entry' | 'item' | 'slot';

/** A choice between ways to write this part of the value: variants of a union, or types. */
export interface Picker {
  /** `variant`: `oneOf` and `anyOf`; `type`: several types, or any. */
  readonly by: 'variant' | 'type';
  readonly options: readonly PickerOption[];
  /** The place in `options` that the field follows; there always is one. */
  readonly chosen: number;
}

export interface PickerOption {
  readonly label: string;
  readonly description?: string;
}

/** What all fields of one form share. */
export interface FormContext {
  readonly schema: unknown;
  /** Fields made so far; the source of their ids. */
  fields: number;
}

/**
 * One part of the value. Changed only by the form's setters; `revision` rises with every change in it or below it.
 * Members that do not belong to the `kind` are empty.
 */
export class FieldNode {
  readonly id: number;
  readonly parent: FieldNode | undefined;
  /** Property name, or place in the array. The empty text for the root. */
  key: string;
  readonly required: boolean;
  /** A property that the schema does not name; it came with a value and can be removed. */
  readonly extra: boolean;
  /** Title, else property name; empty for the root and for items without a title. */
  readonly label: string;
  readonly description: string | undefined;
  /** Constraints in words: "1 to 10", "at most 20 characters". */
  readonly hints: readonly string[];
  readonly nullable: boolean;

  presence: Presence = 'absent';
  /** What is typed, for `string`, `number`, `integer` and `json`. */
  text = '';
  /** For `boolean`. */
  flag: boolean | undefined;
  /** For `enum`: the place in `options`. */
  choice: number | undefined;
  revision = 0;

  readonly #context: FormContext;
  readonly #shape: Shape;
  #misfit: string | undefined;
  #children: FieldNode[] | undefined;

  constructor(
    context: FormContext,
    parent: FieldNode | undefined,
    key: string,
    schema: unknown,
    place: { required: boolean; extra?: boolean },
  ) {
    this.#context = context;
    this.id = context.fields++;
    this.parent = parent;
    this.key = key;
    this.required = place.required;
    this.extra = place.extra ?? false;
    this.#shape = this.#shapeOf(schema);
    const facts = this.#shape.schema;
    this.label = boundedText(facts.title, 200) ?? (parent?.kind === 'array' ? '' : (boundedText(key, 200) ?? ''));
    this.description = boundedText(facts.description);
    this.hints = hintsOf(facts);
    this.nullable = this.#shape.nullable && this.#shape.kind !== 'json';
  }

  /** `json` where only a JSON box is offered: because of the schema, or because the value does not fit it. */
  get kind(): FieldKind {
    return this.#misfit === undefined ? this.#shape.kind : 'json';
  }

  /** Why a JSON box stands here. */
  get reason(): string | undefined {
    return this.#misfit ?? (this.#shape.kind === 'json' ? this.#shape.reason : undefined);
  }

  /** JSON pointer (RFC 6901) of the value. */
  get pointer(): string {
    return this.parent === undefined ? '' : joinPointer(this.parent.pointer, this.key);
  }

  get depth(): number {
    return this.parent === undefined ? 0 : this.parent.depth + 1;
  }

  /** For `enum`. */
  get options(): readonly EnumOption[] {
    return this.#shape.kind === 'enum' ? this.#shape.options : [];
  }

  /** For `const`. */
  get constant(): JsonValue | undefined {
    return this.#shape.kind === 'const' ? this.#shape.value : undefined;
  }

  get default(): JsonValue | undefined {
    return ownMember(this.#shape.schema, 'default') as JsonValue | undefined;
  }

  get examples(): readonly JsonValue[] {
    const examples = ownMember(this.#shape.schema, 'examples');
    return Array.isArray(examples) ? (examples as JsonValue[]).slice(0, 20) : [];
  }

  get format(): string | undefined {
    return boundedText(ownMember(this.#shape.schema, 'format'), 60);
  }

  get maxItems(): number {
    return this.#shape.kind === 'array' ? Math.min(this.#shape.maxItems, LIMITS.itemsPerArray) : 0;
  }

  get role(): FieldRole {
    if (this.parent === undefined) return 'root';
    if (this.extra) return 'entry';
    return this.parent.kind === 'array' ? 'item' : 'property';
  }

  /** The choices above the control, outer ones first; `kind` and `children` are those of what is chosen. */
  get pickers(): readonly Picker[] {
    return [];
  }

  /** The schema allows any value here; the last picker offers the types, and JSON. */
  get isAny(): boolean {
    return false;
  }

  /** For an `entry`: false until it has a name. It is not sent before. */
  get isNamed(): boolean {
    return true;
  }

  /** Names that entries of this `object` may have, where the schema lists them. */
  get entryNames(): readonly string[] {
    return [];
  }

  /** Whether `addItem` or `addEntry` does anything. */
  get canAdd(): boolean {
    return this.kind === 'array' && this.children.length < this.maxItems;
  }

  /** An item or an entry. */
  get canRemove(): boolean {
    return this.role === 'item' || this.role === 'entry';
  }

  /** An item that is no place of a tuple. */
  get canMove(): boolean {
    return this.role === 'item';
  }

  get deprecated(): boolean {
    return ownMember(this.#shape.schema, 'deprecated') === true;
  }

  /** The server sets it: shown, and sent only where a value came with it. */
  get readOnly(): boolean {
    return ownMember(this.#shape.schema, 'readOnly') === true;
  }

  /** To be typed unseen. */
  get isSecret(): boolean {
    return this.format === 'password' || ownMember(this.#shape.schema, 'writeOnly') === true;
  }

  /** `base64` where a file can be picked (JSON Schema 2020-12 validation section 8.3). */
  get contentEncoding(): string | undefined {
    return boundedText(ownMember(this.#shape.schema, 'contentEncoding'), 60);
  }

  get contentMediaType(): string | undefined {
    return boundedText(ownMember(this.#shape.schema, 'contentMediaType'), 200);
  }

  /** The fields of an `object`, the items of an `array`. Made when somebody looks, so that recursion costs nothing. */
  get children(): readonly FieldNode[] {
    if (this.kind !== 'object' && this.kind !== 'array') return [];
    return this.#built();
  }

  parsedNumber(): NumberParse {
    return parseNumberText(this.text, this.kind === 'integer' ? 'integer' : 'number');
  }

  parsedJson(): JsonParse {
    return parseJsonText(this.text);
  }

  /** The value to send; undefined where it is absent or its text cannot be read. */
  value(): JsonValue | undefined {
    if (this.presence === 'absent') return undefined;
    if (this.presence === 'null') return null;
    switch (this.kind) {
      case 'string':
        return this.text;
      case 'number':
      case 'integer': {
        const parsed = this.parsedNumber();
        return parsed.ok ? parsed.value : undefined;
      }
      case 'boolean':
        return this.flag;
      case 'enum':
        return this.options[this.choice ?? -1]?.value;
      case 'const':
        return this.constant;
      case 'null':
        return null;
      case 'json': {
        const parsed = this.parsedJson();
        return parsed.ok ? parsed.value : undefined;
      }
      case 'array':
        return this.children.map((child) => child.value()).filter((item) => item !== undefined);
      case 'object': {
        const result = {};
        for (const child of this.children) {
          const value = child.value();
          if (value !== undefined) setOwnMember(result, child.key, value);
        }
        return result;
      }
    }
  }

  /** Takes the value over; what does not fit the kind is kept in a JSON box. Undefined: absent. */
  load(value: JsonValue | undefined): void {
    this.clear();
    if (value === undefined) return;
    this.presence = 'value';
    const shape = this.#shape;
    if (shape.kind === 'json') this.text = formatJson(value);
    else if (shape.kind === 'enum' && this.#choose(value)) return;
    else if (value === null && this.nullable) this.presence = 'null';
    else if (shape.kind === 'string' && typeof value === 'string') this.text = value;
    else if (shape.kind === 'number' && isFiniteNumber(value)) this.text = numberText(value);
    else if (shape.kind === 'integer' && Number.isInteger(value)) this.text = numberText(value as number);
    else if (shape.kind === 'boolean' && typeof value === 'boolean') this.flag = value;
    else if (shape.kind === 'null' && value === null) return;
    else if (shape.kind === 'const' && equalJson(value, shape.value)) return;
    else if (shape.kind === 'array' && Array.isArray(value) && value.length <= LIMITS.itemsPerArray) {
      this.#children = value.map((item, index) => this.#item(index, item));
    } else if (shape.kind === 'object' && isObject(value)) this.#loadProperties(value);
    else {
      this.#misfit = 'The value does not fit the schema.';
      this.text = formatJson(value);
    }
  }

  /** The value a fresh form starts with: the default, or as much as a required field needs to be there. */
  loadInitial(): void {
    this.clear();
    const initial = this.default;
    if (initial !== undefined && isWithin(initial, LIMITS.schemaDepth, LIMITS.schemaMembers)) this.load(initial);
    else if (this.required) this.loadEmpty();
  }

  /** Present with as little as possible, where the kind has such a value: objects, arrays, constants and null. */
  loadEmpty(): void {
    const shape = this.#shape;
    if (shape.kind === 'array') {
      this.#children = Array.from({ length: Math.min(shape.minItems, 5) }, (_, index) => this.#item(index));
    } else if (shape.kind !== 'object' && shape.kind !== 'const' && shape.kind !== 'null') return;
    this.presence = 'value';
  }

  clear(): void {
    this.presence = 'absent';
    this.text = '';
    this.flag = undefined;
    this.choice = undefined;
    this.#misfit = undefined;
    this.#children = undefined;
  }

  /** For `array`. */
  insertItem(at: number, value?: JsonValue): FieldNode {
    const items = this.#built();
    const item = this.#item(at, value);
    items.splice(at, 0, item);
    this.#renumber();
    return item;
  }

  /** For `array`, and for an `extra` property of an `object`. */
  removeChild(index: number): void {
    this.#built().splice(index, 1);
    if (this.kind === 'array') this.#renumber();
  }

  moveItem(from: number, to: number): void {
    const items = this.#built();
    const [item] = items.splice(from, 1);
    if (item) items.splice(to, 0, item);
    this.#renumber();
  }

  #shapeOf(schema: unknown): Shape {
    const beyond = this.depth > LIMITS.fieldDepth || this.#context.fields > LIMITS.fields;
    if (!beyond) return classify(schema, this.#context.schema, this.parent === undefined);
    return {
      schema: {},
      nullable: false,
      kind: 'json',
      reason: 'The form ends here: the schema is too large or too deep.',
    };
  }

  #built(): FieldNode[] {
    if (this.#children === undefined) {
      this.#children = this.#properties();
      for (const child of this.#children) child.loadInitial();
    }
    return this.#children;
  }

  #properties(): FieldNode[] {
    const shape = this.#shape;
    if (shape.kind !== 'object') return [];
    return shape.properties.map(
      ([name, schema]) => new FieldNode(this.#context, this, name, schema, { required: shape.required.has(name) }),
    );
  }

  #loadProperties(value: Readonly<Record<string, JsonValue | undefined>>): void {
    const children = this.#properties();
    const known = new Set(children.map((child) => child.key));
    for (const child of children) child.load(ownMember(value, child.key) as JsonValue | undefined);
    for (const [key, member] of Object.entries(value)) {
      if (known.has(key) || member === undefined) continue;
      const extra = new FieldNode(this.#context, this, key, this.#shape.schema.additionalProperties || true, {
        required: false,
        extra: true,
      });
      extra.load(member);
      children.push(extra);
    }
    this.#children = children;
  }

  #item(index: number, value?: JsonValue): FieldNode {
    const shape = this.#shape;
    const schema = shape.kind === 'array' ? shape.items : true;
    const item = new FieldNode(this.#context, this, String(index), schema, { required: true });
    if (value === undefined) item.loadInitial();
    else item.load(value);
    return item;
  }

  #renumber(): void {
    this.#built().forEach((item, index) => {
      item.key = String(index);
    });
  }

  #choose(value: JsonValue): boolean {
    const index = this.options.findIndex((option) => equalJson(option.value, value));
    if (index < 0) return false;
    this.choice = index;
    return true;
  }
}

function isObject(value: JsonValue): value is Readonly<Record<string, JsonValue | undefined>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isFiniteNumber(value: JsonValue): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
