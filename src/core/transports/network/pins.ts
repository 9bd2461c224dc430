import type { PeerCertificate } from 'node:tls';
import { PatchbayError } from '../../../base/errors';
import { isAuthorityFault } from './certificateFaults';

/** Code of the error for a certificate that is not one of the pinned ones. */
export const PIN_MISMATCH_CODE = 'CERT_PIN_MISMATCH';

/** Fingerprints in the form that `checkPin` takes. Throws a `config` error for what is not a SHA-256 fingerprint. */
export function parsePins(pins: readonly string[]): ReadonlySet<string> {
  return new Set(
    pins.map((pin) => {
      const hex = pin
        .replace(/^sha-?256[:/ ]/i, '')
        .replace(/[:\s]/g, '')
        .toLowerCase();
      if (/^[0-9a-f]{64}$/.test(hex)) return hex;
      throw new PatchbayError('config', `Not a SHA-256 fingerprint: ${pin.slice(0, 100)}`, {
        hint: 'Write 64 hexadecimal digits in "tls.pinnedSha256", as `openssl x509 -fingerprint -sha256` prints them.',
      });
    }),
  );
}

/** Whether an error is about a certificate that is one of the pinned ones. */
export function isAboutPinned(error: unknown): boolean {
  return error instanceof Error && 'isPinned' in error && error.isPinned === true;
}

/**
 * What to say where the authority of a certificate is refused and pins are there: that it is not a pinned one, else the
 * error itself, which `isAboutPinned` then knows.
 */
export function withPin(error: Error, pins: ReadonlySet<string>, host: string, certificate: PeerCertificate): Error {
  if (pins.size === 0 || !isAuthorityFault(String((error as NodeJS.ErrnoException).code))) return error;
  const mismatch = checkPin(pins, host, certificate);
  return mismatch ?? Object.assign(error, { isPinned: true });
}

/** The `security` error for a server certificate that is not pinned; undefined where it is, or where nothing is pinned. */
export function checkPin(
  pins: ReadonlySet<string>,
  host: string,
  certificate: PeerCertificate,
): PatchbayError | undefined {
  if (pins.size === 0) return undefined;
  const found = certificate.fingerprint256 ?? '';
  if (pins.has(found.replaceAll(':', '').toLowerCase())) return undefined;
  return new PatchbayError(
    'security',
    `The certificate of ${host} is not the pinned one: its SHA-256 fingerprint is ${found || 'not known'}.`,
    { code: PIN_MISMATCH_CODE, hint: 'If it was renewed on purpose, add that to "tls.pinnedSha256".' },
  );
}
