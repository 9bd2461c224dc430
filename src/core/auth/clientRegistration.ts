import {
  assertSecureTokenEndpoint,
  type FetchLike,
  registerClient,
  type StoredOAuthClientInformation,
} from '@modelcontextprotocol/client';
import { PatchbayError } from '../../base/errors';
import { insecureTokenEndpoint, shortUrl } from './authErrors';
import type { AuthorizationServer } from './discovery';
import type { TokenStore } from './tokenStore';

export interface ClientChoice {
  readonly clientId: string | undefined;
  readonly clientSecret: string | undefined;
  /** URL of a Client ID Metadata Document of this host. */
  readonly clientMetadataUrl: string | undefined;
}

/**
 * Who this client is at an authorization server, in the order of the specification: the configured client, the metadata
 * document where the server reads such, a client registered there before, a registration made now (RFC 7591). Rejects
 * before anything is registered where no token can be asked for, because the endpoint has no TLS.
 */
export async function clientFor(
  server: AuthorizationServer,
  choice: ClientChoice,
  redirectUrl: string,
  scope: string | undefined,
  store: TokenStore,
  fetch: FetchLike,
): Promise<StoredOAuthClientInformation> {
  const { issuer, metadata } = server;
  if (metadata) requireSafeEndpoint(metadata.token_endpoint);
  const configured = configuredClient(choice, issuer);
  if (configured) return configured;
  if (choice.clientMetadataUrl !== undefined && metadata?.client_id_metadata_document_supported === true) {
    return { client_id: choice.clientMetadataUrl, issuer };
  }
  const known = await store.client(issuer, redirectUrl);
  if (known) return known;
  if (metadata && !metadata.registration_endpoint) {
    throw new PatchbayError('auth', `${shortUrl(issuer)} does not register clients by itself.`, {
      hint: 'Register a client there by hand and set "auth.clientId".',
    });
  }
  const registered = await registerClient(server.url, {
    ...(metadata ? { metadata } : {}),
    clientMetadata: {
      client_name: 'Patchbay',
      redirect_uris: [redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: registrationAuthMethod(metadata?.token_endpoint_auth_methods_supported),
      application_type: 'native',
    },
    ...(scope === undefined ? {} : { scope }),
    fetchFn: fetch,
  });
  const client = { ...registered, redirect_uris: [redirectUrl], issuer };
  await store.saveClient(issuer, client);
  return client;
}

/** By the rule of the SDK, which sends the token request: TLS, but for this machine (OAuth 2.1, 1.5). */
function requireSafeEndpoint(endpoint: string): void {
  try {
    assertSecureTokenEndpoint(endpoint);
  } catch {
    throw insecureTokenEndpoint(endpoint);
  }
}

export function configuredClient(
  choice: Pick<ClientChoice, 'clientId' | 'clientSecret'>,
  issuer: string,
): StoredOAuthClientInformation | undefined {
  if (choice.clientId === undefined) return undefined;
  return {
    client_id: choice.clientId,
    ...(choice.clientSecret === undefined ? {} : { client_secret: choice.clientSecret }),
    issuer,
  };
}

/** A native client has no secret to keep, but some servers give out nothing else. */
function registrationAuthMethod(supported: readonly string[] | undefined): string {
  if (!supported || supported.length === 0 || supported.includes('none')) return 'none';
  return supported.includes('client_secret_basic') ? 'client_secret_basic' : 'client_secret_post';
}
