import { generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readSigningKey, SIGNING_ALGORITHMS, type SigningAlgorithm, signJwt } from '../../../../src/core/auth/jwt';
import { SIGNING_ALGORITHMS as CONFIGURABLE } from '../../../../src/core/config/schema/auth';

const curve = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve });
const PAIRS = {
  'P-256': curve('P-256'),
  'P-384': curve('P-384'),
  'P-521': curve('P-521'),
  Ed25519: generateKeyPairSync('ed25519'),
  RSA: generateKeyPairSync('rsa', { modulusLength: 2048 }),
} as const;
const KIND: Readonly<Record<string, keyof typeof PAIRS>> = {
  ES256: 'P-256',
  ES384: 'P-384',
  ES512: 'P-521',
  EdDSA: 'Ed25519',
};

const pemOf = (key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1' = 'pkcs8') =>
  key.export({ format: 'pem', type: type as 'pkcs8' }) as string;

/** By Web Crypto, which shares no option with how the signature is made. */
async function isSigned(jwt: string, algorithm: SigningAlgorithm, publicKey: KeyObject): Promise<boolean> {
  const [header, claims, signature] = jwt.split('.');
  const data = Buffer.from(`${header}.${claims}`);
  const bytes = Buffer.from(signature ?? '', 'base64url');
  if (algorithm === 'EdDSA') return verify(null, data, publicKey, bytes);
  const hash = `SHA-${algorithm.slice(2)}`;
  const name = { E: 'ECDSA', R: 'RSASSA-PKCS1-v1_5', P: 'RSA-PSS' }[algorithm[0] as 'E' | 'R' | 'P'];
  const namedCurve = KIND[algorithm];
  const parameters = { name, hash, ...(namedCurve ? { namedCurve } : {}) };
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  const key = await crypto.subtle.importKey('spki', spki, parameters, false, ['verify']);
  return crypto.subtle.verify({ name, hash, saltLength: Number(algorithm.slice(2)) / 8 }, key, bytes, data);
}

describe('signJwt', () => {
  it('knows exactly the algorithms that a configuration may name', () => {
    expect(SIGNING_ALGORITHMS).toEqual(CONFIGURABLE);
  });

  it.each(SIGNING_ALGORITHMS)('signs with %s', async (algorithm) => {
    const { privateKey, publicKey } = PAIRS[KIND[algorithm] ?? 'RSA'];
    const jwt = signJwt(readSigningKey(pemOf(privateKey), algorithm), { typ: 'JWT' }, { sub: 'ü' });
    const [header, claims] = jwt.split('.').map((part) => Buffer.from(part, 'base64url').toString('utf8'));
    expect(JSON.parse(header ?? '')).toEqual({ typ: 'JWT', alg: algorithm });
    expect(JSON.parse(claims ?? '')).toEqual({ sub: 'ü' });
    expect(await isSigned(jwt, algorithm, publicKey)).toBe(true);
  });
});

describe('readSigningKey', () => {
  it.each([
    ['P-256', 'ES256'],
    ['P-384', 'ES384'],
    ['P-521', 'ES512'],
    ['Ed25519', 'EdDSA'],
    ['RSA', 'RS256'],
  ] as const)('takes the usual algorithm of a key: %s, %s', (kind, algorithm) => {
    expect(readSigningKey(pemOf(PAIRS[kind].privateKey)).algorithm).toBe(algorithm);
  });

  it('reads the forms of openssl, and one-line texts', () => {
    const pem = pemOf(PAIRS.RSA.privateKey);
    const texts = [
      pemOf(PAIRS.RSA.privateKey, 'pkcs1'),
      pemOf(PAIRS['P-256'].privateKey, 'sec1'),
      pem.replaceAll('\n', ' '),
      pem.replaceAll('\n', '\\n'),
      pem.replaceAll('\n', '\r\n'),
      pem.replaceAll('\n', ''),
    ];
    for (const text of texts) expect(readSigningKey(text).key.type).toBe('private');
  });

  const locked = PAIRS.RSA.privateKey.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'x' });
  const dsa = generateKeyPairSync('x25519').privateKey;
  it.each([
    ['nothing of the kind', 'hunter2', undefined, 'not a private key'],
    ['an encrypted key', String(locked), undefined, 'encrypted'],
    [
      'a public key',
      PAIRS.RSA.publicKey.export({ format: 'pem', type: 'spki' }) as string,
      undefined,
      'not a private key',
    ],
    ['another algorithm', pemOf(PAIRS['P-256'].privateKey), 'RS256', 'cannot sign with RS256'],
    ['a key that signs nothing', pemOf(dsa), undefined, 'x25519'],
  ] as const)('refuses %s and quotes nothing of it', (_, pem, algorithm, text) => {
    const read = () => readSigningKey(pem, algorithm);
    expect(read).toThrow(expect.objectContaining({ kind: 'config', message: expect.stringContaining(text) }));
    expect(read).not.toThrow(/hunter2|MII/);
  });
});
