import type { JsonValue } from '../../src/shared/json';

type Schema = Readonly<Record<string, unknown>>;

/** Which optional parts a generated value has. */
export type Fullness = 'least' | 'all' | 'some';

const WORDS = ['alpha', 'beta-2', 'Gamma delta', 'ünïcode ✓', '<b>x</b>', '', '42', 'true'];
const TEXTS: Readonly<Record<string, string>> = {
  uri: 'https://example.com/a?b=c',
  uuid: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  email: 'someone@example.com',
  date: '2026-03-31',
  'date-time': '2026-03-31T09:30:00Z',
};
/** Texts for the patterns of real servers. */
const MATCHING = ['https://example.com/', 'abc', 'example.com', '3f2504e0-4f89-41d3-9a0c-0305e82c3301'];

/** Values that a schema of the usual kind is meant for. Whether they are valid is for the validator to say. */
export class ValueGenerator {
  readonly #root: unknown;
  #state: number;

  constructor(root: unknown, seed: number) {
    this.#root = root;
    this.#state = seed;
  }

  value(schema: unknown, fullness: Fullness, depth = 0): JsonValue {
    if (schema === true || !isSchema(schema) || depth > 12) return this.#anything(fullness, depth);
    const flat = this.#flat(schema, fullness);
    if ('const' in flat) return flat.const as JsonValue;
    if (Array.isArray(flat.enum)) return this.#pick(flat.enum as JsonValue[]);
    const types = Array.isArray(flat.type) ? (flat.type as string[]) : [flat.type ?? (flat.properties && 'object')];
    switch (this.#pick(types)) {
      case 'string':
        return this.#text(flat);
      case 'integer':
        return this.#number(flat, true);
      case 'number':
        return this.#number(flat, false);
      case 'boolean':
        return this.#next() < 0.5;
      case 'null':
        return null;
      case 'array':
        return this.#list(flat, fullness, depth);
      case 'object':
        return this.#object(flat, fullness, depth);
      default:
        return this.#anything(fullness, depth);
    }
  }

  /** With references, `allOf` and one variant of each union taken in. */
  #flat(schema: Schema, fullness: Fullness): Schema {
    let flat: Record<string, unknown> = { ...schema };
    for (let step = 0; step < 20; step++) {
      const { $ref: reference, allOf, anyOf, oneOf, ...rest } = flat;
      const union = anyOf ?? oneOf;
      const more = [
        ...(typeof reference === 'string' ? [this.#follow(reference)] : []),
        ...(Array.isArray(allOf) ? allOf : []),
        ...(Array.isArray(union) ? [this.#pick(union)] : []),
      ].filter(isSchema);
      if (more.length === 0) return rest;
      flat = rest;
      for (const part of more) flat = merged(flat, part);
    }
    return fullness === 'least' ? {} : flat;
  }

  #follow(reference: string): unknown {
    const segments = reference.replace(/^#\/?/, '').split('/').filter(Boolean);
    return segments.reduce<unknown>((at, segment) => (isSchema(at) ? at[segment] : undefined), this.#root);
  }

  #text(schema: Schema): string {
    const { minLength, maxLength, pattern, format } = schema;
    const made = typeof format === 'string' ? TEXTS[format] : undefined;
    if (made !== undefined) return made;
    if (typeof pattern === 'string') return MATCHING.find((text) => new RegExp(pattern, 'u').test(text)) ?? 'x';
    const word = this.#pick(WORDS).padEnd(Number(minLength ?? 0), 'x');
    return typeof maxLength === 'number' ? [...word].slice(0, maxLength).join('') : word;
  }

  #number(schema: Schema, isInteger: boolean): number {
    const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
    const low = numberOr(minimum, typeof exclusiveMinimum === 'number' ? exclusiveMinimum + 1 : undefined);
    const high = numberOr(maximum, typeof exclusiveMaximum === 'number' ? exclusiveMaximum - 1 : undefined);
    const from = low ?? (high === undefined ? -5 : high - 10);
    const to = high ?? from + 100;
    const step = typeof multipleOf === 'number' ? multipleOf : 1;
    const value = Math.min(to, Math.ceil((from + this.#next() * (to - from)) / step) * step);
    return isInteger || to - from < 1 || multipleOf !== undefined ? value : Math.min(to, value + 0.25);
  }

  #list(schema: Schema, fullness: Fullness, depth: number): JsonValue[] {
    const least = Number(schema.minItems ?? 0);
    const most = Math.min(Number(schema.maxItems ?? 3), 3);
    const length = Math.max(
      least,
      fullness === 'least' ? 0 : fullness === 'all' ? Math.min(2, most) : this.#below(most + 1),
    );
    const slots = listOf(schema.prefixItems);
    const items = Array.from({ length }, (_, index) =>
      this.value(index < slots.length ? slots[index] : (schema.items ?? true), fullness, depth + 1),
    );
    return schema.uniqueItems === true ? items.filter((item, i) => items.indexOf(item) === i) : items;
  }

  #object(schema: Schema, fullness: Fullness, depth: number): JsonValue {
    const result: Record<string, JsonValue> = {};
    const required = listOf(schema.required);
    for (const [name, member] of Object.entries((schema.properties ?? {}) as object)) {
      const wanted = required.includes(name) || fullness === 'all' || (fullness === 'some' && this.#next() < 0.5);
      if (wanted) result[name] = this.value(member, fullness, depth + 1);
    }
    const isFree = schema.properties === undefined && schema.additionalProperties !== false;
    if (fullness !== 'least' && (isSchema(schema.additionalProperties) || isFree)) {
      for (const name of ['first', 'second key', 'constructor']) {
        result[name] = this.value(schema.additionalProperties ?? true, fullness, depth + 1);
      }
    }
    return result;
  }

  #anything(fullness: Fullness, depth: number): JsonValue {
    if (fullness === 'least' || depth > 6) return 'anything';
    return this.#pick<JsonValue>([1.5, 'text', true, null, [1, 'a', [null]], { a: { b: [1] }, c: '' }]);
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#below(from.length)] as T;
  }

  #below(count: number): number {
    return Math.floor(this.#next() * count);
  }

  /** A linear congruential generator: the same values in every run. */
  #next(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state / 2 ** 32;
  }
}

function merged(left: Schema, right: Schema): Record<string, unknown> {
  const properties = { ...(left.properties as object), ...(right.properties as object) };
  return {
    ...left,
    ...right,
    ...(left.properties || right.properties ? { properties } : {}),
    required: [...listOf(left.required), ...listOf(right.required)],
  };
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function numberOr(value: unknown, fallback: number | undefined): number | undefined {
  return typeof value === 'number' ? value : fallback;
}
