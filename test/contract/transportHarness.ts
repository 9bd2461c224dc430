import { mkdtemp, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JSONRPCMessage } from '@modelcontextprotocol/client';
import { createSystemClock } from '../../src/base/clock';
import { type Deferred, deferred } from '../../src/base/deferred';
import type { Logger } from '../../src/core/ports';
import { createHttpTransport } from '../../src/core/transports/http';
import { createInMemoryPair } from '../../src/core/transports/inMemory';
import { createTransportRegistry, registerBuiltInTransports } from '../../src/core/transports/registry';
import { createStdioTransport } from '../../src/core/transports/stdio';
import type {
  CustomLaunch,
  Launch,
  McpTransport,
  StdioLaunch,
  TransportContext,
  WebSocketLaunch,
} from '../../src/core/transports/transport';
import { type HttpTestServer, startHttpServer } from '../servers/httpServer.mjs';
import { createJsonRpcServer } from '../servers/jsonRpcServer.mjs';
import { startSseServer } from '../servers/sseServer.mjs';
import { startTcpServer } from '../servers/tcpServer.mjs';
import { startWebSocketServer } from '../servers/webSocketServer.mjs';
import { createTcpTransport } from '../support/tcpTransport';

/** Well below the time after which idle connections go by themselves. */
const SOCKET_CLOSE_MS = 3000;
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

export const ECHO_SERVER = fileURLToPath(new URL('../servers/echoServer.mjs', import.meta.url));

/** What the other side does; the names are shared by all transports, each does it in its own way. */
export type Behaviour =
  | 'plain'
  | 'reverse'
  | 'split'
  | 'merge'
  | 'noise'
  | 'breakMidAnswer'
  | 'endWithoutAnswer'
  | 'hang';

export interface Link {
  readonly peer: Peer;
  /** Resolves when nothing of the link is left on the other side; rejects when something is. */
  checkGone(): Promise<void>;
}

export interface TransportKind {
  readonly name: string;
  readonly behaviours: ReadonlySet<Behaviour>;
  readonly carriesNotifications: boolean;
  /** What a message over the limit ends: the one call, or the link. Undefined: there is no limit. */
  readonly overLimit?: 'call' | 'link';
  create(behaviour: Behaviour, maxMessageBytes?: number): Promise<Link>;
}

export type RpcAnswer = {
  readonly id: number;
  readonly result?: { readonly content?: readonly { readonly text?: string }[]; readonly [key: string]: unknown };
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
};

/** A raw JSON-RPC client on a transport, which keeps everything that it hears. */
export class Peer {
  readonly heard: JSONRPCMessage[] = [];
  readonly errors: Error[] = [];
  closes = 0;
  readonly closed: Deferred<void> = deferred();
  readonly #waiting = new Map<unknown, Deferred<RpcAnswer>>();
  readonly #errorWaiters: (() => void)[] = [];
  #nextId = 1;

  constructor(readonly transport: McpTransport) {
    transport.onmessage = (message) => {
      this.heard.push(message);
      if ('id' in message && !('method' in message)) this.#waiting.get(message.id)?.resolve(message as RpcAnswer);
    };
    transport.onerror = (error) => {
      this.errors.push(error);
      for (const wake of this.#errorWaiters.splice(0)) wake();
    };
    transport.onclose = () => {
      this.closes++;
      const reason = transport.closeError ?? new Error('closed by us');
      for (const waiting of this.#waiting.values()) waiting.reject(reason);
      this.closed.resolve();
    };
  }

  /** Resolves with the answer; rejects when the message could not be sent or the link ended first. */
  async request(method: string, params: object = {}, signal?: AbortSignal): Promise<RpcAnswer> {
    const id = this.#nextId++;
    const answer = deferred<RpcAnswer>();
    this.#waiting.set(id, answer);
    answer.promise.catch(() => {});
    const message = { jsonrpc: '2.0', id, method, params } as JSONRPCMessage;
    await this.transport.send(message, signal ? { requestSignal: signal } : {});
    return answer.promise;
  }

  call(tool: string, args: object = {}, signal?: AbortSignal): Promise<RpcAnswer> {
    return this.request('tools/call', { name: tool, arguments: args, _meta: { progressToken: 'p' } }, signal);
  }

  async open(): Promise<void> {
    await this.transport.start();
    const clientInfo = { name: 'contract', version: '1' };
    await this.request('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
    await this.transport.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
  }

  /** Resolves when an error that matches has been reported. */
  async nextError(pattern: RegExp): Promise<Error> {
    for (;;) {
      const found = this.errors.find((error) => pattern.test(error.message));
      if (found) return found;
      await new Promise<void>((resolve) => this.#errorWaiters.push(resolve));
    }
  }
}

export function textOf(answer: RpcAnswer): string | undefined {
  return answer.result?.content?.[0]?.text;
}

export function createTestContext(): TransportContext & { readonly lines: string[] } {
  const lines: string[] = [];
  const add = (line: string) => void lines.push(line);
  const log: Logger = { trace: add, debug: add, info: add, warn: add, error: add };
  return { log, clock: createSystemClock(), lines };
}

export function stdioLaunch(flags: readonly string[], changes: Partial<StdioLaunch> = {}): StdioLaunch {
  return {
    transport: 'stdio',
    command: process.execPath,
    args: [ECHO_SERVER, ...flags],
    cwd: undefined,
    env: { PATH: process.env.PATH ?? '' },
    shutdownGraceMs: 3000,
    maxMessageBytes: 64 * 1024 * 1024,
    ...changes,
  };
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const inMemory: TransportKind = {
  name: 'inMemory',
  behaviours: new Set<Behaviour>(['plain', 'hang', 'breakMidAnswer']),
  carriesNotifications: true,
  async create(behaviour) {
    const [near, far] = createInMemoryPair();
    const server = createJsonRpcServer();
    let farClosed = false;
    far.onclose = () => {
      farClosed = true;
    };
    far.onmessage = (message) => {
      const isCall = 'method' in message && message.method === 'tools/call';
      if (isCall && behaviour === 'hang') return;
      if (isCall && behaviour === 'breakMidAnswer') void far.close();
      else server.handle(message, (out) => void far.send(out as JSONRPCMessage));
    };
    await far.start();
    return {
      peer: new Peer(near),
      async checkGone() {
        await Promise.resolve();
        if (!farClosed) throw new Error('The other end is still open');
      },
    };
  },
};

const STDIO_FLAGS: Partial<Record<Behaviour, readonly string[]>> = {
  plain: [],
  reverse: ['--reverse', '10'],
  split: ['--split'],
  merge: ['--merge'],
  noise: ['--garbage', '--stderr-flood'],
  breakMidAnswer: ['--die-after', '2'],
  hang: ['--reverse', '1000'],
};

const stdio: TransportKind = {
  name: 'stdio',
  behaviours: new Set(Object.keys(STDIO_FLAGS) as Behaviour[]),
  carriesNotifications: true,
  overLimit: 'call',
  async create(behaviour, maxMessageBytes = MAX_MESSAGE_BYTES) {
    const launch = stdioLaunch(STDIO_FLAGS[behaviour] ?? [], { maxMessageBytes });
    const transport = createStdioTransport(launch, createTestContext());
    let pid: number | undefined;
    const start = transport.start.bind(transport);
    transport.start = async () => {
      await start();
      pid = transport.processId;
    };
    return {
      peer: new Peer(transport),
      async checkGone() {
        if (transport.processId !== undefined) throw new Error('The transport still has a process id');
        if (pid !== undefined && isAlive(pid)) throw new Error(`Process ${pid} is still there`);
      },
    };
  },
};

function http(name: string, paths: Partial<Record<Behaviour, string>>, carriesNotifications: boolean): TransportKind {
  return {
    name,
    behaviours: new Set(Object.keys(paths) as Behaviour[]),
    carriesNotifications,
    overLimit: 'call',
    async create(behaviour, maxMessageBytes = MAX_MESSAGE_BYTES) {
      const server: HttpTestServer = await startHttpServer();
      const launch = {
        transport: 'http',
        url: server.url(paths[behaviour] ?? '/mcp'),
        headers: {},
        maxMessageBytes,
      } as const;
      const transport = createHttpTransport(launch, createTestContext());
      return {
        peer: new Peer(transport),
        async checkGone() {
          await socketsClosed(server.seen.openSockets);
          await server.close();
        },
      };
    },
  };
}

/** The server's side of a socket closes some turns after ours. Left alone, an idle one stays for seconds. */
async function socketsClosed(openSockets: ReadonlySet<Socket>): Promise<void> {
  const open = [...openSockets].filter((socket) => !socket.destroyed);
  const closed = Promise.all(open.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
  let bound: NodeJS.Timeout | undefined;
  const late = new Promise((_resolve, reject) => {
    bound = setTimeout(() => reject(new Error('Sockets are still open')), SOCKET_CLOSE_MS);
  });
  await Promise.race([closed, late]).finally(() => clearTimeout(bound));
}

/** Transports of which each link talks to a server of its own, made for it. */
function network(
  kind: Omit<TransportKind, 'create' | 'behaviours'>,
  behaviours: Partial<Record<Behaviour, string>>,
  open: (
    behaviour: string,
    maxMessageBytes: number,
  ) => Promise<{
    readonly transport: McpTransport;
    readonly openSockets: ReadonlySet<Socket>;
    closeServer(): Promise<void>;
  }>,
): TransportKind {
  return {
    ...kind,
    behaviours: new Set(Object.keys(behaviours) as Behaviour[]),
    async create(behaviour, maxMessageBytes = MAX_MESSAGE_BYTES) {
      const { transport, openSockets, closeServer } = await open(behaviours[behaviour] ?? '', maxMessageBytes);
      return {
        peer: new Peer(transport),
        async checkGone() {
          await socketsClosed(openSockets);
          await closeServer();
        },
      };
    },
  };
}

export function webSocketLaunch(url: string, changes: Partial<WebSocketLaunch> = {}): WebSocketLaunch {
  return {
    transport: 'websocket',
    url,
    headers: {},
    maxMessageBytes: MAX_MESSAGE_BYTES,
    subprotocols: ['mcp'],
    origin: undefined,
    pingIntervalMs: 20_000,
    pingTimeoutMs: 10_000,
    tokenVia: 'header',
    ...changes,
  };
}

export function createBuiltIn(launch: Launch, context: TransportContext = createTestContext()): McpTransport {
  const registry = createTransportRegistry();
  registerBuiltInTransports(registry);
  return registry.create(launch, context);
}

const webSocket = network(
  { name: 'WebSocket', carriesNotifications: true, overLimit: 'link' },
  {
    plain: '/ws',
    reverse: '/reverse',
    split: '/fragments',
    merge: '/merge',
    noise: '/greeting',
    breakMidAnswer: '/drop',
    hang: '/hang',
  },
  async (path, maxMessageBytes) => {
    const server = await startWebSocketServer();
    const transport = createBuiltIn(webSocketLaunch(server.url(path), { maxMessageBytes }));
    return { transport, openSockets: server.seen.openSockets, closeServer: () => server.close() };
  },
);

const sse = network(
  { name: 'SSE', carriesNotifications: true, overLimit: 'call' },
  {
    plain: '/sse',
    reverse: '/reverse',
    split: '/split',
    merge: '/merge',
    noise: '/noise',
    breakMidAnswer: '/drop',
    hang: '/hang',
  },
  async (path, maxMessageBytes) => {
    const server = await startSseServer();
    const transport = createBuiltIn({ transport: 'sse', url: server.url(path), headers: {}, maxMessageBytes });
    return { transport, openSockets: server.seen.openSockets, closeServer: () => server.close() };
  },
);

/** A transport that another extension brings, registered as that extension would do it. */
const tcp = network(
  { name: 'TCP (registered)', carriesNotifications: true },
  {
    plain: 'plain',
    reverse: 'reverse',
    split: 'split',
    merge: 'merge',
    noise: 'noise',
    breakMidAnswer: 'drop',
    hang: 'hang',
  },
  async (behaviour, maxMessageBytes) => {
    const server = await startTcpServer({ behaviour });
    const registry = createTransportRegistry();
    registry.register<CustomLaunch>('tcp', createTcpTransport);
    const launch: CustomLaunch = { transport: 'tcp', entry: { url: server.url }, maxMessageBytes };
    const transport = registry.create(launch, createTestContext());
    return { transport, openSockets: server.openSockets, closeServer: () => server.close() };
  },
);

/** Streamable HTTP over a unix socket. */
const unixSocket = network(
  { name: 'HTTP over a unix socket', carriesNotifications: true, overLimit: 'call' },
  { plain: '/sse', reverse: '/reverse', split: '/split', breakMidAnswer: '/drop-sse', hang: '/hang' },
  async (path, maxMessageBytes) => {
    const folder = await mkdtemp(join(tmpdir(), 'patchbay-'));
    const socketPath = join(folder, 'mcp.sock');
    const server = await startHttpServer({ socketPath });
    const url = `unix://${socketPath}#${path}`;
    const transport = createBuiltIn({ transport: 'http', url, headers: {}, maxMessageBytes });
    const closeServer = async () => {
      await server.close();
      await rm(folder, { recursive: true });
    };
    return { transport, openSockets: server.seen.openSockets, closeServer };
  },
);

export const TRANSPORT_KINDS: readonly TransportKind[] = [
  inMemory,
  stdio,
  http('http JSON', { plain: '/mcp', breakMidAnswer: '/drop-json', hang: '/hang' }, false),
  http(
    'http SSE',
    {
      plain: '/sse',
      reverse: '/reverse',
      split: '/split',
      breakMidAnswer: '/drop-sse',
      endWithoutAnswer: '/end-sse',
      hang: '/hang',
    },
    true,
  ),
  webSocket,
  sse,
  ...(process.platform === 'win32' ? [] : [unixSocket]),
  tcp,
];
