import type { JsonPath } from './document';

/** Every string value inside a value, with its path. Keys do not count. */
export function* stringValues(
  value: unknown,
  path: JsonPath = [],
): Generator<{ readonly text: string; readonly path: JsonPath }> {
  if (typeof value === 'string') yield { text: value, path };
  else if (Array.isArray(value))
    for (const [index, item] of value.entries()) yield* stringValues(item, [...path, index]);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) yield* stringValues(item, [...path, key]);
  }
}

/** The same value with every string value replaced. Keys stay as they are. */
export function mapStrings<T>(value: T, change: (text: string, path: JsonPath) => string, path: JsonPath = []): T {
  return mapUnknown(value, change, path) as T;
}

function mapUnknown(value: unknown, change: (text: string, path: JsonPath) => string, path: JsonPath): unknown {
  if (typeof value === 'string') return change(value, path);
  if (Array.isArray(value)) return value.map((item, index) => mapUnknown(item, change, [...path, index]));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, mapUnknown(item, change, [...path, key])]),
  );
}
