import { createServer, type Server } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Emitter, nextEvent } from '../../src/base/event';
import { createHub, type Hub } from '../../src/core/index';
import { startHttpServer } from '../servers/httpServer.mjs';
import { freePort, isAlive, testServer } from '../support/servers';

let http: Awaited<ReturnType<typeof startHttpServer>>;
let hub: Hub;
/** Takes every request and never answers. */
let silent: Server;
let silentUrl: string;
const processes = new Set<number>();

beforeAll(async () => {
  http = await startHttpServer();
  silent = createServer(() => {});
  await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
  silentUrl = `http://127.0.0.1:${(silent.address() as { port: number }).port}/mcp`;
});

afterEach(async () => {
  await hub.close();
  expect([...processes].filter(isAlive)).toEqual([]);
  processes.clear();
});

afterAll(async () => {
  await http.close();
  silent.closeAllConnections();
  await new Promise((done) => silent.close(done));
});

function open(server: Record<string, unknown>): Hub {
  hub = createHub({ config: { version: 1, servers: { server: { shutdownGraceMs: 200, ...server } } } });
  hub.onDidChangeServers(({ processId }) => {
    if (processId !== undefined) processes.add(processId);
  });
  return hub;
}

const node = (...args: string[]) => ({ command: process.execPath, args });
const echo = (...flags: string[]) => node(testServer('echoServer.mjs'), ...flags);
const kindOf = () => hub.server('server')?.state.kind;

describe('a server that cannot be reached is an error that names cause and next step', () => {
  it.each([
    [
      'a command that does not exist',
      () => ({ command: 'patchbay-no-such-command' }),
      'config',
      /patchbay-no-such-command.*PATH/s,
    ],
    [
      'npx that does not exist',
      () => ({ command: 'npx', args: ['x'], env: { PATH: '/nowhere' }, inheritEnv: 'none' }),
      'config',
      /npx.*Node/s,
    ],
    ['a folder that does not exist', () => ({ ...echo(), cwd: '/no/such/folder' }), 'config', /\/no\/such\/folder/],
    [
      'an environment file that does not exist',
      () => ({ ...echo(), envFile: 'no-such.env' }),
      'config',
      /no-such\.env.*envFile/s,
    ],
    [
      'a process that exits at once',
      () => echo('--exit-at-once', '3'),
      'connectionClosed',
      /code 3.*cannot read the settings/s,
    ],
    [
      'a process that never answers',
      () => ({ ...echo('--silent'), timeouts: { connectMs: 700 } }),
      'timeout',
      /700 ms.*timeouts\.connectMs/s,
    ],
    [
      'a program that is no MCP server',
      () => ({ ...node('-e', 'console.log("hello"); setInterval(()=>{}, 1000)'), timeouts: { connectMs: 700 } }),
      'timeout',
      /700 ms.*hello/s,
    ],
    ['401', () => ({ url: http.url('/status/401') }), 'auth', /401/],
    ['403', () => ({ url: http.url('/status/403') }), 'auth', /403/],
    ['404', () => ({ url: http.url('/status/404') }), 'protocol', /404.*path/s],
    ['405', () => ({ url: http.url('/status/405') }), 'protocol', /405/],
    ['500', () => ({ url: http.url('/status/500') }), 'transport', /500/],
    ['a web page', () => ({ url: http.url('/html') }), 'protocol', /text\/html/],
    ['an empty answer', () => ({ url: http.url('/empty') }), 'protocol', /./],
    [
      'a server that swallows everything',
      () => ({ url: silentUrl, timeouts: { connectMs: 600 } }),
      'timeout',
      /600 ms/,
    ],
    [
      'a redirect to somewhere else',
      () => ({ url: http.url('/redirect/other') }),
      /transport|protocol|security/,
      /redirect/i,
    ],
    [
      'a name that does not resolve',
      () => ({ url: 'http://no-such-host.invalid/mcp' }),
      'transport',
      /no-such-host\.invalid/,
    ],
    [
      'a transport that is not there',
      () => ({ transport: 'pigeon', url: 'pigeon://roof' }),
      'config',
      /pigeon.*not supported/s,
    ],
  ])('%s', async (_, server, kind, text) => {
    open(server());
    const started = performance.now();
    const error = await hub.connect('server').then(
      () => undefined,
      (cause) => cause,
    );
    expect(error?.kind).toEqual(typeof kind === 'string' ? kind : expect.stringMatching(kind));
    const state = hub.server('server')?.state;
    expect(state?.kind).toBe(error?.kind === 'auth' ? 'authRequired' : 'error');
    expect(state && 'error' in state && state.error.message).toMatch(text);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('a port where nobody listens', async () => {
    open({ url: `http://127.0.0.1:${await freePort()}/mcp` });
    await expect(hub.connect('server')).rejects.toMatchObject({ kind: 'transport', code: 'ECONNREFUSED' });
  });
});

describe('a server that is odd but works is used', () => {
  it.each([
    ['noise between the messages', () => echo('--garbage')],
    ['messages in pieces', () => echo('--split')],
    ['two messages in one chunk', () => echo('--merge')],
    ['a flood on stderr', () => echo('--stderr-flood')],
    ['a process that exits on the probe of the newer era', () => echo('--no-discover-exit')],
    ['a list in pages', () => echo('--page-size', '2')],
    ['JSON answers', () => ({ url: http.url('/mcp') })],
    ['event stream answers', () => ({ url: http.url('/sse') })],
    ['no sessions', () => ({ url: http.url('/stateless') })],
    ['compressed answers', () => ({ url: http.url('/gzip') })],
    ['slow headers', () => ({ url: http.url('/slow-headers') })],
    ['a GET stream that is closed again and again', () => ({ url: http.url('/idle-get') })],
  ])('%s', async (_, server) => {
    open(server());
    await hub.connect('server');
    const names = hub.server('server')?.catalog.tools.map(({ tool }) => tool.name);
    expect(names).toEqual(expect.arrayContaining(['echo', 'add']));
    const result = await hub.callTool('server', 'echo', { text: 'Grüße 👋' });
    expect(JSON.stringify(result)).toContain('Grüße 👋');
    expect(kindOf()).toBe('connected');
  });

  it('is opened without the probe the next time', async () => {
    const steps: string[] = [];
    open(echo('--no-discover-exit'));
    await hub.connect('server');
    await hub.disconnect('server');
    hub.onDidChangeServers(({ state }) => {
      if (state.kind === 'connecting') steps.push(state.step);
    });
    await hub.connect('server');
    expect(steps.filter((step) => step === 'starting the process')).toHaveLength(1);
  });

  it('lists its tools again when it says that they changed', async () => {
    open(echo());
    await hub.connect('server');
    const changed = nextEvent(hub.onDidChangeServers, ({ catalog }) =>
      catalog.tools.some(({ tool }) => tool.name === 'added'),
    );
    await hub.callTool('server', 'add_tool', { name: 'added' });
    await changed;
  });
});

describe('a call that cannot end well ends soon', () => {
  it.each([
    ['the process crashes', () => echo(), 'crash', 'connectionClosed'],
    [
      'the stream ends without the answer',
      () => ({ url: http.url('/end-sse') }),
      'echo',
      /connectionClosed|protocol|transport/,
    ],
    [
      'the connection breaks in the answer',
      () => ({ url: http.url('/drop-json') }),
      'echo',
      /connectionClosed|transport/,
    ],
    [
      'the event stream breaks in the answer',
      () => ({ url: http.url('/drop-sse') }),
      'echo',
      /connectionClosed|transport|protocol/,
    ],
    ['the answer never comes', () => ({ url: http.url('/hang'), timeouts: { toolMs: 300 } }), 'echo', 'timeout'],
    ['the session is lost', () => ({ url: http.url('/lose-session'), retry: { calls: 'never' } }), 'echo', /./],
  ])('%s', async (_, server, tool, kind) => {
    open({ ...server(), timeouts: { toolMs: 5000, ...(server() as { timeouts?: object }).timeouts } });
    await hub.connect('server');
    const started = performance.now();
    const call = async () => {
      await hub.callTool('server', tool, { text: 'x' });
      await hub.callTool('server', tool, { text: 'x' });
    };
    const error = await call().then(
      () => undefined,
      (cause) => cause,
    );
    expect(error?.kind).toEqual(typeof kind === 'string' ? kind : expect.stringMatching(kind));
    expect(performance.now() - started).toBeLessThan(4000);
  });

  it('a tool that the server does not have is refused by the server, with its words', async () => {
    open(echo());
    await expect(hub.callTool('server', 'no-such-tool', {})).rejects.toMatchObject({ kind: 'protocol' });
    expect(kindOf()).toBe('connected');
  });
});

describe('ending', () => {
  it('leaves no process, not even a grandchild that ignores signals', async () => {
    const grandchildren = new Emitter<number>();
    const log = (message: string) => {
      const [, pid] = /"grandchild":(\d+)/.exec(message) ?? [];
      if (pid) grandchildren.fire(Number(pid));
    };
    const started = nextEvent(grandchildren.event);
    const logger = { trace: log, debug: log, info: log, warn: log, error: log };
    hub = createHub({
      config: { servers: { server: { ...echo('--grandchild', '--ignore-sigterm'), shutdownGraceMs: 200 } } },
      ports: { log: logger },
    });
    await hub.connect('server');
    const grandchild = await started;
    expect(isAlive(grandchild)).toBe(true);
    processes.add(grandchild);
    await hub.disconnect('server');
    expect(isAlive(grandchild)).toBe(false);
  });

  it('ends an attempt that hangs when asked to disconnect', async () => {
    open(echo('--silent'));
    const connecting = hub.connect('server').catch((error) => error.kind);
    await nextEvent(hub.onDidChangeServers, ({ state }) => state.kind === 'connecting');
    await hub.disconnect('server');
    expect(await connecting).toBe('cancelled');
    expect(kindOf()).toBe('disconnected');
  });

  it('ends the session of an HTTP server', async () => {
    open({ url: http.url('/mcp') });
    await hub.connect('server');
    const before = http.seen.deleted.length;
    await hub.disconnect('server');
    expect(http.seen.deleted.length).toBe(before + 1);
  });
});

describe('a server that nests without end', () => {
  const program = `
    const deep = '['.repeat(100000) + ']'.repeat(100000);
    const results = {
      initialize: '{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"deep","version":"1"}}',
      'tools/list': '{"tools":[{"name":"deep","inputSchema":{"type":"object"},"_meta":{"x":' + deep + '}},' +
        '{"name":"good","inputSchema":{"type":"object"}}]}',
      'tools/call': '{"content":[],"structuredContent":{"x":' + deep + '}}',
    };
    require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
      const { id, method } = JSON.parse(line);
      const answer = results[method] ? '"result":' + results[method] : '"error":{"code":-32601,"message":"no"}';
      if (id !== undefined) console.log('{"jsonrpc":"2.0","id":' + JSON.stringify(id) + ',' + answer + '}');
    });`;

  it('loses what it nested, and nobody else anything', async () => {
    open(node('-e', program));
    await hub.connect('server');
    expect(hub.server('server')?.catalog.tools.map(({ tool }) => tool.name)).toEqual(['good']);
    await expect(hub.callTool('server', 'good', {})).rejects.toMatchObject({
      kind: 'protocol',
      message: expect.stringContaining('1000 levels deep'),
    });
    expect(() => JSON.stringify(hub.servers())).not.toThrow();
    expect(hub.traffic('server').toJsonLines()).toContain('tools/call');
  });
});
