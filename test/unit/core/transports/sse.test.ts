import { afterEach, describe, expect, it, vi } from 'vitest';
import type { PatchbayError } from '../../../../src/base/errors';
import { createSseTransport } from '../../../../src/core/transports/sse';
import type { Authenticator, SseLaunch } from '../../../../src/core/transports/transport';
import { memorySse } from '../../../contract/memoryServers';
import { createBuiltIn, Peer, textOf } from '../../../contract/transportHarness';
import { type SseTestServer, startSseServer } from '../../../servers/sseServer.mjs';
import { freePort } from '../../../support/servers';

const cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function startServer(): Promise<SseTestServer> {
  const server = await startSseServer();
  cleanUps.push(() => server.close());
  return server;
}

function createPeer(url: string, changes: Partial<SseLaunch> = {}): Peer {
  const launch: SseLaunch = { transport: 'sse', url, headers: {}, maxMessageBytes: 1_000_000, ...changes };
  const peer = new Peer(createBuiltIn(launch));
  cleanUps.push(() => peer.transport.close());
  return peer;
}

async function openPeer(url: string, changes: Partial<SseLaunch> = {}): Promise<Peer> {
  const peer = createPeer(url, changes);
  await peer.open();
  return peer;
}

async function startFailure(url: string, changes: Partial<SseLaunch> = {}): Promise<PatchbayError> {
  const peer = createPeer(url, changes);
  const failure = await peer.transport.start().catch((error: unknown) => error);
  expect(peer.closes).toBe(0);
  return failure as PatchbayError;
}

describe('the endpoints of HTTP+SSE', () => {
  it.each(['/sse', '/absolute', '/late'])('are found at %s', async (path) => {
    const server = await startServer();
    const peer = await openPeer(server.url(path), { headers: { 'X-Team': 'blue' } });
    expect(textOf(await peer.call('add', { a: 1, b: 2 }))).toBe('3');
    const posts = server.seen.requests.filter(({ method }) => method === 'POST');
    expect(posts.map(({ url }) => url)).toEqual(Array(3).fill('/message?stream=1'));
    expect(server.seen.requests.map(({ headers }) => headers['x-team'])).toEqual(Array(4).fill('blue'));
  });

  it('may be fixed', async () => {
    const server = await startServer();
    const endpoints = { sse: '/fixed', message: '/fixed-message' };
    const peer = await openPeer(server.url('/anything'), { endpoints });
    expect(textOf(await peer.call('add', { a: 1, b: 2 }))).toBe('3');
    expect(server.seen.requests.map(({ url }) => url)).toEqual(['/fixed', ...Array(3).fill('/fixed-message')]);
  });

  it('are refused on another origin, wherever they come from', async () => {
    const server = await startServer();
    expect(await startFailure(server.url('/other-origin'))).toMatchObject({
      kind: 'security',
      message: expect.stringContaining('another origin'),
    });
    const failure = await startFailure(server.url('/sse'), { endpoints: { message: '//127.0.0.2/message' } });
    expect(failure).toMatchObject({ kind: 'security', message: expect.stringContaining('endpoints.message') });
    expect(server.seen.requests.filter(({ method }) => method === 'POST')).toEqual([]);
    await expect.poll(() => server.seen.openSockets.size).toBe(0);
  });

  it('must be addresses', async () => {
    const server = await startServer();
    expect(await startFailure(server.url('/not-an-address'))).toMatchObject({ kind: 'protocol' });
  });
});

describe('the start of HTTP+SSE', () => {
  it.each([
    ['/status/404', 'protocol', /not an SSE endpoint \(HTTP 404\)\. It said: status 404 as asked/],
    ['/status/405', 'protocol', /not an SSE endpoint \(HTTP 405\)/],
    ['/status/401', 'auth', /HTTP 401/],
    ['/status/403', 'auth', /HTTP 403/],
    ['/status/500', 'transport', /HTTP 500/],
    ['/status/204', 'protocol', /no event stream \(HTTP 204\)/],
    ['/html', 'protocol', /answered text\/html and no event stream .*<h1>Welcome/],
    ['/no-endpoint', 'protocol', /ended\. It never said where messages go/],
  ])('says what is wrong at %s', async (path, kind, message) => {
    const server = await startServer();
    const failure = await startFailure(`${server.url(path)}?key=secret`);
    expect(failure).toMatchObject({ kind, message: expect.stringMatching(message) });
    expect(failure.message).not.toContain('secret');
    await expect.poll(() => server.seen.openSockets.size).toBe(0);
  });

  it('says when nobody listens', async () => {
    expect(await startFailure(`http://127.0.0.1:${await freePort()}/sse`)).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('is refused for other addresses than those of HTTP', async () => {
    expect(await startFailure('ws://127.0.0.1/sse')).toMatchObject({ kind: 'config' });
  });
});

describe('the credentials of HTTP+SSE', () => {
  it('go with the stream and with each message, and are renewed once where they are refused', async () => {
    const server = await startServer();
    const tokens = ['stale', 'good'];
    const statuses: number[] = [];
    const auth: Authenticator = {
      headers: async () => ({ Authorization: `Bearer ${tokens[statuses.length]}` }),
      onRefused: async ({ status }) => {
        statuses.push(status);
        return true;
      },
    };
    const peer = await openPeer(server.url('/token'), { auth });
    expect(textOf(await peer.call('add', { a: 1, b: 2 }))).toBe('3');
    expect(statuses).toEqual([401]);
    const sent = server.seen.requests.map(({ method, headers }) => `${method} ${headers.authorization}`);
    expect(sent).toEqual(['GET Bearer stale', 'GET Bearer good', ...Array(3).fill('POST Bearer good')]);
  });

  it('are an auth error where no others are to be had', async () => {
    const server = await startServer();
    const auth: Authenticator = { headers: async () => ({}), onRefused: async () => false };
    expect(await startFailure(server.url('/token'), { auth })).toMatchObject({ kind: 'auth', code: 401 });
  });
});

describe('the end of HTTP+SSE', () => {
  it.each([
    ['/drop', /broke/],
    ['/end', /ended/],
  ])('is final for the link at %s: no stream is opened behind its back', async (path, message) => {
    const server = await startServer();
    const peer = await openPeer(server.url(path));
    await peer.call('echo', { text: 'one' });
    await expect(peer.call('echo', { text: 'two' })).rejects.toMatchObject({
      kind: 'connectionClosed',
      retryable: true,
      message: expect.stringMatching(message),
    });
    expect(peer.closes).toBe(1);
    await expect(peer.transport.send({ jsonrpc: '2.0', method: 'x' })).rejects.toBe(peer.transport.closeError);
    // Several round trips later, with `retry: 0` at /end.
    await (await openPeer(server.url('/sse'))).call('echo', { text: 'another' });
    expect(server.seen.streams).toBe(2);
  });

  it('leaves no timer for a stream that is never opened again', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const launch: SseLaunch = { transport: 'sse', url: 'http://127.0.0.1/sse', headers: {}, maxMessageBytes: 1000 };
      const events = Buffer.from('event: endpoint\ndata: /message\n\n');
      const peer = new Peer(createSseTransport(launch, memorySse([events], 1000)));
      await peer.transport.start();
      await peer.closed.promise;
      await Promise.resolve();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('leaves no socket', async () => {
    const server = await startServer();
    const peer = await openPeer(server.url('/sse'));
    await peer.transport.close();
    await expect.poll(() => [server.seen.closedStreams, server.seen.openSockets.size]).toEqual([1, 0]);
  });
});

describe('messages over HTTP+SSE', () => {
  it('fail by themselves where the server takes none', async () => {
    const server = await startServer();
    const busy = await startedPeer(server.url('/refuse-message'));
    const message = { jsonrpc: '2.0', id: 1, method: 'ping' } as const;
    await expect(busy.transport.send(message)).rejects.toMatchObject({ kind: 'transport', code: 503 });
    const lost = await startedPeer(server.url('/lost'));
    await expect(lost.transport.send(message)).rejects.toMatchObject({
      code: 404,
      hint: expect.stringContaining('session'),
    });
    expect([busy.closes, lost.closes]).toEqual([0, 0]);
  });

  it('leave out events of other names, and report what is no message', async () => {
    const server = await startServer();
    const peer = await openPeer(server.url('/noise'));
    await peer.nextError(/not JSON: Server starting on SSE/);
    expect(peer.heard).toHaveLength(1);
  });
});

async function startedPeer(url: string): Promise<Peer> {
  const peer = createPeer(url);
  await peer.transport.start();
  return peer;
}
