import { afterEach, describe, expect, it } from 'vitest';
import { createIssuerReach } from '../../../src/core/issuerReach';
import { createTestContext } from '../../contract/transportHarness';
import { type HttpTestServer, startHttpServer } from '../../servers/httpServer.mjs';
import { oauthSettings } from '../../support/authHarness';
import { startProxy } from '../../support/proxyServer';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

const ADDRESSES: Readonly<Record<string, string>> = {
  'mcp.public.test': '8.8.8.8',
  'mcp.intern.test': '10.0.0.1',
  'mcp.trick.test': '127.0.0.1',
};

function reach(url: string, issuer?: string, proxy?: string) {
  const launch = { url, headers: {}, maxMessageBytes: 1000, ...(proxy === undefined ? {} : { proxy }) };
  return createIssuerReach(launch, oauthSettings({ issuer }), createTestContext(), async (host) => {
    const address = ADDRESSES[host];
    if (address === undefined) throw new Error('ENOTFOUND');
    return [address];
  });
}

describe('a URL for signing in that the server names', () => {
  it.each([
    ['https://mcp.public.test/mcp', 'https://login.test/'],
    ['https://8.8.8.8/mcp', 'https://9.9.9.9/token'],
    ['https://mcp.intern.test/mcp', 'https://10.0.0.2/token'],
    ['wss://mcp.intern.test/mcp', 'https://192.168.1.1/token'],
    ['https://only-the-proxy-knows.test/mcp', 'https://10.0.0.2/token'],
    ['https://mcp.trick.test/mcp', 'https://10.0.0.2/token'],
    ['http://127.0.0.1:3000/mcp', 'http://localhost:9000/token'],
    ['http://localhost:3000/mcp', 'http://127.0.0.1:9000/token'],
    ['http://localhost:3000/mcp', 'https://10.0.0.2/token'],
    ['http://10.0.0.1/mcp', 'http://10.0.0.1/.well-known/x'],
  ])('of %s may be %s', async (server, url) => {
    await expect(reach(server).checkUrl(url)).resolves.toBeUndefined();
  });

  it.each([
    ['https://mcp.public.test/mcp', 'http://127.0.0.1:8080/admin'],
    ['https://mcp.public.test/mcp', 'https://localhost/'],
    ['https://mcp.public.test/mcp', 'https://10.0.0.2/'],
    ['https://8.8.8.8/mcp', 'https://192.168.1.1/'],
    ['https://mcp.intern.test/mcp', 'https://127.0.0.1/'],
    ['https://mcp.trick.test/mcp', 'https://127.0.0.1/'],
    ['https://only-the-proxy-knows.test/mcp', 'http://localhost:1/'],
  ])('of %s may not be %s, unless it is "auth.issuer"', async (server, url) => {
    await expect(reach(server).checkUrl(url)).rejects.toMatchObject({
      kind: 'security',
      hint: expect.stringContaining('"auth.issuer"'),
    });
    await expect(reach(server, `${new URL(url).origin}/realm`).checkUrl(url)).resolves.toBeUndefined();
  });

  it('is no metadata service, although "auth.issuer" names it', async () => {
    const { checkUrl } = reach('https://mcp.public.test/mcp', 'https://169.254.169.254/');
    await expect(checkUrl('https://169.254.169.254/token')).rejects.toMatchObject({ kind: 'security' });
  });

  it('has TLS where it is elsewhere', async () => {
    for (const server of ['https://mcp.public.test/mcp', 'http://127.0.0.1/mcp', 'http://10.0.0.1/mcp']) {
      await expect(reach(server).checkUrl('http://login.test/')).rejects.toMatchObject({
        kind: 'security',
        message: expect.stringContaining('no TLS'),
      });
    }
  });

  it('is not contacted by the way of the request either', async () => {
    const target: HttpTestServer = await startHttpServer();
    closing.push(() => target.close());
    const { fetch } = reach('https://mcp.public.test/mcp');
    await expect(fetch(target.url('/status/204'))).rejects.toMatchObject({ kind: 'security' });
    const proxy = await startProxy();
    closing.push(() => proxy.close());
    // The server's own addresses are reached as ever.
    const own = reach(`http://mcp.public.test:${target.port}/mcp`, undefined, `http://127.0.0.1:${proxy.port}`);
    expect((await own.fetch(`http://mcp.public.test:${target.port}/status/204`)).status).toBe(204);
    expect(target.seen.requests).toHaveLength(1);
  });
});
