import { mkdtemp, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JSONRPCMessage } from '@modelcontextprotocol/client';
import { createSystemClock } from '../../src/base/clock';
import { type Deferred, deferred } from '../../src/base/deferred';
import type { Logger } from '../../src/core/ports';
import { createTransportRegistry, registerBuiltInTransports } from '../../src/core/transports/registry';
import { createStdioTransport } from '../../src/core/transports/stdio';
import type {
  AnyLaunch,
  CustomLaunch,
  Launch,
  McpTransport,
  StdioLaunch,
  TransportContext,
  WebSocketLaunch,
} from '../../src/core/transports/transport';
import { startHttpServer } from '../servers/httpServer.mjs';
import { createJsonRpcServer, MODERN_VERSION } from '../servers/jsonRpcServer.mjs';
import { startSseServer } from '../servers/sseServer.mjs';
import { startTcpServer } from '../servers/tcpServer.mjs';
import { startWebSocketServer } from '../servers/webSocketServer.mjs';
import { createInMemoryPair } from '../support/inMemory';
import { createTcpTransport } from '../support/tcpTransport';
import { startPausingProxy } from './pausingProxy';

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
  | 'strangeIds'
  | 'breakMidAnswer'
  | 'endWithoutAnswer'
  | 'hang';

/** Why something cannot happen on a transport. */
interface Never {
  readonly never: string;
}

/** For each behaviour what the server is told, or why there is none. */
type Behaviours = Readonly<Record<Behaviour, string | Never>>;

const OBJECTS: Never = { never: 'whole objects are passed on, never bytes' };
const NO_STREAM: Never = { never: 'requests have no stream of their own: the end of the link is the only one' };

export interface LinkOptions {
  readonly maxMessageBytes?: number;
  /** The other side can be made to stop (`Link.stop`). */
  readonly stoppable?: boolean;
}

export interface Link {
  readonly transport: McpTransport;
  readonly launch: AnyLaunch;
  /** From now on the other side takes and gives nothing, but stays. With `stoppable` only. */
  stop?(): void;
  /** Settles when something came to the other side, where that can be seen while it is stopped. */
  readonly reached?: Promise<void>;
  /** The other side goes on where it stopped. */
  goOn?(): void;
  /** Resolves when nothing of the link is left on the other side; rejects when something is. */
  checkGone(): Promise<void>;
}

export interface TransportKind {
  readonly name: string;
  readonly era: 'legacy' | 'modern';
  readonly behaviours: Behaviours;
  /** False: an answer is one body, with no place for anything else. */
  readonly carriesNotifications: boolean;
  /** What a message over the limit ends: the one call, the link, or nothing but itself. Undefined: there is no limit. */
  readonly overLimit?: 'call' | 'link' | 'message';
  /** Whether noise is all that comes, so that the call fails, or comes beside the answer. */
  readonly noiseEnds?: 'call';
  /** Whether the answer to a call that was given up can still come. In HTTP modern to cancel is to close its stream. */
  readonly carriesLateAnswers: boolean;
  create(behaviour: Behaviour, options?: LinkOptions): Promise<Link>;
}

/** Whether the other side of a kind can behave so. */
export function can(kind: TransportKind, behaviour: Behaviour): boolean {
  return typeof kind.behaviours[behaviour] === 'string';
}

export type RpcAnswer = {
  readonly id: number;
  readonly result?: { readonly content?: readonly { readonly text?: string }[]; readonly [key: string]: unknown };
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
};

const MODERN_META = {
  'io.modelcontextprotocol/protocolVersion': MODERN_VERSION,
  'io.modelcontextprotocol/clientInfo': { name: 'contract', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
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

  constructor(
    readonly transport: McpTransport,
    readonly era: 'legacy' | 'modern' = 'legacy',
  ) {
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
    const { _meta, ...rest } = params as { _meta?: object };
    const meta = { ..._meta, ...(this.era === 'modern' ? MODERN_META : {}) };
    const message = { jsonrpc: '2.0', id, method, params: { ...rest, _meta: meta } } as JSONRPCMessage;
    await this.transport.send(message, signal ? { requestSignal: signal } : {});
    return answer.promise;
  }

  call(tool: string, args: object = {}, signal?: AbortSignal): Promise<RpcAnswer> {
    return this.request('tools/call', { name: tool, arguments: args, _meta: { progressToken: 'p' } }, signal);
  }

  async open(): Promise<void> {
    await this.transport.start();
    if (this.era === 'modern') {
      this.transport.setProtocolVersion?.(MODERN_VERSION);
      await this.request('server/discover');
      return;
    }
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

/** What the server is told for a behaviour that a kind has. */
function told({ behaviours }: { readonly behaviours: Behaviours }, behaviour: Behaviour): string {
  const text = behaviours[behaviour];
  if (typeof text === 'string') return text;
  throw new Error(`No ${behaviour}: ${text.never}`);
}

const inMemory: TransportKind = {
  name: 'in memory',
  era: 'legacy',
  behaviours: {
    plain: '',
    reverse: '',
    split: OBJECTS,
    merge: OBJECTS,
    noise: OBJECTS,
    strangeIds: '',
    breakMidAnswer: '',
    endWithoutAnswer: NO_STREAM,
    hang: '',
  },
  carriesNotifications: true,
  carriesLateAnswers: true,
  async create(behaviour) {
    const [near, far] = createInMemoryPair();
    const server = createJsonRpcServer();
    const handle = (message: object) => server.handle(message, (out) => void far.send(out as JSONRPCMessage));
    let isStopped = false;
    let farClosed = false;
    let collected: object[] = [];
    far.onclose = () => {
      farClosed = true;
    };
    far.onmessage = (message) => {
      if (isStopped) return;
      const isCall = 'method' in message && message.method === 'tools/call';
      if (isCall && behaviour === 'hang') return;
      if (isCall && behaviour === 'breakMidAnswer') void far.close();
      else if (isCall && behaviour === 'reverse') {
        collected.push(message);
        if (collected.length < 10) return;
        collected.reverse().forEach(handle);
        collected = [];
      } else handle(message);
    };
    await far.start();
    return {
      transport: near,
      launch: { transport: 'memory', entry: {}, maxMessageBytes: MAX_MESSAGE_BYTES },
      stop: () => {
        isStopped = true;
      },
      async checkGone() {
        await Promise.resolve();
        if (!farClosed) throw new Error('The other end is still open');
      },
    };
  },
};

/** MCP over stdio. */
function stdio(name: string, era: 'legacy' | 'modern'): TransportKind {
  const kind: TransportKind = {
    name,
    era,
    behaviours: {
      plain: '',
      reverse: '--reverse 10',
      split: '--split',
      merge: '--merge',
      noise: '--garbage --stderr-flood',
      strangeIds: '',
      breakMidAnswer: '--die-after 2',
      endWithoutAnswer: NO_STREAM,
      hang: '--reverse 1000',
    },
    carriesNotifications: true,
    carriesLateAnswers: true,
    overLimit: 'call',
    async create(behaviour, { maxMessageBytes = MAX_MESSAGE_BYTES, stoppable = false } = {}) {
      const flags = `${told(kind, behaviour)} ${era === 'modern' ? '--modern' : ''}`.split(' ').filter(Boolean);
      const launch = stdioLaunch(flags, { maxMessageBytes, ...(stoppable ? { shutdownGraceMs: 100 } : {}) });
      const transport = createStdioTransport(launch, createTestContext());
      let pid: number | undefined;
      const start = transport.start.bind(transport);
      transport.start = async () => {
        await start();
        pid = transport.processId;
      };
      const signal = (name: NodeJS.Signals) => void process.kill(pid as number, name);
      return {
        transport,
        launch,
        stop: () => signal('SIGSTOP'),
        goOn: () => signal('SIGCONT'),
        async checkGone() {
          if (transport.processId !== undefined) throw new Error('The transport still has a process id');
          if (pid !== undefined && isAlive(pid)) throw new Error(`Process ${pid} is still there`);
        },
      };
    },
  };
  return kind;
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

interface NetworkServer {
  readonly port: number;
  readonly openSockets: ReadonlySet<Socket>;
  close(): Promise<void>;
}

interface NetworkParts<S extends NetworkServer> extends Omit<TransportKind, 'create'> {
  startServer(told: string): Promise<S>;
  /** `port` is another than the server's where something is between. */
  launch(server: S, told: string, port: number, maxMessageBytes: number): AnyLaunch;
}

/** Transports of which each link talks to a server of its own, made for it. */
function network<S extends NetworkServer>({ startServer, launch, ...kind }: NetworkParts<S>): TransportKind {
  return {
    ...kind,
    async create(behaviour, { maxMessageBytes = MAX_MESSAGE_BYTES, stoppable = false } = {}) {
      const text = told(kind, behaviour);
      const server = await startServer(text);
      const proxy = stoppable ? await startPausingProxy({ host: '127.0.0.1', port: server.port }) : undefined;
      const way = launch(server, text, proxy?.port ?? server.port, maxMessageBytes);
      return {
        transport: createAny(way),
        launch: way,
        ...(proxy ? { stop: () => proxy.pause(), reached: proxy.reached } : {}),
        async checkGone() {
          await proxy?.close();
          await socketsClosed(server.openSockets);
          await server.close();
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
  return createAny(launch, context);
}

/** TCP is a transport that another extension brings, registered as that extension would do it. */
function createAny(launch: AnyLaunch, context: TransportContext = createTestContext()): McpTransport {
  const registry = createTransportRegistry();
  registerBuiltInTransports(registry);
  registry.register<CustomLaunch>('tcp', createTcpTransport);
  return registry.create(launch, context);
}

async function httpServer(options: { socketPath?: string; modern?: boolean }) {
  const server = await startHttpServer(options);
  return { port: server.port, openSockets: server.seen.openSockets, close: () => server.close() };
}

/** Streamable HTTP. */
function http(name: string, era: 'legacy' | 'modern', kind: Pick<TransportKind, 'behaviours' | 'noiseEnds'>) {
  return network({
    ...kind,
    name,
    era,
    carriesNotifications: kind.noiseEnds === undefined,
    carriesLateAnswers: era === 'legacy',
    overLimit: 'call',
    startServer: () => httpServer({ modern: era === 'modern' }),
    launch: (_server, path, port, maxMessageBytes) => ({
      transport: 'http',
      url: `http://127.0.0.1:${port}${path}`,
      headers: {},
      maxMessageBytes,
    }),
  });
}

const EVENT_ANSWERS: Behaviours = {
  plain: '/sse',
  reverse: '/reverse',
  split: '/split',
  merge: '/merge-sse',
  noise: '/noise-sse',
  strangeIds: '/sse',
  breakMidAnswer: '/drop-sse',
  endWithoutAnswer: '/end-sse',
  hang: '/hang',
};

const JSON_ANSWERS: Behaviours = {
  plain: '/mcp',
  reverse: '/reverse-json',
  split: '/split-json',
  merge: { never: 'each answer is a body of its own' },
  noise: '/noise-json',
  // A batch, as up to 2025-03-26.
  strangeIds: '/batch',
  breakMidAnswer: '/drop-json',
  endWithoutAnswer: '/other-id',
  hang: '/hang',
};

function webSocket(name: string, era: 'legacy' | 'modern') {
  return network({
    name,
    era,
    carriesNotifications: true,
    carriesLateAnswers: true,
    overLimit: 'link',
    behaviours: {
      plain: '/ws',
      reverse: '/reverse',
      split: '/fragments',
      merge: '/merge',
      noise: '/greeting',
      strangeIds: '/ws',
      breakMidAnswer: '/drop',
      endWithoutAnswer: NO_STREAM,
      hang: '/hang',
    },
    startServer: async () => {
      const server = await startWebSocketServer({ modern: era === 'modern' });
      return { port: server.port, openSockets: server.seen.openSockets, close: () => server.close() };
    },
    launch: (_server, path, port, maxMessageBytes) =>
      webSocketLaunch(`ws://127.0.0.1:${port}${path}`, { maxMessageBytes }),
  });
}

function sse(name: string, era: 'legacy' | 'modern') {
  return network({
    name,
    era,
    carriesNotifications: true,
    carriesLateAnswers: true,
    overLimit: 'call',
    behaviours: {
      plain: '/sse',
      reverse: '/reverse',
      split: '/split',
      merge: '/merge',
      noise: '/noise',
      strangeIds: '/sse',
      breakMidAnswer: '/drop',
      endWithoutAnswer: NO_STREAM,
      hang: '/hang',
    },
    startServer: async () => {
      const server = await startSseServer({ modern: era === 'modern' });
      return { port: server.port, openSockets: server.seen.openSockets, close: () => server.close() };
    },
    launch: (_server, path, port, maxMessageBytes) => ({
      transport: 'sse',
      url: `http://127.0.0.1:${port}${path}`,
      headers: {},
      maxMessageBytes,
    }),
  });
}

function tcp(name: string, era: 'legacy' | 'modern') {
  return network({
    name,
    era,
    carriesNotifications: true,
    carriesLateAnswers: true,
    overLimit: 'message',
    behaviours: {
      plain: 'plain',
      reverse: 'reverse',
      split: 'split',
      merge: 'merge',
      noise: 'noise',
      strangeIds: 'plain',
      breakMidAnswer: 'drop',
      endWithoutAnswer: NO_STREAM,
      hang: 'hang',
    },
    startServer: (behaviour) => startTcpServer({ behaviour, modern: era === 'modern' }),
    launch: (_server, _behaviour, port, maxMessageBytes) => ({
      transport: 'tcp',
      entry: { url: `tcp://127.0.0.1:${port}` },
      maxMessageBytes,
    }),
  });
}

/** Streamable HTTP over a unix socket. */
function unixSocket(name: string, era: 'legacy' | 'modern'): TransportKind {
  const kind: TransportKind = {
    name,
    era,
    behaviours: EVENT_ANSWERS,
    carriesNotifications: true,
    carriesLateAnswers: era === 'legacy',
    overLimit: 'call',
    async create(behaviour, { maxMessageBytes = MAX_MESSAGE_BYTES, stoppable = false } = {}) {
      const folder = await mkdtemp(join(tmpdir(), 'patchbay-'));
      const socketPath = join(folder, 'mcp.sock');
      const proxyPath = join(folder, 'between.sock');
      const server = await httpServer({ socketPath, modern: era === 'modern' });
      const proxy = stoppable ? await startPausingProxy({ path: socketPath }, { path: proxyPath }) : undefined;
      const url = `unix://${proxy ? proxyPath : socketPath}#${told(kind, behaviour)}`;
      const launch: AnyLaunch = { transport: 'http', url, headers: {}, maxMessageBytes };
      return {
        transport: createAny(launch),
        launch,
        ...(proxy ? { stop: () => proxy.pause(), reached: proxy.reached } : {}),
        async checkGone() {
          await proxy?.close();
          await socketsClosed(server.openSockets);
          await server.close();
          await rm(folder, { recursive: true });
        },
      };
    },
  };
  return kind;
}

const UNIX_SOCKETS = [
  unixSocket('HTTP legacy over a unix socket', 'legacy'),
  unixSocket('HTTP modern over a unix socket', 'modern'),
];

export const TRANSPORT_KINDS: readonly TransportKind[] = [
  inMemory,
  stdio('stdio legacy', 'legacy'),
  stdio('stdio modern', 'modern'),
  http('HTTP modern', 'modern', { behaviours: EVENT_ANSWERS }),
  http('HTTP legacy, JSON answers', 'legacy', { behaviours: JSON_ANSWERS, noiseEnds: 'call' }),
  http('HTTP legacy, SSE answers', 'legacy', { behaviours: EVENT_ANSWERS }),
  sse('SSE legacy', 'legacy'),
  sse('SSE modern', 'modern'),
  webSocket('WebSocket legacy', 'legacy'),
  webSocket('WebSocket modern', 'modern'),
  ...(process.platform === 'win32' ? [] : UNIX_SOCKETS),
  tcp('TCP (registered) legacy', 'legacy'),
  tcp('TCP (registered) modern', 'modern'),
];
