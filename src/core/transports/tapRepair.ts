import type { JSONRPCMessage, RequestId } from '@modelcontextprotocol/client';
import { PatchbayError } from '../../base/errors';
import { isDeeperThan, MAX_DEPTH } from './depth';
import { localAnswer } from './jsonRpc';

/** Told what was repaired, as the end of the sentence "Repaired a message: …". */
export type OnRepair = (what: string) => void;

type Members = Record<string, unknown>;

/** JSON-RPC: the server's own failure. */
const INTERNAL_ERROR = -32603;

/**
 * Puts right what servers are known to get wrong and the SDK's parser refuses. It would drop the message, and the call
 * would wait for its timeout; a handshake would fail. Never changes `message`: gives a repaired copy, or itself.
 *
 * - null where a member should be left out: `error: null` beside a result, `params: null`, `_meta: null`, capabilities.
 *   Serializers of Java, Kotlin, C#, C++ and Python write it unless told not to.
 * - members of the envelope that JSON-RPC does not have;
 * - errors that are a text, or have no code or no text;
 * - what is nested too deep: a tool is left out, another answer becomes an error, other messages lose it;
 * - handshakes without `serverInfo`, its version, or `capabilities`; capabilities that are `true`.
 *
 * Other tools and content are not touched: they are read with a schema that accepts anything. `method`: of the request that
 * this answers.
 */
export function repairMessage(message: JSONRPCMessage, method: string | undefined, onRepair: OnRepair): JSONRPCMessage {
  let repaired = message as unknown as Members;
  const replace = (changes: Members, what: string) => {
    repaired = { ...repaired, ...changes };
    onRepair(what);
  };
  const drop = (name: string, what: string) => {
    const { [name]: _dropped, ...rest } = repaired;
    repaired = rest;
    onRepair(what);
  };
  for (const name in repaired) if (!isEnvelope(name)) drop(name, `"${name.slice(0, 50)}" is no part of JSON-RPC`);

  if ('method' in repaired) {
    for (const name of ['result', 'error']) if (name in repaired) drop(name, `"${name}" beside "method"`);
    if (isDeeperThan(repaired.params, MAX_DEPTH)) drop('params', '"params" are nested too deep');
    repairParams(repaired, replace, drop);
  } else {
    if ('params' in repaired) drop('params', '"params" in an answer');
    if ('result' in repaired && 'error' in repaired) {
      const unused = repaired.error === null || repaired.error === undefined ? 'error' : 'result';
      drop(unused, `"${unused}" beside "${unused === 'error' ? 'result' : 'error'}"`);
    }
    if ('error' in repaired) repairError(repaired, replace);
    else repairResult(repaired, method, replace);
    repaired = boundDepth(repaired, method, onRepair);
    // An answer to a request that the server could not read.
    if (repaired.id === null) drop('id', '"id" is null');
  }
  return repaired as unknown as JSONRPCMessage;
}

type Replace = (changes: Members, what: string) => void;
type Drop = (name: string, what: string) => void;

function repairParams(message: Members, replace: Replace, drop: Drop): void {
  const { params } = message;
  if (params === undefined) return;
  if (!isObject(params)) {
    drop('params', '"params" is no object');
    return;
  }
  const nulls = message.method === 'notifications/progress' ? ['_meta', 'total', 'message'] : ['_meta'];
  const found = nulls.filter((name) => params[name] === null);
  if (found.length > 0) replace({ params: without(params, found) }, `${quoted(found)} of "params" is null`);
}

function repairError(message: Members, replace: Replace): void {
  const { error } = message;
  if (isObject(error) && Number.isInteger(error.code) && typeof error.message === 'string') return;
  const members = isObject(error) ? error : {};
  const code = typeof members.code === 'string' ? Number(members.code) : members.code;
  const text = isObject(error) ? members.message : error;
  replace(
    {
      error: {
        ...(members.data === undefined ? {} : { data: members.data }),
        code: Number.isInteger(code) ? code : INTERNAL_ERROR,
        message: typeof text === 'string' ? text : 'The server gave no reason.',
      },
    },
    'an error without a code or a text',
  );
}

function repairResult({ result: original }: Members, method: string | undefined, replace: Replace): void {
  if (!isObject(original)) {
    replace({ result: {} }, 'a result that is no object');
    return;
  }
  const result = original._meta === null ? without(original, ['_meta']) : original;
  if (result !== original) replace({ result }, '"_meta" of the result is null');
  const isHandshake = method === 'initialize' || method === 'server/discover';
  if (isHandshake) repairHandshake(result, method, (changed, what) => replace({ result: changed }, what));
}

function boundDepth(message: Members, method: string | undefined, onRepair: OnRepair): Members {
  const { id, result, error } = message;
  if (isObject(error)) {
    if (!isDeeperThan(error.data, MAX_DEPTH)) return message;
    onRepair('"data" of an error is nested too deep');
    return { ...message, error: without(error, ['data']) };
  }
  if (!isDeeperThan(result, MAX_DEPTH)) return message;
  const tools = method === 'tools/list' && isObject(result) && Array.isArray(result.tools) ? result.tools : [];
  const kept = tools.filter((tool) => !isDeeperThan(tool, MAX_DEPTH - 2));
  const rest = isObject(result) && kept.length < tools.length ? { ...result, tools: kept } : result;
  if (!isDeeperThan(rest, MAX_DEPTH)) {
    onRepair('a tool that is nested too deep was left out');
    return { ...message, result: rest };
  }
  const refused = new PatchbayError('protocol', `The server nested its answer more than ${MAX_DEPTH} levels deep.`, {
    hint: 'Nothing that people make is; the fault is on the server.',
  });
  return { ...localAnswer(id as RequestId, refused) };
}

function repairHandshake(original: Members, method: string, replace: Replace): void {
  let result = original;
  const change = (changes: Members, what: string) => {
    result = { ...result, ...changes };
    replace(result, what);
  };
  const capabilities = isObject(original.capabilities) ? repairCapabilities(original.capabilities) : {};
  if (capabilities !== original.capabilities) change({ capabilities }, '"capabilities" of the handshake');
  if (original.instructions !== undefined && typeof original.instructions !== 'string') {
    result = without(result, ['instructions']);
    replace(result, '"instructions" of the handshake is no text');
  }
  if (method !== 'initialize') return;
  const info = isObject(original.serverInfo) ? original.serverInfo : {};
  const nulls = Object.keys(info).filter((name) => info[name] === null);
  if (nulls.length === 0 && typeof info.name === 'string' && typeof info.version === 'string') return;
  const { name, version, ...rest } = without(info, nulls);
  change(
    {
      serverInfo: {
        ...rest,
        name: typeof name === 'string' ? name : 'unknown',
        version: typeof version === 'string' || typeof version === 'number' ? String(version) : 'unknown',
      },
    },
    '"serverInfo" of the handshake',
  );
}

/** Without nulls, and `{}` for `true`. The same object where nothing is wrong with it. */
function repairCapabilities(capabilities: Members): Members {
  const entries = Object.entries(capabilities);
  const isGood = (value: unknown) => isObject(value) && Object.values(value).every((member) => member !== null);
  if (entries.every(([, value]) => isGood(value))) return capabilities;
  const kept = entries.flatMap(([name, value]): [string, unknown][] => {
    if (value === true) return [[name, {}]];
    if (!isObject(value)) return [];
    return [[name, Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null))]];
  });
  return Object.fromEntries(kept);
}

function isEnvelope(name: string): boolean {
  switch (name) {
    case 'jsonrpc':
    case 'id':
    case 'method':
    case 'params':
    case 'result':
    case 'error':
      return true;
    default:
      return false;
  }
}

function without(members: Members, names: readonly string[]): Members {
  return Object.fromEntries(Object.entries(members).filter(([name]) => !names.includes(name)));
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
