import { LIMITS } from './limits';
import { ownMember, parsePointer, valueAt } from './pointer';

export type SchemaObject = Readonly<Record<string, unknown>>;

/** A schema with `$ref`, a single `allOf` and "or null" unions resolved, or the reason why that cannot be done. */
export type FlatSchema =
  | { readonly ok: true; readonly schema: SchemaObject; readonly nullable: boolean }
  | { readonly ok: false; readonly schema: SchemaObject; readonly nullable: boolean; readonly reason: string };

/** Members that describe and do not constrain: the outer one wins over the one that `$ref` points to. */
const ANNOTATIONS = new Set([
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
  '$comment',
]);

/** Members that say where a schema is, not what it is. */
const LOCATION = new Set(['$schema', '$id', '$anchor', '$defs', 'definitions']);

export function isSchemaObject(value: unknown): value is SchemaObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Follows local references (`#`, `#/…`, JSON Schema 2020-12 core section 8.2.3.1) and merges what stands beside them.
 * Nothing is ever fetched: any other reference is a reason.
 */
export function flatten(schema: unknown, root: unknown): FlatSchema {
  let current: SchemaObject = {};
  let pending: unknown = schema;
  let nullable = false;
  for (let step = 0; step < LIMITS.steps; step++) {
    if (pending === true) return { ok: true, schema: current, nullable };
    if (pending === false) return { ok: false, schema: current, nullable, reason: 'The schema allows no value here.' };
    if (!isSchemaObject(pending)) return { ok: false, schema: current, nullable, reason: 'The schema is malformed.' };
    const merged = merge(current, pending);
    if (merged === undefined) {
      return { ok: false, schema: current, nullable, reason: 'Several schemas constrain this value together.' };
    }
    current = merged;

    const reference = ownMember(current, '$ref');
    if (reference !== undefined) {
      const target = typeof reference === 'string' ? resolveLocal(reference, root) : undefined;
      current = without(current, '$ref');
      if (target === undefined) {
        return {
          ok: false,
          schema: current,
          nullable,
          reason: `The reference ${shown(reference)} leads nowhere here.`,
        };
      }
      pending = target;
      continue;
    }
    const all = ownMember(current, 'allOf');
    if (Array.isArray(all) && all.length === 1) {
      current = without(current, 'allOf');
      pending = all[0];
      continue;
    }
    const union = nullableUnion(current);
    if (union !== undefined) {
      current = without(current, union.keyword);
      nullable = true;
      pending = union.other;
      continue;
    }
    return { ok: true, schema: current, nullable };
  }
  return { ok: false, schema: current, nullable, reason: 'The references of this schema go in a circle.' };
}

function resolveLocal(reference: string, root: unknown): unknown {
  if (!reference.startsWith('#')) return undefined;
  let fragment: string;
  try {
    fragment = decodeURIComponent(reference.slice(1));
  } catch {
    return undefined;
  }
  const segments = parsePointer(fragment);
  return segments && valueAt(root, segments);
}

/** `anyOf` or `oneOf` of exactly one schema and `{ "type": "null" }`, which is how many servers write "optional". */
function nullableUnion(schema: SchemaObject): { keyword: string; other: unknown } | undefined {
  for (const keyword of ['anyOf', 'oneOf']) {
    const branches = ownMember(schema, keyword);
    if (!Array.isArray(branches) || branches.length !== 2) continue;
    const other = branches.find((branch) => !isNullSchema(branch));
    if (other !== undefined && branches.some(isNullSchema)) return { keyword, other };
  }
  return undefined;
}

function isNullSchema(schema: unknown): boolean {
  return ownMember(schema, 'type') === 'null' || (isSchemaObject(schema) && schema.const === null);
}

function merge(outer: SchemaObject, inner: SchemaObject): SchemaObject | undefined {
  const result: Record<string, unknown> = { ...outer };
  for (const [key, value] of Object.entries(inner)) {
    if (LOCATION.has(key) || key === '__proto__') continue;
    if (!Object.hasOwn(result, key)) result[key] = value;
    else if (key === 'required' && Array.isArray(result[key]) && Array.isArray(value)) {
      result[key] = [...(result[key] as unknown[]), ...value];
    } else if (!ANNOTATIONS.has(key) && JSON.stringify(result[key]) !== JSON.stringify(value)) return undefined;
  }
  return result;
}

function without(schema: SchemaObject, key: string): SchemaObject {
  const { [key]: _dropped, ...rest } = schema;
  return rest;
}

function shown(reference: unknown): string {
  return JSON.stringify(reference)?.slice(0, 200) ?? '';
}
