import type { FetchLike, JSONRPCMessage } from '@modelcontextprotocol/client';
import { PatchbayError } from '../../base/errors';
import { excerpt, isJsonRpcMessage, requestIdOf } from './jsonRpc';

/**
 * Refuses answers to requests that are neither JSON nor an event stream, with their first words. `onFailure` is told of
 * answers to POST that are errors, with the body that was sent. `name` is what the server is called in errors.
 */
export function checkAnswers(
  fetch: FetchLike,
  name: string,
  onFailure: (response: Response, sent: unknown) => void,
): FetchLike {
  return async (url, init) => {
    const response = await fetch(url, init);
    if (init?.method !== 'POST' || response.status === 202) return response;
    if (!response.ok) {
      onFailure(response, init.body);
      return response;
    }
    const type = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
    if (type === 'application/json' || type === 'text/event-stream') return response;
    const message = parseMessage(init.body);
    if (!message || requestIdOf(message) === undefined) return response;
    const body = excerpt(await response.text());
    const what = body ? `${excerpt(type) || 'a body without a type'}, not MCP: ${body}` : 'an empty body, not MCP.';
    throw new PatchbayError('protocol', `${name} answered ${what}`, {
      code: response.status,
      hint: 'Check the path of the URL; many servers use /mcp.',
    });
  };
}

export function parseMessage(text: unknown): JSONRPCMessage | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isJsonRpcMessage(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
