import type { JsonError } from 'json-schema-library';

/** The JSON Schema keyword behind an error code of the library. */
export function keywordOf(code: string): string {
  if (code.startsWith('format-')) return 'format';
  return KEYWORDS[code] ?? camelCase(code.replace(/-error$/, ''));
}

/** What is wrong with the value, in one sentence that a person can act on. */
export function messageOf(error: JsonError): string {
  const data: Readonly<Record<string, unknown>> = error.data;
  const keyword = keywordOf(String(error.code));
  if (error.code === 'multiple-one-of-error')
    return 'Matches more than one of the alternatives; exactly one is allowed.';
  if (keyword === '$ref') {
    return `The schema refers to ${shown(data.ref)}, which is not in it, so that this part was not checked.`;
  }
  const schema = typeof data.schema === 'object' && data.schema !== null ? data.schema : {};
  const known = { ...schema, ...(keyword === 'enum' && { enum: data.values }) };
  const expected = keyword === 'type' ? { type: data.expected } : keyword === 'const' ? { const: data.expected } : {};
  return wordsFor(keyword, { ...known, ...expected }) ?? bounded(error.message);
}

/** The same for a keyword of a schema that a value does not meet. */
export function constraintMessage(keyword: string, schema: Readonly<Record<string, unknown>>): string {
  return wordsFor(keyword, schema) ?? 'Does not meet the schema.';
}

function wordsFor(keyword: string, schema: Readonly<Record<string, unknown>>): string | undefined {
  switch (keyword) {
    case 'required':
      return 'A value is required.';
    case 'type':
      return `Must be of type ${list(schema.type)}.`;
    case 'enum':
      return `Must be one of ${list(schema.enum)}.`;
    case 'const':
      return `Must be ${shown(schema.const)}.`;
    case 'minimum':
      return `Must be at least ${shown(schema.minimum)}.`;
    case 'maximum':
      return `Must be at most ${shown(schema.maximum)}.`;
    case 'exclusiveMinimum':
      return `Must be more than ${shown(schema.exclusiveMinimum)}.`;
    case 'exclusiveMaximum':
      return `Must be less than ${shown(schema.exclusiveMaximum)}.`;
    case 'multipleOf':
      return `Must be a multiple of ${shown(schema.multipleOf)}.`;
    case 'minLength':
      return `Must have at least ${plural(schema.minLength, 'character')}.`;
    case 'maxLength':
      return `Must have at most ${plural(schema.maxLength, 'character')}.`;
    case 'minItems':
      return `Must have at least ${plural(schema.minItems, 'item')}.`;
    case 'maxItems':
      return `Must have at most ${plural(schema.maxItems, 'item')}.`;
    case 'minProperties':
      return `Must have at least ${shown(schema.minProperties)} properties.`;
    case 'maxProperties':
      return `Must have at most ${shown(schema.maxProperties)} properties.`;
    case 'pattern':
      return `Must match the pattern ${bounded(String(schema.pattern))}`;
    case 'format':
      return `Must be a valid ${bounded(String(schema.format ?? 'value'))}.`;
    case 'uniqueItems':
      return 'This item is there twice.';
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return 'The tool does not accept this property.';
    case 'oneOf':
    case 'anyOf':
      return 'Matches none of the alternatives.';
    case 'not':
      return 'This value is excluded by the schema.';
    case 'propertyNames':
      return 'The tool does not accept a property of this name.';
    case 'items':
      return 'There is no place for this item.';
    default:
      return undefined;
  }
}

const KEYWORDS: Readonly<Record<string, string>> = {
  'required-property-error': 'required',
  'missing-dependency-error': 'required',
  'no-additional-properties-error': 'additionalProperties',
  'additional-properties-error': 'additionalProperties',
  'unevaluated-property-error': 'unevaluatedProperties',
  'unevaluated-items-error': 'unevaluatedItems',
  'additional-items-error': 'items',
  'invalid-property-name-error': 'propertyNames',
  'min-length-one-error': 'minLength',
  'min-items-one-error': 'minItems',
  'multiple-one-of-error': 'oneOf',
  'invalid-data-error': 'false',
  'ref-error': '$ref',
  'contains-any-error': 'contains',
  'contains-min-error': 'minContains',
  'contains-max-error': 'maxContains',
};

function camelCase(words: string): string {
  return words.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function list(value: unknown): string {
  const items = Array.isArray(value) ? value : [value];
  const shownItems = items.slice(0, 8).map((item) => (typeof item === 'string' ? item : shown(item)));
  return bounded(shownItems.join(', ') + (items.length > 8 ? ', …' : ''));
}

function shown(value: unknown): string {
  return bounded(JSON.stringify(value) ?? 'nothing');
}

function plural(count: unknown, unit: string): string {
  return `${shown(count)} ${unit}${count === 1 ? '' : 's'}`;
}

function bounded(text: string): string {
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}
