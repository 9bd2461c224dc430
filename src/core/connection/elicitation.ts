import { PatchbayError } from '../../base/errors';
import type { JsonObject, JsonValue } from '../../shared/json';
import type { ElicitAnswer, ElicitField, ElicitOption, ElicitRequest } from '../ports';
import { excerpt } from '../transports/jsonRpc';
import { type DescribedField, elicitationSchema } from './elicitationSchema';

const MAX_MESSAGE = 4000;
const MAX_FIELDS = 50;
const MAX_OPTIONS = 500;
const MAX_NAME = 200;
const MAX_DESCRIPTION = 1000;
const MAX_URL = 4096;
/** JSON-RPC 2.0: invalid params. */
const INVALID_PARAMS = -32602;

/**
 * Reads the params of `elicitation/create` (MCP specification, client/elicitation) into what a person may be shown.
 * Throws a `PatchbayError` with the code -32602 where the request is not one that may be asked.
 */
export function readElicitation(params: JsonObject, serverName: string): ElicitRequest {
  const message = typeof params.message === 'string' ? shorten(params.message, MAX_MESSAGE) : '';
  if (params.mode === 'url') return { mode: 'url', serverName, message, ...readUrl(params.url) };
  if (params.mode !== undefined && params.mode !== 'form') throw refused('its mode is neither "form" nor "url"');
  const described = readFields(params.requestedSchema);
  const fields = described.map(({ field }) => field);
  return { mode: 'form', serverName, message, fields, schema: elicitationSchema(described) };
}

/** The answer as it goes to the server. Throws where an accepted form does not hold what was asked for. */
export function checkElicitAnswer(request: ElicitRequest, answer: ElicitAnswer): JsonObject {
  if (answer.action !== 'accept' || request.mode === 'url') return { action: answer.action };
  const given = new Map(Object.entries(answer.content ?? {}));
  const content: [string, JsonValue][] = [];
  for (const field of request.fields) {
    const value = given.get(field.name);
    given.delete(field.name);
    const problem = value === undefined ? field.required && 'a value is required' : field.check(value);
    if (problem) throw new PatchbayError('protocol', `The answer for "${field.name}" was not sent: ${problem}.`);
    if (value !== undefined) content.push([field.name, value]);
  }
  const [unknown] = given.keys();
  if (unknown !== undefined) throw new PatchbayError('protocol', `The server did not ask for "${unknown}".`);
  return { action: 'accept', content: Object.fromEntries(content) };
}

function readUrl(value: unknown) {
  const url = typeof value === 'string' && value.length <= MAX_URL ? URL.parse(value) : null;
  if (!url) throw refused('its address is no URL');
  const isLoopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback)) throw refused('its address is not https');
  if (url.username || url.password) throw refused('its address holds a user name or a password');
  const isPunycode = url.hostname.split('.').some((label) => label.startsWith('xn--'));
  return { url: url.href, host: url.host, isPunycode };
}

function readFields(schema: unknown): DescribedField[] {
  if (!isObject(schema) || !isObject(schema.properties)) throw refused('it has no schema of an object');
  const properties = Object.entries(schema.properties);
  if (properties.length > MAX_FIELDS) throw refused(`it asks for more than ${MAX_FIELDS} values`);
  const required = Array.isArray(schema.required) ? schema.required : [];
  return properties.map(([name, property]) => {
    if (name.length > MAX_NAME || !isObject(property)) throw refused(`"${excerpt(name, 50)}" cannot be asked for`);
    return { field: readField(name, property, required.includes(name)), property };
  });
}

function readField(name: string, property: JsonObject, required: boolean): ElicitField {
  const base = {
    name,
    title: shorten(typeof property.title === 'string' && property.title ? property.title : name, MAX_NAME),
    description: typeof property.description === 'string' ? shorten(property.description, MAX_DESCRIPTION) : undefined,
    required,
  };
  const options = readOptions(property);
  if (options) return { ...base, ...choice(property, options) };
  switch (property.type) {
    case 'string':
      return { ...base, ...text(property) };
    case 'number':
    case 'integer':
      return { ...base, ...numeric(property) };
    case 'boolean':
      return {
        ...base,
        kind: 'boolean',
        ...(typeof property.default === 'boolean' ? { default: property.default } : {}),
        check: (value) => (typeof value === 'boolean' ? undefined : 'it must be true or false'),
      };
    case 'array':
      return { ...base, ...choices(property) };
    default:
      throw refused(`"${excerpt(name, 50)}" is of a type that cannot be asked for`);
  }
}

const FORMATS = {
  email: /^[^\s@]+@[^\s@]+$/,
  uri: /^[A-Za-z][A-Za-z0-9+.-]*:\S*$/,
  date: /^\d{4}-\d\d-\d\d$/,
  'date-time': /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)?$/,
} as const;

function text(property: JsonObject) {
  const format = Object.keys(FORMATS).find((name) => name === property.format) as keyof typeof FORMATS | undefined;
  const minLength = numberOf(property.minLength) ?? 0;
  const maxLength = numberOf(property.maxLength);
  const check = (value: JsonValue) => {
    if (typeof value !== 'string') return 'it must be text';
    const length = [...value].length;
    if (length < minLength) return `it must have at least ${minLength} characters`;
    if (maxLength !== undefined && length > maxLength) return `it must have at most ${maxLength} characters`;
    if (!format) return undefined;
    const isDate = format.startsWith('date');
    return FORMATS[format].test(value) && !(isDate && Number.isNaN(Date.parse(value)))
      ? undefined
      : `it must be of the format "${format}"`;
  };
  return {
    kind: 'text',
    format,
    maxLength,
    check,
    ...(typeof property.default === 'string' ? { default: shorten(property.default, MAX_MESSAGE) } : {}),
  } as const;
}

function numeric(property: JsonObject) {
  const integer = property.type === 'integer';
  const minimum = numberOf(property.minimum);
  const maximum = numberOf(property.maximum);
  const check = (value: JsonValue) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) return 'it must be a number';
    if (integer && !Number.isInteger(value)) return 'it must be a whole number';
    if (minimum !== undefined && value < minimum) return `it must be at least ${minimum}`;
    if (maximum !== undefined && value > maximum) return `it must be at most ${maximum}`;
    return undefined;
  };
  const preset = numberOf(property.default);
  return { kind: 'number', integer, check, ...(preset === undefined ? {} : { default: preset }) } as const;
}

function choice(property: JsonObject, options: readonly ElicitOption[]) {
  const isOption = (value: JsonValue | undefined) => options.some((option) => option.value === value);
  return {
    kind: 'choice',
    options,
    check: (value: JsonValue) => (isOption(value) ? undefined : 'it must be one of the choices'),
    ...(isOption(property.default) ? { default: property.default as string } : {}),
  } as const;
}

function choices(property: JsonObject) {
  const options = isObject(property.items) ? readOptions(property.items) : undefined;
  if (!options) throw refused('it has a list without choices');
  const isOption = (value: JsonValue) => options.some((option) => option.value === value);
  const minItems = numberOf(property.minItems) ?? 0;
  const maxItems = numberOf(property.maxItems) ?? options.length;
  const check = (value: JsonValue) => {
    if (!Array.isArray(value) || !value.every(isOption)) return 'it must be a list of the choices';
    if (new Set(value).size !== value.length) return 'each choice must be there once';
    if (value.length < minItems) return `it must have at least ${minItems} of the choices`;
    return value.length > maxItems ? `it must have at most ${maxItems} of the choices` : undefined;
  };
  const preset = Array.isArray(property.default) && property.default.every(isOption) ? property.default : undefined;
  return { kind: 'choices', options, check, ...(preset ? { default: preset as string[] } : {}) } as const;
}

/** `enum` with or without `enumNames`, or `oneOf`/`anyOf` of constants with titles. Undefined: not a choice. */
function readOptions(property: JsonObject): ElicitOption[] | undefined {
  const titled = Array.isArray(property.oneOf) ? property.oneOf : property.anyOf;
  let options: ElicitOption[] | undefined;
  if (Array.isArray(property.enum)) {
    const names = Array.isArray(property.enumNames) ? property.enumNames : [];
    options = property.enum.map((value, index) => option(value, names[index]));
  } else if (Array.isArray(titled)) {
    options = titled.map((entry) =>
      isObject(entry) ? option(entry.const, entry.title) : option(undefined, undefined),
    );
  }
  if (options && (options.length === 0 || options.length > MAX_OPTIONS)) {
    throw refused(`it has a choice of none or of more than ${MAX_OPTIONS}`);
  }
  return options;
}

function option(value: unknown, label: unknown): ElicitOption {
  if (typeof value !== 'string') throw refused('it has a choice that is no text');
  return { value, label: shorten(typeof label === 'string' && label ? label : value, MAX_NAME) };
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function shorten(value: string, maxLength: number): string {
  return value.length > maxLength ? `${value.slice(0, maxLength)}…` : value;
}

function refused(why: string): PatchbayError {
  return new PatchbayError('protocol', `The server's question cannot be asked: ${why}.`, { code: INVALID_PARAMS });
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
