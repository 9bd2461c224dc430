import {
  type AuthorizationServerMetadata,
  computeScopeUnion,
  type FetchLike,
  isStrictScopeSuperset,
  OAuthError,
  refreshAuthorization,
} from '@modelcontextprotocol/client';
import { describeError, PatchbayError } from '../../base/errors';
import type { SignIn } from '../ports';
import type { AuthAnswer, Authenticator, AuthRefusal, AuthRequest } from '../transports/transport';
import { AttemptLimit } from './attemptLimit';
import { describeAuthFailure, shortUrl, signInRequired } from './authErrors';
import { asksForNonce, parseChallenge } from './challenge';
import type { ClientChoice } from './clientRegistration';
import {
  type AuthorizationServer,
  discoverAuthorizationServer,
  isSameIssuer,
  requireIssuer,
  requirePkce,
} from './discovery';
import { createIssuerFetch } from './issuerFetch';
import type { OAuthContext, OAuthSettings } from './oauthSettings';
import { requireOwnIssuer } from './ownIssuer';
import { PersonWaits } from './personWaits';
import { signIn } from './signIn';
import type { FlightWatcher } from './singleFlight';
import { authorizationOf, endsSoon, headersOf, lifeOf, recordOf, requireBound, scopeToAskFor } from './tokenRecords';
import { TokenRequests } from './tokenRequests';
import { type TokenRecord, TokenStore } from './tokenStore';

/** Another window may be about to save what it got for the same refresh token. */
const OTHER_WINDOW_MS = 500;
const WINDOW_MS = 60_000;
const MAX_SIGN_INS = 2;
const MAX_REFRESHES = 5;

/** OAuth 2.1 by the browser for one MCP server (MCP 2026-07-28, basic/authorization). */
export class OAuthAuthenticator implements Authenticator {
  readonly #settings: OAuthSettings;
  readonly #context: OAuthContext;
  readonly #store: TokenStore;
  readonly #signIns: AttemptLimit;
  readonly #refreshes: AttemptLimit;
  readonly #requests: TokenRequests;
  readonly personWait = new PersonWaits();
  #record: TokenRecord | undefined;

  constructor(settings: OAuthSettings, context: OAuthContext) {
    this.#settings = settings;
    this.#context = context;
    this.#store = new TokenStore(context.secrets);
    this.#requests = new TokenRequests(settings, context.clock);
    this.#signIns = new AttemptLimit(context.clock, MAX_SIGN_INS, WINDOW_MS);
    this.#refreshes = new AttemptLimit(context.clock, MAX_REFRESHES, WINDOW_MS);
  }

  async headers(request: AuthRequest, signal?: AbortSignal): Promise<Readonly<Record<string, string>>> {
    this.#record ??= this.#usable(await this.#store.forServer(this.#context.serverUrl));
    const record = this.#record && (await this.#renewedAhead(this.#record, signal));
    return record ? headersOf(record, request, this.#requests.proofs) : {};
  }

  onAnswer(answer: AuthAnswer): boolean {
    return this.#requests.proofs.onAnswer(answer);
  }

  async #renewedAhead(record: TokenRecord, signal?: AbortSignal): Promise<TokenRecord> {
    if (record.tokens.refresh_token === undefined || !endsSoon(record, this.#context.clock.now())) return record;
    try {
      return (await this.#refresh(record, signal)) ?? record;
    } catch (error) {
      signal?.throwIfAborted();
      // Whether the token is over is for the server to say: clocks differ.
      this.#context.log.warn(`The token was not renewed ahead of time: ${describeError(error)}`);
      return record;
    }
  }

  async onRefused(refusal: AuthRefusal, signal?: AbortSignal): Promise<boolean> {
    const challenge = parseChallenge(refusal.wwwAuthenticate);
    if (refusal.status === 403 && challenge.error !== 'insufficient_scope') return false;
    if (asksForNonce(refusal.wwwAuthenticate)) return false;
    const { flights, serverUrl } = this.#context;
    const interactive = this.#context.interactive(refusal.status === 401 ? 'signIn' : 'stepUp');
    const kind = refusal.status === 401 ? 'token' : `scope ${challenge.scope ?? ''}`;
    const { issuer, clientId, scopes, dpop } = this.#settings;
    const key = JSON.stringify(['renew', serverUrl, interactive, kind, issuer, clientId, scopes, dpop]);
    // Who only waited for it has the tokens by it, too.
    this.#record = await flights.run(
      key,
      (inner, onPerson) => this.#renew(refusal, interactive ? onPerson : undefined, inner),
      signal,
      (isForPerson) => this.personWait.change(isForPerson),
    );
    return true;
  }

  /** Resolves to other tokens than those that were refused. Without `onPerson` nobody is asked to sign in. */
  async #renew(refusal: AuthRefusal, onPerson: FlightWatcher | undefined, signal: AbortSignal): Promise<TokenRecord> {
    const { serverUrl, serverName } = this.#context;
    const stored = this.#usable(await this.#store.forServer(serverUrl));
    this.#record = stored;
    // Another request or another window renewed meanwhile.
    if (stored && authorizationOf(stored) !== refusal.sent.authorization) return stored;
    const challenge = parseChallenge(refusal.wwwAuthenticate);
    try {
      const server = await discoverAuthorizationServer(serverUrl, challenge.resourceMetadataUrl, this.#fetch(signal));
      requirePkce(server);
      await this.#requireIssuer(server);
      const record = stored && isGrantOf(server, stored, serverUrl) ? stored : undefined;
      const isBound = this.#requests.wantsDpop(challenge.offersDpop || server.requiresDpop);
      let scope = scopeToAskFor(server, this.#settings.scopes, challenge.scope);
      if (refusal.status === 403) {
        const before = computeScopeUnion(record?.scope, record?.tokens.scope);
        scope = computeScopeUnion(before, scope);
        if (record && !isStrictScopeSuperset(scope, before)) throw scopeRefused(serverName, scope);
      } else if (record?.tokens.refresh_token !== undefined && (record.dpopKey || !isBound)) {
        if (!this.#refreshes.take()) throw refusedTooOften(serverUrl);
        const renewed = await this.#refresh(record, signal);
        if (renewed) return renewed;
      }
      if (!onPerson) throw signInRequired(serverName);
      return await this.#signIn(server, this.#withOfflineAccess(server, scope), isBound, onPerson, signal);
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
      const { authorizationServerUrl: url, endpoints, resource, dpopKey, issuer } = record;
      const { clientAuthentication } = this.#requests;
      const server = { url, metadata: endpoints };
      const tokens = await this.#requests.make(dpopKey, server, this.#fetch(signal), (fetchFn) =>
        refreshAuthorization(url, {
          ...(endpoints ? { metadata: endpoints as AuthorizationServerMetadata } : {}),
          clientInformation: record.client,
          refreshToken: record.tokens.refresh_token ?? '',
          ...(resource === undefined ? {} : { resource }),
          ...(clientAuthentication ? { addClientAuthentication: clientAuthentication } : {}),
          fetchFn,
        }),
      );
      requireBound(tokens, dpopKey !== undefined, issuer);
      const life = lifeOf(tokens, this.#context.clock.now());
      return await this.#keep({ ...record, ...life, tokens: { ...tokens, issuer } });
    } catch (error) {
      if (!OAuthError.isInstance(error)) throw describeAuthFailure(error, record.issuer);
      return await this.#afterRefusedRefresh(record, error);
    }
  }

  async #afterRefusedRefresh(record: TokenRecord, error: OAuthError): Promise<TokenRecord | undefined> {
    const code = String(error.code);
    if (code === 'invalid_client' || code === 'unauthorized_client') await this.#store.forgetClient(record.issuer);
    else if (code !== 'invalid_grant') throw describeAuthFailure(error, record.issuer);
    await new Promise<void>((resolve) => this.#context.clock.setTimeout(resolve, OTHER_WINDOW_MS));
    const fromOthers = await this.#changedSince(record);
    if (fromOthers) return fromOthers;
    this.#context.log.info(`${shortUrl(record.issuer)} ended the sign-in (${code}).`);
    const { refresh_token: _, ...tokens } = record.tokens;
    this.#record = await this.#keep({ ...record, tokens });
    return undefined;
  }

  async #changedSince(record: TokenRecord): Promise<TokenRecord | undefined> {
    const stored = await this.#store.forIssuer(record.issuer, record.resource ?? this.#context.serverUrl);
    return stored && stored.tokens.access_token !== record.tokens.access_token ? stored : undefined;
  }

  async #signIn(
    server: AuthorizationServer,
    scope: string | undefined,
    isBound: boolean,
    onPerson: FlightWatcher,
    signal: AbortSignal,
  ): Promise<TokenRecord> {
    const { serverName, serverUrl, checkUrl, log, clock } = this.#context;
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
    const dpopKey = isBound ? this.#requests.newKey(server) : undefined;
    const { tokens, client } = await signIn(server, scope, {
      port,
      serverName,
      choice: this.#choice(port),
      store: this.#store,
      fetch: this.#fetch(signal),
      checkUrl,
      requests: this.#requests,
      dpopKey,
      clock,
      onPerson,
      signal,
    });
    if (this.#hasSecret) await this.#store.saveIssuer(serverUrl, server.issuer);
    log.info(`Signed in at ${shortUrl(server.issuer)} for ${shortUrl(serverUrl)}.`);
    return this.#keep(recordOf(server, { client, tokens, scope, dpopKey }, clock.now()));
  }

  /** Without a secret to lose, the person sees where the sign-in goes. */
  async #requireIssuer(server: AuthorizationServer): Promise<void> {
    if (this.#hasSecret) await requireOwnIssuer(server, this.#settings, this.#context, this.#store);
    else requireIssuer(server, this.#settings.issuer);
  }

  get #hasSecret(): boolean {
    const { clientSecret, privateKey } = this.#settings;
    return clientSecret !== undefined || privateKey !== undefined;
  }

  async #keep(record: TokenRecord): Promise<TokenRecord> {
    await this.#store.save(this.#context.serverUrl, record);
    return record;
  }

  /** Tokens of another client, issuer or kind than the configured one are not this entry's. */
  #usable(record: TokenRecord | undefined): TokenRecord | undefined {
    const { clientId, issuer } = this.#settings;
    const isOurs =
      (clientId === undefined || record?.client.client_id === clientId) &&
      (issuer === undefined || record === undefined || isSameIssuer(record.issuer, issuer)) &&
      this.#requests.accepts(record?.dpopKey);
    return isOurs ? record : undefined;
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

/**
 * Whether the tokens are for what this server wants now. Tokens that another server of the same resource got are none of
 * this one's before a person signed in to it: it may name any resource of its origin.
 */
function isGrantOf({ issuer, resource }: AuthorizationServer, record: TokenRecord, serverUrl: string): boolean {
  return record.issuer === issuer && (record.resource ?? serverUrl) === (resource ?? serverUrl);
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
