import type { JsonValue } from '../shared/json';
import { formatJson } from './jsonText';
import { membersOf, typeNames } from './judge';
import { boundedText } from './limits';
import type { PickerOption } from './picker';
import { isSchemaObject, type SchemaObject, type SchemaSource } from './schemaSource';

export const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'Text',
  number: 'Number',
  integer: 'Whole number',
  boolean: 'True or false',
  null: 'null',
  object: 'Object',
  array: 'List',
};

/** How a variant of a union is called: its title, else the constant that marks it, else what kind of value it is. */
export function variantOption(branch: unknown, source: SchemaSource): PickerOption {
  const schema = source.behind(branch);
  if (!isSchemaObject(schema)) return { label: 'Anything' };
  const description = boundedText(schema.description);
  const label = boundedText(schema.title, 100) ?? markOf(schema, source) ?? wordsFor(schema, source);
  return { label, ...(description !== undefined && { description }) };
}

/** `kind: circle` where a property has one value only. */
function markOf(schema: SchemaObject, source: SchemaSource): string | undefined {
  for (const [name, member] of membersOf(schema.properties)) {
    const property = source.behind(member);
    if (!isSchemaObject(property)) continue;
    const [only, ...more] = Array.isArray(property.enum) ? property.enum : [property.const];
    if (only !== undefined && more.length === 0) return boundedText(`${name}: ${shown(only)}`, 100);
  }
  return undefined;
}

function wordsFor(schema: SchemaObject, source: SchemaSource): string {
  if (Object.hasOwn(schema, 'const')) return boundedText(shown(schema.const), 100) ?? 'empty text';
  if (Array.isArray(schema.enum)) {
    const options = schema.enum.slice(0, 3).map(shown).join(', ');
    return boundedText(schema.enum.length > 3 ? `${options}, …` : options, 100) ?? 'Choice';
  }
  const names = membersOf(schema.properties).map(([name]) => name);
  const required = Array.isArray(schema.required) ? schema.required.filter((name) => typeof name === 'string') : [];
  const types = typeNames(schema.type);
  const [type] = types.length > 0 ? types : [names.length > 0 ? 'object' : 'items' in schema ? 'array' : ''];
  if (type === 'object' && names.length > 0) {
    const telling = required.length > 0 ? required : names;
    return boundedText(`Object with ${telling.slice(0, 3).join(', ')}`, 100) ?? 'Object';
  }
  if (type === 'array') {
    const items = source.behind(schema.items);
    const [itemType] = isSchemaObject(items) ? typeNames(items.type) : [];
    return itemType === undefined ? 'List' : `List of ${PLURALS[itemType] ?? itemType}`;
  }
  const word = types.map((name) => TYPE_WORDS[name] ?? name).join(' or ');
  const format = boundedText(schema.format ?? schema.contentEncoding, 40);
  return boundedText(format === undefined ? word : `${word || 'Text'} (${format})`, 100) ?? 'Anything';
}

const PLURALS: Readonly<Record<string, string>> = {
  string: 'texts',
  number: 'numbers',
  integer: 'whole numbers',
  object: 'objects',
  array: 'lists',
};

function shown(value: unknown): string {
  return typeof value === 'string' ? value : formatJson(value as JsonValue, 0);
}
