/** What an authorization server and a resource check of signed requests, on plain node:crypto. */
import { createHash, createPublicKey, verify } from 'node:crypto';

/**
 * The DPoP proof of a request (RFC 9449, 4.3): undefined without one, else the thumbprint of its key or what is wrong.
 * Whatever reads as a proof is put into `seen.proofs`.
 */
export function checkProof(request, { url, token, nonce, seen }) {
  const text = request.headers.dpop;
  if (text === undefined) return undefined;
  const proof = readJwt(text);
  if (!proof) return { error: 'invalid_dpop_proof' };
  const { header, claims } = proof;
  const isReplayed = seen.proofs.some(({ jti }) => jti === claims.jti);
  seen.proofs.push(claims);
  const ath = token === undefined ? undefined : createHash('sha256').update(token).digest('base64url');
  const isRight =
    header.typ === 'dpop+jwt' &&
    header.jwk?.d === undefined &&
    isSigned(text, header.alg, createPublicKey({ key: header.jwk, format: 'jwk' })) &&
    !isReplayed &&
    claims.htm === request.method &&
    claims.htu === url &&
    claims.ath === ath &&
    typeof claims.iat === 'number';
  if (!isRight) return { error: 'invalid_dpop_proof' };
  if (nonce !== undefined && claims.nonce !== nonce) return { error: 'use_dpop_nonce' };
  const { crv, kty, x, y } = header.jwk;
  return { thumbprint: JSON.stringify({ crv, kty, x, y }) };
}

/** `private_key_jwt` (RFC 7523, 3). */
export function checkClientAssertion(form, { id, publicKey, issuer }) {
  const text = form.get('client_assertion') ?? '';
  const jwt = readJwt(text);
  if (!jwt || form.get('client_assertion_type') !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    return false;
  const { iss, sub, aud, exp, jti } = jwt.claims;
  const isTimely = exp > Date.now() / 1000 && exp < Date.now() / 1000 + 600;
  const isOurs = iss === id && sub === id && aud === issuer && typeof jti === 'string';
  return isOurs && isTimely && isSigned(text, jwt.header.alg, createPublicKey(publicKey));
}

function readJwt(text) {
  const [header, claims] = text.split('.');
  try {
    return { header: parsed(header), claims: parsed(claims) };
  } catch {
    return undefined;
  }
}

function parsed(part) {
  return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
}

function isSigned(text, algorithm, key) {
  const [header, claims, signature] = text.split('.');
  const digest = algorithm === 'EdDSA' ? null : `sha${algorithm.slice(2)}`;
  const options = { key, dsaEncoding: 'ieee-p1363' };
  return verify(digest, Buffer.from(`${header}.${claims}`), options, Buffer.from(signature, 'base64url'));
}
