import {
  type AuthorizationServerMetadata,
  checkResourceAllowed,
  discoverAuthorizationServerMetadata,
  discoverOAuthProtectedResourceMetadata,
  type FetchLike,
  resourceUrlFromServerUrl,
} from '@modelcontextprotocol/client';
import { isPatchbayError, PatchbayError } from '../../base/errors';
import { httpFault, mayPass, shortUrl } from './authErrors';

type ProtectedResourceMetadata = Awaited<ReturnType<typeof discoverOAuthProtectedResourceMetadata>>;

/** The authorization server of one MCP server, checked as far as its metadata can be. */
export interface AuthorizationServer {
  /** Exactly as the validated metadata says it. */
  readonly issuer: string;
  readonly url: string;
  /** Absent only for a server of protocol version 2025-03-26 that publishes none. */
  readonly metadata: AuthorizationServerMetadata | undefined;
  /** The RFC 8707 indicator, exactly as the resource metadata says it. */
  readonly resource: string | undefined;
  /** What the resource names as its scopes. */
  readonly resourceScopes: string | undefined;
  /** The resource takes no tokens but those bound to a key (RFC 9728, 2). */
  readonly requiresDpop: boolean;
}

/**
 * Finds the authorization server: resource metadata (RFC 9728) where the challenge names it, else at the well-known path
 * of the server and of its root; then RFC 8414 or OpenID Connect metadata. Without resource metadata the server's own
 * origin is the authorization server, as in protocol version 2025-03-26.
 *
 * Rejects where the resource is another one, or the issuer is not the one that was asked; with a `transport` error where
 * the metadata cannot be had for now, because without it the credentials would go to somebody else. Errors of the SDK and
 * of `fetch` come through as they are.
 */
export async function discoverAuthorizationServer(
  serverUrl: string,
  challengeUrl: string | undefined,
  fetch: FetchLike,
): Promise<AuthorizationServer> {
  const challenged =
    challengeUrl === undefined ? undefined : await readResourceMetadata(serverUrl, challengeUrl, fetch);
  const resourceMetadata = challenged ?? (await readResourceMetadata(serverUrl, undefined, fetch));
  if (resourceMetadata) {
    const isOfOrigin = !challenged || isWellKnown(serverUrl, challengeUrl ?? '');
    requireSameResource(serverUrl, resourceMetadata.resource, isOfOrigin);
  }
  const named = resourceMetadata?.authorization_servers?.[0];
  const url = named ?? String(new URL('/', serverUrl));
  const metadata = await orFault(fetch, (fetchFn) => discoverAuthorizationServerMetadata(url, { fetchFn }));
  if (!metadata && named !== undefined) {
    throw new PatchbayError('auth', `${shortUrl(url)} publishes no metadata of an authorization server.`, {
      hint: 'Without it nobody can tell how to sign in there safely; ask who runs the server.',
    });
  }
  return {
    issuer: metadata?.issuer ?? url,
    url,
    metadata,
    resource: resourceMetadata?.resource,
    resourceScopes: resourceMetadata?.scopes_supported?.join(' ') || undefined,
    requiresDpop: resourceMetadata?.dpop_bound_access_tokens_required === true,
  };
}

/** Undefined: the server publishes none. */
async function readResourceMetadata(
  serverUrl: string,
  url: string | undefined,
  fetch: FetchLike,
): Promise<ProtectedResourceMetadata | undefined> {
  try {
    const options = url === undefined ? {} : { resourceMetadataUrl: url };
    return await orFault(fetch, (fetchFn) => discoverOAuthProtectedResourceMetadata(serverUrl, options, fetchFn));
  } catch (error) {
    const isUnreadable = error instanceof SyntaxError || (error instanceof Error && error.name === 'ZodError');
    if (isUnreadable) throw unreadable(url ?? serverUrl, error);
    // Refused addresses, cancelled and broken connections are no answer about the metadata.
    const isNetwork = error instanceof Error && ('code' in error || error.name === 'AbortError');
    if (isPatchbayError(error) || error instanceof TypeError || isNetwork) throw error;
    return undefined;
  }
}

/**
 * What `read` finds. Where it finds nothing and an answer was no word on whether there is metadata (5xx, 429, a redirect
 * elsewhere), rejects with that.
 */
async function orFault<T>(fetch: FetchLike, read: (fetch: FetchLike) => Promise<T | undefined>): Promise<T> {
  let fault: PatchbayError | undefined;
  const watching: FetchLike = async (url, init) => {
    const answer = await fetch(url, init);
    const { status } = answer;
    const saysNone = status >= 400 && status < 500 && !mayPass(status);
    fault = answer.ok || saysNone ? fault : httpFault(url, status);
    return answer;
  };
  let found: T | undefined;
  try {
    found = await read(watching);
  } catch (error) {
    // The SDK says no more than the status of the last answer by these.
    throw fault && error instanceof Error && error.name === 'Error' ? fault : error;
  }
  if (found === undefined && fault) throw fault;
  return found as T;
}

function unreadable(url: string, cause: unknown): PatchbayError {
  return new PatchbayError('transport', `What ${shortUrl(url)} publishes on how to sign in cannot be read.`, {
    retryable: true,
    hint: 'A page of a proxy may have come in its place; if it stays, the server is set up wrongly.',
    cause,
  });
}

/** Whether the metadata is where only the owner of the server's whole origin puts it (RFC 9728, 3.1). */
function isWellKnown(serverUrl: string, metadataUrl: string): boolean {
  const { origin, pathname } = new URL(metadataUrl);
  return origin === new URL(serverUrl).origin && /^\/\.well-known\/oauth-protected-resource(\/|$)/.test(pathname);
}

/**
 * Who owns an origin may call all of it one resource. Metadata from elsewhere speak for exactly the server that named them
 * (RFC 9728, 3.3): one tenant of an origin could otherwise ask for a token that all of them take.
 */
function requireSameResource(serverUrl: string, resource: string, isOfOrigin: boolean): void {
  const requested = resourceUrlFromServerUrl(serverUrl);
  const isFor = (configured: string) =>
    isOfOrigin
      ? checkResourceAllowed({ requestedResource: requested, configuredResource: configured })
      : withoutEndSlash(requested.href) === withoutEndSlash(new URL(configured).href);
  if (URL.canParse(resource) && isFor(resource)) return;
  throw new PatchbayError(
    'security',
    `${shortUrl(serverUrl)} names ${shortUrl(resource)} as the resource to sign in for.`,
    {
      hint: 'A token for another resource is not asked for; check the URL of the server.',
    },
  );
}

/** MCP 2026-07-28, basic/authorization: a client must refuse where S256 is not announced. */
export function requirePkce({ metadata }: AuthorizationServer): void {
  if (!metadata || metadata.code_challenge_methods_supported?.includes('S256')) return;
  throw new PatchbayError('security', `${shortUrl(metadata.issuer)} does not announce PKCE with S256.`, {
    hint: 'Signing in without it is not safe; the authorization server must support it.',
  });
}

/** Credentials of the configuration go to the server that they are for, whatever an MCP server names. */
export function requireIssuer({ issuer }: AuthorizationServer, expected: string | undefined): void {
  if (expected === undefined || isSameIssuer(issuer, expected)) return;
  throw new PatchbayError('security', `The server wants credentials for ${shortUrl(issuer)}.`, {
    hint: `"auth.issuer" allows only ${shortUrl(expected)}; correct it if the server has moved.`,
  });
}

/** What people write has a slash at its end or not. */
export function isSameIssuer(a: string, b: string): boolean {
  return withoutEndSlash(a) === withoutEndSlash(b);
}

function withoutEndSlash(url: string): string {
  return url.replace(/\/$/, '');
}
