/** Which transport an entry means, and what is wrong with the way it says so. */

import { nearestName } from '../../base/nearestName';
import type { JsonObject } from '../../shared/json';
import type { Finding } from './reporter';
import { serverSchema } from './schema/server';
import { replaceVariables } from './variableSyntax';

const SCHEME_TRANSPORTS: ReadonlyMap<string, string> = new Map([
  ['http', 'http'],
  ['https', 'http'],
  ['unix', 'http'],
  ['pipe', 'http'],
  ['ws', 'websocket'],
  ['wss', 'websocket'],
]);

const BUILT_IN_SCHEMES: ReadonlyMap<string, readonly string[]> = new Map([
  ['http', ['http', 'https', 'unix', 'pipe']],
  ['sse', ['http', 'https']],
  ['websocket', ['ws', 'wss']],
]);

/** A variable may bring the third slash. */
const SOCKET_PATH = /^[a-z]+:\/\/(\/|\$\{)/i;

/** More keys than any entry has. */
const MAX_KEYS = 100;
const serverKeys = Object.keys(serverSchema.shape);

export interface Address {
  /** Undefined where the entry is too broken to tell. */
  readonly transport: string | undefined;
  readonly findings: readonly Finding[];
}

/** `written` is the entry as it stands in the file, `entry` what the schema accepted of it. Paths are inside the entry. */
export function readAddress(id: string, written: JsonObject, entry: JsonObject): Address {
  const stated = textOf(entry.transport);
  const hasUrl = isPresent(written.url);
  const hasCommand = isPresent(written.command);
  if (hasUrl && hasCommand) {
    return failed(stated, 'conflict', `Server "${id}" has both "url" and "command": keep one of them`, 'command');
  }
  if (!hasUrl && !hasCommand) {
    return failed(stated, 'missing', `Server "${id}" needs "url" or "command"${mistyped(written)}`);
  }
  if (hasCommand) {
    if (stated !== undefined && BUILT_IN_SCHEMES.has(stated)) {
      return failed(stated, 'conflict', `transport "${stated}" needs "url", not "command"`, 'transport');
    }
    return { transport: stated ?? 'stdio', findings: [] };
  }
  if (stated === 'stdio') {
    return failed(stated, 'conflict', 'transport "stdio" needs "command", not "url"', 'transport');
  }
  const url = textOf(entry.url);
  return url === undefined ? { transport: stated, findings: [] } : readUrl(url, stated);
}

function readUrl(url: string, stated: string | undefined): Address {
  // Only the variable-free part can be judged here; a URL that begins with a variable shows its scheme later.
  if (url.startsWith('${')) return { transport: stated ?? 'http', findings: [] };
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  if (stated !== undefined && !BUILT_IN_SCHEMES.has(stated)) return { transport: stated, findings: [] };
  const transport = stated ?? SCHEME_TRANSPORTS.get(scheme ?? '');
  if (transport === undefined || scheme === undefined) {
    const schemes = [...SCHEME_TRANSPORTS.keys()].map((name) => `${name}:`).join(', ');
    const found = scheme === undefined ? 'no scheme' : `"${scheme}:"`;
    return failed(transport, 'type', `url must begin with one of ${schemes}; found ${found}`, 'url', 'value');
  }
  const schemes = BUILT_IN_SCHEMES.get(transport) ?? [];
  if (!schemes.includes(scheme)) {
    const message = `transport "${transport}" needs a url that begins with ${schemes.map((name) => `${name}:`).join(' or ')}; found "${scheme}:"`;
    return failed(transport, 'conflict', message, 'url', 'value');
  }
  if (['unix', 'pipe'].includes(scheme) && !SOCKET_PATH.test(url)) {
    const path = scheme === 'unix' ? 'path/mcp.sock' : 'pipe/name';
    const message = `url of a socket is written ${scheme}:///${path}#/mcp: three slashes, and behind # the path of the request`;
    return failed(transport, 'type', message, 'url', 'value');
  }
  if (!URL.canParse(replaceVariables(url, () => '1')) || !/^[a-z]+:\/\/[^?#]/i.test(url)) {
    return failed(transport, 'type', 'url must be a whole URL such as https://example.com/mcp', 'url', 'value');
  }
  return { transport, findings: [] };
}

function failed(
  transport: string | undefined,
  code: Finding['code'],
  message: string,
  key?: string,
  at: Finding['at'] = 'key',
): Address {
  return { transport, findings: [{ severity: 'error', code, message, path: key === undefined ? [] : [key], at }] };
}

/** The key that looks like one of the two that an entry needs: that is what the person has to mend. */
function mistyped(written: JsonObject): string {
  for (const key of Object.keys(written).slice(0, MAX_KEYS)) {
    const near = serverKeys.includes(key) ? undefined : nearestName(key, serverKeys);
    if (near === 'command' || near === 'url') return `; ${JSON.stringify(key.slice(0, 60))} looks like "${near}"`;
  }
  return '';
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
