/**
 * Those that are compared: our hub, the SDK's own client, and as the floor a client of JSON-RPC written by hand, which
 * does nothing but write requests and hand answers to who waits for their id. All speak with `benchServer.mjs`.
 * Each is `{ call(tool, args), close() }`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { WebSocket } from 'ws';
import { ROOT } from '../../../scripts/lib/root.mjs';

export const SERVER = join(ROOT, 'test/bench/support/benchServer.mjs');
const VERSION = '2025-11-25';
const CLIENT_INFO = { name: 'bench', version: '1' };
const NEWLINE = 0x0a;
const MAX_MESSAGE_BYTES = 100_000_000;
const LONG_MS = 600_000;

/** Runs `work` with the sides that `make` opens, by name, and closes them whatever happens. */
export async function withSides(make, work) {
  const sides = {};
  try {
    for (const [name, open] of Object.entries(make)) sides[name] = await open();
    return await work(sides);
  } finally {
    await Promise.all(Object.values(sides).map((side) => side.close()));
  }
}

/** A server with an address: `kind` is http or ws. */
export async function startServer(kind) {
  const child = spawn(process.execPath, [SERVER, kind], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  const { port } = JSON.parse(line.toString());
  return {
    url: kind === 'http' ? `http://127.0.0.1:${port}/mcp` : `ws://127.0.0.1:${port}/`,
    async close() {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}

/** Over stdio without a `server`. `more` goes into its entry of the configuration, `settings` beside `servers`. */
export async function hubSide(core, server, { more = {}, settings = {} } = {}) {
  const entry = server ? { url: server.url } : { command: process.execPath, args: [SERVER, 'stdio'] };
  const limits = { maxMessageBytes: MAX_MESSAGE_BYTES };
  const hub = core.createHub({ config: { ...settings, servers: { bench: { ...entry, limits, ...more } } } });
  await hub.connect('bench');
  return { call: (tool, args) => hub.callTool('bench', tool, args), close: () => hub.close() };
}

export async function sdkSide(transport) {
  const client = new Client(CLIENT_INFO);
  await client.connect(transport);
  const call = (name, args) => client.callTool({ name, arguments: args }, { timeout: LONG_MS });
  return { call, close: () => client.close() };
}

export function sdkStdio() {
  return sdkSide(
    new StdioClientTransport({ command: process.execPath, args: [SERVER, 'stdio'], maxBufferSize: MAX_MESSAGE_BYTES }),
  );
}

export function sdkHttp({ url }) {
  return sdkSide(new StreamableHTTPClientTransport(new URL(url)));
}

/** The SDK has no transport for WebSocket: its client over the least that is one. */
export function sdkWebSocket({ url }) {
  let socket;
  const transport = {
    async start() {
      socket = new WebSocket(url, 'mcp', { perMessageDeflate: false });
      await once(socket, 'open');
      socket.on('message', (data) => transport.onmessage?.(JSON.parse(data.toString())));
      socket.on('close', () => transport.onclose?.());
    },
    async send(message) {
      socket.send(JSON.stringify(message));
    },
    async close() {
      socket.close();
      await once(socket, 'close');
    },
  };
  return sdkSide(transport);
}

/** Requests by number, answers by the same number. */
class Calls {
  #next = 0;
  #waiting = new Map();

  /** `send(text)` writes one message. */
  request(method, params, send) {
    const id = ++this.#next;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    });
  }

  answer(text) {
    const { id, result } = JSON.parse(text);
    this.#waiting.get(id)?.(result);
    this.#waiting.delete(id);
  }
}

const INITIALIZE = { protocolVersion: VERSION, capabilities: {}, clientInfo: CLIENT_INFO };
const INITIALIZED = '{"jsonrpc":"2.0","method":"notifications/initialized"}';

/** `options` of the spawn. */
export async function floorStdio(options = {}) {
  const child = spawn(process.execPath, [SERVER, 'stdio'], { stdio: ['pipe', 'pipe', 'inherit'], ...options });
  const calls = new Calls();
  let parts = [];
  child.stdout.on('data', (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      const last = chunk.subarray(start, end);
      calls.answer((parts.length > 0 ? Buffer.concat([...parts, last]) : last).toString());
      parts = [];
      start = end + 1;
    }
    if (start < chunk.length) parts.push(chunk.subarray(start));
  });
  const write = (text) => child.stdin.write(`${text}\n`);
  await calls.request('initialize', INITIALIZE, write);
  write(INITIALIZED);
  return {
    call: (name, args) => calls.request('tools/call', { name, arguments: args }, write),
    async close() {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}

export async function floorWebSocket({ url }) {
  const socket = new WebSocket(url, 'mcp', { perMessageDeflate: false });
  await once(socket, 'open');
  const calls = new Calls();
  socket.on('message', (data) => calls.answer(data.toString()));
  const write = (text) => socket.send(text);
  await calls.request('initialize', INITIALIZE, write);
  write(INITIALIZED);
  return {
    call: (name, args) => calls.request('tools/call', { name, arguments: args }, write),
    async close() {
      socket.close();
      await once(socket, 'close');
    },
  };
}

export async function floorHttp({ url }) {
  const agent = new http.Agent({ keepAlive: true });
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  let next = 0;
  const post = (message) =>
    new Promise((resolve, reject) => {
      const body = JSON.stringify(message);
      const options = { method: 'POST', agent, headers: { ...headers, 'content-length': Buffer.byteLength(body) } };
      const request = http.request(url, options, (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => {
          headers['mcp-session-id'] ??= response.headers['mcp-session-id'];
          resolve(response.statusCode === 200 ? JSON.parse(Buffer.concat(chunks).toString()).result : undefined);
        });
      });
      request.on('error', reject);
      request.end(body);
    });
  const ask = (method, params) => post({ jsonrpc: '2.0', id: ++next, method, params });
  await ask('initialize', INITIALIZE);
  headers['mcp-protocol-version'] = VERSION;
  await post(JSON.parse(INITIALIZED));
  return { call: (name, args) => ask('tools/call', { name, arguments: args }), close: async () => agent.destroy() };
}
