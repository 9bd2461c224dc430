import {
  InsufficientScopeError,
  ProtocolError,
  SdkError,
  SdkErrorCode,
  SdkHttpError,
  UnauthorizedError,
} from '@modelcontextprotocol/client';
import { isPatchbayError, PatchbayError, type PatchbayErrorOptions, toError } from '../../base/errors';
import { excerpt, localErrorOf } from './jsonRpc';
import { certificateFault } from './network/certificateFaults';
import { isAboutPinned } from './network/pins';

/** Code of the error for a session that the server does not know any more. */
export const SESSION_LOST_CODE = 'sessionLost';

/** Whether the server forgot the session (404 on a POST that carried a session id): a fresh transport is needed. */
export function isSessionLost(error: unknown): boolean {
  return errorChain(error).some((link) => isPatchbayError(link) && link.code === SESSION_LOST_CODE);
}

export function sessionLostError(url: string, cause: unknown): PatchbayError {
  return new PatchbayError('connectionClosed', `${displayUrl(url)} does not know this session any more (HTTP 404).`, {
    code: SESSION_LOST_CODE,
    retryable: true,
    hint: 'Connect again for a fresh session.',
    cause,
  });
}

/** JSON-RPC codes that only a server of 2026-07-28 or later answers with an HTTP error. */
const MODERN_CODES: ReadonlySet<unknown> = new Set([-32020, -32021, -32022, -32601]);

/**
 * Whether a failed connect over Streamable HTTP may have met an HTTP+SSE server of 2024-11-05: a POST was answered with
 * 400, 404 or 405 by something that does not speak a later protocol there (MCP 2025-11-25, basic/transports, "Backwards
 * Compatibility"). A forgotten session is not that.
 */
export function suggestsLegacySse(error: unknown): boolean {
  const chain = errorChain(error);
  if (isSessionLost(error)) return false;
  const answer = chain.find((link) => SdkHttpError.isInstance(link));
  if (answer === undefined || ![400, 404, 405].includes(answer.status)) return false;
  return !MODERN_CODES.has(rpcErrorOf(answer.data.text)?.code);
}

/**
 * HTTP `Retry-After` in ms, at most a day. Undefined where the header is not there or cannot be read. `now`: ms since the
 * epoch, for headers that name a date.
 */
export function parseRetryAfter(value: string | null, now: number): number | undefined {
  if (value === null || value.trim() === '') return undefined;
  const ms = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), MAX_RETRY_AFTER_MS);
}

const MAX_RETRY_AFTER_MS = 86_400_000;

/** A URL without user info, query and fragment, which may hold secrets. */
export function displayUrl(url: string): string {
  try {
    const parsed = new URL(url);
    return `${parsed.protocol}//${parsed.host}${parsed.pathname}`;
  } catch {
    return excerpt(url);
  }
}

/** What a failed connect or call over HTTP means. Takes errors of the SDK and of Node; a `PatchbayError` stays as it is. */
export function describeHttpFailure(error: unknown, url: string): PatchbayError {
  const chain = errorChain(error);
  const known = chain.find(isPatchbayError) ?? chain.map(localErrorOf).find((link) => link !== undefined);
  if (known) return known;
  for (const link of chain) {
    const described = describeLink(link, displayUrl(url), error);
    if (described) return described;
  }
  return new PatchbayError('transport', `${displayUrl(url)}: ${excerpt(toError(error).message)}`, {
    retryable: true,
    cause: error,
  });
}

function describeLink(link: unknown, url: string, cause: unknown): PatchbayError | undefined {
  if (SdkHttpError.isInstance(link)) {
    const text = link.data.text;
    const { retryAfterMs } = link.data as { retryAfterMs?: number };
    const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
    return describeStatus(link.status, typeof text === 'string' ? text : '', link.message, url, { cause, ...wait });
  }
  if (UnauthorizedError.isInstance(link)) return describeStatus(401, '', '', url, { cause });
  if (InsufficientScopeError.isInstance(link)) return describeScope(link.requiredScope, url, cause);
  if (SdkError.isInstance(link)) return describeSdkError(link, url, cause);
  if (ProtocolError.isInstance(link))
    return new PatchbayError('protocol', excerpt(link.message, 500), { code: link.code, cause });
  if (!(link instanceof Error)) return undefined;
  // Before the code: a DOMException has a number there.
  if (link.name === 'AbortError') return new PatchbayError('cancelled', 'The request was cancelled.', { cause });
  const { code } = link as NodeJS.ErrnoException;
  if (code !== undefined) return describeNodeError(String(code), link, url, cause);
  if (link instanceof SyntaxError || link.name === 'ZodError') {
    return new PatchbayError('protocol', `${url} answered something that is not JSON-RPC.`, {
      hint: CHECK_PATH,
      cause,
    });
  }
  return undefined;
}

/** RFC 6750, 3.1: the token is good and not enough. */
function describeScope(scope: string | undefined, url: string, cause: unknown): PatchbayError {
  const wanted = scope === undefined ? 'more rights' : `more rights: ${excerpt(scope)}`;
  return new PatchbayError('auth', `${url} wants ${wanted} (HTTP 403).`, {
    code: 403,
    hint: 'Connect again to ask for these rights, or ask whoever runs the server for them.',
    cause,
  });
}

function describeSdkError(error: SdkError, url: string, cause: unknown): PatchbayError | undefined {
  const { code } = error;
  if (code === SdkErrorCode.RequestTimeout) {
    return new PatchbayError('timeout', `${url} did not answer in time.`, { code, retryable: true, cause });
  }
  if (code === SdkErrorCode.ConnectionClosed || code === SdkErrorCode.NotConnected) {
    return new PatchbayError('connectionClosed', `The connection to ${url} is closed.`, {
      code,
      retryable: true,
      cause,
    });
  }
  if (code === SdkErrorCode.ClientHttpUnexpectedContent) {
    return new PatchbayError('protocol', `${url}: ${excerpt(error.message)}`, { code, hint: CHECK_PATH, cause });
  }
  // The failed negotiation carries what went wrong as its cause, which is described next.
  return error.cause === undefined
    ? new PatchbayError('protocol', excerpt(error.message, 500), { code, cause })
    : undefined;
}

function describeStatus(
  status: number,
  body: string,
  message: string,
  url: string,
  common: Pick<PatchbayErrorOptions, 'cause' | 'retryAfterMs'>,
): PatchbayError {
  const text = bodyText(body);
  const said = text ? ` It said: ${text}` : '';
  const make = (kind: PatchbayError['kind'], what: string, options: PatchbayErrorOptions) =>
    new PatchbayError(kind, what, { code: status, ...common, ...options });
  const wait = common.retryAfterMs === undefined ? '' : `It asks to wait ${Math.ceil(common.retryAfterMs / 1000)} s. `;
  if (status >= 300 && status < 400) {
    const target = /Redirect to (\S+) not followed/.exec(message)?.[1];
    return make('security', `${url} redirects to ${target ?? 'another address'}, which is not followed.`, {
      hint: 'Use that address as the URL if it is the server you mean.',
    });
  }
  switch (status) {
    case 401:
      return make('auth', `${url} wants other credentials (HTTP 401).${said}`, {
        hint: 'Set or renew the token for this server.',
      });
    case 403:
      return make('auth', `${url} refuses access (HTTP 403).${said}`, {
        hint: 'The credentials are known but not enough, or the server refuses this address.',
      });
    case 404:
    case 405:
      return make('protocol', `${url} is not an MCP endpoint (HTTP ${status}).${said}`, { hint: CHECK_PATH });
    case 408:
    case 504:
      return make('timeout', `${url} timed out (HTTP ${status}).${said}`, { retryable: true });
    case 429:
      return make('limit', `${url} got too many requests (HTTP 429).${said}`, {
        retryable: true,
        hint: `${wait}Wait, or lower the rate for this server.`,
      });
    case 407:
      return make('transport', `The proxy before ${url} wants other credentials (HTTP 407).`, {
        hint: 'Put user name and password into the URL of the proxy: http://user:password@host:port.',
      });
  }
  if (status >= 500) {
    return make('transport', `${url} failed (HTTP ${status}).${said}`, {
      retryable: true,
      hint: `${wait}The fault is on the server; its log says more.`,
    });
  }
  return make('protocol', `${url} refused the request (HTTP ${status}).${said}`, {});
}

/** The words of an error body: the message where it is a JSON-RPC error, without tags where it is a page. */
function bodyText(body: string): string {
  const message = rpcErrorOf(body)?.message;
  return excerpt(typeof message === 'string' ? message : body);
}

/** The error object of a JSON-RPC error. */
function rpcErrorOf(body: unknown): { readonly code?: unknown; readonly message?: unknown } | undefined {
  if (typeof body !== 'string') return undefined;
  try {
    const { error } = (JSON.parse(body) ?? {}) as { error?: unknown };
    return typeof error === 'object' && error !== null ? error : undefined;
  } catch {
    return undefined;
  }
}

const CHECK_PATH = 'Check the path of the URL; many servers use /mcp.';

function describeNodeError(code: string, link: Error, url: string, cause: unknown): PatchbayError | undefined {
  const make = (message: string, hint: string, retryable: boolean, kind: PatchbayError['kind'] = 'transport') =>
    new PatchbayError(kind, message, { code, hint, retryable, cause });
  const certificate = certificateFault(code, url, isAboutPinned(link));
  if (certificate) return make(certificate[0], certificate[1], false, 'security');
  switch (code) {
    case 'ECONNREFUSED':
      return make(`Nothing is listening at ${url} (${code}).`, 'Start the server or check the URL.', true);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return make(`The host of ${url} was not found (${code}).`, 'Check the host name and the network.', true);
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ECONNABORTED':
      return make(`The connection to ${url} broke before the answer was complete (${code}).`, resetHint(url), true);
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EHOSTDOWN':
    case 'ENETDOWN':
      return make(`${url} cannot be reached (${code}).`, 'Check the network, VPN or proxy.', true);
    case 'ENOENT':
      return make(`Nothing is listening at ${url} (${code}).`, 'Start the server or check the path.', true);
    case 'EACCES':
      return make(`${url} may not be opened (${code}).`, 'Check who may use it.', false);
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return make(`${url} does not speak TLS as expected (${code}).`, 'Try http:// in place of https://.', false);
  }
  if (code.startsWith('HPE_')) {
    return make(`${url} does not speak HTTP (${code}).`, 'Check the port; https may be needed.', false, 'protocol');
  }
  if (code.startsWith('Z_') || code.startsWith('ERR_BROTLI')) {
    return make(`${url} sent a body that cannot be decoded (${code}).`, TRY_LATER, false, 'protocol');
  }
  if (/^(E[A-Z]+|ERR_(TLS|SSL)_\w+|CERT_\w+)$/.test(code)) {
    return make(`${url}: ${excerpt(link.message)}`, TRY_LATER, true);
  }
  return undefined;
}

/** A port that wants TLS answers anything else by breaking off. */
function resetHint(url: string): string {
  const scheme = /^(http|ws):/.exec(url)?.[1];
  return scheme === undefined ? TRY_LATER : `If this port speaks TLS, write ${scheme}s:// in the URL. ${TRY_LATER}`;
}

const TRY_LATER = 'Try again; if it stays, look at the log of the server.';

/** The error and what it was caused by, outermost first. `data.cause` is where the SDK's negotiation keeps it. */
function errorChain(error: unknown): unknown[] {
  const chain: unknown[] = [];
  let link = error;
  while (link !== undefined && link !== null && chain.length < 10 && !chain.includes(link)) {
    chain.push(link);
    const { cause, data } = link as { cause?: unknown; data?: { cause?: unknown } };
    link = cause ?? data?.cause;
  }
  return chain;
}
