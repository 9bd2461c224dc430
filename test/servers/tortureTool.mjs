/** One tool with a field for each thing that a JSON schema can ask of a form. Names are unique at their start. */

const COLOURS =
  'amber azure beige black blue bronze brown coral crimson cyan gold green grey indigo ivory jade lavender lime magenta maroon navy olive orange pink purple red rose silver teal violet white yellow';

const string = (about = {}) => ({ type: 'string', ...about });

const PROPERTIES = {
  // Texts
  text: string({ title: 'Text', description: 'Lower case.', minLength: 2, maxLength: 20, pattern: '^[a-z ]+$' }),
  plain: string({ description: 'Optional, several lines.' }),
  maybe: { type: ['string', 'null'], description: 'Text, null, or nothing at all.' },
  suggested: string({ description: 'With examples.', examples: ['eu-west', 'eu-north', 'us-east'] }),
  email: string({ format: 'email' }),
  uri: string({ format: 'uri' }),
  uuid: string({ format: 'uuid' }),
  ipv4: string({ format: 'ipv4' }),
  ipv6: string({ format: 'ipv6' }),
  host: string({ format: 'hostname' }),
  regex: string({ format: 'regex' }),
  password: string({ format: 'password' }),
  date: string({ format: 'date' }),
  time: string({ format: 'time' }),
  moment: string({ format: 'date-time', description: 'With the zone that was typed.' }),
  duration: string({ format: 'duration' }),
  file: string({ contentEncoding: 'base64', contentMediaType: 'application/octet-stream' }),
  // Numbers and flags
  whole: { type: 'integer', minimum: 1, maximum: 10 },
  amount: { type: 'number', exclusiveMinimum: 0, multipleOf: 0.5, unit: 'kg' },
  big: { type: 'integer', description: 'Beyond 2^53 it is refused by name.' },
  port: { type: 'integer', default: 8080, examples: [80, 443] },
  flag: { type: 'boolean' },
  nullableFlag: { anyOf: [{ type: 'boolean' }, { type: 'null' }] },
  // Choices
  size: { enum: ['small', 'medium', 'large'] },
  colour: { enum: COLOURS.split(' ') },
  weight: { type: 'integer', enum: [10, 20, 30] },
  level: {
    title: 'Level',
    oneOf: [
      { const: 1, title: 'Low', description: 'Nobody is woken.' },
      { const: 2, title: 'High', description: 'Somebody is woken.' },
    ],
  },
  mixed: { enum: [1, '1', true, null, { a: 1 }, 'a longer text among the choices'] },
  version: { const: 'v2' },
  nothing: { type: 'null' },
  // Objects and lists
  address: {
    type: 'object',
    properties: {
      street: string(),
      city: {
        type: 'object',
        properties: { name: string(), zip: string({ pattern: '^\\d{5}$' }) },
        required: ['name'],
      },
    },
    required: ['street', 'city'],
  },
  days: {
    type: 'array',
    title: 'Days',
    items: { enum: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'] },
    uniqueItems: true,
    minItems: 2,
  },
  tags: { type: 'array', items: string(), uniqueItems: true, minItems: 1, maxItems: 4 },
  matrix: { type: 'array', items: { type: 'array', items: { type: 'number' } } },
  edits: {
    type: 'array',
    items: { type: 'object', properties: { from: string(), to: string() }, required: ['from', 'to'] },
  },
  pair: {
    type: 'array',
    description: 'Latitude, longitude, then any number of labels.',
    prefixItems: [
      { type: 'number', title: 'Latitude' },
      { type: 'number', title: 'Longitude' },
    ],
    items: string(),
  },
  range: { type: 'array', prefixItems: [{ type: 'integer' }, { type: 'integer' }], items: false },
  // Maps
  headers: {
    type: 'object',
    description: 'A map of texts; names in lower case.',
    propertyNames: { pattern: '^[a-z-]+$' },
    additionalProperties: string(),
  },
  quotas: {
    type: 'object',
    description: 'A map by pattern: max… are numbers.',
    patternProperties: { '^max': { type: 'number' }, '^is': { type: 'boolean' } },
    additionalProperties: false,
  },
  regions: {
    type: 'object',
    description: 'A map whose names are known.',
    propertyNames: { enum: ['eu-west', 'eu-north', 'us-east'] },
    additionalProperties: { type: 'integer' },
  },
  free: { type: 'object', description: 'Any object.' },
  any: { description: 'Any value.' },
  // Unions
  target: {
    description: 'Picked by its kind; both have a timeout.',
    oneOf: [
      {
        title: 'Mail',
        type: 'object',
        properties: { kind: { const: 'mail' }, to: string({ format: 'email' }), timeout: { type: 'integer' } },
        required: ['kind', 'to'],
      },
      {
        title: 'Web hook',
        type: 'object',
        properties: { kind: { const: 'hook' }, url: string({ format: 'uri' }), timeout: { type: 'integer' } },
        required: ['kind', 'url'],
      },
    ],
  },
  key: { anyOf: [{ type: 'integer' }, { type: 'string' }] },
  several: { type: ['string', 'number', 'boolean'] },
  combined: {
    allOf: [
      { type: 'object', properties: { left: string() }, required: ['left'] },
      { type: 'object', properties: { right: { type: 'integer', maximum: 5 } } },
    ],
    unevaluatedProperties: false,
  },
  tree: { $ref: '#/$defs/node' },
  // Conditions
  delivery: { enum: ['standard', 'express'], default: 'standard' },
  card: string({ description: 'Asks for the billing address below.' }),
  billing: string(),
  login: string({ description: 'Brings a token with it.' }),
  // About the field
  server: string({ readOnly: true, default: 'set by the server' }),
  old: string({ deprecated: true }),
  secret: string({ writeOnly: true }),
  'odd name/with~signs "and" more': string(),
  constructor: string({ description: 'A name that objects have by themselves.' }),
  last: string({ title: 'Last' }),
};

/** As it stands in `tools/list`. */
export const TORTURE_TOOL = {
  name: 'torture',
  title: 'Torture',
  description: 'Has a field for everything that a schema can ask for, and gives back what it got.',
  annotations: { readOnlyHint: true },
  inputSchema: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: PROPERTIES,
    required: ['text', 'whole', 'flag', 'version', 'tags'],
    if: { properties: { delivery: { const: 'express' } }, required: ['delivery'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { properties: { deadline: string({ description: 'Only for express.' }) }, required: ['deadline'] },
    dependentRequired: { card: ['billing'] },
    dependentSchemas: { login: { properties: { token: string({ minLength: 3 }) }, required: ['token'] } },
    $defs: {
      node: {
        type: 'object',
        properties: {
          name: string(),
          child: { $ref: '#/$defs/node' },
          others: { type: 'array', items: { $ref: '#/$defs/node' } },
        },
        required: ['name'],
      },
    },
  },
};
