import type { IncomingMessage } from 'node:http';
import { SdkErrorCode, SdkHttpError } from '@modelcontextprotocol/client';
import { isPatchbayError, PatchbayError, toError } from '../../base/errors';
import { describeHttpFailure, displayUrl, parseRetryAfter } from './httpErrors';
import { excerpt } from './jsonRpc';
import type { WebSocketLaunch } from './transport';

const TOKEN_PREFIX = 'bearer.';
/** RFC 6455, 4.1: a subprotocol is a token of RFC 9110, 5.6.2. */
const SUBPROTOCOL = /^[!#$%&'*+\-.0-9A-Z^_`|a-z~]+$/;
const MAX_BODY_BYTES = 4096;
const SCHEMES: Readonly<Record<string, string>> = { 'ws:': 'ws:', 'wss:': 'wss:', 'http:': 'ws:', 'https:': 'wss:' };

/** What the opening request asks for. */
export interface Handshake {
  readonly url: URL;
  readonly protocols: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

/** Why an opening request was answered without an upgrade. */
export interface HandshakeRefusal {
  readonly status: number;
  readonly wwwAuthenticate: string | undefined;
  readonly dpopNonce: string | undefined;
  readonly location: string | undefined;
  /** `Retry-After`. */
  readonly retryAfterMs: number | undefined;
  readonly body: string;
}

/**
 * The opening request of a launch with the headers of its authenticator, which win. A bearer token moves to where
 * `tokenVia` wants it: to the subprotocol `bearer.<token>` or to the parameter `access_token` (RFC 6750, 2.3). Throws a
 * `config` error where that cannot be done.
 */
export function buildHandshake(launch: WebSocketLaunch, sent: Readonly<Record<string, string>>): Handshake {
  const url = parseUrl(launch.url);
  const headers: Record<string, string> = {};
  for (const [name, value] of [...Object.entries(launch.headers), ...Object.entries(sent)]) {
    headers[name.toLowerCase()] = value;
  }
  const protocols = new Set(launch.subprotocols);
  const token = /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  if (token !== undefined && launch.tokenVia !== 'header') {
    delete headers.authorization;
    if (launch.tokenVia === 'query') url.searchParams.set('access_token', token);
    else protocols.add(tokenProtocol(token));
  }
  for (const protocol of protocols) {
    if (SUBPROTOCOL.test(protocol)) continue;
    throw new PatchbayError('config', `Not a WebSocket subprotocol: ${excerpt(protocol)}`, {
      hint: 'Correct "websocket.subprotocols".',
    });
  }
  return { url, protocols: [...protocols], headers };
}

function tokenProtocol(token: string): string {
  if (SUBPROTOCOL.test(token)) return `${TOKEN_PREFIX}${token}`;
  throw new PatchbayError('config', 'The token has characters that a WebSocket subprotocol cannot carry.', {
    hint: 'Set "websocket.tokenVia" to "header" or "query".',
  });
}

function parseUrl(text: string): URL {
  try {
    const url = new URL(text);
    const scheme = SCHEMES[url.protocol];
    if (scheme !== undefined) {
      url.protocol = scheme;
      url.hash = '';
      return url;
    }
  } catch {
    // Reported below, together with other schemes.
  }
  throw new PatchbayError('config', `Not a WebSocket URL: ${excerpt(text)}`, {
    hint: 'It must start with ws:// or wss://.',
  });
}

/** Reads an answer that is no upgrade, up to a bound. Resolves with what there is when `signal` fires. */
export async function readRefusal(response: IncomingMessage, signal: AbortSignal): Promise<HandshakeRefusal> {
  const parts: Buffer[] = [];
  let size = 0;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    response.on('data', (part: Buffer) => {
      parts.push(part.subarray(0, MAX_BODY_BYTES - size));
      size += part.length;
      if (size >= MAX_BODY_BYTES) resolve();
    });
    response.once('error', () => resolve());
    response.once('close', () => resolve());
  });
  return {
    status: response.statusCode ?? 0,
    wwwAuthenticate: response.headers['www-authenticate'],
    dpopNonce: dpopNonceOf(response),
    location: response.headers.location,
    retryAfterMs: parseRetryAfter(response.headers['retry-after'] ?? null, Date.parse(response.headers.date ?? '')),
    body: Buffer.concat(parts).toString('utf8'),
  };
}

export function dpopNonceOf({ headers }: IncomingMessage): string | undefined {
  const value = headers['dpop-nonce'];
  return Array.isArray(value) ? value[0] : value;
}

/** An answer without an upgrade as the error that people read. */
export function describeRefusal(
  { status, location, body, retryAfterMs }: HandshakeRefusal,
  launchUrl: string,
): PatchbayError {
  const url = displayUrl(launchUrl);
  const said = excerpt(body) ? ` It said: ${excerpt(body)}` : '';
  const checkPath = 'Check the path of the URL; many servers use /ws.';
  if (status === 404 || status === 405) {
    return new PatchbayError('protocol', `${url} is not a WebSocket endpoint (HTTP ${status}).${said}`, {
      code: status,
      hint: checkPath,
    });
  }
  if (status === 426) {
    return new PatchbayError('protocol', `${url} wants another protocol than WebSocket (HTTP 426).${said}`, {
      code: status,
      hint: 'Check the transport: the server may speak Streamable HTTP.',
    });
  }
  if (status >= 200 && status < 300) {
    return new PatchbayError('protocol', `${url} is not a WebSocket server (HTTP ${status}).${said}`, {
      code: status,
      hint: 'Check the URL and the transport: the server may speak HTTP only.',
    });
  }
  const message = location === undefined ? '' : `Redirect to ${displayUrl(location)} not followed`;
  const known = new SdkHttpError(SdkErrorCode.ClientHttpNotImplemented, message, {
    status,
    text: body,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
  return describeHttpFailure(known, launchUrl);
}

/** What kept the link from opening, other than an answer of the server. */
export function describeHandshakeFailure(error: unknown, launchUrl: string): PatchbayError {
  if (isPatchbayError(error)) return error;
  const { message, code } = toError(error) as NodeJS.ErrnoException;
  const url = displayUrl(launchUrl);
  if (code === 'EPROTO' || /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)$/.test(code ?? '')) {
    return new PatchbayError('transport', `${url} does not speak TLS as expected (${code}).`, {
      code,
      hint: 'Try ws:// in place of wss://.',
      cause: error,
    });
  }
  if (code === undefined && /subprotocol|Upgrade header|Sec-WebSocket/i.test(message)) {
    return new PatchbayError('protocol', `${url} answered the WebSocket handshake wrongly: ${excerpt(message)}.`, {
      hint: 'Check "websocket.subprotocols" and whether this is a WebSocket server.',
      cause: error,
    });
  }
  return describeHttpFailure(error, launchUrl);
}
