import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeHttpFailure } from '../../../../../src/core/transports/httpErrors';
import { createNetwork } from '../../../../../src/core/transports/network/agents';
import { createLaunchFetch, type LaunchFetch } from '../../../../../src/core/transports/network/launchFetch';
import { bypassesProxy } from '../../../../../src/core/transports/network/noProxy';
import type { NetworkLaunch, NetworkSettings } from '../../../../../src/core/transports/transport';
import { createTestContext } from '../../../../contract/transportHarness';
import { type HttpTestServer, startHttpServer } from '../../../../servers/httpServer.mjs';
import { makeCertificate } from '../../../../support/certificates';
import { type ProxyOptions, type ProxyServer, startProxy } from '../../../../support/proxyServer';

let server: HttpTestServer;
const proxies: ProxyServer[] = [];
const fetches: LaunchFetch[] = [];

beforeEach(async () => {
  server = await startHttpServer();
});
afterEach(async () => {
  for (const own of fetches.splice(0)) own.dispose();
  await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
  await server.close();
});

async function useProxy(options: ProxyOptions = {}): Promise<ProxyServer> {
  const proxy = await startProxy(options);
  proxies.push(proxy);
  return proxy;
}

function open(url: string, changes: Partial<NetworkLaunch>, settings?: NetworkSettings): LaunchFetch {
  const launch = { url, headers: {}, maxMessageBytes: 1_000_000, ...changes };
  const context = { ...createTestContext(), ...(settings ? { network: () => settings } : {}) };
  const own = createLaunchFetch(launch, context);
  fetches.push(own);
  return own;
}

async function failureOf(url: string, changes: Partial<NetworkLaunch>) {
  const error: unknown = await open(url, changes)
    .fetch(url)
    .catch((reason: unknown) => reason);
  return describeHttpFailure(error, url);
}

/** The URL of the test server under a name that only the proxy can resolve. */
const named = (path = '/status/204') => `http://mcp.test:${server.port}${path}`;

describe('a proxy', () => {
  it('forwards plain requests with its credentials, which the server does not get', async () => {
    const proxy = await useProxy({ credentials: 'me:p@ss' });
    const own = open(named(), { proxy: `http://me:p%40ss@127.0.0.1:${proxy.port}` });
    expect((await own.fetch(named())).status).toBe(204);
    expect(proxy.asked).toEqual([`GET ${named()}`]);
    expect(server.seen.requests[0]?.headers).toMatchObject({ host: `mcp.test:${server.port}` });
    expect(server.seen.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
  });

  it('tunnels TLS, whose options reach the server, and uses a tunnel again', async () => {
    const proxy = await useProxy({ credentials: 'me:pass' });
    const certificate = await makeCertificate({ hosts: ['mcp.test'] });
    const secure = await startHttpServer({ tls: { cert: certificate.cert, key: certificate.key } });
    const url = `https://mcp.test:${secure.port}/status/204`;
    const tls = { rejectUnauthorized: true, pinnedSha256: [certificate.fingerprint], ca: certificate.cert };
    const own = open(url, { proxy: `http://me:pass@127.0.0.1:${proxy.port}`, tls });
    for (let round = 0; round < 3; round++) {
      const response = await own.fetch(url);
      await response.text();
      expect(response.status).toBe(204);
    }
    expect(proxy.asked).toEqual([`CONNECT mcp.test:${secure.port}`]);
    expect((await failureOf(url, { proxy: `http://me:pass@127.0.0.1:${proxy.port}` })).message).toContain(
      'self-signed',
    );
    const otherPin = { ...tls, pinnedSha256: ['0'.repeat(64)] };
    expect(
      (await failureOf(url, { proxy: `http://me:pass@127.0.0.1:${proxy.port}`, tls: otherPin })).message,
    ).toContain('is not the pinned one');
    own.dispose();
    await secure.close();
  });

  it.each([
    ['credentials are missing', { credentials: 'a:b' }, /^The proxy 127\.0\.0\.1:\d+ wants other credentials/],
    ['it refuses', { status: 403 }, /^The proxy 127\.0\.0\.1:\d+ does not connect to mcp\.test:1 \(HTTP 403\)/],
    ['it fails', { status: 502 }, /\(HTTP 502\)/],
  ])('is named where %s', async (_what, options, message) => {
    const proxy = await useProxy(options);
    const failure = await failureOf('https://mcp.test:1/', { proxy: `http://127.0.0.1:${proxy.port}` });
    expect(failure).toMatchObject({ kind: 'transport', message: expect.stringMatching(message) });
    await expect.poll(() => proxy.openSockets.size).toBe(0);
  });

  it('is named where it forwards and wants credentials', async () => {
    const proxy = await useProxy({ credentials: 'a:b' });
    const response = await open(named(), { proxy: `http://127.0.0.1:${proxy.port}` }).fetch(named());
    expect(response.status).toBe(407);
  });

  it('is named where nothing listens, or something else', async () => {
    const proxy = await startProxy();
    await proxy.close();
    for (const url of ['http://mcp.test/', 'https://mcp.test/']) {
      expect((await failureOf(url, { proxy: `http://127.0.0.1:${proxy.port}` })).message).toMatch(
        /^The proxy 127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\)\.$/,
      );
    }
    const mail = createServer((socket) =>
      socket
        .on('error', () => {})
        .resume()
        .end('220 mail.example ESMTP\r\n\r\n'),
    );
    await new Promise<void>((resolve) => mail.listen(0, '127.0.0.1', resolve));
    const { port } = mail.address() as { port: number };
    expect((await failureOf('https://mcp.test/', { proxy: `http://127.0.0.1:${port}` })).message).toMatch(
      /is not an HTTP proxy\. It said: 220 mail\.example ESMTP$/,
    );
    await new Promise((resolve) => mail.close(resolve));
  });

  it('is believed no head without an end', async () => {
    const endless = createServer((socket) => {
      socket.on('error', () => {}).resume();
      socket.end(`HTTP/1.1 200 OK\r\nx-long: ${'x'.repeat(20_000)}`);
    });
    await new Promise<void>((resolve) => endless.listen(0, '127.0.0.1', resolve));
    const { port } = endless.address() as { port: number };
    expect((await failureOf('https://mcp.test/', { proxy: `http://127.0.0.1:${port}` })).message).toMatch(
      /is not an HTTP proxy\. It said: HTTP/,
    );
    await new Promise((resolve) => endless.close(resolve));
  });

  it('is not reached by a name that leads to a metadata service', async () => {
    const own = createLaunchFetch(
      { url: 'http://mcp.test/', headers: {}, maxMessageBytes: 1000, proxy: 'http://proxy.test:80' },
      createTestContext(),
      { lookup: (_host, _options, callback) => callback(null, [{ address: '169.254.169.254', family: 4 }]) },
    );
    fetches.push(own);
    for (const url of ['http://mcp.test/', 'https://mcp.test/'])
      await expect(own.fetch(url)).rejects.toMatchObject({ message: expect.stringContaining('metadata service') });
  });

  it('that never answers holds up neither the abort nor the end', async () => {
    const proxy = await useProxy({ stall: true });
    const own = open('https://mcp.test/', { proxy: `http://127.0.0.1:${proxy.port}` });
    const abort = new AbortController();
    const request = own.fetch('https://mcp.test/', { signal: abort.signal });
    request.catch(() => {});
    await expect.poll(() => proxy.asked.length).toBe(1);
    const reason = new Error('enough');
    abort.abort(reason);
    await expect(request).rejects.toBe(reason);
    own.dispose();
    await expect.poll(() => proxy.openSockets.size).toBe(0);
  });

  it('is not the way around the address rules', async () => {
    const proxy = await useProxy();
    const route = { proxy: `http://127.0.0.1:${proxy.port}` };
    for (const url of ['http://169.254.169.254/', 'https://metadata.google.internal/', 'http://[fe80::1]/']) {
      expect((await failureOf(url, route)).kind).toBe('security');
    }
    const security = { allowLocalhost: true, allowPrivateNetwork: false, allowInsecure: false, skipValidation: false };
    expect((await failureOf('http://10.0.0.1/', { ...route, security })).kind).toBe('security');
    expect(proxy.asked).toEqual([]);
    expect((await failureOf('http://a.test/', { proxy: 'http://169.254.169.254:80' })).kind).toBe('security');
  });

  it('elsewhere gets no secret without TLS, though its server be on this machine', async () => {
    const headers = { authorization: 'Bearer x' };
    const elsewhere = { proxy: 'http://proxy.test:3128', headers };
    for (const url of [server.url('/status/204'), 'http://localhost:1/']) {
      const error = await open(url, elsewhere)
        .fetch(url, { headers })
        .catch((reason: unknown) => reason);
      expect(error).toMatchObject({ kind: 'security', message: expect.stringContaining('proxy.test:3128') });
    }
    const upgrade = createNetwork({ url: 'ws://127.0.0.1:1/', ...elsewhere }, createTestContext());
    await expect(upgrade.requestOptions(new URL('ws://127.0.0.1:1/'))).rejects.toMatchObject({ kind: 'security' });
    const here = await useProxy();
    const url = server.url('/status/204');
    const own = open(url, { proxy: `http://localhost:${here.port}`, headers });
    expect((await own.fetch(url, { headers })).status).toBe(204);
    expect(here.asked).toHaveLength(1);
  });

  it.each(['http://50%off:a@127.0.0.1:1', 'http://me:100%@127.0.0.1:1'])(
    'has a login that is encoded: %s',
    async (proxy) => {
      for (const url of ['http://mcp.test/', 'https://mcp.test/']) {
        const error = await failureOf(url, { proxy });
        expect(error).toMatchObject({ kind: 'config', hint: expect.stringContaining('%25') });
        expect(error.message).not.toMatch(/off|100/);
      }
    },
  );

  it.each(['socks5://127.0.0.1:1', 'nonsense', 'ftp://h/'])('cannot be %s', async (proxy) => {
    expect(await failureOf('http://mcp.test/', { proxy })).toMatchObject({ kind: 'config' });
  });
});

describe('the proxy settings of the host', () => {
  it('are read at each connection, and noProxy goes around them', async () => {
    const proxy = await useProxy();
    const settings = { proxyUrl: undefined as string | undefined, noProxy: [] as string[] };
    const own = open(server.url('/status/204'), {}, settings);
    expect((await own.fetch(server.url('/status/204'))).status).toBe(204);
    expect(proxy.asked).toEqual([]);
    settings.proxyUrl = `http://127.0.0.1:${proxy.port}`;
    expect((await own.fetch(named())).status).toBe(204);
    expect(proxy.asked).toHaveLength(1);
    settings.noProxy = ['mcp.test'];
    await expect(own.fetch(named())).rejects.toMatchObject({ code: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) });
    expect(proxy.asked).toHaveLength(1);
  });

  it('do not hold with "none", nor for this machine', async () => {
    const proxy = await useProxy();
    const settings = { proxyUrl: `http://127.0.0.1:${proxy.port}`, noProxy: [] };
    const url = server.url('/status/204');
    expect((await open(url, { proxy: 'none' }, settings).fetch(url)).status).toBe(204);
    expect((await open(url, { proxy: 'inherit' }, settings).fetch(url)).status).toBe(204);
    await expect(open(named(), { proxy: 'none' }, settings).fetch(named())).rejects.toThrow();
    expect(proxy.asked).toEqual([]);
  });
});

describe('bypassesProxy', () => {
  it.each([
    ['http://example.com/', ['example.com'], true],
    ['http://EXAMPLE.com./', ['Example.COM'], true],
    ['http://api.example.com/', ['example.com'], true],
    ['http://api.example.com/', ['.example.com'], true],
    ['http://api.example.com/', ['*.example.com'], true],
    ['http://example.com/', ['.example.com'], true],
    ['http://badexample.com/', ['example.com'], false],
    ['http://example.com.evil/', ['example.com'], false],
    ['http://example.com/', ['example.com:80'], true],
    ['https://example.com/', ['example.com:443'], true],
    ['wss://example.com/', ['example.com:443'], true],
    ['https://example.com/', ['example.com:80'], false],
    ['http://example.com:8080/', ['example.com:8080'], true],
    ['http://example.com/', ['a.test, example.com'], true],
    ['http://example.com/', ['*'], true],
    ['http://example.com/', [''], false],
    ['http://example.com/', ['.'], false],
    ['http://10.0.0.1/', ['10.0.0.1'], true],
    ['http://[2606::1]:8080/', ['2606::1'], true],
    ['http://[2606::1]:8080/', ['[2606::1]:8080'], true],
    ['http://[2606::1]:8080/', ['[2606::1]:80'], false],
    ['http://localhost/', [], true],
    ['http://127.0.0.1/', [], true],
    ['http://[::1]/', [], true],
    ['http://example.com/', [], false],
  ])('%s with %j: %s', (url, noProxy, expected) => {
    expect(bypassesProxy(new URL(url), noProxy)).toBe(expected);
  });
});
