import { type AuthorizationServerMetadata, type FetchLike, selectClientAuthMethod } from '@modelcontextprotocol/client';
import type { Clock } from '../../base/clock';
import { describeError } from '../../base/errors';
import type { Logger, SecretStore } from '../ports';
import { describeAuthFailure, shortUrl } from './authErrors';
import { createIssuerFetch } from './issuerFetch';
import type { OAuthSettings } from './oauthSettings';
import { TokenRequests } from './tokenRequests';
import { type TokenRecord, TokenStore } from './tokenStore';

export interface SignOutContext {
  /** The key of a client that signs who it is. Default: none does. */
  readonly settings?: OAuthSettings | undefined;
  readonly secrets: SecretStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly fetch: FetchLike;
  readonly checkUrl: (url: string) => void | Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * Ends the sign-in at a server: tells the authorization server (RFC 7009) where it takes that, and forgets the tokens and
 * the registration whatever it answers. False: there was none.
 */
export async function signOut(serverUrl: string, context: SignOutContext): Promise<boolean> {
  const store = new TokenStore(context.secrets);
  await store.forgetIssuer(serverUrl);
  const record = await store.forServer(serverUrl);
  if (!record) return false;
  await store.forget(serverUrl, record);
  await store.forgetClient(record.issuer);
  try {
    await revoke(record, context);
  } catch (error) {
    const reason = describeError(describeAuthFailure(error, record.issuer));
    context.log.warn(`The tokens are forgotten here, but ${shortUrl(record.issuer)} was not told: ${reason}`);
  }
  return true;
}

/** The refresh token first: most servers end the access token with it. */
async function revoke({ tokens, client, endpoints, issuer }: TokenRecord, context: SignOutContext): Promise<void> {
  const url = endpoints?.revocation_endpoint;
  if (url === undefined) return;
  const fetch = createIssuerFetch(context);
  const method = selectClientAuthMethod(client, endpoints?.token_endpoint_auth_methods_supported ?? []);
  const { settings, clock } = context;
  const sign =
    settings?.clientId === client.client_id ? new TokenRequests(settings, clock).clientAuthentication : undefined;
  const both = [
    { token: tokens.refresh_token, token_type_hint: 'refresh_token' },
    { token: tokens.access_token, token_type_hint: 'access_token' },
  ];
  for (const { token, token_type_hint } of both) {
    if (token === undefined) continue;
    const form = new URLSearchParams({ token, token_type_hint });
    const headers = new Headers({ 'content-type': 'application/x-www-form-urlencoded' });
    const { client_id, client_secret } = client;
    if (sign) await sign(headers, form, url, { issuer } as AuthorizationServerMetadata);
    else if (method === 'client_secret_basic')
      headers.set('authorization', `Basic ${btoa(`${client_id}:${client_secret ?? ''}`)}`);
    else {
      form.set('client_id', client_id);
      if (method === 'client_secret_post' && client_secret !== undefined) form.set('client_secret', client_secret);
    }
    const answer = await fetch(url, { method: 'POST', headers, body: form });
    if (!answer.ok) context.log.warn(`${shortUrl(url)} did not revoke the ${token_type_hint} (HTTP ${answer.status}).`);
  }
}
