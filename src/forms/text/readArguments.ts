import type { JsonObject, JsonValue } from '../../shared/json';
import { type JsonProblem, parseJsonText } from '../jsonText';

export type ArgumentsParse = { readonly ok: true; readonly value: JsonObject } | JsonProblem;

/** Reads the arguments of a tool as `parseJsonText` does; blank text is the empty object, anything but an object refused. */
export function readArguments(text: string): ArgumentsParse {
  const parsed = parseJsonText(text.trim() === '' ? '{}' : text);
  if (!parsed.ok) return parsed;
  const { value } = parsed;
  if (isJsonObject(value)) return { ok: true, value };
  const offset = text.search(/\S/);
  const before = text.slice(0, offset);
  const message = 'The arguments must be an object: { … }';
  return { ok: false, message, line: before.split('\n').length, column: offset - before.lastIndexOf('\n'), offset };
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
