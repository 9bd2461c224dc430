import { type FetchLike, type JSONRPCMessage, SdkErrorCode, SdkHttpError } from '@modelcontextprotocol/client';
import { isPatchbayError, PatchbayError } from '../../base/errors';
import { excerpt, isJsonRpcMessage, requestIdOf } from './jsonRpc';
import { plainHeaders } from './network/authFetch';

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

/**
 * Ends the SDK's attempts to open an event stream where trying again is of no use: credentials are refused, or the server
 * cannot resume the stream. It takes 405 for "no such stream", tells who waits for an answer on it, and is quiet then.
 * `onRefused` hears what really came.
 */
export function endRefusedStreams(fetch: FetchLike, onRefused: (error: unknown) => void): FetchLike {
  return async (url, init) => {
    if (init?.method !== 'GET') return fetch(url, init);
    const noStream = () => new Response(null, { status: 405 });
    try {
      const response = await fetch(url, init);
      const isResumption = plainHeaders(init.headers)['last-event-id'] !== undefined;
      const { status, statusText } = response;
      if (status !== 401 && status !== 403 && !(isResumption && isFinal(status))) return response;
      const text = await response.text().catch(() => '');
      const data = { status, statusText, text };
      onRefused(new SdkHttpError(SdkErrorCode.ClientHttpFailedToOpenStream, 'The event stream was refused', data));
      return noStream();
    } catch (error) {
      if (!isPatchbayError(error) || error.retryable) throw error;
      onRefused(error);
      return noStream();
    }
  };
}

/** Whether the same request will be answered with the same status again. */
function isFinal(status: number): boolean {
  return status >= 400 && status < 500 && ![405, 408, 425, 429].includes(status);
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
