import { Budget } from './budget';
import { LIMITS } from './limits';
import { ownMember, parsePointer, valueAt } from './pointer';

export type SchemaObject = Readonly<Record<string, unknown>>;

export function isSchemaObject(value: unknown): value is SchemaObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const BASE = 'schema://here/root';
/** Members that hold data, in which nothing is a schema. */
const DATA = new Set(['const', 'enum', 'default', 'examples']);

interface Index {
  /** Embedded resources by absolute URI, anchors by `URI#name` (JSON Schema 2020-12 core section 8.2). */
  readonly targets: ReadonlyMap<string, unknown>;
  readonly bases: WeakMap<object, string>;
  /** By name, the outermost `$dynamicAnchor`. */
  readonly dynamic: ReadonlyMap<string, unknown>;
}

/** The schema of a form with all that its references lead to, and what reading it may cost. Nothing is ever fetched. */
export class SchemaSource {
  readonly root: unknown;
  readonly budget = new Budget();
  readonly #identities = new WeakMap<object, number>();
  readonly #combined = new Map<string, SchemaObject>();
  #lastIdentity = 0;
  #index: Index | undefined;

  constructor(root: unknown) {
    this.root = root;
  }

  /** What `$ref`, `$dynamicRef` or `$recursiveRef` of this schema leads to; undefined where that is not in the root. */
  resolve(keyword: string, reference: unknown, from: SchemaObject): unknown {
    if (typeof reference !== 'string') return undefined;
    if (keyword === '$recursiveRef') return this.root;
    this.#index ??= indexOf(this.root);
    if (keyword === '$dynamicRef') {
      const outermost = this.#index.dynamic.get(reference.slice(reference.indexOf('#') + 1));
      if (outermost !== undefined) return outermost;
    }
    const uri = joinUri(reference, this.#index.bases.get(from) ?? BASE);
    const hash = uri.indexOf('#');
    const resource = this.#index.targets.get(hash < 0 ? uri : uri.slice(0, hash));
    if (hash < 0 || hash === uri.length - 1) return resource;
    const fragment = decoded(uri.slice(hash + 1));
    if (fragment === undefined) return undefined;
    if (!fragment.startsWith('/')) return this.#index.targets.get(`${uri.slice(0, hash)}#${fragment}`);
    const segments = parsePointer(fragment);
    return segments && valueAt(resource, segments);
  }

  /** The schema behind references that stand alone, so that it can be looked at. */
  behind(schema: unknown): unknown {
    let current = schema;
    for (let step = 0; step < 10 && isSchemaObject(current) && typeof current.$ref === 'string'; step++) {
      const { $ref: reference, ...beside } = current;
      const target = this.resolve('$ref', reference, current);
      if (!isSchemaObject(target)) return target;
      current = Object.keys(beside).length > 0 ? { ...target, ...beside } : target;
    }
    return current;
  }

  /** The same text for the same schema, so that shapes can be compared. */
  identity(schema: unknown): string {
    if (typeof schema !== 'object' || schema === null) return String(schema);
    const known = this.#identities.get(schema) ?? ++this.#lastIdentity;
    this.#identities.set(schema, known);
    return String(known);
  }

  /** One schema that says what all of these say; the same object for the same schemas. */
  combine(schemas: readonly unknown[]): unknown {
    const telling = [...new Set(schemas)].filter((schema) => schema !== true);
    if (telling.includes(false)) return false;
    if (telling.length < 2) return telling.length === 0 ? true : telling[0];
    const key = telling.map((schema) => this.identity(schema)).join();
    const combined = this.#combined.get(key) ?? { allOf: telling };
    this.#combined.set(key, combined);
    return combined;
  }
}

/** Reads the whole document once, without recursion. */
function indexOf(root: unknown): Index {
  const targets = new Map<string, unknown>([[BASE, root]]);
  const dynamic = new Map<string, unknown>();
  const bases = new WeakMap<object, string>();
  const waiting: { schema: unknown; base: string }[] = [{ schema: root, base: BASE }];
  for (let at = 0; at < waiting.length && at < LIMITS.schemaMembers; at++) {
    const { schema, base } = waiting[at] as (typeof waiting)[number];
    if (typeof schema !== 'object' || schema === null || bases.has(schema)) continue;
    let here = base;
    if (!Array.isArray(schema)) {
      const id = ownMember(schema, '$id');
      if (typeof id === 'string' && !id.startsWith('#')) {
        here = joinUri(id, base).replace(/#$/, '');
        if (!targets.has(here)) targets.set(here, schema);
      }
      for (const [keyword, names] of [
        ['$anchor', undefined],
        ['$dynamicAnchor', dynamic],
      ] as const) {
        const name = ownMember(schema, keyword);
        if (typeof name !== 'string') continue;
        if (!targets.has(`${here}#${name}`)) targets.set(`${here}#${name}`, schema);
        if (names && !names.has(name)) names.set(name, schema);
      }
      // Draft-07 writes anchors so.
      if (typeof id === 'string' && id.startsWith('#')) targets.set(`${here}${id}`, schema);
    }
    bases.set(schema, here);
    for (const [key, member] of Object.entries(schema)) {
      if (!DATA.has(key)) waiting.push({ schema: member, base: here });
    }
  }
  return { targets, bases, dynamic };
}

function joinUri(reference: string, base: string): string {
  if (reference.startsWith('#')) return base + reference;
  try {
    return new URL(reference, base).href;
  } catch {
    return reference;
  }
}

function decoded(fragment: string): string | undefined {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return undefined;
  }
}
