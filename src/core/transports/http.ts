import {
  type FetchLike,
  type JSONRPCMessage,
  type RequestId,
  SdkHttpError,
  StreamableHTTPClientTransport,
  type TransportSendOptions,
} from '@modelcontextprotocol/client';
import { PatchbayError, toError } from '../../base/errors';
import { checkAnswers, endRefusedStreams, parseMessage } from './httpAnswers';
import { describeHttpFailure, displayUrl, parseRetryAfter, sessionLostError } from './httpErrors';
import { isStandIn, takeMessages } from './httpMessages';
import { answerIdInHead, excerpt, localAnswer, requestIdOf, responseIdOf } from './jsonRpc';
import type { NetworkDependencies } from './network/agents';
import { createLaunchFetch, type LaunchFetch } from './network/launchFetch';
import { parseSocketUrl } from './network/socketUrl';
import { overLimitError } from './receivedText';
import { createStreamReconnects } from './streamReconnects';
import type { HttpLaunch, McpTransport, TransportContext } from './transport';

/** How long the end of a session may hold up the close. */
const TERMINATE_MS = 1000;
/** Answers to requests of the server that may be on their way: each takes a connection while the server takes none. */
const MAX_ANSWERS = 100;

export interface HttpDependencies extends NetworkDependencies {
  readonly fetch?: FetchLike;
  /** Numbers in [0, 1), for the spread of reconnects. */
  readonly random?: () => number;
}

/** Streamable HTTP, all protocol versions (MCP 2026-07-28, transports/streamable-http). */
export function createHttpTransport(
  launch: HttpLaunch,
  context: TransportContext,
  dependencies: HttpDependencies = {},
): McpTransport {
  return new HttpTransport(launch, context, dependencies);
}

class HttpTransport implements McpTransport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: McpTransport['onmessage'];
  readonly hasPerRequestStream = true;
  /** Stays undefined: without a connection of its own the link ends only by our own `close`. */
  readonly closeError: PatchbayError | undefined = undefined;

  readonly #launch: HttpLaunch;
  readonly #context: TransportContext;
  readonly #dependencies: HttpDependencies;
  readonly #reconnects: ReturnType<typeof createStreamReconnects>;
  /** Requests without an answer yet. */
  readonly #pending = new Set<RequestId>();
  /** Errors that a rejected `send` or an earlier `onerror` has told about. */
  readonly #told = new WeakSet<object>();
  /** What answers to requests asked for in `Retry-After`, until the error of the request is made. */
  readonly #waits = new Map<RequestId, number>();
  #streamBroke = false;
  #isModern = false;
  #fetch: LaunchFetch | undefined;
  #inner: StreamableHTTPClientTransport | undefined;
  #closing: Promise<void> | undefined;
  #answers = 0;

  constructor(launch: HttpLaunch, context: TransportContext, dependencies: HttpDependencies) {
    this.#launch = launch;
    this.#context = context;
    this.#dependencies = dependencies;
    this.#reconnects = createStreamReconnects(context.clock, dependencies.random ?? Math.random);
  }

  get sessionId(): string | undefined {
    return this.#inner?.sessionId;
  }

  setProtocolVersion = (version: string): void => {
    this.#inner?.setProtocolVersion(version);
  };

  async start(): Promise<void> {
    if (this.#closing) throw closedError();
    if (this.#inner) throw new PatchbayError('transport', 'This transport was started before.');
    const url = parseUrl(this.#launch.url, this.#dependencies.platform);
    this.#fetch = this.#createFetch();
    const inner = new StreamableHTTPClientTransport(url, {
      fetch: this.#readAnswers(this.#fetch.fetch),
      requestInit: { headers: { ...this.#launch.headers } },
      redirectPolicy: 'same-origin',
      reconnectionOptions: {
        initialReconnectionDelay: 1000,
        maxReconnectionDelay: 30_000,
        reconnectionDelayGrowFactor: 1.5,
        maxRetries: Number.POSITIVE_INFINITY,
      },
      reconnectionScheduler: (reconnect, delayMs, attempt) => this.#scheduleStream(reconnect, delayMs, attempt),
    });
    inner.onmessage = (message) => {
      if (!isStandIn(message)) this.#onMessage(message);
    };
    inner.onerror = (error) => this.#onError(error);
    this.#inner = inner;
    await inner.start();
  }

  async send(message: JSONRPCMessage, options: TransportSendOptions = {}): Promise<void> {
    if (this.#closing) throw closedError();
    const inner = this.#inner;
    if (!inner) throw new PatchbayError('transport', 'The transport is not started.');
    if (responseIdOf(message) !== undefined) return this.#answer(inner, message, options);
    await this.#post(inner, message, options);
  }

  async #answer(
    inner: StreamableHTTPClientTransport,
    message: JSONRPCMessage,
    options: TransportSendOptions,
  ): Promise<void> {
    if (this.#answers >= MAX_ANSWERS) {
      throw new PatchbayError('limit', 'The server asks more than it takes answers to; this one was dropped.');
    }
    this.#answers += 1;
    try {
      await this.#post(inner, message, options);
    } finally {
      this.#answers -= 1;
    }
  }

  async #post(
    inner: StreamableHTTPClientTransport,
    message: JSONRPCMessage,
    options: TransportSendOptions,
  ): Promise<void> {
    const id = requestIdOf(message);
    if (id !== undefined) this.#pending.add(id);
    if (id !== undefined) this.#isModern = isModernMessage(message);
    this.#forgetCancelled(message);
    options.requestSignal?.addEventListener('abort', () => id !== undefined && this.#pending.delete(id), {
      once: true,
    });
    const isInitialize = 'method' in message && message.method === 'initialize';
    const hadSession = this.sessionId !== undefined && !isInitialize;
    const onRequestStreamEnd = () => {
      options.onRequestStreamEnd?.();
      if (id !== undefined) this.#onStreamEnd(id);
    };
    try {
      await inner.send(message, { ...options, onRequestStreamEnd });
    } catch (error) {
      if (typeof error === 'object' && error !== null) this.#told.add(error);
      if (id !== undefined) this.#addWait(id, error);
      if (id !== undefined && this.#answerFromError(id, error, hadSession)) return;
      if (id !== undefined) this.#pending.delete(id);
      if (this.#closing) throw closedError();
      if (hadSession && isHttpStatus(error, 404)) throw sessionLostError(this.#launch.url, error);
      throw asksToWait(error) ? describeHttpFailure(error, this.#launch.url) : error;
    }
  }

  close(): Promise<void> {
    if (!this.#closing) {
      this.#closing = this.#shutDown();
      this.#reconnects.dispose();
      this.onclose?.();
    }
    return this.#closing;
  }

  /** Tells the server that the session is over, for a bounded time, then drops every request and connection. */
  async #shutDown(): Promise<void> {
    const inner = this.#inner;
    if (inner?.sessionId !== undefined) {
      let timer: { dispose(): void } | undefined;
      const bound = new Promise<void>((resolve) => {
        timer = this.#context.clock.setTimeout(resolve, TERMINATE_MS);
      });
      // A server may refuse to end sessions; there is nothing to do about it.
      await Promise.race([inner.terminateSession().catch(() => {}), bound]);
      timer?.dispose();
    }
    await inner?.close();
    this.#fetch?.dispose();
    this.#pending.clear();
  }

  #createFetch(): LaunchFetch {
    const { fetch } = this.#dependencies;
    if (fetch) return { fetch, dispose: () => {} };
    return createLaunchFetch(this.#launch, this.#context, {
      ...this.#dependencies,
      onEventDiscarded: (head) => this.#onEventDiscarded(head),
    });
  }

  #readAnswers(fetch: FetchLike): FetchLike {
    const taken = takeMessages(fetch, {
      onMessage: (message) => this.#deliver(message),
      onNoise: (error) => this.#onError(error),
      onAnswerRead: (id) => this.#onUnanswered(id, false),
    });
    const streams = endRefusedStreams(taken, (error) => this.#onError(error as Error));
    return checkAnswers(streams, displayUrl(this.#launch.url), (response, body) =>
      this.#onFailedAnswer(response, body),
    );
  }

  /** MCP 2026-07-28, basic/transports: a response stream is not resumed; to throw is how the SDK is told. */
  #scheduleStream(reconnect: () => void, delayMs: number, attempt: number): () => void {
    if (this.#isModern) throw new Error(NOT_RESUMED);
    return this.#reconnects.schedule(reconnect, delayMs, attempt);
  }

  #onFailedAnswer(response: Response, body: unknown): void {
    const message = parseMessage(body);
    const id = message && requestIdOf(message);
    const wait = parseRetryAfter(response.headers.get('retry-after'), this.#context.clock.now());
    if (id !== undefined && wait !== undefined) this.#waits.set(id, wait);
  }

  /** The SDK's error has no headers: what they said is put beside the status. */
  #addWait(id: RequestId, error: unknown): void {
    const retryAfterMs = this.#waits.get(id);
    this.#waits.delete(id);
    if (retryAfterMs !== undefined && SdkHttpError.isInstance(error)) Object.assign(error.data, { retryAfterMs });
  }

  #onMessage(message: JSONRPCMessage): void {
    if (this.#closing) return;
    this.#reconnects.onMessage();
    const id = this.#pendingOf(message);
    if (id !== undefined) this.#pending.delete(id);
    this.onmessage?.(message);
  }

  /** From inside the reading of a body, which goes on whatever the listener does. */
  #deliver(message: JSONRPCMessage): void {
    try {
      this.#onMessage(message);
    } catch (error) {
      this.onerror?.(toError(error));
    }
  }

  /** The request that is answered. Some servers give an integer back as a text; the SDK takes it for the integer, too. */
  #pendingOf(message: JSONRPCMessage): RequestId | undefined {
    const id = responseIdOf(message);
    if (id === undefined || this.#pending.has(id)) return id;
    return this.#pending.has(Number(id)) ? Number(id) : undefined;
  }

  /** The SDK reports what it also throws, and some failures twice; only what nobody heard of yet goes on. */
  #onError(error: Error): void {
    if (error.message.includes(NOT_RESUMED)) return;
    // The SDK reports a broken stream right before it reports its end, and a proper end without this.
    this.#streamBroke = error.message.startsWith('SSE stream disconnected');
    process.nextTick(() => {
      if (this.#closing || this.#told.has(error)) return;
      this.#told.add(error);
      this.onerror?.(describeHttpFailure(error, this.#launch.url));
    });
  }

  #forgetCancelled(message: JSONRPCMessage): void {
    if (!('method' in message) || message.method !== 'notifications/cancelled') return;
    this.#pending.delete((message.params as { requestId?: RequestId } | undefined)?.requestId ?? '');
  }

  #onStreamEnd(id: RequestId): void {
    const isBroken = this.#streamBroke;
    this.#streamBroke = false;
    this.#onUnanswered(id, isBroken);
  }

  #onUnanswered(id: RequestId, isBroken: boolean): void {
    if (!this.#pending.has(id)) return;
    const url = displayUrl(this.#launch.url);
    const error = new PatchbayError(
      isBroken ? 'connectionClosed' : 'protocol',
      isBroken
        ? `The connection to ${url} broke before the answer came.`
        : `${url} ended its stream without an answer.`,
      { retryable: true, hint: 'It is not known whether the request was carried out.' },
    );
    this.#deliver(localAnswer(id, error));
  }

  #onEventDiscarded(head: string): void {
    const data = head.slice(Math.max(0, head.indexOf('{')));
    const error = overLimitError(this.#launch.maxMessageBytes, data);
    if (!this.#closing) this.onerror?.(error);
    const id = answerIdInHead(data);
    if (id !== undefined && this.#pending.has(id)) this.#onMessage(localAnswer(id, error));
  }

  /** A JSON-RPC error for this request in an error answer (404 for an unknown method) is the answer. */
  #answerFromError(id: RequestId, error: unknown, hadSession: boolean): boolean {
    if (!SdkHttpError.isInstance(error) || error.status === 401 || error.status === 403) return false;
    const answer = parseMessage(error.data.text);
    if (!answer || responseIdOf(answer) !== id || !('error' in answer)) return false;
    if (error.status === 404 && hadSession && answer.error?.code !== METHOD_NOT_FOUND) return false;
    this.#onMessage(answer);
    return true;
  }
}

const METHOD_NOT_FOUND = -32601;
const NOT_RESUMED = 'patchbay: streams of this protocol version are not resumed';
const VERSION_KEY = 'io.modelcontextprotocol/protocolVersion';

/** Whether a message is of a protocol version that names itself in each request: 2026-07-28 and later. */
function isModernMessage(message: JSONRPCMessage): boolean {
  const params = 'method' in message ? (message.params as { _meta?: Record<string, unknown> } | undefined) : undefined;
  return typeof params?._meta?.[VERSION_KEY] === 'string';
}

function parseUrl(text: string, platform: NodeJS.Platform | undefined): URL {
  const socket = parseSocketUrl(text, platform);
  if (socket) return socket.url;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new PatchbayError('config', `Not an HTTP URL: ${excerpt(text)}`, {
    hint: 'It must start with http:// or https://.',
  });
}

function isHttpStatus(error: unknown, status: number): boolean {
  return SdkHttpError.isInstance(error) && error.status === status;
}

/** By its own error the SDK would take such an answer to its probe for one of an older server, and ask again at once. */
function asksToWait(error: unknown): boolean {
  if (!SdkHttpError.isInstance(error)) return false;
  return error.status === 429 || (error.data as { retryAfterMs?: number }).retryAfterMs !== undefined;
}

function closedError(): PatchbayError {
  return new PatchbayError('connectionClosed', 'The connection is closed.');
}
