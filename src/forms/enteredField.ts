import type { JsonValue } from '../shared/json';
import { DescribedField } from './describedField';
import { equalJson } from './equalJson';
import { formatJson, type JsonParse, parseJsonText } from './jsonText';
import { hasType } from './judge';
import { ARGUMENT_LIMITS } from './limits';
import { type NumberParse, numberText, parseNumberText } from './numberText';
import { setOwnMember } from './pointer';
import type { FieldKind } from './shape';
import type { JsonMembers } from './sharedProperties';

/** Whether a field is left out, sent as null, or sent with a value. */
export type Presence = 'absent' | 'null' | 'value';

/** What a field is in its parent: a property of the schema, an entry with a name of its own, an item, a tuple's place. */
export type FieldRole = 'root' | 'property' | 'entry' | 'item' | 'slot';

/** What was entered into a field, and what can be done with it. */
export abstract class EnteredField extends DescribedField {
  abstract readonly role: FieldRole;
  abstract readonly key: string;
  abstract get children(): readonly EnteredField[];
  /** Levels above it. */
  abstract get depth(): number;
  /** For an `entry`: false until it has a name. It is not sent before. */
  isNamed = true;

  presence: Presence = 'absent';
  /** What is typed, for `string`, `number`, `integer` and `json`. */
  text = '';
  /** For `boolean`. */
  flag: boolean | undefined;
  /** For `enum`: the place in `options`. */
  choice: number | undefined;
  #misfit: string | undefined;

  /** `json` where only a JSON box is offered: because of the schema, or because the value does not fit it. */
  get kind(): FieldKind {
    return this.#misfit === undefined ? this.shape.kind : 'json';
  }

  /** Why a JSON box stands here. */
  get reason(): string | undefined {
    return this.#misfit ?? (this.shape.kind === 'json' ? this.shape.reason : undefined);
  }

  /** The value does not fit the schema, so that a JSON box keeps it. */
  get isMisfit(): boolean {
    return this.#misfit !== undefined;
  }

  /** A property that the schema does not name; it can be renamed and removed. */
  get extra(): boolean {
    return this.role === 'entry';
  }

  protected get ownLabel(): string | undefined {
    return this.role === 'entry' ? this.key : undefined;
  }

  protected get fallbackLabel(): string {
    return this.role === 'property' ? this.key : '';
  }

  /** Whether the form should offer to add an item or an entry. */
  get canAdd(): boolean {
    if (this.kind === 'array') return this.children.length < this.maxItems;
    if (this.kind !== 'object' || this.shape.kind !== 'object' || this.shape.object.openness !== 'open') return false;
    const { maxProperties } = this.shape.facts;
    const present = this.presence === 'value' ? this.children.filter((child) => child.presence !== 'absent').length : 0;
    return typeof maxProperties !== 'number' || present < maxProperties;
  }

  /** Whether `addEntry` adds this name to an `object`. */
  takesEntry(name: string): boolean {
    return this.kind === 'object' && this.shape.kind === 'object' && this.shape.object.entrySchema(name) !== false;
  }

  get canRemove(): boolean {
    return this.role === 'item' || this.role === 'entry';
  }

  /** An item that is no place of a tuple. */
  get canMove(): boolean {
    return this.role === 'item';
  }

  parsedNumber(): NumberParse {
    return parseNumberText(this.text, this.kind === 'integer' ? 'integer' : 'number');
  }

  parsedJson(): JsonParse {
    return parseJsonText(this.text, { depth: ARGUMENT_LIMITS.depth - this.depth });
  }

  /** The value to send; undefined where it is absent or its text cannot be read. */
  value(): JsonValue | undefined {
    if (this.presence === 'absent') return undefined;
    if (this.presence === 'null') return null;
    this.settle();
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
          const value = child.isNamed ? child.value() : undefined;
          if (value !== undefined) setOwnMember(result, child.key, value);
        }
        return result;
      }
    }
  }

  /** Conditions may ask for another kind once the fields below are there. */
  settle(): void {
    if (this.shape.conditional) void this.children;
  }

  /** Absent; the choices above it stay. */
  clear(): void {
    this.presence = 'absent';
    this.text = '';
    this.flag = undefined;
    this.choice = undefined;
    this.#misfit = undefined;
  }

  /** Whether `takeScalar` takes it, or the fields of an object or array do. */
  protected fits(value: JsonValue): boolean {
    const { kind, nullable } = this.shape;
    if (value === null && nullable) return true;
    if (kind === 'const') return equalJson(value, this.constant);
    if (kind === 'enum') return this.options.some((option) => equalJson(option.value, value));
    return kind === 'json' || hasType(value, kind);
  }

  /** After `clear`: takes what needs no fields of its own. */
  protected takeScalar(value: JsonValue): boolean {
    const { kind } = this.shape;
    if (!this.fits(value) || kind === 'object' || kind === 'array') {
      if (value !== null || !this.nullable) return false;
    }
    this.presence = 'value';
    if (kind === 'enum') {
      const index = this.options.findIndex((option) => equalJson(option.value, value));
      if (index >= 0) this.choice = index;
      else this.presence = 'null';
    } else if (kind === 'json') this.text = formatJson(value);
    else if (value === null && this.nullable) this.presence = 'null';
    else if (typeof value === 'string' && kind === 'string') this.text = value;
    else if (typeof value === 'number' && kind !== 'const') this.text = numberText(value);
    else if (typeof value === 'boolean' && kind === 'boolean') this.flag = value;
    return true;
  }

  /** Keeps what does not fit in a JSON box. */
  protected takeMisfit(value: JsonValue): void {
    const isLarge = hasType(value, this.shape.kind);
    this.text = formatJson(value);
    this.#misfit = isLarge ? 'This value is too large for fields.' : 'The value does not fit the schema.';
  }

  /** After `clear`: takes what was typed under another kind, where it can be read. */
  protected takeText(text: string): boolean {
    const { kind } = this.shape;
    const isNumeric = kind === 'number' || kind === 'integer';
    if (text === '' || !(kind === 'string' || (isNumeric && parseNumberText(text, kind).ok))) return false;
    this.presence = 'value';
    this.text = text;
    return true;
  }
}

export function isMembers(value: JsonValue | undefined): value is JsonMembers & JsonValue {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
