import type { JSONRPCMessage, RequestId, TransportSendOptions } from '@modelcontextprotocol/client';
import { type Clock, createSystemClock } from '../../base/clock';
import { deferred } from '../../base/deferred';
import { PatchbayError, toError } from '../../base/errors';
import type { Logger } from '../ports';
import type { TrafficLink, TrafficSink } from '../traffic/exchange';
import type { Redactor } from '../traffic/redactor';
import { shorten } from '../traffic/shorten';
import { excerpt, localAnswer, requestIdOf, responseIdOf } from './jsonRpc';
import { repairMessage } from './tapRepair';
import type { McpTransport } from './transport';

/** What a logged message takes at most. */
const LOGGED_CHARACTERS = 2000;
/** Different repairs that are told about; the same one is told once. */
const MAX_WARNINGS = 20;
/** How long a transport that is no process may take to close, in ms. Ours take a second or two. */
const CLOSE_MS = 10_000;

export interface TapOptions {
  readonly traffic: TrafficSink;
  readonly log: Logger;
  readonly redact: Redactor;
  /** Whether each message is logged. */
  readonly messages: boolean;
  /** Default: the system's. */
  readonly clock?: Clock;
}

/**
 * The same link, watched: each message goes to `traffic`, and to the log where wanted. What a server is known to get
 * wrong is repaired with a warning. A request whose stream ends without an answer, and one that the server refuses with
 * an error that names no request, fails at once and not at its timeout. `close` always resolves: a transport of another
 * extension that fails to close, or does not come to an end, is left behind with a warning. Keeps what the inner transport has, `stderr` and
 * `pid` only where it has them: the SDK tells stdio by those.
 */
export function tapTransport(inner: McpTransport, options: TapOptions): McpTransport {
  const tap = new TappedTransport(inner, options);
  for (const name of ['stderr', 'pid'] as const) {
    if (name in inner) Object.defineProperty(tap, name, { get: () => Reflect.get(inner, name), enumerable: true });
  }
  return tap;
}

class TappedTransport implements McpTransport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: McpTransport['onmessage'];
  readonly #inner: McpTransport;
  readonly #options: TapOptions;
  readonly #link: TrafficLink;
  /** A pipe has no end of a request's own. */
  readonly #hasStreams: boolean;
  readonly #warned = new Set<string>();
  #isClosed = false;

  constructor(inner: McpTransport, options: TapOptions) {
    this.#inner = inner;
    this.#options = options;
    this.#link = options.traffic.openLink();
    this.#hasStreams = !('stderr' in inner && 'pid' in inner);
    inner.onmessage = (message, extra) => this.#onMessage(message, extra);
    inner.onerror = (error) => {
      this.#link.noise(error.message);
      this.onerror?.(error);
    };
    inner.onclose = () => this.#onClosed();
  }

  get closeError(): McpTransport['closeError'] {
    return this.#inner.closeError;
  }

  get roundTripMs(): number | undefined {
    return this.#inner.roundTripMs;
  }

  get processId(): number | undefined {
    return this.#inner.processId;
  }

  get sessionId(): string | undefined {
    return this.#inner.sessionId;
  }

  get hasPerRequestStream(): boolean {
    return this.#inner.hasPerRequestStream ?? false;
  }

  setProtocolVersion = (version: string): void => this.#inner.setProtocolVersion?.(version);
  setSupportedProtocolVersions = (versions: string[]): void => this.#inner.setSupportedProtocolVersions?.(versions);

  start(): Promise<void> {
    return this.#inner.start();
  }

  send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    this.#link.sent(message);
    if (this.#options.messages) this.#logMessage('→', message);
    const id = requestIdOf(message);
    if (id === undefined) return this.#sendInner(message, options);
    options?.requestSignal?.addEventListener('abort', () => this.#link.cancelled(id), { once: true });
    const sending = this.#sendInner(message, this.#watchStream(id, options));
    sending.catch((error) => this.#link.failed(id, toError(error).message));
    return sending;
  }

  async close(): Promise<void> {
    const { clock = createSystemClock(), log } = this.#options;
    const late = deferred<void>();
    // Ending a process has steps of its own, whose times are set for each server.
    const timer = this.#hasStreams
      ? clock.setTimeout(() => late.reject(new Error(`nothing came of it within ${CLOSE_MS / 1000} s`)), CLOSE_MS)
      : undefined;
    try {
      await Promise.race([this.#inner.close(), late.promise]);
    } catch (error) {
      log.warn(`The transport did not close: ${excerpt(toError(error).message)}.`);
      this.#onClosed();
    } finally {
      timer?.dispose();
    }
  }

  killNow(): void {
    this.#inner.killNow?.();
  }

  /** Transports of other extensions may throw at once. */
  #sendInner(message: JSONRPCMessage, options: TransportSendOptions | undefined): Promise<void> {
    try {
      return this.#inner.send(message, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #onClosed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#link.closed(this.#inner.closeError?.message);
    this.onclose?.();
  }

  #watchStream(id: RequestId, options: TransportSendOptions | undefined): TransportSendOptions {
    // Who asks to be told has a meaning for the end of its stream: `subscriptions/listen` does.
    if (options?.onRequestStreamEnd || (options && !this.#hasStreams)) return options;
    // A transport that answers by itself does so before this is looked at.
    return { ...options, onRequestStreamEnd: () => queueMicrotask(() => this.#onStreamEnd(id)) };
  }

  #onStreamEnd(id: RequestId): void {
    if (!this.#link.isPending(id)) return;
    const error = new PatchbayError('protocol', 'The server ended its stream without an answer.', {
      retryable: true,
      hint: 'It is not known whether the request was carried out.',
    });
    this.#onMessage(localAnswer(id, error));
  }

  #onMessage(message: JSONRPCMessage, extra?: Parameters<NonNullable<McpTransport['onmessage']>>[1]): void {
    const answered = this.#attribute(message);
    const method = this.#link.received(answered);
    if (this.#options.messages) this.#logMessage('←', message);
    this.onmessage?.(
      repairMessage(answered, method, (what) => this.#warn(what)),
      extra,
    );
  }

  /** JSON-RPC 2.0: an error with `id: null` answers a request that the server could not read. Where one waits, that. */
  #attribute(message: JSONRPCMessage): JSONRPCMessage {
    if (!('error' in message) || message.error === null || (message.id ?? null) !== null) return message;
    const id = this.#link.onlyPending();
    if (id === undefined) return message;
    this.#warn('an error that names no request was taken for the answer to the only one');
    return { ...message, id };
  }

  #warn(what: string): void {
    if (this.#warned.size >= MAX_WARNINGS || this.#warned.has(what)) return;
    this.#warned.add(what);
    this.#options.log.warn(`Repaired a message of the server: ${excerpt(what)}.`);
  }

  #logMessage(arrow: string, message: JSONRPCMessage): void {
    const { redact, log } = this.#options;
    const limit = { maxCharacters: 2 * LOGGED_CHARACTERS, maxTextCharacters: LOGGED_CHARACTERS };
    const bounded = shorten(message, { ...limit, clean: (text) => redact.text(text) });
    const text = JSON.stringify(redact.json(bounded));
    const id = requestIdOf(message) ?? responseIdOf(message);
    const name = 'method' in message ? excerpt(message.method) : 'answer';
    const cut = text.length > LOGGED_CHARACTERS ? `${text.slice(0, LOGGED_CHARACTERS)}…` : text;
    log.info(`${arrow} ${name}${id === undefined ? '' : ` #${id}`} ${cut}`);
  }
}
