import type { JsonValue } from '../shared/json';
import { costOf, hasType, judge, membersOf, typeNames } from './judge';
import { ownMember } from './pointer';
import { isSchemaObject, type SchemaSource } from './schemaSource';

const MAX_DEPTH = 6;

/**
 * The variant that a value is meant for: one that it is valid for, else the one whose constants it has (a
 * discriminator), else the one with most properties in common. Always an index.
 */
export function chooseVariant(branches: readonly unknown[], value: JsonValue, source: SchemaSource): number {
  let best = 0;
  let bestScore = Number.NEGATIVE_INFINITY;
  branches.forEach((branch, index) => {
    const verdict = judge(branch, value, source);
    const score = overlap(branch, value, source, 0) + (verdict === true ? 1e6 : verdict === undefined ? 1e3 : 0);
    if (score > bestScore) {
      best = index;
      bestScore = score;
    }
  });
  return best;
}

/** How much of the value the schema speaks of; constants weigh most, a wrong type excludes. */
function overlap(schema: unknown, value: JsonValue, source: SchemaSource, depth: number): number {
  if (!isSchemaObject(schema) || depth > MAX_DEPTH || !source.budget.spend(costOf(schema, value))) return 0;
  const types = typeNames(schema.type);
  if (types.length > 0 && !types.some((type) => hasType(value, type))) return -1e5;
  let score = types.length > 0 ? 1 : 0;
  if (Object.hasOwn(schema, 'const') || Array.isArray(schema.enum)) {
    score += judge({ ...(Object.hasOwn(schema, 'const') && { const: schema.const }), enum: schema.enum }, value, source)
      ? 100
      : -100;
  }
  for (const keyword of ['$ref', '$dynamicRef']) {
    if (!Object.hasOwn(schema, keyword)) continue;
    score += overlap(source.resolve(keyword, schema[keyword], schema), value, source, depth + 1);
  }
  const inner = (list: unknown) =>
    (Array.isArray(list) ? list : []).map((branch) => overlap(branch, value, source, depth + 1));
  score += inner(schema.allOf).reduce((sum, part) => sum + part, 0);
  for (const union of [inner(schema.anyOf), inner(schema.oneOf)]) if (union.length > 0) score += Math.max(...union);
  if (Array.isArray(value)) {
    const items = ownMember(schema, 'items');
    return value.length > 0 && isSchemaObject(items)
      ? score + Math.max(-100, overlap(items, value[0] as JsonValue, source, depth + 1))
      : score;
  }
  if (typeof value !== 'object' || value === null) return score;
  const properties = new Map(membersOf(schema.properties));
  for (const [name, member] of Object.entries(value).slice(0, 200)) {
    if (member === undefined) continue;
    if (properties.has(name)) {
      const inside = overlap(properties.get(name), member, source, depth + 1);
      score += 3 + Math.max(-200, Math.min(200, inside));
    } else if (schema.additionalProperties === false) score -= 3;
  }
  for (const name of Array.isArray(schema.required) ? schema.required : []) {
    if (typeof name === 'string' && !Object.hasOwn(value, name)) score -= 2;
  }
  return score;
}
