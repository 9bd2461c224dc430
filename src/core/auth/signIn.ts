import { randomBytes } from 'node:crypto';
import {
  assertSecureTokenEndpoint,
  exchangeAuthorization,
  type FetchLike,
  OAuthError,
  type OAuthTokens,
  type StoredOAuthClientInformation,
  startAuthorization,
  validateAuthorizationResponseIssuer,
} from '@modelcontextprotocol/client';
import { raceAbort } from '../../base/abort';
import type { Clock } from '../../base/clock';
import { PatchbayError } from '../../base/errors';
import type { SignIn } from '../ports';
import { shortUrl } from './authErrors';
import { type ClientChoice, clientFor } from './clientRegistration';
import type { AuthorizationServer } from './discovery';
import type { DpopKey } from './dpop';
import { requireBound } from './tokenRecords';
import type { TokenRequests } from './tokenRequests';
import type { TokenStore } from './tokenStore';

/** How long a person may take for the pages of an authorization server. */
const SIGN_IN_MS = 10 * 60_000;

export interface SignInParts {
  readonly port: SignIn;
  readonly serverName: string;
  readonly choice: ClientChoice;
  readonly store: TokenStore;
  readonly fetch: FetchLike;
  readonly checkUrl: (url: string) => void | Promise<void>;
  readonly requests: TokenRequests;
  /** Tokens are to be bound to it. */
  readonly dpopKey: DpopKey | undefined;
  readonly clock: Clock;
  /** Told when the person begins to sign in and when that is over. */
  readonly onPerson: (isForPerson: boolean) => void;
  readonly signal: AbortSignal;
}

export interface SignInResult {
  readonly tokens: OAuthTokens;
  readonly client: StoredOAuthClientInformation;
}

/**
 * One authorization code flow with PKCE (OAuth 2.1): sends the person to the authorization server and redeems the code
 * that comes back. `state` and `iss` (RFC 9207) are checked before anything of the answer is used.
 */
export async function signIn(
  server: AuthorizationServer,
  scope: string | undefined,
  parts: SignInParts,
): Promise<SignInResult> {
  const { port, store, fetch, signal, requests, dpopKey } = parts;
  const { metadata, resource } = server;
  const issuer = shortUrl(server.issuer);
  const attempt = await port.start({ serverName: parts.serverName, issuer }, signal);
  try {
    const { redirectUrl } = attempt;
    const client = await clientFor(server, parts.choice, redirectUrl, scope, store, fetch);
    const state = randomBytes(32).toString('base64url');
    const common = { ...(metadata ? { metadata } : {}), clientInformation: client };
    const target = resource === undefined ? {} : { resource };
    const { authorizationUrl, codeVerifier } = await startAuthorization(server.url, {
      ...common,
      ...target,
      redirectUrl,
      state,
      ...(scope === undefined ? {} : { scope }),
    });
    // The same rule as for the token endpoint: https, or this machine. Nothing else is ever given to a browser.
    assertSecureTokenEndpoint(authorizationUrl);
    await parts.checkUrl(authorizationUrl.href);
    const answer = await askPerson((inner) => attempt.authorize(authorizationUrl, inner), parts);
    signal.throwIfAborted();
    const authorizationCode = readCode(answer, state, server);
    const { clientAuthentication } = requests;
    const tokens = await requests.make(dpopKey, server, fetch, (fetchFn) =>
      exchangeAuthorization(server.url, {
        ...common,
        ...target,
        authorizationCode,
        ...issOf(answer),
        codeVerifier,
        redirectUri: redirectUrl,
        ...(clientAuthentication ? { addClientAuthentication: clientAuthentication } : {}),
        fetchFn,
      }),
    );
    requireBound(tokens, requests.requiresDpop, server.issuer);
    return { tokens, client };
  } finally {
    attempt.dispose();
  }
}

/** Like `ask`, but for no longer than a person may take. */
async function askPerson<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  { clock, onPerson, serverName, signal }: SignInParts,
): Promise<T> {
  const limit = new AbortController();
  const timer = clock.setTimeout(() => limit.abort(notFinished(serverName)), SIGN_IN_MS);
  const either = AbortSignal.any([signal, limit.signal]);
  onPerson(true);
  try {
    return await raceAbort(ask(either), either);
  } finally {
    onPerson(false);
    timer.dispose();
  }
}

function notFinished(serverName: string): PatchbayError {
  const minutes = SIGN_IN_MS / 60_000;
  return new PatchbayError('auth', `Signing in to "${serverName}" was not finished within ${minutes} minutes.`, {
    hint: 'Connect to sign in.',
  });
}

function readCode(answer: URLSearchParams, state: string, { issuer, metadata }: AuthorizationServer): string {
  if (answer.get('state') !== state) {
    throw new PatchbayError('security', 'The answer of the browser does not belong to this sign-in.', {
      hint: 'Connect to sign in again, and use the page that opens last.',
    });
  }
  validateAuthorizationResponseIssuer({
    iss: answer.get('iss') ?? undefined,
    expectedIssuer: metadata?.issuer,
    issParameterSupported: metadata?.authorization_response_iss_parameter_supported === true,
  });
  const error = answer.get('error');
  if (error !== null) throw new OAuthError(error, answer.get('error_description') ?? error);
  const code = answer.get('code');
  if (code) return code;
  throw new PatchbayError('auth', `${shortUrl(issuer)} sent neither a code nor an error.`, {
    hint: 'Connect to sign in again.',
  });
}

function issOf(answer: URLSearchParams): { iss?: string } {
  const iss = answer.get('iss');
  return iss === null ? {} : { iss };
}
