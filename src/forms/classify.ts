import type { JsonValue } from '../shared/json';
import { type FlatSchema, flatten, isSchemaObject, type SchemaObject } from './flatten';
import { formatJson } from './jsonText';
import { boundedText, LIMITS } from './limits';
import { ownMember } from './pointer';

export type FieldKind =
  | 'string'
  | 'number'
  | 'integer'
  | 'boolean'
  | 'enum'
  | 'const'
  | 'object'
  | 'array'
  | 'null'
  | 'json';

export interface EnumOption {
  readonly value: JsonValue;
  readonly label: string;
  readonly description?: string;
}

/** What a schema asks for, in the terms that a form can draw. `json`: a JSON box, with the reason. */
export type Shape = { readonly schema: SchemaObject; readonly nullable: boolean } & (
  | { readonly kind: 'string' | 'number' | 'integer' | 'boolean' | 'null' }
  | { readonly kind: 'enum'; readonly options: readonly EnumOption[] }
  | { readonly kind: 'const'; readonly value: JsonValue }
  | {
      readonly kind: 'object';
      readonly properties: readonly (readonly [name: string, schema: unknown])[];
      readonly required: ReadonlySet<string>;
    }
  | { readonly kind: 'array'; readonly items: unknown; readonly minItems: number; readonly maxItems: number }
  | { readonly kind: 'json'; readonly reason: string }
);

/** Keywords whose effect on the fields is not drawn: the part that has one becomes a JSON box. */
const BEYOND_FIELDS = [
  'oneOf',
  'anyOf',
  'allOf',
  'if',
  'dependentSchemas',
  'dependencies',
  '$dynamicRef',
  '$recursiveRef',
];

/** `isRoot`: a tool's arguments are always an object, so that one without properties means "no arguments" there. */
export function classify(schema: unknown, root: unknown, isRoot = false): Shape {
  const flat = flatten(schema, root);
  if (!flat.ok) return { ...common(flat), kind: 'json', reason: flat.reason };
  const titled = titledOptions(flat.schema);
  if (titled !== undefined) return enumShape(flat, titled);
  const beyond = BEYOND_FIELDS.find((keyword) => Object.hasOwn(flat.schema, keyword));
  if (beyond !== undefined) return { ...common(flat), kind: 'json', reason: `The schema uses ${beyond} here.` };
  if (Object.hasOwn(flat.schema, 'const')) {
    return { ...common(flat), kind: 'const', value: flat.schema.const as JsonValue };
  }
  const values = ownMember(flat.schema, 'enum');
  if (Array.isArray(values)) return enumShape(flat, values.map(option));
  return typedShape(flat, isRoot);
}

function common(flat: FlatSchema): { schema: SchemaObject; nullable: boolean } {
  return { schema: flat.schema, nullable: flat.nullable };
}

function enumShape(flat: FlatSchema, options: readonly EnumOption[]): Shape {
  if (options.length === 0 || options.length > LIMITS.enumOptions) {
    return { ...common(flat), kind: 'json', reason: `The schema lists ${options.length} values here.` };
  }
  return { ...common(flat), kind: 'enum', options };
}

/** `oneOf` or `anyOf` whose branches are constants, as the MCP elicitation schema writes titled choices. */
function titledOptions(schema: SchemaObject): EnumOption[] | undefined {
  for (const keyword of ['oneOf', 'anyOf']) {
    const branches = ownMember(schema, keyword);
    if (!Array.isArray(branches) || branches.length === 0) continue;
    const constants = branches.every((branch) => isSchemaObject(branch) && Object.hasOwn(branch, 'const'));
    if (!constants || Object.hasOwn(schema, 'enum') || Object.hasOwn(schema, 'const')) continue;
    return branches.map((branch: SchemaObject) => ({
      ...option(branch.const),
      ...(boundedText(branch.title, 200) && { label: boundedText(branch.title, 200) }),
      ...(boundedText(branch.description) && { description: boundedText(branch.description) }),
    }));
  }
  return undefined;
}

function option(value: unknown): EnumOption {
  const label = typeof value === 'string' ? value : formatJson(value as JsonValue, 0);
  return { value: value as JsonValue, label: label === '' ? '(empty text)' : (boundedText(label, 200) ?? '') };
}

function typedShape(flat: FlatSchema, isRoot: boolean): Shape {
  const { schema } = flat;
  const declared = typesOf(schema);
  const types = declared.filter((type) => type !== 'null');
  const nullable = flat.nullable || (types.length > 0 && types.length < declared.length);
  const base = { schema, nullable };
  const json = (reason: string): Shape => ({ ...base, kind: 'json', reason });
  if (types.length > 1) return json(`The schema allows several types here: ${types.join(', ')}.`);
  const type = types[0] ?? (declared.length > 0 ? 'null' : undefined);
  switch (type) {
    case 'string':
    case 'number':
    case 'integer':
    case 'boolean':
    case 'null':
      return { ...base, kind: type };
    case 'object':
      return objectShape(base, json, isRoot);
    case 'array':
      return arrayShape(base, json);
    case undefined:
      return json('The schema allows any value here.');
    default:
      return json(`The schema names a type that JSON does not have: ${boundedText(type, 50) ?? ''}.`);
  }
}

type Base = { schema: SchemaObject; nullable: boolean };

const OPEN_OBJECT = ['additionalProperties', 'patternProperties', 'propertyNames', 'minProperties'];

function objectShape(base: Base, json: (reason: string) => Shape, isRoot: boolean): Shape {
  const properties = ownMember(base.schema, 'properties');
  const entries = isSchemaObject(properties) ? Object.entries(properties) : [];
  const required = new Set<string>();
  for (const name of Array.isArray(base.schema.required) ? base.schema.required : []) {
    if (typeof name !== 'string') continue;
    required.add(name);
    if (!isSchemaObject(properties) || !Object.hasOwn(properties, name)) {
      entries.push([name, base.schema.additionalProperties ?? true]);
    }
  }
  if (entries.length > LIMITS.propertiesPerObject) return json(`The schema has ${entries.length} properties here.`);
  const closed = base.schema.additionalProperties === false && !Object.hasOwn(base.schema, 'patternProperties');
  const empty = closed || (isRoot && !OPEN_OBJECT.some((keyword) => Object.hasOwn(base.schema, keyword)));
  if (entries.length === 0 && !empty) return json('The schema allows any properties here.');
  return { ...base, kind: 'object', properties: entries, required };
}

function arrayShape(base: Base, json: (reason: string) => Shape): Shape {
  const { schema } = base;
  const items = ownMember(schema, 'items');
  if (Object.hasOwn(schema, 'prefixItems') || Array.isArray(items))
    return json('The schema gives each place its own type.');
  if (!isSchemaObject(items)) return json('The schema allows any items here.');
  return {
    ...base,
    kind: 'array',
    items,
    minItems: count(schema.minItems, 0),
    maxItems: count(schema.maxItems, Infinity),
  };
}

function count(value: unknown, fallback: number): number {
  return typeof value === 'number' && value >= 0 ? value : fallback;
}

/** The declared types. Without `type`, `properties` and `items` say which one is meant. */
function typesOf(schema: SchemaObject): string[] {
  const { type } = schema;
  if (typeof type === 'string') return [type];
  if (Array.isArray(type)) return [...new Set(type.filter((name): name is string => typeof name === 'string'))];
  if (isSchemaObject(schema.properties)) return ['object'];
  if (isSchemaObject(schema.items)) return ['array'];
  return [];
}
