import { constants, createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject, sign } from 'node:crypto';
import { PatchbayError } from '../../base/errors';

/** JWS algorithms (RFC 7518, RFC 8037) of asymmetric keys. */
export const SIGNING_ALGORITHMS = [
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
] as const;

export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number];

export interface SigningKey {
  readonly key: KeyObject;
  readonly algorithm: SigningAlgorithm;
}

const EC_ALGORITHMS: Readonly<Record<string, SigningAlgorithm>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
};

/**
 * The key of a PEM text (PKCS #8, PKCS #1 or SEC 1), line breaks lost on the way to here put back. Without `algorithm`
 * the usual one of its kind. Throws a `config` error that quotes nothing of the text.
 */
export function readSigningKey(pem: string, algorithm?: SigningAlgorithm): SigningKey {
  let key: KeyObject;
  try {
    key = createPrivateKey(withLineBreaks(pem));
  } catch {
    throw new PatchbayError('config', '"auth.privateKey" is not a private key in PEM form, or it is encrypted.', {
      hint: 'It begins with "-----BEGIN PRIVATE KEY-----"; an encrypted one must be decrypted first.',
    });
  }
  const possible = algorithmsOf(key);
  const [usual] = possible;
  const chosen = algorithm ?? usual;
  if (chosen !== undefined && possible.includes(chosen)) return { key, algorithm: chosen };
  const message =
    usual === undefined
      ? `Keys of the kind ${key.asymmetricKeyType} of "auth.privateKey" cannot sign for OAuth.`
      : `The key of "auth.privateKey" cannot sign with ${algorithm}.`;
  throw new PatchbayError('config', message, {
    hint:
      usual === undefined
        ? 'Use an EC, Ed25519 or RSA key.'
        : `Set "auth.signingAlgorithm" to ${possible.join(' or ')}, or leave it out.`,
  });
}

function algorithmsOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): readonly SigningAlgorithm[] {
  if (asymmetricKeyType === 'rsa') return ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
  if (asymmetricKeyType === 'ed25519') return ['EdDSA'];
  const algorithm = asymmetricKeyType === 'ec' ? EC_ALGORITHMS[asymmetricKeyDetails?.namedCurve ?? ''] : undefined;
  return algorithm === undefined ? [] : [algorithm];
}

/** Input boxes and environment variables make one line of a PEM text. */
function withLineBreaks(pem: string): string {
  const match = /^(-----BEGIN [A-Z0-9 ]+-----)([\s\S]*?)(-----END [A-Z0-9 ]+-----)/.exec(pem.trim());
  if (!match) return pem;
  const [, begin, body = '', end] = match;
  return `${begin}\n${body.replace(/\\[nr]|\s/g, '')}\n${end}\n`;
}

/** A JWT in compact form (RFC 7519). `header` is completed by the algorithm. */
export function signJwt(
  { key, algorithm }: SigningKey,
  header: Readonly<Record<string, unknown>>,
  claims: Readonly<Record<string, unknown>>,
): string {
  const signed = `${encoded({ ...header, alg: algorithm })}.${encoded(claims)}`;
  const digest = algorithm === 'EdDSA' ? null : `sha${algorithm.slice(2)}`;
  const { RSA_PKCS1_PSS_PADDING, RSA_PSS_SALTLEN_DIGEST } = constants;
  const padding = algorithm.startsWith('PS')
    ? { padding: RSA_PKCS1_PSS_PADDING, saltLength: RSA_PSS_SALTLEN_DIGEST }
    : {};
  const signature = sign(digest, Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363', ...padding });
  return `${signed}.${signature.toString('base64url')}`;
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** The public half of a private JWK. */
export function publicJwk(privateKey: KeyObject): JsonWebKey {
  return createPublicKey(privateKey).export({ format: 'jwk' });
}
