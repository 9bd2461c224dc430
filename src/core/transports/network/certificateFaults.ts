/** What the codes of OpenSSL and Node say about a certificate, as message and next step. */

const UNKNOWN_AUTHORITY = 'is not from a known authority';
const ADD_AUTHORITY = 'Add its authority to the system or to "tls.ca".';
const SELF_SIGNED = 'DEPTH_ZERO_SELF_SIGNED_CERT';
/** Pins are looked at in addition to the authority, so that a pin of the right one does not help. */
const LET_PIN_DECIDE =
  'Put the certificate itself into "tls.ca", or set "tls.rejectUnauthorized" to false, so that the pin alone decides.';
const CLIENT_HINT = 'Set "tls.cert" and "tls.key" to a certificate that it accepts.';

/** By code: what is wrong with the certificate of the server, and what to do. */
const SERVER_FAULTS: ReadonlyMap<string, readonly [what: string, hint: string]> = new Map([
  ['CERT_HAS_EXPIRED', ['has expired', 'Renew it on the server.']],
  ['CERT_NOT_YET_VALID', ['is not valid yet', 'Check the clocks of this machine and of the server.']],
  ['CERT_REVOKED', ['was revoked', 'Replace it on the server.']],
  ['CERT_UNTRUSTED', ['is not trusted', ADD_AUTHORITY]],
  ['CERT_REJECTED', ['is not for servers', 'Replace it on the server.']],
  ['INVALID_PURPOSE', ['is not for servers', 'Replace it on the server.']],
  ['INVALID_CA', ['is from an authority that may not issue it', 'Replace it on the server.']],
  ['CERT_SIGNATURE_FAILURE', ['has a wrong signature', 'Replace it on the server, or correct "tls.ca".']],
  ['CERT_CHAIN_TOO_LONG', ['has a chain that is too long', 'Correct the chain on the server.']],
  ['HOSTNAME_MISMATCH', ['is for another host', 'Check the host name.']],
  ['ERR_TLS_CERT_ALTNAME_INVALID', ['is for another host', 'Check the host name.']],
  [SELF_SIGNED, ['is self-signed', 'Put the certificate itself into "tls.ca" if it is the one you expect.']],
  ['SELF_SIGNED_CERT_IN_CHAIN', ['is from an authority that is not known here', ADD_AUTHORITY]],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', [UNKNOWN_AUTHORITY, ADD_AUTHORITY]],
  ['UNABLE_TO_GET_ISSUER_CERT', [UNKNOWN_AUTHORITY, ADD_AUTHORITY]],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', [UNKNOWN_AUTHORITY, ADD_AUTHORITY]],
]);

/** Alerts by which a server refuses the client: that it sent no certificate, or not a good one. */
const CLIENT_ALERT =
  /^ERR_SSL_.*ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_UNKNOWN|CERTIFICATE_EXPIRED|ACCESS_DENIED)$/;

/** Whether the only fault of a certificate is who vouches for it. */
export function isAuthorityFault(code: string): boolean {
  const hint = SERVER_FAULTS.get(code)?.[1];
  return code === SELF_SIGNED || hint === ADD_AUTHORITY;
}

/** Message and next step where `code` is about certificates. `isPinned`: it is one of the pinned ones. */
export function certificateFault(
  code: string,
  url: string,
  isPinned = false,
): readonly [message: string, hint: string] | undefined {
  const fault = SERVER_FAULTS.get(code);
  if (fault && isPinned) {
    const what = `is the pinned one, but ${fault[0].replace(/^is /, '')}`;
    return [`The certificate of ${url} ${what} (${code}).`, LET_PIN_DECIDE];
  }
  if (fault) return [`The certificate of ${url} ${fault[0]} (${code}).`, fault[1]];
  const alert = CLIENT_ALERT.exec(code)?.[1];
  if (alert === undefined) return undefined;
  const what =
    alert === 'CERTIFICATE_REQUIRED' ? 'wants a client certificate' : 'does not accept the client certificate';
  return [`${url} ${what} (${code}).`, CLIENT_HINT];
}
