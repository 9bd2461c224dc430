import { fileURLToPath } from 'node:url';
import type { JSONRPCMessage } from '@modelcontextprotocol/client';
import { createSystemClock } from '../../src/base/clock';
import { type Deferred, deferred } from '../../src/base/deferred';
import type { Logger } from '../../src/core/ports';
import { createHttpTransport } from '../../src/core/transports/http';
import { createInMemoryPair } from '../../src/core/transports/inMemory';
import { createStdioTransport } from '../../src/core/transports/stdio';
import type { McpTransport, StdioLaunch, TransportContext } from '../../src/core/transports/transport';
import { type HttpTestServer, startHttpServer } from '../servers/httpServer.mjs';
import { createJsonRpcServer } from '../servers/jsonRpcServer.mjs';

/** Well below the time after which idle connections go by themselves. */
const SOCKET_CLOSE_MS = 3000;

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
  readonly limits: boolean;
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
  limits: false,
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
  limits: true,
  async create(behaviour, maxMessageBytes = 64 * 1024 * 1024) {
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
    limits: true,
    async create(behaviour, maxMessageBytes = 64 * 1024 * 1024) {
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
          // The server's side of a socket closes some turns after ours. Left alone, an idle one stays for seconds.
          const open = [...server.seen.openSockets].filter((socket) => !socket.destroyed);
          const closed = Promise.all(open.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
          let bound: NodeJS.Timeout | undefined;
          const late = new Promise((_resolve, reject) => {
            bound = setTimeout(() => reject(new Error('Sockets are still open')), SOCKET_CLOSE_MS);
          });
          await Promise.race([closed, late]).finally(() => clearTimeout(bound));
          await server.close();
        },
      };
    },
  };
}

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
];
