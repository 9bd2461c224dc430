import {
  type AuthorizationServerMetadata,
  computeScopeUnion,
  type FetchLike,
  isStrictScopeSuperset,
  OAuthError,
  type OAuthTokens,
  refreshAuthorization,
  type StoredOAuthClientInformation,
} from '@modelcontextprotocol/client';
import type { Clock } from '../../base/clock';
import { describeError, PatchbayError } from '../../base/errors';
import type { Logger, SecretStore, SignIn } from '../ports';
import type { Authenticator, AuthRefusal } from '../transports/transport';
import { AttemptLimit } from './attemptLimit';
import { describeAuthFailure, shortUrl, signInRequired } from './authErrors';
import { parseChallenge } from './challenge';
import type { ClientChoice } from './clientRegistration';
import { type AuthorizationServer, discoverAuthorizationServer } from './discovery';
import { createIssuerFetch } from './issuerFetch';
import { signIn } from './signIn';
import type { SingleFlight } from './singleFlight';
import { type Endpoints, type TokenRecord, TokenStore } from './tokenStore';

/** A token is renewed this long before it ends, at most a quarter of its life. */
const RENEW_BEFORE_MS = 60_000;
/** Another window may be about to save what it got for the same refresh token. */
const OTHER_WINDOW_MS = 500;
const WINDOW_MS = 60_000;
const MAX_SIGN_INS = 2;
const MAX_REFRESHES = 5;

export interface OAuthSettings {
  readonly clientId: string | undefined;
  readonly clientSecret: string | undefined;
  readonly scopes: readonly string[];
}

export interface OAuthContext {
  /** URL of the MCP server over http: or https:. */
  readonly serverUrl: string;
  readonly serverName: string;
  readonly secrets: SecretStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly fetch: FetchLike;
  readonly checkUrl: (url: string) => void | Promise<void>;
  /** Whether a browser may be opened now. */
  readonly interactive: (reason: 'signIn' | 'stepUp') => boolean;
  readonly signIn: SignIn | undefined;
  /** Shared by all authenticators of a process that use the same store. */
  readonly flights: SingleFlight;
}

/** OAuth 2.1 for one MCP server (MCP 2026-07-28, basic/authorization). */
export class OAuthAuthenticator implements Authenticator {
  readonly #settings: OAuthSettings;
  readonly #context: OAuthContext;
  readonly #store: TokenStore;
  readonly #signIns: AttemptLimit;
  readonly #refreshes: AttemptLimit;
  #record: TokenRecord | undefined;

  constructor(settings: OAuthSettings, context: OAuthContext) {
    this.#settings = settings;
    this.#context = context;
    this.#store = new TokenStore(context.secrets);
    this.#signIns = new AttemptLimit(context.clock, MAX_SIGN_INS, WINDOW_MS);
    this.#refreshes = new AttemptLimit(context.clock, MAX_REFRESHES, WINDOW_MS);
  }

  async headers(signal?: AbortSignal): Promise<Readonly<Record<string, string>>> {
    this.#record ??= this.#usable(await this.#store.forServer(this.#context.serverUrl));
    const record = this.#record;
    if (!record) return {};
    if (!this.#endsSoon(record) || record.tokens.refresh_token === undefined) return headersOf(record);
    try {
      return headersOf((await this.#refresh(record, signal)) ?? record);
    } catch (error) {
      signal?.throwIfAborted();
      // Whether the token is over is for the server to say: clocks differ.
      this.#context.log.warn(`The token was not renewed ahead of time: ${describeError(error)}`);
      return headersOf(record);
    }
  }

  async onRefused(refusal: AuthRefusal, signal?: AbortSignal): Promise<boolean> {
    const challenge = parseChallenge(refusal.wwwAuthenticate);
    if (refusal.status === 403 && challenge.error !== 'insufficient_scope') return false;
    const { flights, serverUrl } = this.#context;
    const interactive = this.#context.interactive(refusal.status === 401 ? 'signIn' : 'stepUp');
    const kind = refusal.status === 401 ? 'token' : `scope ${challenge.scope ?? ''}`;
    await flights.run(
      `renew ${interactive} ${kind} ${serverUrl}`,
      (inner) => this.#renew(refusal, interactive, inner),
      signal,
    );
    return true;
  }

  /** Leaves `#record` with other tokens than those that were refused, or rejects. */
  async #renew(refusal: AuthRefusal, interactive: boolean, signal: AbortSignal): Promise<void> {
    const { serverUrl, serverName } = this.#context;
    const stored = this.#usable(await this.#store.forServer(serverUrl));
    this.#record = stored;
    // Another request or another window renewed meanwhile.
    if (stored && headersOf(stored).authorization !== refusal.sent.authorization) return;
    const challenge = parseChallenge(refusal.wwwAuthenticate);
    try {
      const server = await discoverAuthorizationServer(serverUrl, challenge.resourceMetadataUrl, this.#fetch(signal));
      const record = this.#usable(await this.#store.forIssuer(server.issuer, server.resource ?? serverUrl));
      let scope = this.#baseScope(server, challenge.scope);
      if (refusal.status === 403) {
        const before = computeScopeUnion(record?.scope, record?.tokens.scope);
        scope = computeScopeUnion(before, scope);
        if (record && !isStrictScopeSuperset(scope, before)) throw scopeRefused(serverName, scope);
      } else if (record?.tokens.refresh_token !== undefined) {
        if (!this.#refreshes.take()) throw refusedTooOften(serverUrl);
        if (await this.#refresh(record, signal)) return;
      }
      if (!interactive) throw signInRequired(serverName);
      this.#record = await this.#signIn(server, this.#withOfflineAccess(server, scope), signal);
    } catch (error) {
      signal.throwIfAborted();
      throw describeAuthFailure(error, serverUrl);
    }
  }

  /**
   * Other tokens for the same grant, made once however many ask. Undefined: the grant is over, a person must sign in.
   * Rejects where the authorization server could not be asked.
   */
  async #refresh(record: TokenRecord, signal?: AbortSignal): Promise<TokenRecord | undefined> {
    const key = `refresh ${record.issuer} ${record.resource ?? this.#context.serverUrl} ${record.client.client_id}`;
    const renewed = await this.#context.flights.run(key, (inner) => this.#refreshOnce(record, inner), signal);
    this.#record = renewed ?? this.#record;
    return renewed;
  }

  async #refreshOnce(record: TokenRecord, signal: AbortSignal): Promise<TokenRecord | undefined> {
    const fromOthers = await this.#changedSince(record);
    if (fromOthers) return fromOthers;
    try {
      const tokens = await refreshAuthorization(record.authorizationServerUrl, {
        ...(record.endpoints ? { metadata: record.endpoints as AuthorizationServerMetadata } : {}),
        clientInformation: record.client,
        refreshToken: record.tokens.refresh_token ?? '',
        ...(record.resource === undefined ? {} : { resource: record.resource }),
        fetchFn: this.#fetch(signal),
      });
      return await this.#keep({ ...record, ...this.#lifeOf(tokens), tokens: { ...tokens, issuer: record.issuer } });
    } catch (error) {
      if (!OAuthError.isInstance(error)) throw describeAuthFailure(error, record.issuer);
      return await this.#afterRefusedRefresh(record, error);
    }
  }

  async #afterRefusedRefresh(record: TokenRecord, error: OAuthError): Promise<TokenRecord | undefined> {
    const code = String(error.code);
    if (code === 'invalid_client' || code === 'unauthorized_client') await this.#store.forgetClient(record.issuer);
    else if (code !== 'invalid_grant') throw this.#refreshFailure(record, error);
    await new Promise<void>((resolve) => this.#context.clock.setTimeout(resolve, OTHER_WINDOW_MS));
    const fromOthers = await this.#changedSince(record);
    if (fromOthers) return fromOthers;
    this.#context.log.info(`${shortUrl(record.issuer)} ended the sign-in (${code}).`);
    const { refresh_token: _, ...tokens } = record.tokens;
    this.#record = await this.#keep({ ...record, tokens });
    return undefined;
  }

  /** A server error in the words of the SDK is one that may pass. */
  #refreshFailure(record: TokenRecord, error: OAuthError): PatchbayError {
    const described = describeAuthFailure(error, record.issuer);
    return String(error.code) === 'server_error' || String(error.code) === 'temporarily_unavailable'
      ? new PatchbayError('transport', described.message, { retryable: true, hint: 'The fault is on the server.' })
      : described;
  }

  async #changedSince(record: TokenRecord): Promise<TokenRecord | undefined> {
    const stored = await this.#store.forIssuer(record.issuer, record.resource ?? this.#context.serverUrl);
    return stored && stored.tokens.access_token !== record.tokens.access_token ? stored : undefined;
  }

  async #signIn(server: AuthorizationServer, scope: string | undefined, signal: AbortSignal): Promise<TokenRecord> {
    const { serverName, serverUrl, checkUrl, log } = this.#context;
    const port = this.#context.signIn;
    if (!port) {
      throw new PatchbayError('auth', `"${serverName}" needs you to sign in, which takes a browser.`, {
        hint: 'Connect it in VS Code.',
      });
    }
    if (!this.#signIns.take()) {
      throw new PatchbayError('auth', `"${serverName}" asked to sign in again too often.`, {
        hint: 'Wait a minute and connect again; the fault may be on the server.',
      });
    }
    const { tokens, client } = await signIn(server, scope, {
      port,
      serverName,
      choice: this.#choice(port),
      store: this.#store,
      fetch: this.#fetch(signal),
      checkUrl,
      signal,
    });
    log.info(`Signed in at ${shortUrl(server.issuer)} for ${shortUrl(serverUrl)}.`);
    return this.#keep(this.#recordOf(server, client, tokens, scope));
  }

  #recordOf(
    server: AuthorizationServer,
    client: StoredOAuthClientInformation,
    tokens: OAuthTokens,
    scope: string | undefined,
  ): TokenRecord {
    const { issuer, url, resource, metadata } = server;
    return {
      issuer,
      authorizationServerUrl: url,
      ...(resource === undefined ? {} : { resource }),
      tokens: { ...tokens, issuer },
      client,
      ...(scope === undefined ? {} : { scope }),
      ...this.#lifeOf(tokens),
      ...(metadata ? { endpoints: endpointsOf(metadata) } : {}),
    };
  }

  async #keep(record: TokenRecord): Promise<TokenRecord> {
    await this.#store.save(this.#context.serverUrl, record);
    return record;
  }

  #lifeOf({ expires_in }: OAuthTokens): { obtainedAt: number; expiresAt: number | undefined } {
    const now = this.#context.clock.now();
    const isKnown = expires_in !== undefined && expires_in > 0;
    return { obtainedAt: now, expiresAt: isKnown ? now + expires_in * 1000 : undefined };
  }

  #endsSoon({ obtainedAt, expiresAt }: TokenRecord): boolean {
    if (expiresAt === undefined) return false;
    return this.#context.clock.now() >= expiresAt - Math.min(RENEW_BEFORE_MS, (expiresAt - obtainedAt) / 4);
  }

  /** Tokens of another client than the configured one are not this entry's. */
  #usable(record: TokenRecord | undefined): TokenRecord | undefined {
    const { clientId } = this.#settings;
    return clientId === undefined || record?.client.client_id === clientId ? record : undefined;
  }

  #baseScope(server: AuthorizationServer, challenged: string | undefined): string | undefined {
    const configured = this.#settings.scopes.join(' ') || undefined;
    if (configured !== undefined) return computeScopeUnion(configured, challenged);
    return challenged ?? server.resourceScopes;
  }

  /** Asked for where the server names it, because some give out refresh tokens for nothing else. */
  #withOfflineAccess({ metadata }: AuthorizationServer, scope: string | undefined): string | undefined {
    const offered = metadata?.scopes_supported?.includes('offline_access') ?? false;
    return scope !== undefined && offered ? computeScopeUnion(scope, 'offline_access') : scope;
  }

  #choice(port: SignIn): ClientChoice {
    const { clientId, clientSecret } = this.#settings;
    return { clientId, clientSecret, clientMetadataUrl: port.clientMetadataUrl };
  }

  #fetch(signal: AbortSignal): FetchLike {
    const { fetch, clock, checkUrl } = this.#context;
    return createIssuerFetch({ fetch, clock, checkUrl, signal });
  }
}

/** Always "Bearer": some servers write the type in other letters and then refuse what they wrote. */
function headersOf({ tokens }: TokenRecord): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${tokens.access_token}` };
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

function refusedTooOften(serverUrl: string): PatchbayError {
  return new PatchbayError('auth', `${shortUrl(serverUrl)} refuses every renewed token.`, {
    hint: 'Connect to sign in again; the fault may be on the server.',
  });
}

function scopeRefused(serverName: string, scope: string | undefined): PatchbayError {
  const asked = scope === undefined ? '' : `: ${scope.slice(0, 200)}`;
  return new PatchbayError('auth', `"${serverName}" wants rights that were asked for already and not given${asked}.`, {
    code: 403,
    hint: 'Ask whoever runs the server for these rights, or sign in as somebody who has them.',
  });
}
