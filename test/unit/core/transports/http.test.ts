import { createServer as createTcpServer } from 'node:net';
import { Client } from '@modelcontextprotocol/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpTransport } from '../../../../src/core/transports/http';
import { describeHttpFailure, isSessionLost } from '../../../../src/core/transports/httpErrors';
import type { Authenticator, HttpLaunch, McpTransport } from '../../../../src/core/transports/transport';
import { createTestContext, Peer, textOf } from '../../../contract/transportHarness';
import { type HttpTestServer, startHttpServer } from '../../../servers/httpServer.mjs';
import { ManualClock, settle } from '../../../support/manualClock';

let server: HttpTestServer;
const links: McpTransport[] = [];

function create(path: string, changes: Partial<HttpLaunch> = {}) {
  const url = path.includes('://') ? path : server.url(path);
  const launch: HttpLaunch = { transport: 'http', url, headers: {}, maxMessageBytes: 1_000_000, ...changes };
  const transport = createHttpTransport(launch, createTestContext(), { random: () => 0.5 });
  links.push(transport);
  return { transport, peer: new Peer(transport), url };
}

/** The words that a person reads when the server at `path` cannot be opened. */
async function failureOf(path: string) {
  const { peer, url } = create(path);
  const error: unknown = await peer.open().then(
    () => new Error('it opened'),
    (reason: unknown) => reason,
  );
  // What is thrown is not reported a second time.
  await new Promise(setImmediate);
  expect(peer.errors).toEqual([]);
  return describeHttpFailure(error, url);
}

beforeEach(async () => {
  server = await startHttpServer();
});
afterEach(async () => {
  for (const link of links.splice(0)) await link.close();
  await server.close();
});

describe('opening', () => {
  it('names a port where nothing listens', async () => {
    const url = server.url('/mcp');
    await server.close();
    const failure = await failureOf(url);
    server = await startHttpServer();
    expect(failure).toMatchObject({
      message: `Nothing is listening at ${url} (ECONNREFUSED).`,
      hint: 'Start the server or check the URL.',
    });
  });

  it('names a port where something else than HTTP listens', async () => {
    const tcp = createTcpServer((socket) => socket.resume().end('220 mail.example ESMTP\r\n'));
    await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
    const { port } = tcp.address() as { port: number };
    expect((await failureOf(`http://127.0.0.1:${port}/mcp`)).message).toMatch(/does not speak HTTP/);
    await new Promise((resolve) => tcp.close(resolve));
  });

  it('names plain HTTP behind an https URL', async () => {
    expect((await failureOf(server.url('/mcp').replace('http:', 'https:'))).message).toMatch(/does not speak TLS/);
  });

  it.each([
    ['/status/401', 'auth', /wants other credentials \(HTTP 401\)\. It said: status 401 as asked$/],
    ['/status/403', 'auth', /refuses access \(HTTP 403\)/],
    ['/status/404', 'protocol', /is not an MCP endpoint \(HTTP 404\)/],
    ['/status/405', 'protocol', /is not an MCP endpoint \(HTTP 405\)/],
    ['/status/500', 'transport', /failed \(HTTP 500\)/],
    ['/html', 'protocol', /answered text\/html, not MCP: <h1>Welcome<\/h1> <p>Log in<\/p>$/],
    ['/empty', 'protocol', /answered an empty body, not MCP\.$/],
    ['/redirect/other', 'security', /redirects to http:\/\/127\.0\.0\.1:1\/mcp, which is not followed/],
  ])('puts %s into words', async (path, kind, message) => {
    expect(await failureOf(path)).toMatchObject({ kind, message: expect.stringMatching(message) });
  });

  it('refuses what is not an HTTP URL before anything is sent', async () => {
    for (const url of ['ftp://127.0.0.1/mcp', 'mcp', 'file:///etc/passwd']) {
      const { transport } = create('/mcp', { url });
      await expect(transport.start()).rejects.toMatchObject({ kind: 'config', message: `Not an HTTP URL: ${url}` });
    }
  });

  it('follows a redirect inside the origin', async () => {
    const { peer } = create('/redirect/same');
    await peer.open();
    expect(textOf(await peer.call('add', { a: 2, b: 2 }))).toBe('4');
  });

  it('waits for slow headers and bodies', async () => {
    const { peer } = create('/slow-headers');
    await peer.open();
    expect(textOf(await peer.call('echo', { text: 'patience' }))).toBe('patience');
  });

  it.each(['/gzip', '/br', '/gzip-sse'])('reads the compressed answers of %s', async (path) => {
    const { peer } = create(path);
    await peer.open();
    expect(textOf(await peer.call('echo', { text: 'ä'.repeat(10_000) }))).toBe('ä'.repeat(10_000));
  });

  it('sends the headers of the launch with every request', async () => {
    const { peer } = create('/mcp', { headers: { 'X-API-Version': 'v1' } });
    await peer.open();
    await peer.call('echo', { text: 'x' });
    expect(server.seen.requests.every((request) => request.headers['x-api-version'] === 'v1')).toBe(true);
  });
});

describe('what is refused', () => {
  it.each([
    ['/status/429', 'limit', /Wait, or lower the rate/],
    ['/status/503', 'transport', /The fault is on the server/],
  ])('carries the wait that %s asks for', async (path, kind, hint) => {
    const failure = await failureOf(path);
    expect(failure).toMatchObject({ kind, retryAfterMs: 2000, retryable: true });
    expect(failure.hint).toMatch(/^It asks to wait 2 s\. /);
    expect(failure.hint).toMatch(hint);
  });

  it('has no wait where none is asked for', async () => {
    expect((await failureOf('/status/500')).retryAfterMs).toBeUndefined();
  });

  it('holds the address rules on each redirect', async () => {
    expect(await failureOf('/redirect/metadata')).toMatchObject({
      kind: 'security',
      message: expect.stringContaining('redirects to http://169.254.169.254/latest/meta-data, which is not followed'),
    });
  });

  it('sends no secret to another origin or without TLS to another machine', async () => {
    const headers = { Authorization: 'Bearer hidden' };
    const other = await startHttpServer();
    const { peer } = create('/redirect/other', { headers });
    await expect(peer.open()).rejects.toThrow(/not followed/);
    expect(other.seen.requests).toEqual([]);
    await other.close();
    const far = create('http://192.0.2.1/mcp', { headers });
    await expect(far.peer.open()).rejects.toMatchObject({
      kind: 'security',
      hint: expect.stringContaining('security.allowInsecure'),
    });
  });

  it('is asked about once, and then an error', async () => {
    const refused: number[] = [];
    const auth: Authenticator = {
      headers: async () => ({ authorization: `Bearer ${refused.length}` }),
      onRefused: async ({ status }) => refused.push(status) > 0,
    };
    const { peer, url } = create('/status/401', { auth });
    const error = await peer.open().catch((reason: unknown) => reason);
    expect(describeHttpFailure(error, url)).toMatchObject({ kind: 'auth', code: 401 });
    expect(refused).toEqual([401]);
    expect(server.seen.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer 0', 'Bearer 1']);
  });
});

describe('the keys of a launch', () => {
  it('turn compression off', async () => {
    for (const [compression, sent] of [
      [true, 'gzip, deflate, br'],
      [false, 'identity'],
    ] as const) {
      const { peer } = create('/mcp', { compression });
      await peer.open();
      expect(server.seen.requests.at(-1)?.headers['accept-encoding']).toBe(sent);
    }
  });

  it('keep cookies, where that is wanted', async () => {
    const { peer } = create('/cookie', { cookies: true });
    await peer.open();
    expect(textOf(await peer.call('echo', { text: 'same node' }))).toBe('same node');
    expect(server.seen.requests[0]?.headers.cookie).toBeUndefined();
    await expect(create('/cookie').peer.open()).rejects.toThrow();
  });
});

describe('an event stream that breaks before its answer', () => {
  it('is resumed by its last event id up to 2025-11-25', async () => {
    const { peer } = create('/resume');
    await peer.open();
    expect(textOf(await peer.call('echo', { text: 'after all' }))).toBe('after all');
    expect(server.seen.requests.filter(({ headers }) => headers['last-event-id'] !== undefined)).toHaveLength(1);
  });

  it('is an error at once where the server cannot resume it, and asked for only once', async () => {
    const { peer } = create('/resume-refused');
    await peer.open();
    const answer = await peer.call('echo', { text: 'x' });
    expect(answer.error?.message).toMatch(/without an answer|broke before/);
    await peer.nextError(/HTTP 404/);
    expect(server.seen.requests.filter(({ headers }) => headers['last-event-id'] !== undefined)).toHaveLength(1);
  });

  it('is an error at once from 2026-07-28 on', async () => {
    const { peer } = create('/resume');
    await peer.open();
    const answer = await peer.request('tools/call', {
      name: 'echo',
      arguments: { text: 'x' },
      _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' },
    });
    expect(answer.error?.message).toMatch(/ended its stream|broke before the answer/);
    expect(server.seen.requests.filter(({ headers }) => headers['last-event-id'] !== undefined)).toEqual([]);
    expect(peer.errors.map(({ message }) => message).filter((message) => /resumed/.test(message))).toEqual([]);
  });
});

describe('a session', () => {
  it('is ended with DELETE when the link closes', async () => {
    const { peer, transport } = create('/mcp');
    await peer.open();
    const id = transport.sessionId;
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    await transport.close();
    expect(server.seen.deleted).toEqual([id]);
  });

  it('does not hold up the close where the server does not answer to its end', async () => {
    const { transport } = create('/mcp');
    const clock = new ManualClock();
    const hanging = createHttpTransport(
      { transport: 'http', url: server.url('/mcp'), headers: {}, maxMessageBytes: 1_000_000 },
      { ...createTestContext(), clock },
      {
        fetch: (url, init) =>
          init?.method === 'DELETE'
            ? new Promise((_resolve, reject) =>
                init.signal?.addEventListener('abort', () => reject(init.signal?.reason)),
              )
            : fetch(url, init),
      },
    );
    links.push(hanging);
    await new Peer(hanging).open();
    const closing = hanging.close();
    await settle();
    await clock.advance(1000);
    await closing;
    await transport.close();
  });

  it('that the server forgot is told from a wrong path', async () => {
    const { peer, url } = create('/lose-session');
    await peer.open();
    await peer.call('echo', { text: 'last' });
    const error: unknown = await peer.call('echo', { text: 'one more' }).catch((reason: unknown) => reason);
    expect(isSessionLost(error)).toBe(true);
    expect(describeHttpFailure(error, url)).toMatchObject({ kind: 'connectionClosed', retryable: true });
    expect(isSessionLost(await failureOf('/status/404'))).toBe(false);
  });
});

describe('a call', () => {
  it('gets the JSON-RPC error that comes with HTTP 404', async () => {
    const { peer } = create('/unknown-method');
    await peer.open();
    expect((await peer.call('echo', { text: 'x' })).error).toMatchObject({ code: -32601 });
  });

  it('stops at the server too when it is cancelled', async () => {
    const { peer } = create('/hang');
    await peer.open();
    const abort = new AbortController();
    const call = peer.call('echo', { text: 'never' }, abort.signal);
    call.catch(() => {});
    while (server.seen.calls === 0) await new Promise(setImmediate);
    abort.abort();
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    while (server.seen.closedRequests === 0) await new Promise(setImmediate);
  });

  it('works through the SDK, with progress', async () => {
    const { transport } = create('/sse');
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(transport);
    const steps: number[] = [];
    const onprogress = ({ progress }: { progress: number }) => void steps.push(progress);
    await client.callTool({ name: 'progress', arguments: { steps: 3 } }, { onprogress });
    expect(steps.slice(0, 2)).toEqual([1, 2]);
    await client.close();
  });
});

describe('the GET stream', () => {
  it('brings what the server announces', async () => {
    const { peer, transport } = create('/sse');
    await peer.open();
    const heard = new Promise<unknown>((resolve) => {
      transport.onmessage = resolve;
    });
    while (server.seen.gets === 0) await new Promise(setImmediate);
    server.broadcast({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
    expect(await heard).toMatchObject({ method: 'notifications/tools/list_changed' });
  });

  it('is not asked for again once credentials are refused', async () => {
    const delays: number[] = [];
    let reconnect = () => {};
    const clock = {
      now: () => 0,
      setTimeout: (callback: () => void, delayMs: number) => {
        delays.push(delayMs);
        reconnect = callback;
        return { dispose: () => {} };
      },
    };
    const gets: number[] = [];
    const refuse: typeof fetch = async (url, init) => {
      if (init?.method !== 'GET' || gets.push(1) === 1) return fetch(url, init);
      return new Response('expired', { status: 401 });
    };
    const launch: HttpLaunch = { transport: 'http', url: server.url('/idle-get'), headers: {}, maxMessageBytes: 1000 };
    const transport = createHttpTransport(
      launch,
      { ...createTestContext(), clock },
      { random: () => 0.5, fetch: refuse as never },
    );
    const peer = new Peer(transport);
    await peer.open();
    while (delays.length === 0) await new Promise(setImmediate);
    reconnect();
    expect(await peer.nextError(/HTTP 401/)).toMatchObject({ kind: 'auth' });
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    expect([gets.length, delays.length]).toEqual([2, 1]);
    await transport.close();
  });

  it('is not opened in a hot loop where the server closes it at once and asks for that', async () => {
    const delays: number[] = [];
    let reconnect = () => {};
    const context = createTestContext();
    const clock = {
      now: () => 0,
      setTimeout: (callback: () => void, delayMs: number) => {
        delays.push(delayMs);
        reconnect = callback;
        return { dispose: () => {} };
      },
    };
    const launch: HttpLaunch = { transport: 'http', url: server.url('/idle-get'), headers: {}, maxMessageBytes: 1000 };
    const transport = createHttpTransport(launch, { ...context, clock }, { random: () => 0.5 });
    await new Peer(transport).open();
    for (let round = 1; round <= 4; round++) {
      while (delays.length < round) await new Promise(setImmediate);
      reconnect();
    }
    const closing = transport.close();
    await closing;
    expect(delays.slice(0, 4)).toEqual([500, 750, 1125, 1687.5]);
  });
});

describe('a server that asks without end and takes no answers', () => {
  it('costs no more than a bounded number of connections', async () => {
    let posts = 0;
    const launch: HttpLaunch = { transport: 'http', url: server.url('/mcp'), headers: {}, maxMessageBytes: 1000 };
    const transport = createHttpTransport(launch, createTestContext(), {
      fetch: () => {
        posts += 1;
        return new Promise(() => {});
      },
    });
    links.push(transport);
    await transport.start();
    const answers = Array.from({ length: 150 }, (_, id) => transport.send({ jsonrpc: '2.0', id, result: {} }));
    for (const answer of answers.slice(100)) await expect(answer).rejects.toMatchObject({ kind: 'limit' });
    await new Promise(setImmediate);
    expect(posts).toBe(100);
  });
});
