/** Keys of an entry that its transport has no use for. */
import type { JsonObject, JsonValue } from '../../shared/json';
import { isJsonObject } from './mergeValues';
import type { Finding } from './reporter';

const PROGRAM_KEYS = ['args', 'shutdownGraceMs'];
/** A program that prints a token runs in this environment too. */
const ENVIRONMENT_KEYS = ['cwd', 'env', 'envFile', 'inheritEnv'];
const NETWORK_KEYS = ['headers', 'auth', 'tls', 'proxy', 'compression', 'security'];

/** What only some of the built-in transports use; a registered one gets the whole entry and may use anything. */
const USED_BY: ReadonlyMap<string, readonly string[]> = new Map([
  ['stdio', [...PROGRAM_KEYS, ...ENVIRONMENT_KEYS]],
  ['http', [...NETWORK_KEYS, 'cookies']],
  ['sse', [...NETWORK_KEYS, 'cookies', 'endpoints']],
  ['websocket', [...NETWORK_KEYS, 'websocket']],
]);

const DEPENDENT_KEYS = new Set([...USED_BY.values()].flat());

export interface FittingEntry {
  /** The entry without the keys that nothing would read: no value is asked for on their account. */
  readonly entry: JsonObject;
  /** One warning for each of them that says something. Paths are inside the entry. */
  readonly findings: readonly Finding[];
}

/** `entry` is what the schema accepted; `transport` is undefined where the entry is too broken to tell. */
export function keepFittingKeys(entry: JsonObject, transport: string | undefined): FittingEntry {
  const used = USED_BY.get(transport ?? '');
  if (transport === undefined || !used) return { entry, findings: [] };
  const runsProgram = isJsonObject(entry.auth) && entry.auth.type === 'tokenCommand';
  const isUsed = (key: string) =>
    !DEPENDENT_KEYS.has(key) || used.includes(key) || (runsProgram && ENVIRONMENT_KEYS.includes(key));
  const entries = Object.entries(entry);
  const unused = entries.filter(([key, value]) => !isUsed(key) && !saysNothing(value));
  return {
    entry: Object.fromEntries(entries.filter(([key]) => isUsed(key))),
    findings: unused.map(([key]) => describeUnused(key, transport)),
  };
}

function describeUnused(key: string, transport: string): Finding {
  const instead =
    transport === 'stdio' && (key === 'auth' || key === 'headers')
      ? '. A program gets its credentials by "env" or "args"'
      : '';
  const message = `"${key}" is ignored: a server over ${transport} has no use for it${instead}`;
  return { severity: 'warning', code: 'conflict', message, path: [key], at: 'key' };
}

function saysNothing(value: JsonValue | undefined): boolean {
  return value === null || value === undefined || (typeof value === 'object' && Object.keys(value).length === 0);
}
