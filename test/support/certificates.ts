import { X509Certificate } from 'node:crypto';
import { generate } from 'selfsigned';

/** PEM texts. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
  /** SHA-256, with colons. */
  readonly fingerprint: string;
}

const DAY_MS = 86_400_000;

export interface CertificateWishes {
  readonly name?: string;
  readonly addresses?: readonly string[];
  readonly hosts?: readonly string[];
  /** Signs the certificate; without it the certificate signs itself. */
  readonly authority?: TestCertificate;
  readonly isAuthority?: boolean;
  readonly isClient?: boolean;
  readonly expired?: boolean;
}

/** A certificate made on the spot, for 127.0.0.1 where nothing else is said. */
export async function makeCertificate(wishes: CertificateWishes = {}): Promise<TestCertificate> {
  const { addresses = wishes.hosts ? [] : ['127.0.0.1'], hosts = [], authority, isAuthority = false } = wishes;
  const now = Date.now();
  const altNames = [
    ...addresses.map((ip) => ({ type: 7 as const, ip })),
    ...hosts.map((value) => ({ type: 2 as const, value })),
  ];
  const made = await generate([{ name: 'commonName', value: wishes.name ?? 'patchbay test' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(now - 10 * DAY_MS),
    notAfterDate: new Date(now + (wishes.expired ? -DAY_MS : 10 * DAY_MS)),
    extensions: [
      { name: 'basicConstraints', cA: isAuthority, critical: true },
      isAuthority
        ? { name: 'keyUsage', keyCertSign: true, critical: true }
        : { name: 'keyUsage', digitalSignature: true, critical: true },
      ...(isAuthority
        ? []
        : [{ name: 'extKeyUsage' as const, ...(wishes.isClient ? { clientAuth: true } : { serverAuth: true }) }]),
      ...(altNames.length > 0 ? [{ name: 'subjectAltName' as const, altNames }] : []),
    ],
    ...(authority ? { ca: { key: authority.key, cert: authority.cert } } : {}),
  });
  return { cert: made.cert, key: made.private, fingerprint: new X509Certificate(made.cert).fingerprint256 };
}
