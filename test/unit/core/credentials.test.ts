import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { createSystemClock } from '../../../src/base/clock';
import { Credentials } from '../../../src/core/credentials';
import { createNodePorts, silentLogger } from '../../../src/core/nodePorts';
import type { NetworkLaunch } from '../../../src/core/transports/transport';
import { followingSignIn, memorySecrets, oauthSettings } from '../../support/authHarness';
import { makeCertificate, type TestCertificate } from '../../support/certificates';

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function serve(
  { cert, key }: TestCertificate,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer({ cert, key, requestCert: true, rejectUnauthorized: false }, answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What a refusal of the server at `url` ends in. */
async function failureAt(url: string, launch: Partial<NetworkLaunch>): Promise<unknown> {
  const ports = createNodePorts({ clock: createSystemClock(), secrets: memorySecrets(), signIn: followingSignIn() });
  const credentials = new Credentials(ports);
  const auth = credentials.authenticator(
    { url, headers: {}, maxMessageBytes: 1000, ...launch },
    {
      auth: oauthSettings(),
      source: { kind: 'adHoc' },
      serverName: 'guarded',
      interactive: () => true,
      program: { cwd: '.', env: {} },
      log: silentLogger(),
      onSecret: () => {},
    },
  );
  return auth?.onRefused({ status: 401, wwwAuthenticate: 'Bearer', url, sent: {} }).catch((error: unknown) => error);
}

describe('the way to an authorization server', () => {
  /** An MCP server that names an authorization server with this certificate. */
  async function startBoth(ofServer: TestCertificate, ofIssuer: TestCertificate) {
    const asked = { server: [] as (string | undefined)[], issuer: [] as (string | undefined)[] };
    const issuer = await serve(ofIssuer, ({ url }, response) => {
      asked.issuer.push(url);
      response.writeHead(404).end();
    });
    const server = await serve(ofServer, ({ url }, response) => {
      asked.server.push(url);
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ resource: `${server}/mcp`, authorization_servers: [issuer] }));
    });
    return { url: `${server}/mcp`, asked };
  }

  it('is checked by its certificate, whatever is accepted of the MCP server', async () => {
    const { url, asked } = await startBoth(await makeCertificate(), await makeCertificate());
    const error = await failureAt(url, { tls: { rejectUnauthorized: false, pinnedSha256: [] } });
    expect(asked.server).toEqual(['/.well-known/oauth-protected-resource/mcp']);
    expect(asked.issuer).toEqual([]);
    expect(error).toMatchObject({
      message: expect.stringContaining('is self-signed'),
      hint: expect.stringContaining('"tls.ca"'),
    });
  });

  it('does not show the client certificate of the entry', async () => {
    const authority = await makeCertificate({ name: 'authority', isAuthority: true });
    const [ofServer, ofClient] = [
      await makeCertificate({ authority }),
      await makeCertificate({ authority, isClient: true }),
    ];
    const shown: string[] = [];
    const note = (who: string, { socket }: IncomingMessage) =>
      shown.push(`${who} ${Object.keys((socket as TLSSocket).getPeerCertificate()).length > 0}`);
    const issuer = await serve(ofServer, (request, response) => {
      note('issuer', request);
      response.writeHead(404).end();
    });
    const server = await serve(ofServer, (request, response) => {
      note('server', request);
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ resource: `${server}/mcp`, authorization_servers: [issuer] }));
    });
    const { cert, key } = ofClient;
    await failureAt(`${server}/mcp`, {
      tls: { ca: authority.cert, cert, key, rejectUnauthorized: true, pinnedSha256: [] },
    });
    expect(new Set(shown)).toEqual(new Set(['server true', 'issuer false']));
  });

  it('knows the authorities of the entry, and its pins are for the MCP server alone', async () => {
    const authority = await makeCertificate({ name: 'authority', isAuthority: true });
    const [ofServer, ofIssuer] = [await makeCertificate({ authority }), await makeCertificate({ authority })];
    const { url, asked } = await startBoth(ofServer, ofIssuer);
    const ca = authority.cert;
    await failureAt(url, { tls: { ca, rejectUnauthorized: true, pinnedSha256: [ofServer.fingerprint] } });
    expect(asked.issuer).not.toEqual([]);
    const before = asked.server.length;
    const tls = { ca, rejectUnauthorized: true, pinnedSha256: [ofIssuer.fingerprint] };
    expect(await failureAt(url, { tls })).toMatchObject({ message: expect.stringContaining('pinned') });
    expect(asked.server.length).toBe(before);
  });
});
