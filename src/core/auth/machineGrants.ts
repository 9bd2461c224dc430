import {
  assertSecureTokenEndpoint,
  type FetchLike,
  fetchToken,
  type OAuthClientProvider,
  type OAuthTokens,
  requestJwtAuthorizationGrant,
  type StoredOAuthClientInformation,
} from '@modelcontextprotocol/client';
import { isPatchbayError, PatchbayError } from '../../base/errors';
import { describeAuthFailure } from './authErrors';
import { configuredClient } from './clientRegistration';
import type { AuthorizationServer } from './discovery';
import type { OAuthSettings } from './oauthSettings';
import type { TokenRequests } from './tokenRequests';

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

export interface MachineTokens {
  readonly tokens: OAuthTokens;
  readonly client: StoredOAuthClientInformation;
}

/** Throws a `config` error where a grant lacks what it needs. */
export function requireGrantSettings({
  grant,
  clientId,
  clientSecret,
  privateKey,
  assertion,
  identityProvider,
}: OAuthSettings): void {
  const needs: Readonly<Record<OAuthSettings['grant'], readonly [name: string, value: unknown][]>> = {
    authorizationCode: [],
    clientCredentials: [
      ['clientId', clientId],
      ['clientSecret" or "auth.privateKey', clientSecret ?? privateKey],
    ],
    jwtBearer: [['assertion', assertion]],
    enterprise: [
      ['clientId', clientId],
      ['identityProvider', identityProvider],
    ],
  };
  const missing = needs[grant].filter(([, value]) => value === undefined).map(([name]) => `"auth.${name}"`);
  if (privateKey !== undefined && clientId === undefined && !missing.includes('"auth.clientId"'))
    missing.push('"auth.clientId"');
  if (missing.length === 0) return;
  throw new PatchbayError('config', `${missing.join(' and ')} must be set for OAuth with the grant "${grant}".`, {
    hint: 'Add what is missing, or use another "auth.grant".',
  });
}

/**
 * Tokens of a grant that needs no person: client credentials (RFC 6749, 4.4), a JWT of the workload (RFC 7523, 2.1), or
 * one that the identity provider of an organization gives for the ID token of a person (RFC 8693). Asks once: a refusal is
 * the error.
 */
export async function requestMachineTokens(
  settings: OAuthSettings,
  server: AuthorizationServer,
  scope: string | undefined,
  serverUrl: string,
  requests: TokenRequests,
  fetch: FetchLike,
): Promise<MachineTokens> {
  const resource = server.resource ?? serverUrl;
  const form = await grantForm(settings, server, resource, scope, fetch);
  if (scope !== undefined) form.set('scope', scope);
  const client = configuredClient(settings, server.issuer);
  const tokens = await fetchToken(provider(form, client, requests), server.url, {
    ...(server.metadata ? { metadata: server.metadata } : {}),
    ...(server.resource === undefined ? {} : { resource: server.resource }),
    fetchFn: fetch,
  });
  return { tokens, client: client ?? { client_id: '', issuer: server.issuer } };
}

async function grantForm(
  { grant, assertion, identityProvider, clientId }: OAuthSettings,
  { issuer }: AuthorizationServer,
  resource: string,
  scope: string | undefined,
  fetch: FetchLike,
): Promise<URLSearchParams> {
  if (grant === 'jwtBearer') return new URLSearchParams({ grant_type: JWT_BEARER, assertion: assertion ?? '' });
  if (grant !== 'enterprise' || !identityProvider || clientId === undefined) {
    return new URLSearchParams({ grant_type: 'client_credentials' });
  }
  const { tokenEndpoint, clientSecret, idToken } = identityProvider;
  try {
    const { jwtAuthGrant } = await requestJwtAuthorizationGrant({
      tokenEndpoint: assertSecureTokenEndpoint(tokenEndpoint),
      audience: issuer,
      resource,
      idToken,
      clientId: identityProvider.clientId,
      ...(clientSecret === undefined ? {} : { clientSecret }),
      ...(scope === undefined ? {} : { scope }),
      fetchFn: fetch,
    });
    return new URLSearchParams({ grant_type: JWT_BEARER, assertion: jwtAuthGrant });
  } catch (error) {
    throw identityProviderError(error, tokenEndpoint);
  }
}

function identityProviderError(error: unknown, tokenEndpoint: string): PatchbayError {
  if (isPatchbayError(error)) return error;
  const described = describeAuthFailure(error, tokenEndpoint);
  if (described.kind !== 'auth') return described;
  return new PatchbayError('auth', described.message, {
    hint: 'Check "auth.identityProvider"; an ID token is good for a short time only.',
    cause: error,
  });
}

/** What the SDK asks for besides the form is for the browser. */
function provider(
  form: URLSearchParams,
  client: StoredOAuthClientInformation | undefined,
  { clientAuthentication }: TokenRequests,
): OAuthClientProvider {
  const never = () => {
    throw new Error('This grant opens no browser.');
  };
  return {
    redirectUrl: undefined,
    clientMetadata: { redirect_uris: [] },
    clientInformation: () => client,
    tokens: () => undefined,
    saveTokens: never,
    redirectToAuthorization: never,
    saveCodeVerifier: never,
    codeVerifier: never,
    prepareTokenRequest: () => new URLSearchParams(form),
    ...(clientAuthentication ? { addClientAuthentication: clientAuthentication } : {}),
  };
}
