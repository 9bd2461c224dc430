import { setMaxListeners } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { pipeline, type Readable } from 'node:stream';
import { urlToHttpOptions } from 'node:url';
import zlib from 'node:zlib';
import type { Disposable } from '../../base/disposable';
import { PatchbayError } from '../../base/errors';
import { LightResponse } from './httpResponse';
import { excerpt } from './jsonRpc';
import { createNetwork, type Network } from './network/agents';
import { type NetworkFetch, plainHeaders } from './network/authFetch';
import type { CookieJar } from './network/cookieJar';
import { KEEP_ALIVE_MS } from './network/routedAgent';
import { hasSecretHeader, hasSecretParameter } from './network/secrets';

export interface HttpFetchOptions {
  /** Bound for a body that is read whole, and for each event of an event stream; in decoded bytes. */
  readonly maxMessageBytes: number;
  /** An event was over the bound and is left out. `head` is its start. */
  readonly onEventDiscarded?: (head: string) => void;
  /** The connections; disposed with the fetch. Default: direct ones, with the usual address rules. */
  readonly network?: Network;
  /** Whether compressed answers are asked for. Default true. */
  readonly compression?: boolean;
  /** Default: cookies are neither kept nor sent. */
  readonly cookies?: CookieJar;
}

/** A `fetch` with its own connections. Disposing closes them, those in use as well. */
export interface HttpFetch extends Disposable {
  readonly fetch: NetworkFetch;
}

/**
 * `fetch` on node:http and node:https: keep-alive, no timers of its own for headers or bodies, redirects left to the
 * caller. The modules' `request` is looked up at each call, because the VS Code host replaces it to add proxies and
 * certificates. Every URL is checked by the address rules before anything is sent.
 */
export function createHttpFetch(options: HttpFetchOptions): HttpFetch {
  const network = options.network ?? createNetwork({ url: '', headers: {} }, {});
  const limit = {
    maxBytes: options.maxMessageBytes,
    onDiscarded: (head: string) => options.onEventDiscarded?.(head),
  };

  const fetch: NetworkFetch = async (input, init = {}) => {
    const url = input instanceof URL ? input : new URL(input);
    init.signal?.throwIfAborted();
    const body = bodyOf(init.body);
    const headers = headersOf(init.headers, body, options.compression ?? true);
    const carriesSecret = init.carriesSecret || hasSecretHeader(headers) || hasSecretParameter(url);
    const { ownsRoute, proxyHeaders, ...route } = await network.requestOptions(url, { carriesSecret });
    const cookie = options.cookies?.headerFor(url);
    if (cookie !== undefined) headers.cookie = headers.cookie ? `${headers.cookie}; ${cookie}` : cookie;
    const requestOptions = { method: init.method ?? 'GET', ...route, headers: { ...headers, ...proxyHeaders } };
    const message = await send(openRequest(url, requestOptions, ownsRoute), body, init.signal ?? undefined);
    options.cookies?.store(url, message.headers['set-cookie'] ?? []);
    return new LightResponse({
      url: url.href,
      status: message.statusCode ?? 0,
      statusText: message.statusMessage ?? '',
      headers: message.headers,
      stream: message.body,
      limit,
    }) as unknown as Response;
  };
  return { fetch, dispose: () => network.dispose() };
}

/** The class itself is not replaced by the host; its options are those of `request` with the parts of the URL. */
function openRequest(url: URL, options: https.RequestOptions, ownsRoute: boolean): http.ClientRequest {
  if (ownsRoute) return new http.ClientRequest({ ...urlToHttpOptions(url), ...options } as unknown as URL);
  return (url.protocol === 'https:' ? https : http).request(url, options);
}

type Answer = Pick<http.IncomingMessage, 'statusCode' | 'statusMessage' | 'headers'> & { readonly body: Readable };

/** Sends the request; aborting ends it, and the reading of its answer. */
function send(request: http.ClientRequest, body: Buffer | undefined, signal: AbortSignal | undefined): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let stream: Readable | undefined;
    const onAbort = () => {
      // While it waits for its connection a request does not tell that it was destroyed.
      reject(signal?.reason);
      stream?.destroy(signal?.reason);
      request.destroy(signal?.reason);
    };
    const release = () => signal?.removeEventListener('abort', onAbort);
    // One signal for all requests of a transport is usual; Node 20 takes more than ten listeners for a leak.
    if (signal) setMaxListeners(0, signal);
    signal?.addEventListener('abort', onAbort, { once: true });
    request.once('close', release);
    request.once('socket', (socket) => socket.setKeepAlive(true, KEEP_ALIVE_MS));
    request.on('error', (error) => {
      release();
      reject(error);
    });
    request.on('response', (message) => {
      try {
        stream = decode(message);
      } catch (error) {
        request.destroy();
        reject(error);
        return;
      }
      // Whoever reads the body gets the error; before that it must not end the host.
      stream.on('error', () => {});
      const { statusCode, statusMessage, headers } = message;
      resolve({ statusCode, statusMessage, headers, body: stream });
    });
    request.end(body);
    if (signal?.aborted) onAbort();
  });
}

function bodyOf(body: RequestInit['body']): Buffer | undefined {
  if (body === undefined || body === null) return undefined;
  if (typeof body === 'string') return Buffer.from(body, 'utf8');
  if (body instanceof URLSearchParams) return Buffer.from(body.toString(), 'utf8');
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  throw new TypeError('This fetch sends texts, forms and bytes only');
}

function headersOf(
  init: RequestInit['headers'],
  body: Buffer | undefined,
  compression: boolean,
): Record<string, string> {
  const headers = plainHeaders(init);
  headers['accept-encoding'] ??= compression ? 'gzip, deflate, br' : 'identity';
  headers.accept ??= '*/*';
  headers['user-agent'] ??= 'patchbay';
  if (body) headers['content-length'] = String(body.length);
  return headers;
}

/** The body with its content encodings taken off. Data is passed on as it comes, so that event streams do not stall. */
function decode(message: http.IncomingMessage): Readable {
  const encodings = (message.headers['content-encoding'] ?? '')
    .split(',')
    .map((encoding) => encoding.trim().toLowerCase())
    .filter((encoding) => encoding !== '' && encoding !== 'identity');
  if (encodings.length === 0) return message;
  const decoders = encodings.slice(0, 3).reverse().map(decoderFor);
  return decoders.reduce<Readable>((stream, decoder) => pipeline(stream, decoder, () => {}), message);
}

function decoderFor(encoding: string) {
  const flush = { flush: zlib.constants.Z_SYNC_FLUSH, finishFlush: zlib.constants.Z_SYNC_FLUSH };
  if (encoding === 'gzip' || encoding === 'x-gzip') return zlib.createGunzip(flush);
  if (encoding === 'deflate') return zlib.createInflate(flush);
  if (encoding === 'br') {
    const { BROTLI_OPERATION_FLUSH } = zlib.constants;
    return zlib.createBrotliDecompress({ flush: BROTLI_OPERATION_FLUSH, finishFlush: BROTLI_OPERATION_FLUSH });
  }
  throw new PatchbayError('protocol', `The answer has a content encoding that is not known: ${excerpt(encoding, 40)}`, {
    hint: 'It was not asked for; check the server or a proxy before it.',
  });
}
