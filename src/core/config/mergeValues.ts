import type { JsonObject, JsonValue } from '../../shared/json';

/** `over` on top of `under`: objects key by key, everything else replaced whole. Changes neither. */
export function mergeValues(under: JsonObject, over: JsonObject): JsonObject {
  const merged: JsonObject = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = Object.hasOwn(under, key) ? under[key] : undefined;
    merged[key] = isJsonObject(value) && isJsonObject(below) ? mergeValues(below, value) : value;
  }
  return merged;
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
