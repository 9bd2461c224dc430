import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { WebSocketLaunch } from '../../../../src/core/transports/transport';
import { createBuiltIn, createTestContext, Peer, textOf, webSocketLaunch } from '../../../contract/transportHarness';
import { startWebSocketServer, type WebSocketTestServer } from '../../../servers/webSocketServer.mjs';
import { makeCertificate, type TestCertificate } from '../../../support/certificates';
import { startProxy } from '../../../support/proxyServer';

let authority: TestCertificate;
let signed: TestCertificate;
const cleanUps: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  authority = await makeCertificate({ name: 'test authority', isAuthority: true, addresses: [] });
  signed = await makeCertificate({ authority, addresses: ['127.0.0.1'], hosts: ['mcp.example'] });
});

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function serve(tls?: TestCertificate): Promise<WebSocketTestServer> {
  const server = await startWebSocketServer(tls ? { tls } : {});
  cleanUps.push(() => server.close());
  return server;
}

async function call(url: string, changes: Partial<WebSocketLaunch>, proxyUrl?: string): Promise<string | undefined> {
  const context = { ...createTestContext(), network: () => ({ proxyUrl, noProxy: [] }) };
  const peer = new Peer(createBuiltIn(webSocketLaunch(url, changes), context));
  cleanUps.push(() => peer.transport.close());
  await peer.open();
  return textOf(await peer.call('echo', { text: 'Grüße' }));
}

const withTls = (changes: object) => ({ tls: { rejectUnauthorized: true, pinnedSha256: [], ...changes } });

describe('WebSocket over TLS', () => {
  it('is refused without the authority, by name, and accepted with it', async () => {
    const server = await serve(signed);
    await expect(call(server.url('/ws'), {})).rejects.toMatchObject({
      kind: 'security',
      message: expect.stringContaining('is not from a known authority'),
      hint: expect.stringContaining('tls.ca'),
    });
    expect(server.seen.requests).toEqual([]);
    expect(await call(server.url('/ws'), withTls({ ca: authority.cert }))).toBe('Grüße');
  });

  it('is held to the pins', async () => {
    const server = await serve(signed);
    const right = withTls({ ca: authority.cert, pinnedSha256: [signed.fingerprint] });
    expect(await call(server.url('/ws?topic=a:b'), right)).toBe('Grüße');
    expect(server.seen.requests[0]).toMatchObject({
      url: '/ws?topic=a:b',
      headers: { host: `127.0.0.1:${server.port}`, upgrade: 'websocket' },
    });
    const wrong = withTls({ ca: authority.cert, pinnedSha256: ['0'.repeat(64)] });
    await expect(call(server.url('/ws'), wrong)).rejects.toMatchObject({ kind: 'security', code: 'CERT_PIN_MISMATCH' });
    expect(server.seen.requests).toHaveLength(1);
  });
});

describe('WebSocket through a proxy', () => {
  it.each([false, true])('goes by a tunnel, with TLS: %s', async (isTls) => {
    const [server, proxy] = [await serve(isTls ? signed : undefined), await startProxy({ credentials: 'me:pass' })];
    cleanUps.push(() => proxy.close());
    const url = server.url('/ws').replace('127.0.0.1', 'mcp.example');
    const proxyUrl = `http://me:pass@127.0.0.1:${proxy.port}`;
    const tls = withTls({ ca: authority.cert });
    expect(await call(url, { ...tls, proxy: proxyUrl })).toBe('Grüße');
    expect(await call(url, { ...tls, proxy: 'inherit' }, proxyUrl)).toBe('Grüße');
    expect(proxy.asked).toEqual(Array(2).fill(`CONNECT mcp.example:${server.port}`));
    expect(server.seen.requests[0]?.headers).toMatchObject({ host: `mcp.example:${server.port}` });
    expect(server.seen.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
    await expect(call(url, { ...tls, proxy: `http://127.0.0.1:${proxy.port}` })).rejects.toThrow(/proxy/i);
  });

  it('leaves no socket behind where the tunnel never opens', async () => {
    const proxy = await startProxy({ stall: true });
    cleanUps.push(() => proxy.close());
    const launch = webSocketLaunch('ws://mcp.example/ws', { proxy: `http://127.0.0.1:${proxy.port}` });
    const peer = new Peer(createBuiltIn(launch));
    const starting = peer.transport.start().catch((error: unknown) => error);
    await expect.poll(() => proxy.asked.length).toBe(1);
    await peer.transport.close();
    expect(await starting).toMatchObject({ kind: 'connectionClosed' });
    await expect.poll(() => proxy.openSockets.size).toBe(0);
  });
});

describe('the rules for addresses', () => {
  it.each(['ws://169.254.169.254/ws', 'wss://metadata.google.internal/ws'])('refuse %s', async (url) => {
    await expect(call(url, {})).rejects.toMatchObject({ kind: 'security' });
  });

  it('keep this machine out where the launch says so', async () => {
    const server = await serve();
    const security = { allowLocalhost: false, allowPrivateNetwork: true, allowInsecure: false, skipValidation: false };
    await expect(call(server.url('/ws'), { security })).rejects.toMatchObject({
      kind: 'security',
      hint: expect.stringContaining('allowLocalhost'),
    });
    expect(server.seen.requests).toEqual([]);
  });

  it.each(['header', 'subprotocol', 'query'] as const)('let no token by %s out without TLS', async (tokenVia) => {
    const headers = { Authorization: 'Bearer good' };
    await expect(call('ws://mcp.example/ws', { headers, tokenVia })).rejects.toMatchObject({
      kind: 'security',
      hint: expect.stringContaining('allowInsecure'),
    });
  });
});
