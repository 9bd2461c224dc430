import {
  InsecureTokenEndpointError,
  IssuerMismatchError,
  OAuthError,
  RegistrationRejectedError,
} from '@modelcontextprotocol/client';
import { isPatchbayError, PatchbayError, toError } from '../../base/errors';

/** Code of the error for credentials that only a person can give. */
export const SIGN_IN_REQUIRED_CODE = 'signInRequired';

const MAX_QUOTE = 200;
/** RFC 6749, 4.1.2.1; the first is also the SDK's word for an answer that is not OAuth, such as the 503 of a proxy. */
const PASSING_CODES = ['server_error', 'temporarily_unavailable', 'too_many_requests'];

export function signInRequired(serverName: string): PatchbayError {
  return new PatchbayError('auth', `"${serverName}" needs you to sign in.`, {
    code: SIGN_IN_REQUIRED_CODE,
    hint: 'Connect to sign in.',
  });
}

/** A text of a server as one short line: control characters and runs of blanks become one blank. */
export function quote(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return line.length > MAX_QUOTE ? `${line.slice(0, MAX_QUOTE)}…` : line;
}

/** Scheme, host and path: the rest of a URL may hold secrets. */
export function shortUrl(url: string | URL): string {
  if (!URL.canParse(String(url))) return quote(String(url));
  const { origin, pathname } = new URL(url);
  return quote(`${origin}${pathname}`);
}

export function insecureTokenEndpoint(endpoint: string): PatchbayError {
  const message = `The token endpoint ${shortUrl(endpoint)} has no TLS: no token is asked for there.`;
  return new PatchbayError('security', message, {
    hint: 'The authorization server must use https; on this machine http is good at localhost, 127.0.0.1 and [::1].',
  });
}

/** Whether an HTTP status says that the same request may succeed later. */
export function mayPass(status: number): boolean {
  return status >= 500 || status === 429 || status === 408 || status === 425;
}

/** An answer that says nothing on what was asked. */
export function httpFault(where: string | URL, status: number, cause?: unknown): PatchbayError {
  return new PatchbayError('transport', `${shortUrl(where)} answered with HTTP ${status}.`, {
    code: status,
    retryable: true,
    hint: 'The fault is on the server, or on the way to it; try again later.',
    cause,
  });
}

/**
 * What a failed step of an authorization means. `where` is the server that was talked to. Quotes errors that the
 * authorization server named; nothing of an answer that came from another issuer (RFC 9207).
 */
export function describeAuthFailure(error: unknown, where: string | URL): PatchbayError {
  if (isPatchbayError(error)) return error;
  const host = shortUrl(where);
  if (IssuerMismatchError.isInstance(error)) {
    return new PatchbayError('security', `${host} answered in the name of another authorization server.`, {
      hint: 'Sign in again; if it stays, the authorization server is set up wrongly or somebody interferes.',
    });
  }
  if (RegistrationRejectedError.isInstance(error)) {
    if (mayPass(error.status)) return httpFault(host, error.status, error);
    return new PatchbayError(
      'auth',
      `${host} refused to register this client (HTTP ${error.status}).${said(error.body)}`,
      {
        code: error.status,
        hint: 'Register a client there by hand and set "auth.clientId".',
      },
    );
  }
  if (InsecureTokenEndpointError.isInstance(error)) {
    return insecureTokenEndpoint(error.tokenEndpoint);
  }
  if (OAuthError.isInstance(error)) {
    const text = error.message === error.code ? '' : said(error.message);
    const code = quote(String(error.code));
    const isPassing = PASSING_CODES.includes(code);
    return new PatchbayError(isPassing ? 'transport' : 'auth', `${host} refused: ${code}.${text}`, {
      code,
      retryable: isPassing,
      hint: isPassing ? 'The fault is on the server; try again later.' : 'Connect to sign in again.',
      cause: error,
    });
  }
  const { name, message } = toError(error);
  const code = systemCode(error) ?? systemCode(toError(error).cause);
  if (name === 'AbortError') return new PatchbayError('cancelled', 'Signing in was cancelled.');
  if (code !== undefined) {
    return new PatchbayError('transport', `${host} cannot be reached (${quote(code)}).`, {
      code,
      retryable: true,
      hint: 'Check the network, VPN or proxy.',
      cause: error,
    });
  }
  if (name === 'ZodError' || error instanceof SyntaxError) {
    return new PatchbayError('protocol', `${host} answered something that is not OAuth.`, {
      hint: 'The authorization server is set up wrongly, or a page of a proxy came in its place.',
      cause: error,
    });
  }
  return new PatchbayError('auth', `${host}: ${quote(message)}`, {
    hint: 'Check "auth" of the server; if it is right, ask who runs the authorization server.',
    cause: error,
  });
}

/** `fetch` of the platform has the code of the system in the cause of its error. */
function systemCode(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

function said(text: string): string {
  const line = quote(text);
  return line === '' ? '' : ` It said: ${line}`;
}
