/** The one list of keys whose feature is not built: they are read, checked, warned about and ignored. */
import type { JsonValue } from '../../shared/json';

interface NotSupportedKey {
  /** Dotted, inside a server or at the top of the file. */
  readonly key: string;
}

export const NOT_SUPPORTED_IN_SERVER: readonly NotSupportedKey[] = [];

export const NOT_SUPPORTED_AT_TOP: readonly NotSupportedKey[] = [{ key: 'tools.autoRegister' }, { key: 'gateway' }];

/** The listed keys that are present in a value. null, an empty list and an empty object ask for nothing. */
export function findNotSupported(value: JsonValue, list: readonly NotSupportedKey[]): string[] {
  return list
    .filter(({ key }) => {
      const found = key.split('.').reduce<JsonValue | undefined>(memberOf, value);
      return found !== undefined && !asksForNothing(found);
    })
    .map(({ key }) => key);
}

function memberOf(value: JsonValue | undefined, key: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function asksForNothing(value: JsonValue): boolean {
  return value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}
