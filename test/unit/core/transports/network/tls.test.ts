import type { ServerOptions } from 'node:https';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { describeHttpFailure } from '../../../../../src/core/transports/httpErrors';
import { createLaunchFetch, type LaunchFetch } from '../../../../../src/core/transports/network/launchFetch';
import { parsePins } from '../../../../../src/core/transports/network/pins';
import type { TlsLaunch } from '../../../../../src/core/transports/transport';
import { createTestContext } from '../../../../contract/transportHarness';
import { type HttpTestServer, startHttpServer } from '../../../../servers/httpServer.mjs';
import { makeCertificate, type TestCertificate } from '../../../../support/certificates';

let authority: TestCertificate;
let signed: TestCertificate;
let selfSigned: TestCertificate;
const servers: HttpTestServer[] = [];
const fetches: LaunchFetch[] = [];

beforeAll(async () => {
  authority = await makeCertificate({ name: 'test authority', isAuthority: true, addresses: [] });
  [signed, selfSigned] = await Promise.all([makeCertificate({ authority }), makeCertificate()]);
});
afterEach(async () => {
  for (const own of fetches.splice(0)) own.dispose();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(certificate: TestCertificate, more: ServerOptions = {}): Promise<HttpTestServer> {
  const server = await startHttpServer({ tls: { cert: certificate.cert, key: certificate.key, ...more } });
  servers.push(server);
  return server;
}

function open(url: string, tls: Partial<TlsLaunch> = {}): LaunchFetch {
  const launch = {
    url,
    headers: {},
    maxMessageBytes: 1_000_000,
    tls: { rejectUnauthorized: true, pinnedSha256: [], ...tls },
  };
  const own = createLaunchFetch(launch, createTestContext());
  fetches.push(own);
  return own;
}

/** The status of an answer, or what people read where there is none. */
async function outcome(server: HttpTestServer, tls: Partial<TlsLaunch> = {}) {
  const url = server.url('/status/204');
  try {
    return (await open(url, tls).fetch(url)).status;
  } catch (error) {
    const { kind, message, retryable } = describeHttpFailure(error, url);
    expect(server.seen.requests).toEqual([]);
    return { kind, message, retryable };
  }
}

const refusal = (words: string) => ({ kind: 'security', message: expect.stringContaining(words), retryable: false });

describe('the certificate of the server', () => {
  it('is refused where it signed itself, by that name', async () => {
    expect(await outcome(await serve(selfSigned))).toEqual(refusal('is self-signed (DEPTH_ZERO_SELF_SIGNED_CERT)'));
  });

  it('is refused where its authority is not known, and accepted where "ca" has it', async () => {
    const server = await serve(signed);
    expect(await outcome(server)).toEqual(refusal('is not from a known authority'));
    expect(await outcome(server, { ca: authority.cert })).toBe(204);
  });

  it('is accepted unseen with rejectUnauthorized false', async () => {
    expect(await outcome(await serve(selfSigned), { rejectUnauthorized: false })).toBe(204);
  });

  it('is refused where it has expired', async () => {
    const expired = await makeCertificate({ authority, expired: true });
    expect(await outcome(await serve(expired), { ca: authority.cert })).toEqual(refusal('has expired'));
  });

  it('is refused where it is for another host', async () => {
    const other = await makeCertificate({ authority, hosts: ['other.example'] });
    expect(await outcome(await serve(other), { ca: authority.cert })).toEqual(refusal('is for another host'));
  });
});

describe('a pin', () => {
  it('lets the pinned certificate in, in any notation', async () => {
    const server = await serve(signed);
    for (const pin of [signed.fingerprint, signed.fingerprint.replaceAll(':', '').toLowerCase()]) {
      expect(await outcome(server, { ca: authority.cert, pinnedSha256: [selfSigned.fingerprint, pin] })).toBe(204);
    }
  });

  it('keeps another certificate out before anything is sent, a valid one too', async () => {
    const tls = { ca: authority.cert, pinnedSha256: [selfSigned.fingerprint] };
    expect(await outcome(await serve(signed), tls)).toEqual(
      refusal(`is not the pinned one: its SHA-256 fingerprint is ${signed.fingerprint}`),
    );
  });

  it('holds where the certificate is not verified otherwise', async () => {
    const server = await serve(selfSigned);
    const pinned = (fingerprint: string) => ({ rejectUnauthorized: false, pinnedSha256: [fingerprint] });
    expect(await outcome(server, pinned(signed.fingerprint))).toEqual(refusal('is not the pinned one'));
    expect(await outcome(server, pinned(selfSigned.fingerprint))).toBe(204);
  });

  it('does not stand for the authority, and says how it can', async () => {
    const server = await serve(selfSigned);
    const tls = { pinnedSha256: [selfSigned.fingerprint] };
    expect(await outcome(server, tls)).toEqual(
      refusal('is the pinned one, but self-signed (DEPTH_ZERO_SELF_SIGNED_CERT)'),
    );
    const url = server.url('/status/204');
    const error = await open(url, tls)
      .fetch(url)
      .catch((cause: unknown) => describeHttpFailure(cause, url));
    expect(error).toMatchObject({ hint: expect.stringMatching(/"tls\.ca".*"tls\.rejectUnauthorized" to false/) });
    expect(await outcome(server, { ...tls, ca: selfSigned.cert })).toBe(204);
  });

  it('is what is said of a certificate that is neither pinned nor from a known authority', async () => {
    const tls = { pinnedSha256: [signed.fingerprint] };
    expect(await outcome(await serve(selfSigned), tls)).toEqual(
      refusal(`is not the pinned one: its SHA-256 fingerprint is ${selfSigned.fingerprint}`),
    );
  });

  it('is a SHA-256 fingerprint', () => {
    for (const pin of ['', 'abc', `sha256//${'A'.repeat(43)}=`, '0'.repeat(40)]) {
      expect(() => parsePins([pin])).toThrow(expect.objectContaining({ kind: 'config' }));
    }
  });
});

describe('the certificate of the client', () => {
  it('is sent, with a key that has a passphrase too', async () => {
    const client = await makeCertificate({ authority, isClient: true, addresses: [] });
    const server = await serve(signed, { requestCert: true, rejectUnauthorized: true, ca: authority.cert });
    const tls = { ca: authority.cert, cert: client.cert, key: client.key };
    expect(await outcome(server, tls)).toBe(204);
  });

  it('is asked for by name where it is missing or from elsewhere', async () => {
    const stranger = await makeCertificate({ isClient: true, addresses: [] });
    const server = await serve(signed, { requestCert: true, rejectUnauthorized: true, ca: authority.cert });
    const missing = await outcome(server, { ca: authority.cert });
    expect(missing).toEqual(refusal('wants a client certificate'));
    const foreign = await outcome(server, { ca: authority.cert, cert: stranger.cert, key: stranger.key });
    expect(foreign).toMatchObject({ kind: expect.stringMatching(/security|transport/) });
  });

  it('that OpenSSL cannot read is an error of the configuration', async () => {
    const server = await serve(signed);
    expect(await outcome(server, { cert: 'nonsense', key: 'nonsense' })).toMatchObject({
      kind: 'config',
      message: expect.stringMatching(/^The TLS options cannot be used/),
    });
    expect(await outcome(server, { cert: signed.cert, key: authority.key })).toMatchObject({ kind: 'config' });
  });
});
