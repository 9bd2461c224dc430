/**
 * MCP over Streamable HTTP on plain node:http, 127.0.0.1 and a free port; prints {"port":N} on stdout.
 * `startHttpServer()` gives the same inside a process, with what it has seen; there `socketPath` listens on a unix socket
 * or a named pipe in place of a port, and `tls` (options of https.createServer) answers https.
 *
 * With `modern` it speaks 2026-07-28 as well, without sessions; there, to close the stream of a request cancels it.
 * The path says how it behaves:
 *   /mcp                   JSON answers, sessions
 *   /sse                   event stream answers, sessions, a GET stream
 *   /stateless             JSON answers, no sessions, GET refused with 405
 *   /split                 event stream answers in pieces of 3 bytes (1001 for big ones), CRLF, comments between
 *   /gzip /br              compressed JSON answers; /gzip-sse compressed event stream
 *   /reverse               event streams; calls are answered ten at a time, last first
 *   /status/401            that status for everything (also 403, 404, 405, 429, 500, …)
 *   /unknown-method        404 with a JSON-RPC error for every call
 *   /html /empty           200 with a page, or with nothing
 *   /slow-headers          headers after 300 ms, body 300 ms later
 *   /hang                  never answers a call
 *   /drop-json /drop-sse   breaks the connection in the middle of the answer to a call
 *   /end-sse               ends the stream properly, but without the answer
 *   /lose-session          knows a session for one call, then answers 404
 *   /idle-get              closes each GET stream at once with `retry: 0`
 *   /odd-json /odd-sse     answers with null where a member should be left out, and members that JSON-RPC does not have
 *   /batch                 JSON answers as a list of all messages of the call
 *   /noise-json /noise-sse in the place of a call's answer text that is no JSON; before it on the stream
 *   /split-json            JSON answers in pieces of 3 bytes (1001 for big ones)
 *   /merge-sse             an event stream whose events come in one write
 *   /reverse-json          as /reverse, with JSON answers
 *   /other-id /null-id     JSON answers to calls: for another id; an error without one (`-sse`: on a stream)
 *   /crossed-json          never answers the first of two calls, but with the JSON answer to the second
 *   /resume                event streams that name each event and break before the answer, which a GET with its
 *                          Last-Event-ID brings
 *   /resume-refused        the same, but the GET is answered 404
 *   /cookie                as /mcp, but only for requests with the cookie that `initialize` set
 *   /redirect/same         307 to /mcp;  /redirect/other  307 to another port;
 *                          /redirect/metadata  307 to a metadata service
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync, createGzip, gzipSync } from 'node:zlib';
import { createJsonRpcServer, MODERN_VERSION } from './jsonRpcServer.mjs';

export async function startHttpServer({ port = 0, maxBody = 64 * 1024 * 1024, socketPath, tls, modern = false } = {}) {
  const seen = { requests: [], deleted: [], gets: 0, calls: 0, openSockets: new Set(), closedRequests: 0 };
  const sessions = new Map();
  const streams = new Set();
  const resumable = new Map();
  const listener = async (request, response) => {
    seen.requests.push({ method: request.method, url: request.url, headers: request.headers });
    response.once('close', () => {
      if (!response.writableFinished) seen.closedRequests++;
    });
    const body = await readBody(request, maxBody);
    if (body === undefined) return response.writeHead(413).end();
    answer({
      request,
      response,
      path: request.url.split('?')[0],
      body,
      seen,
      sessions,
      streams,
      resumable,
      modern,
      port: server.address().port,
    });
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  server.on('connection', (socket) => {
    seen.openSockets.add(socket);
    socket.once('close', () => seen.openSockets.delete(socket));
  });
  await new Promise((resolve) => {
    if (socketPath === undefined) server.listen(port, '127.0.0.1', resolve);
    else server.listen(socketPath, resolve);
  });
  return {
    port: server.address().port,
    url: (path) => `${tls ? 'https' : 'http'}://127.0.0.1:${server.address().port}${path}`,
    seen,
    /** Sends a message on every open GET stream. */
    broadcast(message) {
      for (const stream of streams) stream.write(`data: ${JSON.stringify(message)}\n\n`);
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(exchange) {
  const { request, response, path, port } = exchange;
  const status = /^\/status\/(\d+)$/.exec(path);
  if (status) {
    const headers = { 'content-type': 'text/plain', ...(/^(429|503)$/.test(status[1]) ? { 'retry-after': '2' } : {}) };
    return response.writeHead(Number(status[1]), headers).end(`status ${status[1]} \u0007 as asked`);
  }
  if (path === '/redirect/same') return response.writeHead(307, { location: '/mcp' }).end();
  if (path === '/redirect/other') {
    return response.writeHead(307, { location: `http://127.0.0.1:${port === 1 ? 2 : 1}/mcp` }).end();
  }
  if (path === '/redirect/metadata') {
    return response.writeHead(307, { location: 'http://169.254.169.254/latest/meta-data' }).end();
  }
  if (path === '/html')
    return response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>\n<p>Log in</p>');
  if (path === '/empty') return response.writeHead(200).end();
  if (request.method === 'GET') return openStream(exchange);
  if (request.method === 'DELETE') return endSession(exchange);
  if (request.method !== 'POST') return response.writeHead(405).end();
  return post(exchange);
}

function openStream({ request, response, path, seen, streams, resumable }) {
  seen.gets++;
  const missed = resumable.get(request.headers['last-event-id']);
  if (missed && path === '/resume-refused') return response.writeHead(404).end('no such event');
  if (missed) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    return missed((message) => response.end(`id: ${randomUUID()}\ndata: ${JSON.stringify(message)}\n\n`));
  }
  if (path !== '/sse' && path !== '/idle-get') return response.writeHead(405).end();
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  if (path === '/idle-get') return response.end('retry: 0\n\n');
  response.write(': open\n\n');
  streams.add(response);
  response.once('close', () => streams.delete(response));
}

function endSession({ request, response, seen, sessions }) {
  const id = request.headers['mcp-session-id'];
  seen.deleted.push(id);
  response.writeHead(sessions.delete(id) ? 200 : 404).end();
}

function post(exchange) {
  const { request, response, path, body, seen, sessions, modern } = exchange;
  const message = JSON.parse(body);
  const isCall = message.method === 'tools/call';
  if (isCall) seen.calls++;
  const usesSessions = path !== '/stateless';
  let session = sessions.get(request.headers['mcp-session-id']);
  const headers = {};
  const isModern = modern && request.headers['mcp-protocol-version'] === MODERN_VERSION;
  if (isModern) {
    session = sessions.get(MODERN_VERSION) ?? {
      server: createJsonRpcServer({ name: 'http', modern: true }),
      waiting: [],
    };
    sessions.set(MODERN_VERSION, session);
    const cancel = { method: 'notifications/cancelled', params: { requestId: message.id } };
    response.once('close', () => response.writableFinished || session.server.handle(cancel, () => {}));
  } else if (message.method === 'initialize' || !usesSessions) {
    session = { server: createJsonRpcServer({ name: 'http' }), waiting: [] };
    if (usesSessions) {
      headers['mcp-session-id'] = randomUUID();
      sessions.set(headers['mcp-session-id'], session);
    }
  }
  if (path === '/cookie' && message.method !== 'initialize' && request.headers.cookie !== 'node=n1') {
    return response.writeHead(404).end('another node');
  }
  if (path === '/cookie') headers['set-cookie'] = ['node=n1; Path=/; HttpOnly', 'gone=x; Max-Age=0'];
  if (!session) {
    const error = { code: -32001, message: 'Session not found' };
    return response
      .writeHead(404, { 'content-type': 'application/json' })
      .end(JSON.stringify({ jsonrpc: '2.0', id: null, error }));
  }
  if (message.id === undefined || message.method === undefined) {
    session.server.handle(message, () => {});
    return response.writeHead(202).end();
  }
  if (path === '/lose-session' && isCall) sessions.delete(request.headers['mcp-session-id']);
  const fault = isCall ? CALL_FAULTS[path] : undefined;
  if (fault) return fault({ ...exchange, message, session });
  const reply = STREAM_PATHS.has(path) ? streamReply(response, path, headers) : jsonReply(response, path, headers);
  session.server.handle(message, (out) => reply(out, out.id === message.id && !out.method));
}

const STREAM_PATHS = new Set([
  '/sse',
  '/split',
  '/gzip-sse',
  '/reverse',
  '/drop-sse',
  '/end-sse',
  '/idle-get',
  '/resume',
  '/odd-sse',
  '/noise-sse',
  '/merge-sse',
]);

/** What serializers of some languages write that were not told to leave out what is not there. */
function asOdd(message) {
  const result = message.result && { ...message.result, _meta: null };
  return message.method
    ? { ...message, params: { ...message.params, _meta: null } }
    : { ...message, result, error: null, success: true };
}

const CALL_FAULTS = {
  '/noise-json': ({ response }) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('Server starting on HTTP\u2026');
  },
  '/other-id': ({ response, message }) => {
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ jsonrpc: '2.0', id: message.id + 1000, result: {} }));
  },
  '/crossed-json': ({ response, message, session }) => {
    if (session.waiting.length === 0) return void session.waiting.push(message.id);
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ jsonrpc: '2.0', id: session.waiting.pop(), result: {} }));
  },
  '/null-id': ({ response }) => {
    const error = { code: -32700, message: 'Parse error' };
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ jsonrpc: '2.0', id: null, error }));
  },
  '/null-id-sse': ({ response }) => {
    const error = { code: -32700, message: 'Parse error' };
    response
      .writeHead(200, { 'content-type': 'text/event-stream' })
      .end(`data: ${JSON.stringify({ jsonrpc: '2.0', id: null, error })}\n\n`);
  },
  '/hang': () => {},
  '/unknown-method': ({ response, message }) => {
    const error = { code: -32601, message: `Method not found: ${message.method}` };
    response
      .writeHead(404, { 'content-type': 'application/json' })
      .end(JSON.stringify({ jsonrpc: '2.0', id: message.id, error }));
  },
  '/drop-json': ({ response }) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
    response.write('{"jsonrpc":"2.0",', () => response.destroy());
  },
  '/drop-sse': ({ response }) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: {"jsonrpc":"2.0",', () => response.destroy());
  },
  '/end-sse': ({ response }) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(': nothing to say\n\n');
  },
  '/resume': ({ response, message, session, resumable }) => {
    const id = randomUUID();
    resumable.set(id, (reply) => session.server.handle(message, reply));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`id: ${id}\nretry: 10\ndata:\n\n`, () => response.destroy());
  },
  '/resume-refused': (exchange) => CALL_FAULTS['/resume'](exchange),
  '/reverse-json': (exchange) => CALL_FAULTS['/reverse'](exchange),
  '/reverse': ({ response, path, message, session }) => {
    const reply = (path === '/reverse' ? streamReply : jsonReply)(response, path, {});
    session.waiting.push(() => session.server.handle(message, (out) => reply(out, out.id === message.id)));
    if (session.waiting.length < 10) return;
    for (const run of session.waiting.splice(0).reverse()) run();
  },
};

/** Notifications have no place in a JSON answer and are left out. */
function jsonReply(response, path, headers) {
  const batch = [];
  return (message, isLast) => {
    const all = { 'content-type': 'application/json; charset=utf-8', ...headers };
    if (path === '/batch') {
      // After the handler sent everything that it has at once.
      if (isLast && !response.headersSent) {
        response.writeHead(200, all);
        setImmediate(() => response.end(JSON.stringify(batch)));
      }
      return batch.push(message);
    }
    if (!isLast || response.headersSent) return;
    const text = JSON.stringify(path === '/odd-json' ? asOdd(message) : message);
    if (path === '/gzip') response.writeHead(200, { ...all, 'content-encoding': 'gzip' }).end(gzipSync(text));
    else if (path === '/split-json') void splinter(response.writeHead(200, all), text, true);
    else if (path === '/br')
      response.writeHead(200, { ...all, 'content-encoding': 'br' }).end(brotliCompressSync(text));
    else if (path === '/slow-headers') {
      setTimeout(() => {
        response.writeHead(200, all).flushHeaders();
        setTimeout(() => response.end(text), 300);
      }, 300);
    } else response.writeHead(200, all).end(text);
  };
}

function streamReply(response, path, headers) {
  const gzip = path === '/gzip-sse' ? createGzip() : undefined;
  const all = { 'content-type': 'text/event-stream', ...(gzip ? { 'content-encoding': 'gzip' } : {}), ...headers };
  response.writeHead(200, all).flushHeaders();
  gzip?.pipe(response);
  const out = gzip ?? response;
  let held = '';
  return (message, isLast) => {
    const text = JSON.stringify(path === '/odd-sse' ? asOdd(message) : message);
    if (path === '/noise-sse') out.write('data: Server starting on HTTP\u2026\n\ndata: [1,2,"not a message"]\n\n');
    if (path === '/split') return splinter(response, `: keep-alive\r\n\r\ndata: ${text}\r\n\r\n`, isLast);
    const event = `event: message\ndata: ${text}\n\n`;
    if (path === '/merge-sse') {
      held += event;
      return void (isLast && out.end(held));
    }
    out.write(event);
    gzip?.flush();
    // The tool for strange ids has more to say.
    if (isLast) setImmediate(() => out.end());
  };
}

async function splinter(response, text, isLast) {
  const bytes = Buffer.from(text);
  const step = bytes.length > 10_000 ? 1001 : 3;
  for (let at = 0; at < bytes.length; at += step) {
    await new Promise((resolve) => response.write(bytes.subarray(at, at + step), () => setImmediate(resolve)));
  }
  if (isLast) response.end();
}

async function readBody(request, maxBody) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > maxBody) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const server = await startHttpServer({ port: Number(process.argv[2] ?? 0) });
  process.stdout.write(`${JSON.stringify({ port: server.port })}\n`);
}
