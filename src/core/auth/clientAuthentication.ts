import { randomUUID } from 'node:crypto';
import type { AddClientAuthentication } from '@modelcontextprotocol/client';
import type { Clock } from '../../base/clock';
import { readSigningKey, type SigningAlgorithm, signJwt } from './jwt';

const LIFE_S = 300;

/**
 * `private_key_jwt` (RFC 7523, 2.2): the client signs who it is for this authorization server. Throws a `config` error
 * where the key is none.
 */
export function privateKeyJwt(
  clientId: string,
  privateKey: string,
  algorithm: SigningAlgorithm | undefined,
  clock: Clock,
): AddClientAuthentication {
  const key = readSigningKey(privateKey, algorithm);
  return (_headers, form, tokenUrl, metadata) => {
    const iat = Math.floor(clock.now() / 1000);
    const aud = metadata?.issuer ?? String(tokenUrl);
    const claims = { iss: clientId, sub: clientId, aud, iat, exp: iat + LIFE_S, jti: randomUUID() };
    form.set('client_id', clientId);
    form.set('client_assertion', signJwt(key, { typ: 'JWT' }, claims));
    form.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
  };
}
