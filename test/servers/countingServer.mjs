/**
 * An MCP server that counts how often each call ran, over stdio, Streamable HTTP or WebSocket.
 *
 * Tools, each with the argument `id` under which it is counted:
 *   run          says nothing about being called twice
 *   read         the same, marked read-only
 *   wait {ms}    as `run`, but answers after that time; waitSafe {ms} is read-only
 *   die          ends the process (stdio) or breaks the link (WebSocket) after it was counted
 * and those of jsonRpcServer.mjs. The answer is the `id`.
 *
 * Over stdio: `--log FILE` gets a line with the id for each run, so that the count outlives the process; `--leak` answers
 * each call twice, to ids that nobody asked with, and late to the call before.
 * `startCountingHttp()` and `startCountingWebSocket()` give the others inside a process; `--http` and `--websocket` start
 * them in one of their own on `--port N` or a free one, which prints {"port":N}.
 */
import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { WebSocketServer } from 'ws';
import { parseFlags } from './flags.mjs';
import { createJsonRpcServer } from './jsonRpcServer.mjs';

const inputSchema = { type: 'object', properties: { id: { type: 'string' } } };
const TOOLS = [
  { name: 'run', inputSchema },
  { name: 'read', inputSchema, annotations: { readOnlyHint: true } },
  { name: 'wait', inputSchema },
  { name: 'waitSafe', inputSchema, annotations: { readOnlyHint: true } },
  { name: 'die', inputSchema },
];

/** Messages in, messages out. `onRun(id)` is told of each run. */
export function createCountingServer({ onRun, leak = false, die = () => {} }) {
  const inner = createJsonRpcServer({ name: 'counting' });
  let before;
  const call = ({ id, params: { name, arguments: args = {} } }, send) => {
    onRun(String(args.id));
    const reply = { jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: String(args.id) }] } };
    if (name === 'die') return die();
    if (name === 'wait' || name === 'waitSafe') return void setTimeout(() => send(reply), args.ms).unref();
    if (leak) {
      send({ ...reply, id: 424_242 });
      send({ ...reply, id: 'nobody' });
      if (before) send(before);
    }
    send(reply);
    if (leak) send({ ...reply, result: { content: [{ type: 'text', text: 'another answer' }] } });
    before = reply;
  };
  return {
    handle(message, send) {
      if (message.method === 'tools/call' && TOOLS.some(({ name }) => name === message.params.name)) {
        return call(message, send);
      }
      return inner.handle(message, (out) => {
        const isList = message.method === 'tools/list' && out.result !== undefined;
        send(isList ? { ...out, result: { ...out.result, tools: [...TOOLS, ...out.result.tools] } } : out);
      });
    },
  };
}

const counter = () => {
  const runs = new Map();
  return { runs, onRun: (id) => runs.set(id, (runs.get(id) ?? 0) + 1) };
};

/** JSON answers, with sessions. */
export async function startCountingHttp(port = 0) {
  const { runs, onRun } = counter();
  const sessions = new Map();
  const openSockets = new Set();
  let refusal;
  const server = createServer(async (request, response) => {
    if (request.method === 'DELETE') return response.writeHead(sessions.delete(sessionOf(request)) ? 200 : 404).end();
    if (request.method !== 'POST') return response.writeHead(405).end();
    const message = JSON.parse(await readBody(request));
    if (message.method === 'server/discover') return refuseMethod(response, message);
    if (refusal?.times > 0 && message.method === 'tools/call') {
      refusal.times -= 1;
      return response.writeHead(refusal.status, { 'retry-after': String(refusal.retryAfter) }).end();
    }
    const headers = { 'content-type': 'application/json' };
    if (message.method === 'initialize') {
      headers['mcp-session-id'] = randomUUID();
      sessions.set(headers['mcp-session-id'], createCountingServer({ onRun }));
    }
    const session = sessions.get(headers['mcp-session-id'] ?? sessionOf(request));
    if (!session) return response.writeHead(404).end();
    if (message.id === undefined) return response.writeHead(202).end();
    return session.handle(message, (out) => {
      if (out.id === message.id) response.writeHead(200, headers).end(JSON.stringify(out));
    });
  });
  server.on('connection', (socket) => {
    openSockets.add(socket);
    socket.once('close', () => openSockets.delete(socket));
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port: server.address().port,
    runs,
    openSockets,
    /** As after a restart. */
    forgetSessions: () => sessions.clear(),
    /** Answers the next calls with that status, without running them. `retryAfter`: seconds. */
    refuse(times, status, retryAfter) {
      refusal = { times, status, retryAfter };
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

export async function startCountingWebSocket(port = 0) {
  const { runs, onRun } = counter();
  const server = createServer();
  const openSockets = new Set();
  server.on('connection', (socket) => {
    openSockets.add(socket);
    socket.once('close', () => openSockets.delete(socket));
  });
  new WebSocketServer({ server }).on('connection', (webSocket, { socket }) => {
    const counting = createCountingServer({ onRun, die: () => socket.destroy() });
    webSocket.on('error', () => {});
    webSocket.on('message', (data) => {
      try {
        counting.handle(JSON.parse(data.toString()), (out) => webSocket.send(JSON.stringify(out)));
      } catch {
        webSocket.close(1007);
      }
    });
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port: server.address().port,
    runs,
    openSockets,
    close() {
      for (const socket of openSockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

const sessionOf = (request) => request.headers['mcp-session-id'];

function refuseMethod(response, { id }) {
  const error = { code: -32601, message: 'Method not found' };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id, error }));
}

async function readBody(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function serveStdio({ log, leak }) {
  const onRun = (id) => log && appendFileSync(log, `${id}\n`);
  const server = createCountingServer({ onRun, leak, die: () => process.exit(3) });
  createInterface({ input: process.stdin }).on('line', (line) => {
    server.handle(JSON.parse(line), (out) => process.stdout.write(`${JSON.stringify(out)}\n`));
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const flags = parseFlags(process.argv.slice(2), ['leak', 'http', 'websocket'], ['log', 'port']);
  if (flags.http || flags.websocket) {
    const wanted = Number(flags.port ?? 0);
    const { port } = await (flags.http ? startCountingHttp(wanted) : startCountingWebSocket(wanted));
    process.stdout.write(`${JSON.stringify({ port })}\n`);
  } else serveStdio(flags);
}
