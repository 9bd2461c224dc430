import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { nextEvent } from '../../src/base/event';
import { createHub, type Hub } from '../../src/core/index';
import type { CallToolResult } from '../../src/shared/mcp';
import { type HttpTestServer, startHttpServer } from '../servers/httpServer.mjs';
import { type SseTestServer, startSseServer } from '../servers/sseServer.mjs';
import { startTcpServer, type TcpTestServer } from '../servers/tcpServer.mjs';
import { startWebSocketServer, type WebSocketTestServer } from '../servers/webSocketServer.mjs';
import { freePort, packageServer, type RunningServer } from '../support/servers';
import { createTcpTransport } from '../support/tcpTransport';

const require = createRequire(import.meta.url);
const SUPERGATEWAY = join(dirname(require.resolve('supergateway/package.json')), 'dist/index.js');

let hub: Hub;
let webSocket: WebSocketTestServer;
let sse: SseTestServer;
let tcp: TcpTestServer;

beforeAll(async () => {
  [webSocket, sse, tcp] = await Promise.all([startWebSocketServer(), startSseServer(), startTcpServer()]);
});

afterEach(() => hub.close());

afterAll(() => Promise.all([webSocket.close(), sse.close(), tcp.close()]));

function open(servers: Record<string, unknown>): Hub {
  hub = createHub({ config: { version: 1, servers } });
  return hub;
}

const textOf = ({ content }: CallToolResult) => content.map(({ text }) => text).join('');

/** Starts a program and resolves when its output matches. */
async function start(args: string[], env: Record<string, string>, ready: RegExp): Promise<RunningServer['stop']> {
  // A group of its own: the gateway starts a server of its own too.
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, detached: true });
  const gone = new Promise<void>((done) => child.once('exit', () => done()));
  await new Promise<void>((resolve, reject) => {
    let text = '';
    const read = (chunk: Buffer) => {
      text += chunk.toString();
      if (ready.test(text)) resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => reject(new Error(`${args.join(' ')} ended with ${code}: ${text}`)));
  });
  return async () => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    await gone;
  };
}

describe('servers of other makers', () => {
  const stops: RunningServer['stop'][] = [];
  const urls = { websocket: '', sse: '', gateway: '' };

  beforeAll(async () => {
    const [webSocketPort, ssePort, gatewayPort] = [await freePort(), await freePort(), await freePort()];
    const stdio = `"${process.execPath}" "${packageServer('everything')}" stdio`;
    const bridge = (port: number, outputTransport: string) =>
      start(
        [SUPERGATEWAY, '--stdio', stdio, '--outputTransport', outputTransport, '--port', String(port)],
        {},
        /Listening on port/,
      );
    stops.push(
      ...(await Promise.all([
        bridge(webSocketPort, 'ws'),
        bridge(gatewayPort, 'sse'),
        start([packageServer('everything'), 'sse'], { PORT: String(ssePort) }, /running on port/),
      ])),
    );
    urls.websocket = `ws://127.0.0.1:${webSocketPort}/message`;
    urls.sse = `http://127.0.0.1:${ssePort}/sse`;
    urls.gateway = `http://127.0.0.1:${gatewayPort}/sse`;
  });

  afterAll(() => Promise.all(stops.map((stop) => stop())));

  it('give the same tools and the same answers over every transport', async () => {
    open({
      stdio: { command: process.execPath, args: [packageServer('everything'), 'stdio'], shutdownGraceMs: 300 },
      websocket: { url: urls.websocket },
      sse: { transport: 'sse', url: urls.sse },
      gateway: { transport: 'sse', url: urls.gateway },
    });
    await hub.connectAll();
    const outcomes = new Map<string, unknown>();
    for (const { id, state, negotiated, catalog } of hub.servers()) {
      expect([id, state.kind]).toEqual([id, 'connected']);
      outcomes.set(id, {
        negotiated: negotiated?.protocolVersion,
        tools: catalog.tools.map(({ tool }) => tool),
        echo: await hub.callTool(id, 'echo', { message: 'Grüße, 世界' }),
        sum: await hub.callTool(id, 'get-sum', { a: 2, b: 40 }),
        image: await hub.callTool(id, 'get-tiny-image', {}),
      });
    }
    expect(outcomes.size).toBe(4);
    for (const outcome of outcomes.values()) expect(outcome).toEqual(outcomes.get('stdio'));
  });

  it('report progress and hear of a cancellation', async () => {
    open({ websocket: { url: urls.websocket }, sse: { transport: 'sse', url: urls.sse } });
    for (const id of ['websocket', 'sse']) {
      const progress: number[] = [];
      const abort = new AbortController();
      const call = hub.callTool(
        id,
        'trigger-long-running-operation',
        { duration: 60, steps: 600 },
        {
          signal: abort.signal,
          onProgress: (update) => {
            progress.push(update.progress);
            if (progress.length === 3) abort.abort();
          },
        },
      );
      await expect(call).rejects.toMatchObject({ kind: 'cancelled' });
      expect(textOf(await hub.callTool(id, 'echo', { message: 'still here' }))).toContain('still here');
    }
  });
});

describe('a WebSocket server', () => {
  it.each([
    ['answers the probe with an error', '/ws', 1],
    ['reads ids as numbers', '/number-ids', 1],
    ['greets in words', '/greeting', 1],
    ['closes at the probe', '/no-probe', 2],
  ])('that %s is connected', async (_what, path, connections) => {
    const before = webSocket.seen.requests.length;
    open({ echo: { url: webSocket.url(path) } });
    await hub.connect('echo');
    expect(hub.server('echo')).toMatchObject({
      transport: 'websocket',
      state: { kind: 'connected' },
      negotiated: { era: 'legacy', protocolVersion: '2025-11-25' },
    });
    expect(textOf(await hub.callTool('echo', 'add', { a: 40, b: 2 }))).toBe('42');
    expect(webSocket.seen.requests.length - before).toBe(connections);
  });

  it('that swallows the probe is connected on the same link', async () => {
    const before = webSocket.seen.requests.length;
    open({ echo: { url: webSocket.url('/silent-probe'), timeouts: { connectMs: 1000 } } });
    await hub.connect('echo');
    expect(hub.server('echo')?.negotiated?.era).toBe('legacy');
    expect(webSocket.seen.requests.length - before).toBe(1);
  });

  it('that drops the link is connected again by itself', async () => {
    open({ echo: { url: webSocket.url('/ws'), retry: { initialDelayMs: 10 } } });
    await hub.connect('echo');
    const back = nextEvent(hub.onDidChangeServers, ({ state }) => state.kind === 'connected');
    for (const client of webSocket.clients) client.terminate();
    await nextEvent(hub.onDidChangeServers, ({ state }) => state.kind === 'reconnecting');
    await back;
    expect(textOf(await hub.callTool('echo', 'add', { a: 1, b: 1 }))).toBe('2');
  });

  it('that refuses the credentials makes the state authRequired, at the opening and later', async () => {
    open({ opening: { url: webSocket.url('/status/401') }, later: { url: webSocket.url('/close/4401') } });
    await expect(hub.connect('opening')).rejects.toMatchObject({ kind: 'auth' });
    expect(hub.server('opening')?.state.kind).toBe('authRequired');
    await hub.connect('later');
    await expect(hub.callTool('later', 'echo', { text: 'x' })).rejects.toMatchObject({ kind: 'auth' });
    expect(hub.server('later')?.state.kind).toBe('authRequired');
  });

  it('whose answer is over the limit fails the call with the setting named, and is connected again', async () => {
    open({
      echo: { url: webSocket.url('/ws'), limits: { maxMessageBytes: 100_000 }, retry: { initialDelayMs: 10 } },
    });
    await hub.connect('echo');
    const back = nextEvent(hub.onDidChangeServers, ({ state }) => state.kind === 'reconnecting');
    await expect(hub.callTool('echo', 'big', { bytes: 1_000_000 })).rejects.toMatchObject({
      kind: 'limit',
      hint: expect.stringContaining('limits.maxMessageBytes'),
    });
    await back;
    await nextEvent(hub.onDidChangeServers, ({ state }) => state.kind === 'connected');
  });
});

describe('a server behind a load balancer that pins by cookie', () => {
  let http: HttpTestServer;

  beforeAll(async () => {
    http = await startHttpServer();
  });

  afterAll(() => http.close());

  it('is reached where cookies are kept', async () => {
    open({ echo: { url: http.url('/cookie'), cookies: true } });
    await hub.connect('echo');
    expect(textOf(await hub.callTool('echo', 'add', { a: 40, b: 2 }))).toBe('42');
    // A later connection brings nothing along.
    await hub.disconnect('echo');
    const before = http.seen.requests.length;
    await hub.connect('echo');
    expect(http.seen.requests[before]?.headers.cookie).toBeUndefined();
  });

  it('gets no cookie where nobody asked for it', async () => {
    const before = http.seen.requests.length;
    open({ echo: { url: http.url('/cookie') } });
    await hub.connect('echo').catch(() => {});
    await expect(hub.callTool('echo', 'add', { a: 40, b: 2 })).rejects.toThrow();
    const sent = http.seen.requests.slice(before).filter(({ headers }) => headers.cookie !== undefined);
    expect(sent).toEqual([]);
  });
});

describe('an HTTP+SSE server', () => {
  it.each([{ path: '/sse' }, { path: '/', endpoints: { sse: '/fixed', message: '/fixed-message' } }])(
    'is connected with $path',
    async ({ path, endpoints }) => {
      open({ echo: { transport: 'sse', url: sse.url(path), ...(endpoints ? { endpoints } : {}) } });
      await hub.connect('echo');
      expect(hub.server('echo')).toMatchObject({ transport: 'sse', negotiated: { era: 'legacy' } });
      expect(textOf(await hub.callTool('echo', 'echo', { text: 'Grüße' }))).toBe('Grüße');
    },
  );

  it('whose stream breaks is connected again by itself, as a fresh session', async () => {
    open({ echo: { transport: 'sse', url: sse.url('/end'), retry: { initialDelayMs: 10 } } });
    await hub.connect('echo');
    await hub.callTool('echo', 'echo', { text: 'one' });
    const back = nextEvent(hub.onDidChangeServers, ({ state }) => state.kind === 'reconnecting');
    await expect(hub.callTool('echo', 'echo', { text: 'two' })).rejects.toMatchObject({ kind: 'connectionClosed' });
    await back;
    await nextEvent(hub.onDidChangeServers, ({ state }) => state.kind === 'connected');
    expect(textOf(await hub.callTool('echo', 'echo', { text: 'three' }))).toBe('three');
  });
});

describe('a transport that is registered', () => {
  it('serves the entries that name it, until it is taken back', async () => {
    open({ echo: { transport: 'tcp', url: tcp.url } });
    const registration = hub.registerTransport('tcp', createTcpTransport);
    await hub.connect('echo');
    expect(hub.server('echo')).toMatchObject({ transport: 'tcp', negotiated: { era: 'legacy' } });
    expect(textOf(await hub.callTool('echo', 'add', { a: 40, b: 2 }))).toBe('42');
    expect(() => hub.registerTransport('tcp', createTcpTransport)).toThrow(/registered already/);
    expect(() => hub.registerTransport('websocket', createTcpTransport)).toThrow(/registered already/);
    await hub.disconnect('echo');
    registration.dispose();
    await expect(hub.connect('echo')).rejects.toMatchObject({ kind: 'config' });
  });
});
