import { equalJson } from './equalJson';
import type { Gathered } from './gather';
import { typeNames } from './judge';
import type { SchemaObject } from './schemaSource';

/** Members whose text is the field's: a chosen variant has a title of its own, which the picker shows. */
const OF_THE_FIELD = new Set(['title', 'description', 'default', 'examples', '$comment']);
/** Members that the shape reads from the parts. */
const STRUCTURE = new Set([
  ...['$schema', '$id', '$anchor', '$dynamicAnchor', '$defs', 'definitions', '$ref', '$dynamicRef', '$recursiveRef'],
  ...['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else', 'dependentSchemas', 'dependentRequired', 'dependencies'],
  ...['properties', 'patternProperties', 'additionalProperties', 'unevaluatedProperties', 'required'],
  ...['items', 'prefixItems', 'additionalItems', 'unevaluatedItems', 'propertyNames'],
]);
const HIGHEST = new Set(['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties', 'minContains']);
const LOWEST = new Set(['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties', 'maxContains']);
const ANY_OF_THEM = new Set(['deprecated', 'readOnly', 'writeOnly', 'uniqueItems']);

/** What the parts say together about the value itself: the strictest bounds, the outermost texts. */
export function factsOf({ parts, variants }: Pick<Gathered, 'parts' | 'variants'>): SchemaObject {
  const facts: Record<string, unknown> = Object.create(null);
  for (const part of parts) {
    for (const [key, value] of Object.entries(part)) {
      if (STRUCTURE.has(key) || (variants.has(part) && OF_THE_FIELD.has(key))) continue;
      facts[key] = Object.hasOwn(facts, key) ? merged(key, facts[key], value) : value;
    }
  }
  return facts;
}

function merged(key: string, outer: unknown, inner: unknown): unknown {
  if (typeof outer === 'number' && typeof inner === 'number') {
    if (HIGHEST.has(key)) return Math.max(outer, inner);
    if (LOWEST.has(key)) return Math.min(outer, inner);
  }
  if (key === 'enum' && Array.isArray(outer) && Array.isArray(inner)) {
    return outer.filter((option) => inner.some((other) => equalJson(option, other)));
  }
  if (ANY_OF_THEM.has(key)) return outer === true || inner === true;
  return outer;
}

/** The types that all parts allow; undefined where none names any. */
export function commonTypes(parts: readonly SchemaObject[]): readonly string[] | undefined {
  let common: readonly string[] | undefined;
  for (const { type } of parts) {
    const types = typeNames(type);
    if (types.length === 0) continue;
    common = common === undefined ? [...new Set(types)] : intersection(common, types);
  }
  if (common?.includes('number')) return common.filter((name) => name !== 'integer');
  return common;
}

function intersection(left: readonly string[], right: readonly string[]): string[] {
  const narrower = (name: string) => {
    if (right.includes(name)) return name;
    if (name === 'integer' && right.includes('number')) return 'integer';
    return name === 'number' && right.includes('integer') ? 'integer' : undefined;
  };
  return [...new Set(left.map(narrower).filter((name) => name !== undefined))];
}

const IMPLIES: readonly (readonly [type: string, keywords: readonly string[]])[] = [
  ['object', ['properties', 'required', 'additionalProperties', 'patternProperties', 'propertyNames']],
  ['object', ['minProperties', 'maxProperties', 'unevaluatedProperties', 'dependentRequired', 'dependentSchemas']],
  ['array', ['items', 'prefixItems', 'contains', 'minItems', 'maxItems', 'uniqueItems', 'unevaluatedItems']],
  ['string', ['pattern', 'minLength', 'maxLength', 'format', 'contentEncoding', 'contentMediaType']],
  ['number', ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']],
];

/** The types that are meant where none is named: only those that the other keywords speak of. */
export function impliedTypes(parts: readonly SchemaObject[]): string[] {
  const types = IMPLIES.filter(([, keywords]) =>
    parts.some((part) => keywords.some((keyword) => part[keyword] !== undefined && part[keyword] !== true)),
  ).map(([type]) => type);
  return [...new Set(types)];
}
