import { membersOf } from './judge';
import { boundedText, LIMITS } from './limits';
import { ownMember } from './pointer';
import { testPattern } from './safePattern';
import { isSchemaObject, type SchemaObject, type SchemaSource } from './schemaSource';

export interface PropertyShape {
  readonly name: string;
  readonly schema: unknown;
  readonly required: boolean;
}

/** The properties of an object, and what else may stand in it. */
export interface ObjectShape {
  readonly properties: readonly PropertyShape[];
  /** Properties of the schema that have no field until somebody adds them by name, because there are too many. */
  readonly unlisted: number;
  /** `open`: entries are meant to be added. `lenient`: not meant, but allowed. `closed`: refused. */
  readonly openness: 'open' | 'lenient' | 'closed';
  /** Names that entries may have, where the schema lists them. */
  readonly entryNames: readonly string[];
  /** What names must be, `propertyNames`. */
  readonly names: readonly unknown[];
  /** What an entry of this name must be; `false` where the schema refuses it. */
  entrySchema(name: string): unknown;
}

export function objectShape(
  parts: readonly SchemaObject[],
  required: ReadonlySet<string>,
  source: SchemaSource,
  isRoot: boolean,
): ObjectShape {
  const named = new Set(parts.flatMap((part) => membersOf(part.properties).map(([name]) => name)));
  for (const name of required) named.add(name);
  const schemaOf = (name: string) => propertySchema(parts, name, source, named.has(name));
  const all = [...named].map((name) => ({ name, required: required.has(name) }));
  const listed = all.length <= LIMITS.propertiesPerObject ? all : requiredFirst(all);
  return {
    properties: listed
      .map((property) => ({ ...property, schema: schemaOf(property.name) }))
      .filter(({ schema, required: isRequired }) => schema !== false || isRequired),
    unlisted: all.length - listed.length,
    openness: opennessOf(parts, named.size, isRoot, all.length - listed.length),
    entryNames: namesOf(parts, source).filter((name) => !listed.some((property) => property.name === name)),
    names: parts.map((part) => part.propertyNames).filter((names) => names !== undefined),
    entrySchema: schemaOf,
  };
}

function requiredFirst<T extends { readonly required: boolean }>(all: readonly T[]): T[] {
  const required = all.filter((property) => property.required).slice(0, LIMITS.propertiesPerObject);
  const optional = all.filter((property) => !property.required);
  return [...required, ...optional.slice(0, LIMITS.propertiesPerObject - required.length)];
}

/** `isDeclared`: another part names it, so that a part without it is not taken to refuse it. */
function propertySchema(
  parts: readonly SchemaObject[],
  name: string,
  source: SchemaSource,
  isDeclared: boolean,
): unknown {
  // Not known then, so that nothing is refused.
  if (source.budget.isSpent) return true;
  const schemas: unknown[] = [];
  let isKnown = false;
  for (const part of parts) {
    const before = schemas.length;
    if (isSchemaObject(part.properties) && Object.hasOwn(part.properties, name)) {
      schemas.push(ownMember(part.properties, name));
    }
    for (const [pattern, schema] of membersOf(part.patternProperties)) {
      const matches = testPattern(pattern, name, source.budget);
      if (matches !== false) schemas.push(matches ? schema : true);
      if (source.budget.isSpent) return true;
    }
    if (schemas.length > before) isKnown = true;
    else if (part.additionalProperties !== undefined && !(isDeclared && part.additionalProperties === false)) {
      schemas.push(part.additionalProperties);
      isKnown = true;
    }
  }
  if (!isKnown) {
    const rest = parts.find((part) => part.unevaluatedProperties !== undefined)?.unevaluatedProperties;
    if (rest !== undefined && !(isDeclared && rest === false)) schemas.push(rest);
  }
  return source.combine(schemas);
}

function opennessOf(
  parts: readonly SchemaObject[],
  named: number,
  isRoot: boolean,
  unlisted: number,
): ObjectShape['openness'] {
  if (unlisted > 0) return 'open';
  if (parts.some((part) => membersOf(part.patternProperties).length > 0)) return 'open';
  const rest = parts.flatMap((part) => [part.additionalProperties, part.unevaluatedProperties]);
  if (rest.includes(false)) return 'closed';
  if (rest.some((schema) => schema !== undefined)) return 'open';
  if (parts.some((part) => part.propertyNames !== undefined || part.minProperties !== undefined)) return 'open';
  // A tool's arguments are always an object: one without properties means "no arguments" there.
  return named === 0 && !isRoot ? 'open' : 'lenient';
}

function namesOf(parts: readonly SchemaObject[], source: SchemaSource): string[] {
  for (const part of parts) {
    const names = source.behind(part.propertyNames);
    const values = isSchemaObject(names) ? (Array.isArray(names.enum) ? names.enum : [names.const]) : [];
    const texts = values.filter((name): name is string => typeof name === 'string');
    if (texts.length > 0) return texts.slice(0, LIMITS.enumOptions).filter((name) => boundedText(name, 200) === name);
  }
  return [];
}
