import {
  type AddClientAuthentication,
  type AuthorizationServerMetadata,
  type FetchLike,
  OAuthError,
} from '@modelcontextprotocol/client';
import type { Clock } from '../../base/clock';
import { privateKeyJwt } from './clientAuthentication';
import type { AuthorizationServer } from './discovery';
import { type DpopKey, DpopProofs, generateDpopKey } from './dpop';
import type { OAuthSettings } from './oauthSettings';

/** What every token request of one server shares: how the client shows who it is, and proofs of possession. */
export class TokenRequests {
  readonly proofs: DpopProofs;
  /** Undefined: by the id and, where there is one, the secret. */
  readonly clientAuthentication: AddClientAuthentication | undefined;
  readonly #dpop: boolean | undefined;

  /** Throws a `config` error where the private key is none. */
  constructor({ clientId, privateKey, signingAlgorithm, dpop }: OAuthSettings, clock: Clock) {
    this.proofs = new DpopProofs(clock);
    this.#dpop = dpop;
    this.clientAuthentication =
      clientId === undefined || privateKey === undefined
        ? undefined
        : privateKeyJwt(clientId, privateKey, signingAlgorithm, clock);
  }

  /** Whether tokens are bound to a key, given that the server asks for it. */
  wantsDpop(isAsked: boolean): boolean {
    return this.#dpop ?? isAsked;
  }

  get requiresDpop(): boolean {
    return this.#dpop === true;
  }

  /** Whether tokens with or without such a key may be used by these settings. */
  accepts(dpopKey: DpopKey | undefined): boolean {
    return this.#dpop === undefined || this.#dpop === (dpopKey !== undefined);
  }

  newKey({ issuer, metadata }: AuthorizationServer): DpopKey {
    const { dpop_signing_alg_values_supported: supported } = (metadata ?? {}) as Record<string, unknown>;
    const isList = Array.isArray(supported) && supported.every((name) => typeof name === 'string');
    return generateDpopKey(issuer, isList ? supported : undefined);
  }

  /**
   * Makes a token request by `work`, whose requests to the token endpoint carry proofs of `dpopKey`. Where that wants a
   * nonce the request is made once more.
   */
  async make<T>(
    dpopKey: DpopKey | undefined,
    {
      url,
      metadata,
    }: { readonly url: string; readonly metadata?: Pick<AuthorizationServerMetadata, 'token_endpoint'> | undefined },
    fetch: FetchLike,
    work: (fetch: FetchLike) => Promise<T>,
  ): Promise<T> {
    if (!dpopKey) return work(fetch);
    const endpoint = metadata?.token_endpoint ?? new URL('/token', url);
    const proving = this.proofs.tokenFetch(dpopKey, endpoint, fetch);
    try {
      return await work(proving);
    } catch (error) {
      if (!OAuthError.isInstance(error) || String(error.code) !== 'use_dpop_nonce') throw error;
      return await work(proving);
    }
  }
}
