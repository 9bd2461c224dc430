import { createHash, createPrivateKey, generateKeyPairSync, type JsonWebKey, randomUUID } from 'node:crypto';
import type { FetchLike } from '@modelcontextprotocol/client';
import type { Clock } from '../../base/clock';
import { PatchbayError } from '../../base/errors';
import type { AuthAnswer, AuthRequest } from '../transports/transport';
import { shortUrl } from './authErrors';
import { asksForNonce } from './challenge';
import { publicJwk, type SigningAlgorithm, type SigningKey, signJwt } from './jwt';

const MAX_NONCE_CHARS = 2048;
const MAX_ORIGINS = 20;

/** In the order of preference. */
const ALGORITHMS = ['ES256', 'ES384', 'EdDSA'] as const;

/** A private key as it is kept with the tokens that are bound to it. */
export interface DpopKey {
  readonly algorithm: SigningAlgorithm;
  readonly jwk: JsonWebKey;
}

/** A key for the tokens of one grant. `supported` is what the authorization server announces (RFC 9449, 5.1). */
export function generateDpopKey(issuer: string, supported: readonly string[] | undefined): DpopKey {
  const algorithm = ALGORITHMS.find((name) => supported?.includes(name) ?? true);
  if (algorithm === undefined) {
    throw new PatchbayError('auth', `${shortUrl(issuer)} takes DPoP proofs with no algorithm that is known here.`, {
      hint: 'Set "auth.dpop" to false, where the server takes bearer tokens.',
    });
  }
  const { privateKey } =
    algorithm === 'EdDSA'
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('ec', { namedCurve: algorithm === 'ES256' ? 'P-256' : 'P-384' });
  return { algorithm, jwk: privateKey.export({ format: 'jwk' }) };
}

/** Proofs of possession (RFC 9449), each for one request, with the nonce that its origin gave last. */
export class DpopProofs {
  readonly #clock: Clock;
  readonly #nonces = new Map<string, string>();
  #last: { readonly dpopKey: DpopKey; readonly key: SigningKey } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The value of a `DPoP` header. `accessToken`: the token that goes with the request. */
  proof(dpopKey: DpopKey, { method, url }: AuthRequest, accessToken?: string): string {
    const key = this.#signingKey(dpopKey);
    const nonce = this.#nonces.get(originOf(url));
    const ath = accessToken === undefined ? undefined : createHash('sha256').update(accessToken).digest('base64url');
    const header = { typ: 'dpop+jwt', jwk: publicJwk(key.key) };
    return signJwt(key, header, {
      jti: randomUUID(),
      htm: method.toUpperCase(),
      htu: plainUrl(url),
      iat: Math.floor(this.#clock.now() / 1000),
      ...(ath === undefined ? {} : { ath }),
      ...(nonce === undefined ? {} : { nonce }),
    });
  }

  /** Keeps the nonce of an answer (RFC 9449, 8.2). True: it was refused for want of it. */
  onAnswer({ status, url, wwwAuthenticate, dpopNonce, sent }: AuthAnswer): boolean {
    if (!this.#keepNonce(url, dpopNonce)) return false;
    return status === 401 && sent.dpop !== undefined && asksForNonce(wwwAuthenticate);
  }

  /** `fetch` with a proof on each request to the token endpoint, sent once more where that wants a nonce. */
  tokenFetch(dpopKey: DpopKey, tokenEndpoint: string | URL, fetch: FetchLike): FetchLike {
    const target = plainUrl(tokenEndpoint);
    return async (url, init = {}) => {
      if (init.method !== 'POST' || plainUrl(url) !== target) return fetch(url, init);
      const headers = new Headers(init.headers);
      headers.set('dpop', this.proof(dpopKey, { method: 'POST', url: String(url) }));
      const answer = await fetch(url, { ...init, headers });
      this.#keepNonce(url, answer.headers.get('dpop-nonce') ?? undefined);
      return answer;
    };
  }

  #keepNonce(url: string | URL, nonce: string | undefined): boolean {
    if (nonce === undefined || nonce === '' || nonce.length > MAX_NONCE_CHARS) return false;
    const origin = originOf(url);
    if (this.#nonces.size >= MAX_ORIGINS && !this.#nonces.has(origin)) this.#nonces.clear();
    this.#nonces.set(origin, nonce);
    return true;
  }

  #signingKey(dpopKey: DpopKey): SigningKey {
    if (this.#last?.dpopKey.jwk.d !== dpopKey.jwk.d) {
      const key = createPrivateKey({ key: dpopKey.jwk, format: 'jwk' });
      this.#last = { dpopKey, key: { key, algorithm: dpopKey.algorithm } };
    }
    return this.#last?.key as SigningKey;
  }
}

/** The `htu` of a proof: neither query nor fragment. A WebSocket is opened by a request over HTTP. */
function plainUrl(url: string | URL): string {
  const plain = new URL(httpForm(url));
  return `${plain.origin}${plain.pathname}`;
}

function originOf(url: string | URL): string {
  return new URL(httpForm(url)).origin;
}

function httpForm(url: string | URL): string {
  return String(url).replace(/^ws(s?):/i, 'http$1:');
}
