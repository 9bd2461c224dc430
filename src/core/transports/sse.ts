import { type FetchLike, type JSONRPCMessage, SdkErrorCode, SdkHttpError } from '@modelcontextprotocol/client';
import { EventSource, type FetchLikeResponse } from 'eventsource';
import { type Deferred, deferred } from '../../base/deferred';
import type { Disposable } from '../../base/disposable';
import { PatchbayError, toError } from '../../base/errors';
import { describeHttpFailure, displayUrl, parseRetryAfter } from './httpErrors';
import { excerpt } from './jsonRpc';
import { overLimitAnswer, overLimitError, readReceivedText } from './receivedText';
import type { McpTransport, SseLaunch } from './transport';

/** In the start of an event that is no message. */
const OTHER_EVENT = /(^|[\r\n])event:(?! ?message[\r\n])/;
const EVENT_STREAM = /^\s*text\/event-stream\s*(;|$)/i;

/** Requests of one link, with its credentials, proxy and rules for addresses. */
export interface SseFetch extends Disposable {
  readonly fetch: FetchLike;
}

/** `onEventDiscarded`: an event over the limit was left out; `head` is its start. */
export type SseFetchFactory = (onEventDiscarded: (head: string) => void) => SseFetch;

/** HTTP+SSE (MCP 2024-11-05, transports): messages come as events of one stream and go out by POST. */
export function createSseTransport(launch: SseLaunch, createFetch: SseFetchFactory): McpTransport {
  return new SseTransport(launch, createFetch);
}

class SseTransport implements McpTransport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: McpTransport['onmessage'];
  closeError: PatchbayError | undefined;

  readonly #launch: SseLaunch;
  readonly #createFetch: SseFetchFactory;
  readonly #abort = new AbortController();
  /** Settles with the address that messages go to. */
  readonly #endpoint: Deferred<URL> = deferred();
  readonly #posts = new Set<Promise<unknown>>();
  #phase: 'idle' | 'starting' | 'open' | 'closed' = 'idle';
  #fetch: SseFetch | undefined;
  #source: EventSource | undefined;
  /** What the request for the stream failed with; the event source passes on its words only. */
  #failure: unknown;
  #messageUrl: URL | undefined;

  constructor(launch: SseLaunch, createFetch: SseFetchFactory) {
    this.#launch = launch;
    this.#createFetch = createFetch;
    this.#endpoint.promise.catch(() => {});
  }

  /** With `pid` the mark by which the SDK takes a silent or broken probe for the sign of a legacy server. */
  get stderr(): null {
    return null;
  }

  get pid(): null {
    return null;
  }

  async start(): Promise<void> {
    if (this.#phase === 'closed') throw closedError();
    if (this.#phase !== 'idle') throw new PatchbayError('transport', 'This transport was started before.');
    this.#phase = 'starting';
    try {
      this.#listen();
      this.#messageUrl = await this.#endpoint.promise;
    } catch (error) {
      this.#drop();
      throw this.#isClosed() ? closedError() : describeHttpFailure(error, this.#launch.url);
    }
    if (this.#isClosed()) throw this.closeError ?? closedError();
    this.#phase = 'open';
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#phase === 'closed') throw this.closeError ?? closedError();
    if (!this.#messageUrl) throw new PatchbayError('transport', 'The transport is not started.');
    const post = this.#post(this.#messageUrl, JSON.stringify(message));
    this.#posts.add(post);
    try {
      await post;
    } catch (error) {
      if (this.#isClosed()) throw this.closeError ?? closedError();
      throw error;
    } finally {
      this.#posts.delete(post);
    }
  }

  async close(): Promise<void> {
    this.#settle(undefined);
    this.#endpoint.reject(closedError());
    this.#drop();
    await Promise.allSettled(this.#posts);
  }

  #isClosed(): boolean {
    return this.#phase === 'closed';
  }

  #listen(): void {
    const base = parseUrl(this.#launch.url);
    const { sse, message } = this.#launch.endpoints ?? {};
    const url = sse === undefined ? base : sameOrigin(sse, base, '"endpoints.sse"');
    const fixed = message === undefined ? undefined : sameOrigin(message, base, '"endpoints.message"');
    this.#fetch = this.#createFetch((head) => this.#onEventDiscarded(head));
    // A line is cut at the limit before it gets to the parser, whose own bound would end the stream.
    const maxBufferSize = this.#launch.maxMessageBytes * 2;
    const source = new EventSource(url, { fetch: (_url, init) => this.#openStream(url, init), maxBufferSize });
    this.#source = source;
    source.addEventListener('error', (event) => this.#onStreamError(event.message));
    source.addEventListener('message', (event) => this.#onText(event.data));
    if (fixed) source.addEventListener('open', () => this.#endpoint.resolve(fixed));
    else source.addEventListener('endpoint', (event) => this.#onEndpoint(event.data, url));
  }

  async #openStream(url: URL, init: { headers: Record<string, string>; signal: unknown }): Promise<FetchLikeResponse> {
    try {
      const headers = { ...this.#launch.headers, ...init.headers };
      const response = await this.#request(url, { headers, signal: init.signal as AbortSignal });
      if (response.status === 200 && EVENT_STREAM.test(response.headers.get('content-type') ?? '')) return response;
      throw await notAnEventStream(response, url.href);
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }

  #request(url: URL, init: RequestInit): Promise<Response> {
    if (!this.#fetch) throw closedError();
    return this.#fetch.fetch(url, init);
  }

  #onEndpoint(text: string, streamUrl: URL): void {
    if (this.#endpoint.isSettled) return;
    try {
      this.#endpoint.resolve(sameOrigin(text, streamUrl, 'The endpoint that the server names'));
    } catch (error) {
      this.#endpoint.reject(error);
    }
  }

  #onText(text: string): void {
    if (this.#phase === 'closed') return;
    readReceivedText(text, 'event', {
      onMessage: (message) => this.#deliver(message),
      onNoise: (error) => this.#report(error),
    });
  }

  #onEventDiscarded(head: string): void {
    if (OTHER_EVENT.test(head)) return;
    const data = head.slice(Math.max(0, head.indexOf('{')));
    const error = overLimitError(this.#launch.maxMessageBytes, data);
    this.#report(error);
    const answer = overLimitAnswer(data, error);
    if (answer) this.#deliver(answer);
  }

  #deliver(message: JSONRPCMessage): void {
    if (this.#phase === 'closed') return;
    try {
      this.onmessage?.(message);
    } catch (error) {
      this.#report(toError(error));
    }
  }

  #report(error: Error): void {
    if (this.#phase !== 'closed') this.onerror?.(error);
  }

  /** Before the endpoint is known this is a failed start; after it, the end of the link: sessions do not survive. */
  #onStreamError(message: string | undefined): void {
    this.#drop();
    const url = displayUrl(this.#launch.url);
    const how = message === undefined ? 'ended' : `broke: ${excerpt(message)}`;
    const lost = new PatchbayError('connectionClosed', `The event stream of ${url} ${how}.`, {
      retryable: true,
      cause: this.#failure,
    });
    if (this.#endpoint.isSettled) this.#settle(lost);
    else this.#endpoint.reject(this.#failure ?? noEndpoint(lost));
  }

  async #post(url: URL, body: string): Promise<void> {
    const headers = { ...this.#launch.headers, 'content-type': 'application/json' };
    try {
      const response = await this.#request(url, { method: 'POST', headers, body, signal: this.#abort.signal });
      const text = await response.text();
      if (!response.ok) throw describePostRefusal(response, text, url.href);
    } catch (error) {
      throw describeHttpFailure(error, url.href);
    }
  }

  #settle(error: PatchbayError | undefined): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    this.closeError = error;
    this.onclose?.();
  }

  /** Ends the stream, every POST and every connection. */
  #drop(): void {
    const source = this.#source;
    source?.close();
    // After it has told about an error the event source sets its timer for a reconnect, which only a close takes away.
    queueMicrotask(() => source?.close());
    this.#abort.abort(closedError());
    this.#fetch?.dispose();
  }
}

async function notAnEventStream(response: Response, href: string): Promise<PatchbayError> {
  const url = displayUrl(href);
  const text = await response.text().catch(() => '');
  const said = excerpt(text) ? ` It said: ${excerpt(text)}` : '';
  const { status } = response;
  if (status === 404 || status === 405) {
    return new PatchbayError('protocol', `${url} is not an SSE endpoint (HTTP ${status}).${said}`, {
      code: status,
      hint: 'Check the path of the URL; many servers use /sse.',
    });
  }
  if (status >= 200 && status < 300) {
    const type = excerpt(response.headers.get('content-type') ?? '') || 'a body without a type';
    return new PatchbayError('protocol', `${url} answered ${type} and no event stream (HTTP ${status}).${said}`, {
      code: status,
      hint: 'Check the path of the URL; many servers use /sse.',
    });
  }
  return describeStatus(response, text, href);
}

function describePostRefusal(response: Response, text: string, href: string): PatchbayError {
  if (response.status !== 404 && response.status !== 410) return describeStatus(response, text, href);
  return new PatchbayError('protocol', `${displayUrl(href)} does not take messages (HTTP ${response.status}).`, {
    code: response.status,
    hint: 'The server may have forgotten the session: connect again.',
  });
}

function describeStatus({ status, headers }: Response, text: string, href: string): PatchbayError {
  const location = headers.get('location');
  const message = location === null ? '' : `Redirect to ${displayUrl(location)} not followed`;
  const retryAfterMs = parseRetryAfter(headers.get('retry-after'), Date.parse(headers.get('date') ?? ''));
  const data = { status, text, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  return describeHttpFailure(new SdkHttpError(SdkErrorCode.ClientHttpNotImplemented, message, data), href);
}

function noEndpoint(cause: PatchbayError): PatchbayError {
  return new PatchbayError('protocol', `${cause.message} It never said where messages go.`, {
    retryable: true,
    hint: 'Check the path of the URL; many servers use /sse.',
    cause,
  });
}

/** An address of the server itself: what it names elsewhere would get its messages and its credentials. */
function sameOrigin(text: string, base: URL, what: string): URL {
  let url: URL | undefined;
  try {
    url = new URL(text, base);
  } catch {
    throw new PatchbayError('protocol', `${what} is not an address: ${excerpt(text)}`);
  }
  if (url.origin === base.origin) return url;
  throw new PatchbayError('security', `${what} is on another origin: ${displayUrl(url.href)}`, {
    hint: `Only addresses on ${base.origin} are used.`,
  });
}

function parseUrl(text: string): URL {
  try {
    const url = new URL(text);
    if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  } catch {
    // Reported below, together with schemes that are not HTTP.
  }
  throw new PatchbayError('config', `Not an HTTP URL: ${excerpt(text)}`, {
    hint: 'It must start with http:// or https://.',
  });
}

function closedError(): PatchbayError {
  return new PatchbayError('connectionClosed', 'The connection is closed.');
}
