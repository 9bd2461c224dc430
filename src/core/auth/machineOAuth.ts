import { computeScopeUnion, isStrictScopeSuperset, OAuthError } from '@modelcontextprotocol/client';
import { describeError, PatchbayError } from '../../base/errors';
import type { AuthAnswer, Authenticator, AuthRefusal, AuthRequest } from '../transports/transport';
import { AttemptLimit } from './attemptLimit';
import { describeAuthFailure, shortUrl } from './authErrors';
import { asksForNonce, parseChallenge } from './challenge';
import { type AuthorizationServer, discoverAuthorizationServer } from './discovery';
import { createIssuerFetch } from './issuerFetch';
import { requestMachineTokens } from './machineGrants';
import type { OAuthContext, OAuthSettings } from './oauthSettings';
import { requireOwnIssuer } from './ownIssuer';
import { SingleFlight } from './singleFlight';
import { authorizationOf, endsSoon, headersOf, recordOf, requireBound, scopeToAskFor } from './tokenRecords';
import { TokenRequests } from './tokenRequests';
import { type TokenRecord, TokenStore } from './tokenStore';

const WINDOW_MS = 60_000;
const MAX_TOKENS = 5;
/** What an authorization server refused once is not asked for again this long: who tries again is taken for an attacker. */
const REFUSAL_LASTS_MS = 60_000;

/** How the last token was asked for, so that the next one is before that ends. */
interface Held {
  readonly server: AuthorizationServer;
  readonly scope: string | undefined;
  readonly isBound: boolean;
  readonly record: TokenRecord;
}

/**
 * OAuth 2.1 without a person, for one MCP server: by the credentials of the configuration alone. Tokens are kept in
 * memory only, because they can be had again at any time; what is stored is to whom the credentials belong.
 */
export class MachineOAuthAuthenticator implements Authenticator {
  readonly #settings: OAuthSettings;
  readonly #context: OAuthContext;
  readonly #requests: TokenRequests;
  readonly #store: TokenStore;
  readonly #limit: AttemptLimit;
  readonly #flights = new SingleFlight();
  #held: Held | undefined;
  #refusal: { readonly error: PatchbayError; readonly key: string; readonly at: number } | undefined;

  /** `settings` have what their grant needs. Throws a `config` error where the private key is none. */
  constructor(settings: OAuthSettings, context: OAuthContext) {
    this.#settings = settings;
    this.#context = context;
    this.#requests = new TokenRequests(settings, context.clock);
    this.#store = new TokenStore(context.secrets);
    this.#limit = new AttemptLimit(context.clock, MAX_TOKENS, WINDOW_MS);
  }

  async headers(request: AuthRequest, signal?: AbortSignal): Promise<Readonly<Record<string, string>>> {
    await this.#renewAhead(signal);
    return this.#held ? headersOf(this.#held.record, request, this.#requests.proofs) : {};
  }

  onAnswer(answer: AuthAnswer): boolean {
    return this.#requests.proofs.onAnswer(answer);
  }

  async onRefused(refusal: AuthRefusal, signal?: AbortSignal): Promise<boolean> {
    const challenge = parseChallenge(refusal.wwwAuthenticate);
    if (refusal.status === 403 && challenge.error !== 'insufficient_scope') return false;
    if (asksForNonce(refusal.wwwAuthenticate)) return false;
    const kind = refusal.status === 401 ? 'token' : `scope ${challenge.scope ?? ''}`;
    await this.#flights.run(kind, (inner) => this.#renew(refusal, inner), signal);
    return true;
  }

  /** A token that cannot be had ahead of time is no failure: the server says when the present one is over. */
  async #renewAhead(signal?: AbortSignal): Promise<void> {
    const held = this.#held;
    if (!held || !endsSoon(held.record, this.#context.clock.now())) return;
    try {
      await this.#flights.run(
        'ahead',
        async (inner) => {
          if (this.#held === held) await this.#ask(held.server, held.scope, held.isBound, inner);
        },
        signal,
      );
    } catch (error) {
      signal?.throwIfAborted();
      this.#context.log.debug(`The token was not renewed ahead of time: ${describeError(error)}`);
    }
  }

  /** Leaves `#held` with another token than the one that was refused, or rejects. */
  async #renew({ status, sent, wwwAuthenticate }: AuthRefusal, signal: AbortSignal): Promise<void> {
    const { serverUrl, serverName } = this.#context;
    const held = this.#held;
    // Another request got one meanwhile.
    if (held && authorizationOf(held.record) !== sent.authorization) return;
    const challenge = parseChallenge(wwwAuthenticate);
    try {
      const fetch = createIssuerFetch({ ...this.#context, signal });
      const server = await discoverAuthorizationServer(serverUrl, challenge.resourceMetadataUrl, fetch);
      await requireOwnIssuer(server, this.#settings, this.#context, this.#store);
      const before = held && computeScopeUnion(held.scope, held.record.tokens.scope);
      const asked = scopeToAskFor(server, this.#settings.scopes, challenge.scope);
      const scope = status === 403 ? computeScopeUnion(before, asked) : asked;
      if (status === 403 && !isStrictScopeSuperset(scope, before)) throw scopeNotGiven(serverName);
      const isBound = this.#requests.wantsDpop(challenge.offersDpop || server.requiresDpop);
      await this.#ask(server, scope, isBound, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw describeAuthFailure(error, serverUrl);
    }
  }

  async #ask(
    server: AuthorizationServer,
    scope: string | undefined,
    isBound: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const { clock, serverUrl, log } = this.#context;
    const key = `${server.issuer} ${scope ?? ''}`;
    const refusal = this.#refusal;
    if (refusal?.key === key && clock.now() - refusal.at < REFUSAL_LASTS_MS) throw refusal.error;
    if (!this.#limit.take()) throw refusedTooOften(serverUrl);
    const dpopKey = isBound ? (this.#held?.record.dpopKey ?? this.#requests.newKey(server)) : undefined;
    try {
      const fetch = createIssuerFetch({ ...this.#context, signal });
      const { tokens, client } = await this.#requests.make(dpopKey, server, fetch, (proving) =>
        requestMachineTokens(this.#settings, server, scope, serverUrl, this.#requests, proving),
      );
      requireBound(tokens, this.#requests.requiresDpop, server.issuer);
      const record = recordOf(server, { client, tokens, scope, dpopKey }, clock.now());
      this.#held = { server, scope, isBound, record };
      await this.#store.saveIssuer(serverUrl, server.issuer);
      log.info(`Got a token of ${shortUrl(server.issuer)} for ${shortUrl(serverUrl)}.`);
    } catch (error) {
      signal.throwIfAborted();
      const described = describeMachineFailure(error, server.issuer);
      if (described.kind === 'auth' && !described.retryable) this.#refusal = { error: described, key, at: clock.now() };
      throw described;
    }
  }
}

/** The same words as for a sign-in, with a next step that fits. */
function describeMachineFailure(error: unknown, issuer: string): PatchbayError {
  const described = describeAuthFailure(error, issuer);
  if (!OAuthError.isInstance(error) || described.retryable) return described;
  return new PatchbayError('auth', described.message, {
    code: described.code,
    hint: 'Check what "auth" says, and what is registered there.',
    cause: error,
  });
}

function scopeNotGiven(serverName: string): PatchbayError {
  return new PatchbayError('auth', `"${serverName}" wants rights that were asked for already and not given.`, {
    code: 403,
    hint: 'Ask whoever runs the authorization server for these rights.',
  });
}

function refusedTooOften(serverUrl: string): PatchbayError {
  return new PatchbayError('auth', `${shortUrl(serverUrl)} refuses every token.`, {
    hint: 'Check "auth.scopes" and what is registered; the fault may be on the server.',
  });
}
