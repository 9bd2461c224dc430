import type { JsonValue } from '../shared/json';
import type { Budget } from './budget';
import { equalJson } from './equalJson';
import { ownMember } from './pointer';
import { testPattern } from './safePattern';
import { isSchemaObject, type SchemaObject, type SchemaSource } from './schemaSource';

/** `undefined`: not known without work that might not end. */
export type Verdict = boolean | undefined;

const MAX_DEPTH = 40;
const MAX_STEPS = 20_000;
/** Items of a list that are compared with each other. */
export const MAX_COMPARED = 200;

/**
 * Whether the value is valid, as far as that is quickly known: enough to follow conditions and to choose variants in
 * the thread of the window. Never runs long, spends the budget of the source, and never throws.
 */
export function judge(schema: unknown, value: JsonValue, source: SchemaSource): Verdict {
  return new Judge(source).schema(schema, value, 0);
}

export function typeNames(value: unknown): readonly string[] {
  return (typeof value === 'string' ? [value] : Array.isArray(value) ? value : []).filter(
    (name): name is string => typeof name === 'string',
  );
}

export function hasType(value: JsonValue, type: string): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      // The names of JSON Schema that are left are those of JavaScript.
      return typeof value === type;
  }
}

class Judge {
  readonly #source: SchemaSource;
  #steps = 0;

  constructor(source: SchemaSource) {
    this.#source = source;
  }

  schema(schema: unknown, value: JsonValue, depth: number): Verdict {
    if (typeof schema === 'boolean') return schema;
    if (!isSchemaObject(schema) || depth > MAX_DEPTH || ++this.#steps > MAX_STEPS) return undefined;
    if (!this.#source.budget.spend(costOf(schema, value))) return undefined;
    const verdict = this.#whole(schema, value, depth);
    return this.#source.budget.isSpent ? undefined : verdict;
  }

  #whole(schema: SchemaObject, value: JsonValue, depth: number): Verdict {
    const plain = this.#plain(schema, value);
    if (plain === false) return false;
    const verdicts = [plain, this.#references(schema, value, depth), this.#combinations(schema, value, depth)];
    if (verdicts.includes(false)) return false;
    if (Array.isArray(value)) verdicts.push(this.#items(schema, value, depth));
    else if (typeof value === 'object' && value !== null) verdicts.push(this.#properties(schema, value, depth));
    return all(verdicts);
  }

  #plain(schema: SchemaObject, value: JsonValue): Verdict {
    const { budget } = this.#source;
    const types = typeNames(schema.type);
    if (types.length > 0 && !types.some((type) => hasType(value, type))) return false;
    if (Object.hasOwn(schema, 'const') && !equalJson(schema.const, value, budget)) return false;
    if (Array.isArray(schema.enum) && !schema.enum.some((option) => equalJson(option, value, budget))) return false;
    if (typeof value === 'number') return isInRange(schema, value);
    if (typeof value !== 'string') return true;
    const length = [...value].length;
    if (isBelow(length, schema.minLength) || isAbove(length, schema.maxLength)) return false;
    return typeof schema.pattern === 'string' ? testPattern(schema.pattern, value, budget) : true;
  }

  #references(schema: SchemaObject, value: JsonValue, depth: number): Verdict {
    const verdicts = ['$ref', '$dynamicRef', '$recursiveRef']
      .filter((keyword) => Object.hasOwn(schema, keyword))
      .map((keyword) => this.#source.resolve(keyword, schema[keyword], schema))
      .map((target) => (target === undefined ? undefined : this.schema(target, value, depth + 1)));
    return all(verdicts);
  }

  #combinations(schema: SchemaObject, value: JsonValue, depth: number): Verdict {
    const each = (keyword: string) => {
      const schemas = ownMember(schema, keyword);
      return Array.isArray(schemas) ? schemas.map((branch) => this.schema(branch, value, depth + 1)) : undefined;
    };
    const verdicts: Verdict[] = each('allOf') ?? [];
    const any = each('anyOf');
    if (any) verdicts.push(any.includes(true) || (any.includes(undefined) ? undefined : false));
    const one = each('oneOf');
    if (one) {
      const matches = one.filter((verdict) => verdict === true).length;
      verdicts.push(matches > 1 ? false : one.includes(undefined) ? undefined : matches === 1);
    }
    if (Object.hasOwn(schema, 'not')) verdicts.push(negated(this.schema(schema.not, value, depth + 1)));
    if (Object.hasOwn(schema, 'if')) {
      const holds = this.schema(schema.if, value, depth + 1);
      const branch = holds ? ownMember(schema, 'then') : ownMember(schema, 'else');
      if (holds === undefined) verdicts.push(undefined);
      else if (branch !== undefined) verdicts.push(this.schema(branch, value, depth + 1));
    }
    return all(verdicts);
  }

  #properties(schema: SchemaObject, value: object, depth: number): Verdict {
    const names = Object.keys(value);
    if (isBelow(names.length, schema.minProperties) || isAbove(names.length, schema.maxProperties)) return false;
    const missing = (list: unknown) => Array.isArray(list) && list.some((name) => !Object.hasOwn(value, String(name)));
    if (missing(schema.required)) return false;
    const verdicts: Verdict[] = [];
    for (const keyword of ['dependentRequired', 'dependentSchemas', 'dependencies']) {
      for (const [name, needs] of membersOf(schema[keyword])) {
        if (!Object.hasOwn(value, name)) continue;
        verdicts.push(Array.isArray(needs) ? !missing(needs) : this.schema(needs, value as JsonValue, depth + 1));
      }
    }
    const patterns = membersOf(schema.patternProperties);
    for (const name of names) {
      if (verdicts.at(-1) === false) return false;
      const member = ownMember(value, name) as JsonValue | undefined;
      if (member === undefined) continue;
      if (Object.hasOwn(schema, 'propertyNames')) verdicts.push(this.schema(schema.propertyNames, name, depth + 1));
      let known = Object.hasOwn(isSchemaObject(schema.properties) ? schema.properties : {}, name);
      if (known) verdicts.push(this.schema(ownMember(schema.properties, name), member, depth + 1));
      for (const [pattern, branch] of patterns) {
        const matches = testPattern(pattern, name, this.#source.budget);
        if (matches === undefined) verdicts.push(undefined);
        else if (matches) verdicts.push(this.schema(branch, member, depth + 1));
        known ||= matches !== false;
      }
      if (!known && Object.hasOwn(schema, 'additionalProperties')) {
        verdicts.push(this.schema(schema.additionalProperties, member, depth + 1));
      }
    }
    if (Object.hasOwn(schema, 'unevaluatedProperties')) verdicts.push(undefined);
    return all(verdicts);
  }

  #items(schema: SchemaObject, value: readonly JsonValue[], depth: number): Verdict {
    if (isBelow(value.length, schema.minItems) || isAbove(value.length, schema.maxItems)) return false;
    const { slots, rest } = tupleOf(schema);
    const verdicts = value.map((item, index) =>
      this.schema(index < slots.length ? slots[index] : rest, item, depth + 1),
    );
    if (schema.uniqueItems === true)
      verdicts.push(value.length > MAX_COMPARED ? undefined : twinIn(value, this.#source.budget) < 0);
    if (Object.hasOwn(schema, 'contains')) {
      const found = value.map((item) => this.schema(schema.contains, item, depth + 1));
      verdicts.push(schema.minContains === undefined && found.includes(true) ? true : undefined);
    }
    return all(verdicts);
  }
}

/** The schemas of the first places, and of all places after them, in the words of every draft. */
export function tupleOf(schema: SchemaObject): { readonly slots: readonly unknown[]; readonly rest: unknown } {
  const { prefixItems, items } = schema;
  if (Array.isArray(items)) return { slots: items, rest: ownMember(schema, 'additionalItems') ?? true };
  return { slots: Array.isArray(prefixItems) ? prefixItems : [], rest: items ?? true };
}

/** Where an item stands that was there before; -1 where all are different. */
export function twinIn(items: readonly JsonValue[], budget: Budget): number {
  return items.findIndex((item, index) => {
    budget.spend(1 + index / 50);
    return !budget.isSpent && items.slice(0, index).some((earlier) => equalJson(earlier, item, budget));
  });
}

/** What looking at these costs, without what is inside them. */
export function costOf(schema: SchemaObject, value?: JsonValue): number {
  const lists = LISTS.reduce((sum, keyword) => sum + sizeOf(ownMember(schema, keyword)), 0);
  return 1 + (lists + (typeof value === 'string' ? value.length / 8 : sizeOf(value))) / 8;
}

const LISTS = [
  ...['required', 'enum', 'properties', 'patternProperties', 'dependentRequired', 'dependentSchemas', 'dependencies'],
  ...['allOf', 'anyOf', 'oneOf', 'type'],
];

function sizeOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return Array.isArray(value) ? value.length : Object.keys(value).length;
}

export function membersOf(value: unknown): readonly (readonly [string, unknown])[] {
  return isSchemaObject(value) ? Object.entries(value) : [];
}

export function isBelow(value: number, bound: unknown): boolean {
  return typeof bound === 'number' && value < bound;
}

export function isAbove(value: number, bound: unknown): boolean {
  return typeof bound === 'number' && value > bound;
}

function isInRange(schema: SchemaObject, value: number): Verdict {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  if (isBelow(value, minimum) || isAbove(value, maximum)) return false;
  if (typeof exclusiveMinimum === 'number' && value <= exclusiveMinimum) return false;
  if (typeof exclusiveMaximum === 'number' && value >= exclusiveMaximum) return false;
  if (typeof multipleOf !== 'number' || multipleOf <= 0 || value % multipleOf === 0) return true;
  // 0.3 is a multiple of 0.1, which the remainder of floats does not say.
  return Number.isInteger(value) && Number.isInteger(multipleOf) ? false : undefined;
}

function all(verdicts: readonly Verdict[]): Verdict {
  return verdicts.includes(false) ? false : verdicts.includes(undefined) ? undefined : true;
}

function negated(verdict: Verdict): Verdict {
  return verdict === undefined ? undefined : !verdict;
}
