/**
 * MCP over HTTP+SSE of protocol 2024-11-05 on plain node:http, 127.0.0.1 and a free port; prints {"port":N} on stdout.
 * `startSseServer()` gives the same inside a process, with what it has seen; with `modern` it speaks 2026-07-28.
 *
 * The path of the stream says how it behaves; messages go to /message?stream=N:
 *   /sse                   as the specification says
 *   /absolute              names its endpoint with scheme and host
 *   /other-origin          names an endpoint on another port
 *   /not-an-address        names http://[ as its endpoint
 *   /fixed                 names no endpoint: messages go to /fixed-message, to the last stream that was opened
 *   /late                  names its endpoint in splinters, after comments
 *   /split                 events in pieces of 3 bytes (1001 for big ones), CRLF, comments between
 *   /merge                 holds each message back and writes two in one chunk
 *   /reverse               collects ten calls and answers them last first
 *   /noise                 events that are not messages, of its own types and without JSON, between
 *   /hang                  never answers a call
 *   /drop                  answers one call, then breaks the connection
 *   /end                   answers one call, then ends the stream properly, with `retry: 0`
 *   /no-endpoint           ends the stream before it names its endpoint
 *   /refuse-message        takes the stream, answers 503 to each message
 *   /lost                  takes the stream, answers 404 to each message
 *   /status/401            that status for the stream (also 403, 404, 429, 500, …)
 *   /html                  a page
 *   /token                 401 unless the authorization is `Bearer good`, for the stream and for messages
 */
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';
import { createJsonRpcServer } from './jsonRpcServer.mjs';

export async function startSseServer({ port = 0, modern = false } = {}) {
  const seen = { requests: [], openSockets: new Set(), streams: 0, closedStreams: 0 };
  const streams = new Map();
  const server = createServer((request, response) => {
    seen.requests.push({ method: request.method, url: request.url, headers: request.headers });
    const url = new URL(request.url, 'http://127.0.0.1');
    const exchange = { request, response, url, path: url.pathname, seen, streams, modern, port: server.address().port };
    if (request.method === 'POST') return takeMessage(exchange);
    if (request.method === 'GET') return openStream(exchange);
    return response.writeHead(405).end();
  });
  server.on('connection', (socket) => {
    seen.openSockets.add(socket);
    socket.once('close', () => seen.openSockets.delete(socket));
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port: server.address().port,
    url: (path) => `http://127.0.0.1:${server.address().port}${path}`,
    seen,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

function isRefused({ request, response, path }) {
  const status = /^\/status\/(\d+)$/.exec(path);
  if (status) {
    const headers = { 'content-type': 'text/plain', ...(status[1] === '429' ? { 'retry-after': '2' } : {}) };
    response.writeHead(Number(status[1]), headers).end(`status ${status[1]} \u0007 as asked`);
    return true;
  }
  if (path === '/html') {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>');
    return true;
  }
  if (path === '/token' && request.headers.authorization !== 'Bearer good') {
    response.writeHead(401, { 'www-authenticate': 'Bearer realm="mcp"' }).end('token please');
    return true;
  }
  return false;
}

const KNOWN = new Set(
  'sse absolute other-origin not-an-address fixed late split merge reverse noise hang drop end no-endpoint refuse-message lost token'
    .split(' ')
    .map((name) => `/${name}`),
);

function openStream(exchange) {
  const { response, path, seen, streams, modern, port } = exchange;
  if (isRefused(exchange)) return;
  if (!KNOWN.has(path)) {
    response.writeHead(404).end('nothing here');
    return;
  }
  const id = String(++seen.streams);
  response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
  response.once('close', () => {
    seen.closedStreams++;
    streams.delete(id);
  });
  const stream = { path, response, server: createJsonRpcServer({ name: 'sse', modern }), collected: [], calls: 0 };
  stream.write = createOutput(response, path);
  streams.set(id, stream);
  const relative = `/message?stream=${id}`;
  const endpoint = {
    '/absolute': `http://127.0.0.1:${port}${relative}`,
    '/other-origin': `http://127.0.0.1:${port === 1 ? 2 : 1}${relative}`,
    '/not-an-address': 'http://[',
  }[path];
  if (path === '/fixed') response.write(': open\n\n');
  else if (path === '/no-endpoint') response.end('retry: 0\n\n');
  else if (path === '/late') void splinter(response, `: wait\r\n\r\nevent: endpoint\r\ndata: ${relative}\r\n\r\n`);
  else response.write(`event: endpoint\ndata: ${endpoint ?? relative}\n\n`);
  if (path === '/noise') {
    response.write('event: stranger\ndata: {"jsonrpc":"2.0","method":"x"}\n\ndata: Server starting on SSE…\n\n');
    response.write('data: [1,2,"not a message"]\n\nid: 7\nretry: 5\n: comment\n\n');
  }
}

async function takeMessage(exchange) {
  const { request, response, url, path, streams } = exchange;
  const parts = [];
  for await (const part of request) parts.push(part);
  const stream = path === '/fixed-message' ? [...streams.values()].at(-1) : streams.get(url.searchParams.get('stream'));
  if (!stream || stream.path === '/lost') return response.writeHead(404).end('no such session');
  if (stream.path === '/refuse-message') return response.writeHead(503).end('busy');
  if (isRefused({ ...exchange, path: stream.path })) return undefined;
  response.writeHead(202).end('Accepted');
  return handle(stream, JSON.parse(Buffer.concat(parts).toString('utf8')));
}

function handle(stream, message) {
  const { path, response, server } = stream;
  const send = (out) => stream.write(JSON.stringify(out));
  const isCall = message.method === 'tools/call';
  if (isCall && path === '/hang') return;
  if (isCall && ++stream.calls > 1) {
    if (path === '/drop') return void response.destroy();
    if (path === '/end') return void response.end('retry: 0\n\n');
  }
  if (isCall && path === '/reverse') {
    stream.collected.push(message);
    if (stream.collected.length < 10) return;
    for (const call of stream.collected.splice(0).reverse()) server.handle(call, send);
    return;
  }
  server.handle(message, send);
}

/** How a message gets onto the stream. */
function createOutput(response, path) {
  if (path === '/split') {
    let before = Promise.resolve();
    return (text) => {
      before = before.then(() => splinter(response, `: keep-alive\r\n\r\ndata: ${text}\r\n\r\n`));
    };
  }
  if (path === '/merge') {
    let held = [];
    return (text) => {
      held.push(text);
      if (held.length > 1) return;
      setImmediate(() =>
        setImmediate(() => {
          response.write(`${held.map((one) => `data:${one}\n`).join('\n')}\n: end\n\n`);
          held = [];
        }),
      );
    };
  }
  return (text) => response.write(`event: message\ndata: ${text}\n\n`);
}

async function splinter(response, text) {
  const bytes = Buffer.from(text);
  const step = bytes.length > 10_000 ? 1001 : 3;
  for (let at = 0; at < bytes.length; at += step) {
    await new Promise((resolve) => response.write(bytes.subarray(at, at + step), () => setImmediate(resolve)));
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const server = await startSseServer({ port: Number(process.argv[2] ?? 0) });
  process.stdout.write(`${JSON.stringify({ port: server.port })}\n`);
}
