import {
  type JSONRPCMessage,
  ProtocolError,
  type RequestId,
  SdkError,
  SdkErrorCode,
} from '@modelcontextprotocol/client';
import type { JsonObject } from '../../shared/json';
import type { Progress } from '../../shared/mcp';
import { responseIdOf } from '../transports/jsonRpc';
import type { McpTransport } from '../transports/transport';

/** Above what the SDK's client counts up to beside us, below what stands for its text ids (`webSocketIds.ts`). */
const FIRST_ID = 1_000_000;
const INTERNAL_ERROR = -32603;

export interface DirectRequestOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

interface Pending {
  readonly onProgress: ((progress: Progress) => void) | undefined;
  resolve(result: JsonObject): void;
  reject(error: unknown): void;
}

/**
 * Requests of revisions before 2026-07-28, beside the SDK's client on the same transport: one message out, one in. The
 * client checks each answer against four schemas whose outcome we have no use for, which takes longer than all that we
 * do ourselves. Fails as the client does: `ProtocolError` for a refusal of the server, `SdkError` for all else, and
 * what the transport rejects with.
 */
export class DirectRequests {
  readonly #transport: McpTransport;
  readonly #pending = new Map<number, Pending>();
  #next = FIRST_ID;
  #isClosed = false;

  /** For a transport that the client is connected to: it gets what is no answer to a request made here. */
  constructor(transport: McpTransport) {
    this.#transport = transport;
    const deliver = transport.onmessage;
    transport.onmessage = (message, extra) => {
      if (!this.#take(message)) deliver?.(message, extra);
    };
  }

  /** When `signal` aborts, the server is told, and the request rejects with the reason where that is an `SdkError`. */
  request(method: string, params: JsonObject, { signal, onProgress }: DirectRequestOptions): Promise<JsonObject> {
    if (signal.aborted) return Promise.reject(abortError(signal));
    if (this.#isClosed) return Promise.reject(new SdkError(SdkErrorCode.NotConnected, 'Not connected'));
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const forget = () => {
        this.#pending.delete(id);
        signal.removeEventListener('abort', onAbort);
      };
      const fail = (error: unknown) => {
        forget();
        reject(error);
      };
      const onAbort = () => {
        fail(abortError(signal));
        this.#cancel(id, signal);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#pending.set(id, {
        onProgress,
        reject: fail,
        resolve: (result) => {
          forget();
          resolve(result);
        },
      });
      const sent = onProgress ? { ...params, _meta: { ...(params._meta as JsonObject), progressToken: id } } : params;
      this.#send({ jsonrpc: '2.0', id, method, params: sent } as JSONRPCMessage).catch(fail);
    });
  }

  /** Rejects all that wait, as those who come later. */
  close(): void {
    this.#isClosed = true;
    const error = new SdkError(SdkErrorCode.ConnectionClosed, 'Connection closed');
    for (const pending of [...this.#pending.values()]) pending.reject(error);
  }

  /** Transports of other extensions may throw at once. */
  async #send(message: JSONRPCMessage): Promise<void> {
    await this.#transport.send(message);
  }

  #cancel(requestId: number, { reason }: AbortSignal): void {
    const params = { requestId, reason: String(reason) };
    // There is nobody to tell: the request is over.
    this.#send({ jsonrpc: '2.0', method: 'notifications/cancelled', params }).catch(() => {});
  }

  #take(message: JSONRPCMessage): boolean {
    if ('method' in message) return message.method === 'notifications/progress' && this.#takeProgress(message.params);
    const pending = this.#pendingOf(responseIdOf(message));
    if (!pending) return false;
    if ('error' in message) pending.reject(refusal(message.error));
    else if (isObject(message.result)) pending.resolve(withoutResultType(message.result));
    else pending.reject(new SdkError(SdkErrorCode.InvalidResult, 'The answer holds no result that is an object'));
    return true;
  }

  #takeProgress(params: unknown): boolean {
    if (!isObject(params)) return false;
    const { progressToken, progress, total, message } = params;
    const pending = this.#pendingOf(progressToken as RequestId | undefined);
    if (!pending || typeof progress !== 'number') return false;
    pending.onProgress?.({
      progress,
      ...(typeof total === 'number' ? { total } : {}),
      ...(typeof message === 'string' ? { message } : {}),
    });
    return true;
  }

  /** Some servers give an integer back as a text. */
  #pendingOf(id: RequestId | undefined): Pending | undefined {
    return typeof id === 'number' ? this.#pending.get(id) : this.#pending.get(Number(id));
  }
}

function refusal(error: unknown): ProtocolError {
  const { code, message, data } = isObject(error) ? error : {};
  const known = typeof code === 'number' && Number.isInteger(code) ? code : INTERNAL_ERROR;
  return ProtocolError.fromError(known, typeof message === 'string' ? message : 'no message', data);
}

/** A word of 2026-07-28, without meaning before it. */
function withoutResultType(result: JsonObject): JsonObject {
  if (!('resultType' in result)) return result;
  const { resultType: _, ...rest } = result;
  return rest;
}

function abortError({ reason }: AbortSignal): SdkError {
  return SdkError.isInstance(reason) ? reason : new SdkError(SdkErrorCode.RequestTimeout, String(reason));
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
