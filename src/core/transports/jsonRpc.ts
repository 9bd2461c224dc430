import type { JSONRPCMessage, RequestId } from '@modelcontextprotocol/client';
import { isPatchbayError, type PatchbayError } from '../../base/errors';

/** How much of an unexpected text an error quotes. */
const EXCERPT_CHARACTERS = 200;

/** JSON-RPC error code of answers that a transport gives in the server's place. */
export const LOCAL_ERROR_CODE = -32000;

/** The start of a text from outside as one line of plain text, for error messages and logs. */
export function excerpt(text: string, maxCharacters = EXCERPT_CHARACTERS): string {
  const start = text.slice(0, maxCharacters).toWellFormed();
  // Control characters, blanks, and what cannot be seen or turns the direction of writing.
  const plain = start.replace(/[\p{Cc}\p{Cf}\u2028\u2029\s]+/gu, ' ').trim();
  return text.length > maxCharacters ? `${plain}…` : plain;
}

/**
 * The messages of one parsed text, which may be a batch (protocol version 2025-03-26). What is no message is told once for
 * the text, however much of it there is: `noise` is how often, as words for the end of an error, else undefined.
 */
export function readBatch(value: unknown): { readonly messages: JSONRPCMessage[]; readonly noise: string | undefined } {
  const items: unknown[] = Array.isArray(value) ? value : [value];
  const messages = items.filter(isJsonRpcMessage);
  const strangers = items.length - messages.length;
  return { messages, noise: strangers === 0 ? undefined : strangers > 1 ? ` (${strangers} times)` : '' };
}

/** Whether a parsed JSON value has the outline of a JSON-RPC 2.0 message. Members are checked by the protocol layer. */
export function isJsonRpcMessage(value: unknown): value is JSONRPCMessage {
  if (typeof value !== 'object' || value === null) return false;
  const message = value as Record<string, unknown>;
  if (message.jsonrpc !== '2.0') return false;
  return typeof message.method === 'string' || 'result' in message || 'error' in message;
}

/** The id of a request, or undefined for every other message. */
export function requestIdOf(message: JSONRPCMessage): RequestId | undefined {
  return 'method' in message && 'id' in message ? message.id : undefined;
}

/** The id that an answer is for, or undefined for every other message. */
export function responseIdOf(message: JSONRPCMessage): RequestId | undefined {
  return 'method' in message || !('id' in message) ? undefined : message.id;
}

/**
 * The answer that a transport gives in the server's place, so that the caller fails at once and not at its timeout.
 * `error.data` is the `PatchbayError` object itself, which no server can send: `localErrorOf` gets it back.
 */
export function localAnswer(id: RequestId, error: PatchbayError): JSONRPCMessage {
  return { jsonrpc: '2.0', id, error: { code: LOCAL_ERROR_CODE, message: error.message, data: error } };
}

/** The `PatchbayError` inside an error made from a `localAnswer`, as the SDK throws it from a call. */
export function localErrorOf(error: unknown): PatchbayError | undefined {
  if (typeof error !== 'object' || error === null || !('data' in error)) return undefined;
  return isPatchbayError(error.data) ? error.data : undefined;
}

/**
 * The id of the answer whose first characters are `head`, or undefined where `head` does not show one at the top level
 * or belongs to a request.
 */
export function answerIdInHead(head: string): RequestId | undefined {
  let depth = 0;
  let id: RequestId | undefined;
  const token = /"(?:[^"\\]|\\.)*"|[{}[\]]/g;
  for (let match = token.exec(head); match; match = token.exec(head)) {
    const text = match[0];
    if (text === '{' || text === '[') depth++;
    else if (text === '}' || text === ']') depth--;
    else if (depth === 1) {
      const value = /^\s*:\s*("(?:[^"\\]|\\.)*"|-?\d+(?=\s*[,}]))?/.exec(
        head.slice(token.lastIndex, token.lastIndex + 600),
      );
      if (!value) continue;
      if (text === '"method"') return undefined;
      if (text === '"id"' && value[1] !== undefined) id = parseId(value[1]);
      token.lastIndex += value[0].length;
    }
  }
  return id;
}

function parseId(text: string): RequestId | undefined {
  try {
    return JSON.parse(text) as RequestId;
  } catch {
    return undefined;
  }
}
