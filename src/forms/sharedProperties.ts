import type { JsonValue } from '../shared/json';
import { judge } from './judge';
import type { ObjectShape } from './objectShape';
import { ownMember, setOwnMember } from './pointer';
import type { SchemaSource } from './schemaSource';

export type JsonMembers = Readonly<Record<string, JsonValue | undefined>>;

/**
 * What a variant of an object starts with: what both have in common as it is now, and the rest as it was when somebody
 * left this variant. Members that no schema names go along where they may.
 */
export function sharedProperties(change: {
  readonly before: JsonMembers;
  /** The value when the variant was left, if it ever was. */
  readonly left: JsonValue | undefined;
  readonly last: ObjectShape;
  readonly next: ObjectShape;
  readonly source: SchemaSource;
}): JsonMembers {
  const { before, left, last, next, source } = change;
  const schemas = new Map(next.properties.map(({ name, schema }) => [name, schema]));
  const wasNamed = new Set(last.properties.map(({ name }) => name));
  const result: Record<string, JsonValue | undefined> = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(left ?? {})])) {
    const value = ownMember(before, name) as JsonValue | undefined;
    const isShared = schemas.has(name)
      ? value !== undefined && judge(schemas.get(name), value, source) !== false
      : !wasNamed.has(name) && next.openness !== 'closed';
    const kept = isShared ? value : schemas.has(name) ? ownMember(left, name) : undefined;
    if (kept !== undefined) setOwnMember(result, name, kept);
  }
  return result;
}
