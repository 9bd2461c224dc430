import { setMaxListeners } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { pipeline, type Readable } from 'node:stream';
import zlib from 'node:zlib';
import type { FetchLike } from '@modelcontextprotocol/client';
import type { Disposable } from '../../base/disposable';
import { PatchbayError } from '../../base/errors';
import { LightResponse } from './httpResponse';
import { excerpt } from './jsonRpc';

/**
 * Idle connections are given up after this time: below the 5 s after which common servers close theirs, so that a request
 * does not meet a connection that is just being closed.
 */
const IDLE_SOCKET_MS = 4000;

export interface HttpFetchOptions {
  /** Bound for a body that is read whole, and for each event of an event stream; in decoded bytes. */
  readonly maxMessageBytes: number;
  /** An event was over the bound and is left out. `head` is its start. */
  readonly onEventDiscarded?: (head: string) => void;
  readonly request?: { readonly http: typeof http.request; readonly https: typeof https.request };
}

/** A `fetch` with its own connections. Disposing closes them, those in use as well. */
export interface HttpFetch extends Disposable {
  readonly fetch: FetchLike;
}

/**
 * `fetch` on node:http and node:https: keep-alive, no timers of its own for headers or bodies, redirects left to the
 * caller. The modules' `request` is looked up at each call, because the VS Code host replaces it to add proxies and
 * certificates.
 */
export function createHttpFetch(options: HttpFetchOptions): HttpFetch {
  const agentOptions = { keepAlive: true, timeout: IDLE_SOCKET_MS, scheduling: 'lifo' } as const;
  const plainAgent = new http.Agent(agentOptions);
  const tlsAgent = new https.Agent(agentOptions);
  const limit = {
    maxBytes: options.maxMessageBytes,
    onDiscarded: (head: string) => options.onEventDiscarded?.(head),
  };

  const send = (
    url: URL,
    init: RequestInit,
    resolve: (response: Response) => void,
    reject: (error: unknown) => void,
  ) => {
    const { signal } = init;
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const isTls = url.protocol === 'https:';
    const body = bodyOf(init.body);
    const headers = headersOf(init.headers, body);
    const requestOptions = { method: init.method ?? 'GET', headers, agent: isTls ? tlsAgent : plainAgent };
    const open = isTls ? (options.request?.https ?? https.request) : (options.request?.http ?? http.request);
    const request = open(url, requestOptions);
    let stream: Readable | undefined;
    const onAbort = () => {
      stream?.destroy(signal?.reason);
      request.destroy(signal?.reason);
    };
    const release = () => signal?.removeEventListener('abort', onAbort);
    // One signal for all requests of a transport is usual; Node 20 takes more than ten listeners for a leak.
    if (signal) setMaxListeners(0, signal);
    signal?.addEventListener('abort', onAbort, { once: true });
    request.once('close', release);
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
      const response = new LightResponse({
        url: url.href,
        status: message.statusCode ?? 0,
        statusText: message.statusMessage ?? '',
        headers: message.headers,
        stream,
        limit,
      });
      resolve(response as unknown as Response);
    });
    request.end(body);
  };

  return {
    fetch: (url, init = {}) => new Promise<Response>((resolve, reject) => send(new URL(url), init, resolve, reject)),
    dispose() {
      plainAgent.destroy();
      tlsAgent.destroy();
    },
  };
}

function bodyOf(body: RequestInit['body']): Buffer | undefined {
  if (body === undefined || body === null) return undefined;
  if (typeof body === 'string') return Buffer.from(body, 'utf8');
  if (body instanceof URLSearchParams) return Buffer.from(body.toString(), 'utf8');
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  throw new TypeError('This fetch sends texts, forms and bytes only');
}

function headersOf(init: RequestInit['headers'], body: Buffer | undefined): Record<string, string> {
  const headers: Record<string, string> = {};
  const entries =
    init === undefined
      ? []
      : Symbol.iterator in init
        ? (init as Iterable<[string, string]>)
        : Object.entries(init as Record<string, string>);
  for (const [name, value] of entries) headers[name.toLowerCase()] = value;
  headers['accept-encoding'] ??= 'gzip, deflate, br';
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
