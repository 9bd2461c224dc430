import {
  type AuthorizationServerMetadata,
  computeScopeUnion,
  type OAuthTokens,
  type StoredOAuthClientInformation,
} from '@modelcontextprotocol/client';
import { PatchbayError } from '../../base/errors';
import type { AuthRequest } from '../transports/transport';
import { shortUrl } from './authErrors';
import type { AuthorizationServer } from './discovery';
import type { DpopKey, DpopProofs } from './dpop';
import type { Endpoints, TokenRecord } from './tokenStore';

/** A token is renewed this long before it ends, at most a quarter of its life. */
const RENEW_BEFORE_MS = 60_000;

/** Taken for the life of a token at least: each request would otherwise ask for another one. */
const MIN_LIFE_MS = 30_000;

export interface Grant {
  readonly client: StoredOAuthClientInformation;
  readonly tokens: OAuthTokens;
  readonly scope: string | undefined;
  /** The key that the token request was proved with. */
  readonly dpopKey: DpopKey | undefined;
}

/** What an authorization server gave, at `now` (ms since the epoch). */
export function recordOf(
  { issuer, url, resource, metadata }: AuthorizationServer,
  { client, tokens, scope, dpopKey }: Grant,
  now: number,
): TokenRecord {
  return {
    issuer,
    authorizationServerUrl: url,
    ...(resource === undefined ? {} : { resource }),
    tokens: { ...tokens, issuer },
    client,
    ...(scope === undefined ? {} : { scope }),
    ...lifeOf(tokens, now),
    ...(metadata ? { endpoints: endpointsOf(metadata) } : {}),
    ...(dpopKey && isDpop(tokens) ? { dpopKey } : {}),
  };
}

export function lifeOf(
  { expires_in }: OAuthTokens,
  now: number,
): { obtainedAt: number; expiresAt: number | undefined } {
  const isKnown = expires_in !== undefined && expires_in > 0;
  return { obtainedAt: now, expiresAt: isKnown ? now + Math.max(expires_in * 1000, MIN_LIFE_MS) : undefined };
}

export function endsSoon({ obtainedAt, expiresAt }: TokenRecord, now: number): boolean {
  return expiresAt !== undefined && now >= expiresAt - Math.min(RENEW_BEFORE_MS, (expiresAt - obtainedAt) / 4);
}

/**
 * The value of `authorization`. Never the type as the server wrote it: some write "bearer" and then refuse it.
 */
export function authorizationOf({ tokens, dpopKey }: TokenRecord): string {
  return `${dpopKey ? 'DPoP' : 'Bearer'} ${tokens.access_token}`;
}

export function headersOf(record: TokenRecord, request: AuthRequest, proofs: DpopProofs): Record<string, string> {
  const authorization = authorizationOf(record);
  const { dpopKey, tokens } = record;
  return dpopKey ? { authorization, dpop: proofs.proof(dpopKey, request, tokens.access_token) } : { authorization };
}

/** A token that was to be bound to a key but is not would serve whoever finds it (RFC 9449, 5). */
export function requireBound(tokens: OAuthTokens, isRequired: boolean, issuer: string): void {
  if (!isRequired || isDpop(tokens)) return;
  throw new PatchbayError('security', `${shortUrl(issuer)} gave a token that is not bound to a key.`, {
    hint: 'Remove "auth.dpop", or ask whoever runs the authorization server for DPoP.',
  });
}

/** What to ask for: the configured scopes and the challenged ones, else those that the resource names. */
export function scopeToAskFor(
  { resourceScopes }: AuthorizationServer,
  configured: readonly string[],
  challenged: string | undefined,
): string | undefined {
  const scope = configured.join(' ') || undefined;
  return scope === undefined ? (challenged ?? resourceScopes) : computeScopeUnion(scope, challenged);
}

function isDpop({ token_type }: OAuthTokens): boolean {
  return token_type.toLowerCase() === 'dpop';
}

function endpointsOf(metadata: AuthorizationServerMetadata): Endpoints {
  const { issuer, authorization_endpoint, token_endpoint } = metadata;
  const { response_types_supported, token_endpoint_auth_methods_supported } = metadata;
  // OpenID Connect metadata has it as an extension.
  const { revocation_endpoint } = metadata as { revocation_endpoint?: unknown };
  return {
    issuer,
    authorization_endpoint,
    token_endpoint,
    response_types_supported,
    ...(typeof revocation_endpoint === 'string' ? { revocation_endpoint } : {}),
    ...(token_endpoint_auth_methods_supported ? { token_endpoint_auth_methods_supported } : {}),
  };
}
