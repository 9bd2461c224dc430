import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { deferred } from '../../../../src/base/deferred';
import type { PatchbayError } from '../../../../src/base/errors';
import type { Authenticator, AuthRefusal, WebSocketLaunch } from '../../../../src/core/transports/transport';
import { createBuiltIn, createTestContext, Peer, textOf, webSocketLaunch } from '../../../contract/transportHarness';
import { startWebSocketServer, type WebSocketTestServer } from '../../../servers/webSocketServer.mjs';
import { ManualClock } from '../../../support/manualClock';
import { freePort } from '../../../support/servers';

const cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function startServer(): Promise<WebSocketTestServer> {
  const server = await startWebSocketServer();
  cleanUps.push(() => server.close());
  return server;
}

function createPeer(url: string, changes: Partial<WebSocketLaunch> = {}, context = createTestContext()): Peer {
  const peer = new Peer(createBuiltIn(webSocketLaunch(url, changes), context));
  cleanUps.push(() => peer.transport.close());
  return peer;
}

async function openPeer(url: string, changes: Partial<WebSocketLaunch> = {}): Promise<Peer> {
  const peer = createPeer(url, changes);
  await peer.open();
  return peer;
}

async function startFailure(url: string, changes: Partial<WebSocketLaunch> = {}): Promise<PatchbayError> {
  const peer = createPeer(url, changes);
  const failure = await peer.transport.start().catch((error: unknown) => error);
  expect(peer.closes).toBe(0);
  return failure as PatchbayError;
}

/** Gives `tokens` one after the other, the next one after each refusal. */
function authenticator(...tokens: string[]): Authenticator & { readonly refusals: AuthRefusal[] } {
  const refusals: AuthRefusal[] = [];
  return {
    refusals,
    headers: async () => ({ Authorization: `Bearer ${tokens[refusals.length] ?? ''}` }),
    onRefused: async (refusal) => {
      refusals.push(refusal);
      return refusals.length < tokens.length;
    },
  };
}

describe('the opening of a WebSocket', () => {
  it('sends the headers and the origin, and offers the subprotocols without compression', async () => {
    const server = await startServer();
    await openPeer(server.url('/ws'), { headers: { 'X-Team': 'blue' }, origin: 'https://example.com' });
    expect(server.seen.requests[0]?.headers).toMatchObject({
      'x-team': 'blue',
      origin: 'https://example.com',
      'sec-websocket-protocol': 'mcp',
    });
    expect(server.seen.requests[0]?.headers).not.toHaveProperty('sec-websocket-extensions');
  });

  it('sends no origin where none is set', async () => {
    const server = await startServer();
    await openPeer(server.url('/ws'));
    expect(server.seen.requests[0]?.headers).not.toHaveProperty('origin');
  });

  it('takes a server that accepts none of the subprotocols, and notes it', async () => {
    const server = await startServer();
    const context = createTestContext();
    const peer = createPeer(server.url('/no-subprotocol'), {}, context);
    await peer.open();
    expect(context.lines).toContainEqual(expect.stringMatching(/accepted none of the subprotocols/));
  });

  it('refuses a subprotocol that was not offered', async () => {
    const server = await startServer();
    const failure = await startFailure(server.url('/other-subprotocol'));
    expect(failure).toMatchObject({ kind: 'protocol', hint: expect.stringContaining('websocket.subprotocols') });
  });

  it('is heard by servers that break off without the subprotocol', async () => {
    const server = await startServer();
    await openPeer(server.url('/needs-subprotocol'));
    const failure = await startFailure(server.url('/needs-subprotocol'), { subprotocols: [] });
    expect(failure).toMatchObject({ kind: 'transport', retryable: true });
  });

  it.each([
    ['/status/404', 'protocol', /not a WebSocket endpoint \(HTTP 404\)\. It said: status 404 as asked/],
    ['/status/401', 'auth', /HTTP 401/],
    ['/status/403', 'auth', /HTTP 403/],
    ['/status/426', 'protocol', /HTTP 426/],
    ['/status/307', 'security', /redirects to ws:\/\/127\.0\.0\.2:1\/ws/],
    ['/status/429', 'limit', /HTTP 429/],
    ['/status/503', 'transport', /HTTP 503/],
    ['/plain', 'protocol', /is not a WebSocket server \(HTTP 200\)\. It said: <h1>Welcome/],
    ['/wrong-accept', 'protocol', /Invalid Sec-WebSocket-Accept/],
  ])('says what is wrong at %s', async (path, kind, message) => {
    const server = await startServer();
    const failure = await startFailure(`${server.url(path)}?access_token=secret`);
    expect(failure).toMatchObject({ kind, message: expect.stringMatching(message) });
    expect(failure.message).not.toContain('secret');
    expect(failure.hint).toBeTruthy();
  });

  it('says when nobody listens, when the peer is no HTTP server, and when TLS is not spoken there', async () => {
    const failure = await startFailure(`ws://127.0.0.1:${await freePort()}/ws`);
    expect(failure).toMatchObject({ kind: 'transport', code: 'ECONNREFUSED', retryable: true });
    const garbage = createServer((socket) => socket.on('error', () => {}).end('SSH-2.0-OpenSSH_9.6\r\n'));
    await new Promise<void>((resolve) => garbage.listen(0, '127.0.0.1', resolve));
    cleanUps.push(async () => garbage.close());
    const { port } = garbage.address() as { port: number };
    expect(await startFailure(`ws://127.0.0.1:${port}/`)).toMatchObject({ kind: 'protocol' });
    const server = await startServer();
    expect(await startFailure(server.url('/ws').replace('ws:', 'wss:'))).toMatchObject({
      kind: 'transport',
      hint: 'Try ws:// in place of wss://.',
    });
  });

  it.each(['ftp://127.0.0.1/', 'no url'])('refuses %s as an address', async (url) => {
    expect(await startFailure(url)).toMatchObject({ kind: 'config', hint: expect.stringContaining('ws://') });
  });

  it('can be given up while the server does not answer', async () => {
    const server = await startServer();
    const peer = createPeer(server.url('/stall'));
    const starting = peer.transport.start().catch((error: unknown) => error);
    await expect.poll(() => server.seen.requests.length).toBe(1);
    await peer.transport.close();
    expect(await starting).toMatchObject({ kind: 'connectionClosed' });
    await expect.poll(() => server.seen.openSockets.size).toBe(0);
  });
});

describe('the token of a WebSocket', () => {
  it.each(['header', 'subprotocol', 'query'] as const)('goes by %s', async (tokenVia) => {
    const server = await startServer();
    await openPeer(server.url('/token'), { headers: { Authorization: 'Bearer good' }, tokenVia });
    const [request] = server.seen.requests;
    expect(request?.headers.authorization).toBe(tokenVia === 'header' ? 'Bearer good' : undefined);
    expect(request?.url).toBe(tokenVia === 'query' ? '/token?access_token=good' : '/token');
    const protocols = tokenVia === 'subprotocol' ? 'mcp,bearer.good' : 'mcp';
    expect(request?.headers['sec-websocket-protocol']).toBe(protocols);
  });

  it('is refused as a subprotocol where it has characters that one cannot have', async () => {
    const failure = await startFailure('ws://127.0.0.1:1/', {
      headers: { authorization: 'Bearer a/b=' },
      tokenVia: 'subprotocol',
    });
    expect(failure).toMatchObject({ kind: 'config', hint: expect.stringContaining('websocket.tokenVia') });
    expect(failure.message).not.toContain('a/b=');
  });

  it('is renewed once where the server refuses it', async () => {
    const server = await startServer();
    const auth = authenticator('stale', 'good');
    await openPeer(server.url('/token'), { auth });
    expect(auth.refusals).toMatchObject([
      {
        status: 401,
        wwwAuthenticate: 'Bearer realm="mcp"',
        url: server.url('/token'),
        sent: { Authorization: 'Bearer stale' },
      },
    ]);
    expect(server.seen.requests).toHaveLength(2);
  });

  it('is sent for exactly this request, and once more for what the first answer brought', async () => {
    const server = await startServer();
    const seen: unknown[] = [];
    const auth: Authenticator = {
      headers: async (request) => {
        seen.push(request);
        return { authorization: seen.length > 2 ? 'Bearer good' : 'DPoP bound' };
      },
      onAnswer: ({ status, sent }) => {
        seen.push([status, sent.authorization]);
        return status === 401;
      },
      onRefused: async () => false,
    };
    const url = server.url('/token');
    await openPeer(url, { auth });
    expect(seen).toEqual([{ method: 'GET', url }, [401, 'DPoP bound'], { method: 'GET', url }, [101, 'Bearer good']]);
  });

  it('ends in an auth error where the new one is refused as well, or none is to be had', async () => {
    const server = await startServer();
    const again = authenticator('stale', 'stale too', 'good');
    expect(await startFailure(server.url('/token'), { auth: again })).toMatchObject({ kind: 'auth', code: 401 });
    expect(again.refusals).toHaveLength(1);
    const none = authenticator('stale');
    expect(await startFailure(server.url('/token'), { auth: none })).toMatchObject({ kind: 'auth', code: 401 });
    expect(server.seen.requests).toHaveLength(3);
  });
});

describe('messages over WebSocket', () => {
  it('may come in binary frames', async () => {
    const server = await startServer();
    const peer = await openPeer(server.url('/binary'));
    expect(textOf(await peer.call('echo', { text: 'Grüße' }))).toBe('Grüße');
  });

  it('carry integers as ids: a server that reads text ids as numbers is understood', async () => {
    const server = await startServer();
    const { transport } = await openPeer(server.url('/number-ids'));
    const answers: unknown[] = [];
    const heard = new Promise<void>((resolve) => {
      transport.onmessage = (message) => {
        answers.push(message);
        if (answers.length === 2) resolve();
      };
    });
    await transport.send({ jsonrpc: '2.0', id: 'probe-1', method: 'ping' });
    await transport.send({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: 'probe-1', reason: 'x' },
    });
    await transport.send({ jsonrpc: '2.0', id: 7, method: 'ping' });
    await heard;
    expect(answers).toEqual([
      { jsonrpc: '2.0', id: 'probe-1', result: {} },
      { jsonrpc: '2.0', id: 7, result: {} },
    ]);
    const [ping, cancelled] = server.seen.frames.slice(-3).map((frame) => JSON.parse(frame));
    expect(cancelled.params).toEqual({ requestId: ping.id, reason: 'x' });
    expect(typeof ping.id).toBe('number');
  });

  it('wait while the peer does not read, in order, and are rejected when the link ends', async () => {
    const server = await startServer();
    const peer = await openPeer(server.url('/deaf'));
    const text = 'x'.repeat(1024 * 1024);
    let settled = 0;
    const sends = Array.from({ length: 40 }, () =>
      peer.transport.send({ jsonrpc: '2.0', method: 'notifications/x', params: { text } }),
    );
    for (const send of sends) {
      send.then(
        () => settled++,
        () => {},
      );
    }
    await expect.poll(() => settled).toBeGreaterThan(0);
    expect(settled).toBeLessThan(40);
    const outcomes = Promise.allSettled(sends);
    await peer.transport.close();
    expect((await outcomes).at(-1)).toMatchObject({ status: 'rejected', reason: { kind: 'connectionClosed' } });
  });
});

describe('the end of a WebSocket', () => {
  it('closes with 1000 and leaves no socket', async () => {
    const server = await startServer();
    const peer = await openPeer(server.url('/ws'));
    await peer.transport.close();
    await expect.poll(() => server.seen.closeCodes).toEqual([1000]);
    await expect.poll(() => server.seen.openSockets.size).toBe(0);
  });

  it('does not wait for a server that never answers the close', async () => {
    const server = await startServer();
    const clock = new ManualClock();
    const peer = createPeer(server.url('/no-close'), {}, { ...createTestContext(), clock });
    await peer.open();
    for (const client of server.clients) client.pause();
    let isClosed = false;
    const closing = peer.transport.close().then(() => {
      isClosed = true;
    });
    await clock.advance(999);
    expect(isClosed).toBe(false);
    await clock.advance(1);
    await closing;
  });

  it('does not wait at all when it is asked for twice', async () => {
    const server = await startServer();
    const peer = createPeer(server.url('/no-close'), {}, { ...createTestContext(), clock: new ManualClock() });
    await peer.open();
    for (const client of server.clients) client.pause();
    const first = peer.transport.close();
    await peer.transport.close();
    await first;
  });

  it.each([
    ['/close/1012', 'connectionClosed', true],
    ['/close/4999', 'connectionClosed', true],
    ['/close/1008', 'auth', false],
    ['/close/4401', 'auth', false],
    ['/close/1003', 'protocol', false],
  ])('says at %s why, and whether to try again', async (path, kind, retryable) => {
    const server = await startServer();
    const peer = await openPeer(server.url(path));
    const code = Number(path.slice(7));
    await expect(peer.call('echo', { text: 'x' })).rejects.toMatchObject({ kind, retryable, code });
    expect(peer.transport.closeError?.message).toMatch(/\(close code \d+\): as asked/);
    await expect(peer.transport.send({ jsonrpc: '2.0', method: 'x' })).rejects.toBe(peer.transport.closeError);
  });

  it('names what was wrong with a frame that is no text', async () => {
    const server = await startServer();
    const peer = await openPeer(server.url('/invalid-utf8'));
    await expect(peer.call('echo', { text: 'x' })).rejects.toMatchObject({
      kind: 'connectionClosed',
      code: 'WS_ERR_INVALID_UTF8',
    });
  });
});

describe('pings', () => {
  it('measure the round trip', async () => {
    const server = await startServer();
    const peer = await openPeer(server.url('/ws'), { pingIntervalMs: 10 });
    await expect.poll(() => peer.transport.roundTripMs).toBeGreaterThanOrEqual(0);
    expect(peer.transport.roundTripMs).toBeLessThan(1000);
  });

  it('end the link when one is not answered', async () => {
    const server = await startServer();
    const peer = await openPeer(server.url('/no-pong'), { pingIntervalMs: 10, pingTimeoutMs: 50 });
    await peer.closed.promise;
    expect(peer.transport.closeError).toMatchObject({
      kind: 'connectionClosed',
      retryable: true,
      message: expect.stringContaining('did not answer a ping within 0.05 s'),
      hint: expect.stringContaining('websocket.pingIntervalMs'),
    });
    await expect.poll(() => server.seen.openSockets.size).toBe(0);
  });

  it('are not sent where they are off', async () => {
    const server = await startServer();
    const peer = await openPeer(server.url('/no-pong'), { pingIntervalMs: 0, pingTimeoutMs: 1 });
    expect(textOf(await peer.call('slow', { ms: 50 }))).toBe('waited 50 ms');
    expect(peer.transport.roundTripMs).toBeUndefined();
  });
});

describe('a flood of small frames', () => {
  it('leaves everything else its turn', async () => {
    const server = await startServer();
    const peer = await openPeer(server.url('/ws'));
    let [received, inThisTurn, mostInATurn] = [0, 0, 0];
    const all = deferred<void>();
    peer.transport.onmessage = () => {
      received++;
      mostInATurn = Math.max(mostInATurn, ++inThisTurn);
      if (inThisTurn === 1) setImmediate(() => (inThisTurn = 0));
      if (received === 2000) all.resolve();
    };
    const frame = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
    for (const client of server.clients) for (let i = 0; i < 2000; i++) client.send(frame);
    await all.promise;
    expect(mostInATurn).toBeLessThanOrEqual(2);
  });
});
