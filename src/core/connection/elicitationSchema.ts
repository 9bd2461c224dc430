import type { JsonObject, JsonValue } from '../../shared/json';
import type { ElicitField, ElicitOption } from '../ports';

/** A field with the property that the server described it by. */
export interface DescribedField {
  readonly field: ElicitField;
  readonly property: JsonObject;
}

/**
 * What is asked for as a JSON Schema of an object: only keywords of the restricted schemas of MCP, client/elicitation, with
 * the bounded texts of the fields. Whatever else the server wrote is not in it.
 */
export function elicitationSchema(described: readonly DescribedField[]): JsonObject {
  return {
    type: 'object',
    properties: Object.fromEntries(described.map(({ field, property }) => [field.name, fieldSchema(field, property)])),
    required: described.filter(({ field }) => field.required).map(({ field }) => field.name),
  };
}

function fieldSchema(field: ElicitField, property: JsonObject): JsonObject {
  const { title, description, default: preset } = field;
  return {
    title,
    ...(description !== undefined && { description }),
    ...(preset !== undefined && { default: preset as JsonValue }),
    ...kindSchema(field, property),
  };
}

function kindSchema(field: ElicitField, property: JsonObject): JsonObject {
  switch (field.kind) {
    case 'text': {
      const { format } = field;
      return { type: 'string', ...(format && { format }), ...numbers(property, 'minLength', 'maxLength') };
    }
    case 'number':
      return { type: field.integer ? 'integer' : 'number', ...numbers(property, 'minimum', 'maximum') };
    case 'boolean':
      return { type: 'boolean' };
    case 'choice':
      return { type: 'string', oneOf: constants(field.options) };
    case 'choices':
      return {
        type: 'array',
        items: { type: 'string', oneOf: constants(field.options) },
        uniqueItems: true,
        ...numbers(property, 'minItems', 'maxItems'),
      };
  }
}

/** Each value once: with two of the same, `oneOf` would allow neither. */
function constants(options: readonly ElicitOption[]): JsonObject[] {
  const labels = new Map<string, string>();
  for (const { value, label } of options) if (!labels.has(value)) labels.set(value, label);
  return [...labels].map(([value, label]) => ({ const: value, title: label }));
}

function numbers(property: JsonObject, ...keywords: readonly string[]): JsonObject {
  const given = keywords.map((keyword) => [keyword, property[keyword]] as const);
  return Object.fromEntries(given.filter(([, value]) => typeof value === 'number' && Number.isFinite(value)));
}
