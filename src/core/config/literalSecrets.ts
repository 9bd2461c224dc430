import type { JsonObject, JsonValue } from '../../shared/json';
import type { JsonPath } from './document';
import { dotted } from './issues';
import { isJsonObject } from './mergeValues';
import type { Finding } from './reporter';
import { findVariables, replaceVariables } from './variableSyntax';

const SECRET_HEADER = /^(proxy-)?authorization$|^cookie$|api-?key|token|secret|password/i;
const SECRET_ENV = /token|secret|key|password/i;
const SECRET_KEYS: readonly JsonPath[] = [
  ['auth', 'token'],
  ['auth', 'key'],
  ['auth', 'password'],
  ['auth', 'clientSecret'],
  ['auth', 'privateKey'],
  ['auth', 'assertion'],
  ['auth', 'identityProvider', 'clientSecret'],
  ['auth', 'identityProvider', 'idToken'],
  ['tls', 'passphrase'],
];

/** Secrets that one server's entry holds as plain text. Paths are inside the entry. */
export function findLiteralSecrets(entry: JsonObject): Finding[] {
  const candidates: [JsonPath, JsonValue | undefined][] = [
    ...SECRET_KEYS.map((path): [JsonPath, JsonValue | undefined] => [path, memberAt(entry, path)]),
    ...membersOf(entry, 'headers', SECRET_HEADER),
    ...membersOf(entry, 'env', SECRET_ENV),
  ];
  const paths = candidates.filter(([, value]) => isLiteralSecret(value)).map(([path]) => path);
  if (typeof entry.url === 'string' && hasLiteralPassword(entry.url)) paths.push(['url']);
  return paths.map((path) => ({
    severity: 'warning',
    code: 'literalSecret',
    message: `${dotted(path)} holds a secret as plain text. Move to Secret Storage and write \${secret:name} here.`,
    path,
    at: 'value',
  }));
}

/** Numbers and switches are settings, e.g. MAX_TOKENS, not secrets. */
function isLiteralSecret(value: JsonValue | undefined): boolean {
  if (typeof value !== 'string' || /^\s*(\d{0,6}|true|false|yes|no|on|off)\s*$/i.test(value)) return false;
  return findVariables(value).length === 0;
}

function hasLiteralPassword(url: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#@:]*:[^/?#@]+@/i.test(replaceVariables(url, () => ''));
}

function membersOf(entry: JsonObject, section: string, name: RegExp): [JsonPath, JsonValue | undefined][] {
  const members = entry[section];
  if (!isJsonObject(members)) return [];
  return Object.entries(members)
    .filter(([key]) => name.test(key))
    .map(([key, value]) => [[section, key], value]);
}

function memberAt(value: JsonValue, path: JsonPath): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>((at, key) => (isJsonObject(at) ? at[key] : undefined), value);
}
