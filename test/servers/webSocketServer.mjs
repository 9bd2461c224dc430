/**
 * MCP over WebSocket on `ws`, 127.0.0.1 and a free port; prints {"port":N} on stdout.
 * `startWebSocketServer()` gives the same inside a process, with what it has seen; with `modern` it speaks 2026-07-28.
 *
 * The path says how it behaves:
 *   /ws                    one message per text frame, subprotocol `mcp` accepted
 *   /no-subprotocol        accepts none of the subprotocols
 *   /other-subprotocol     names one that was not offered
 *   /needs-subprotocol     breaks off without a close where `mcp` is not offered, as Python servers do
 *   /binary                binary frames
 *   /fragments             each message in frames of few bytes, through the middle of characters
 *   /merge                 holds each message back and sends two in one write, a batch among them
 *   /reverse               collects ten calls and answers them last first
 *   /greeting              says hello in plain text first, and a list that is no message
 *   /number-ids            reads ids as numbers: the answer to a text id has the id null
 *   /no-probe              closes at server/discover, as servers do that want `initialize` first
 *   /silent-probe          never answers server/discover
 *   /hang                  never answers a call
 *   /drop                  answers one call, then breaks off
 *   /no-pong               never answers pings
 *   /deaf                  stops reading after `initialize`
 *   /no-close              never answers the closing handshake
 *   /invalid-utf8          sends a text frame that is not UTF-8 at the first call
 *   /close/4401            closes with that code and a reason at the first call
 *   /status/401            that HTTP status instead of an upgrade (401 with a challenge, 429 with Retry-After)
 *   /token                 401 unless a token is sent: `good` by header, subprotocol or query
 *   /plain                 a web page instead of an upgrade
 *   /wrong-accept          an upgrade with a wrong Sec-WebSocket-Accept
 *   /stall                 never answers the upgrade
 */
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { pathToFileURL } from 'node:url';
import { WebSocketServer } from 'ws';
import { createJsonRpcServer } from './jsonRpcServer.mjs';

export async function startWebSocketServer({ port = 0, tls, modern = false } = {}) {
  const seen = { requests: [], frames: [], openSockets: new Set(), closeCodes: [] };
  const server = tls ? createTlsServer(tls) : createServer();
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: true,
    maxPayload: 64 * 1024 * 1024,
    handleProtocols: (offered, request) =>
      pathOf(request) !== '/no-subprotocol' && offered.has('mcp') ? 'mcp' : false,
  });
  server.on('connection', (socket) => {
    seen.openSockets.add(socket);
    socket.once('close', () => seen.openSockets.delete(socket));
    socket.on('error', () => {});
  });
  server.on('request', (request, response) => {
    seen.requests.push({ url: request.url, headers: request.headers });
    response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>');
  });
  server.on('upgrade', (request, socket, head) => {
    seen.requests.push({ url: request.url, headers: request.headers });
    const path = pathOf(request);
    const refuse = REFUSALS.find(([pattern]) => pattern.test(path))?.[1];
    if (refuse?.({ request, socket, path })) return;
    sockets.handleUpgrade(request, socket, head, (webSocket) => serve({ webSocket, socket, path, seen, modern }));
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  const scheme = tls ? 'wss' : 'ws';
  return {
    port: server.address().port,
    url: (path) => `${scheme}://127.0.0.1:${server.address().port}${path}`,
    seen,
    clients: sockets.clients,
    close() {
      for (const client of sockets.clients) client.terminate();
      for (const socket of seen.openSockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

const pathOf = (request) => request.url.split('?')[0];

function answerPlainly(socket, status, headers, body) {
  const lines = [
    `HTTP/1.1 ${status} Status`,
    ...headers,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
  return true;
}

/** What happens in place of an upgrade, by path. True where it did. */
const REFUSALS = [
  [
    /^\/status\/\d+$/,
    ({ socket, path }) => {
      const status = Number(path.slice(8));
      const headers = {
        401: ['WWW-Authenticate: Bearer realm="mcp"'],
        307: ['Location: ws://127.0.0.2:1/ws'],
        429: ['Retry-After: 2'],
      };
      return answerPlainly(socket, status, headers[status] ?? [], `status ${status} \u0007 as asked`);
    },
  ],
  [
    /^\/token$/,
    ({ request, socket }) => {
      const { authorization = '', 'sec-websocket-protocol': protocols = '' } = request.headers;
      const query = new URL(request.url, 'http://x').searchParams.get('access_token');
      if (authorization === 'Bearer good' || query === 'good' || protocols.split(',').includes('bearer.good'))
        return false;
      return answerPlainly(socket, 401, ['WWW-Authenticate: Bearer realm="mcp"'], 'token please');
    },
  ],
  [/^\/plain$/, ({ socket }) => answerPlainly(socket, 200, ['Content-Type: text/html'], '<h1>Welcome</h1>')],
  [
    /^\/wrong-accept$/,
    ({ socket }) => {
      socket.end(
        'HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: no\r\n\r\n',
      );
      return true;
    },
  ],
  [
    /^\/other-subprotocol$/,
    ({ request, socket }) => {
      request.headers['sec-websocket-protocol'] = 'mcp';
      const write = socket.write.bind(socket);
      socket.write = (data, ...rest) =>
        write(typeof data === 'string' ? data.replace('Protocol: mcp', 'Protocol: other') : data, ...rest);
      return false;
    },
  ],
  [
    /^\/needs-subprotocol$/,
    ({ request, socket }) => {
      if (request.headers['sec-websocket-protocol']?.split(',').includes('mcp')) return false;
      socket.destroy();
      return true;
    },
  ],
  [/^\/stall$/, ({ socket }) => socket.resume().once('end', () => socket.end())],
];

function serve({ webSocket, socket, path, seen, modern }) {
  const server = createJsonRpcServer({ name: 'websocket', modern });
  const output = createOutput(webSocket, socket, path);
  const send = (message) => output(JSON.stringify(message));
  let collected = [];
  let calls = 0;
  webSocket.on('error', () => {});
  webSocket.on('close', (code) => seen.closeCodes.push(code));
  if (path === '/no-pong') webSocket.pong = () => {};
  if (path === '/no-close') webSocket.close = () => {};
  if (path === '/greeting') {
    webSocket.send('Welcome to this server…');
    webSocket.send('[1,2,"not a message"]');
  }
  webSocket.on('message', (data) => {
    const text = data.toString();
    if (seen.frames.length < 1000) seen.frames.push(text.slice(0, 1000));
    const message = JSON.parse(text);
    if (message.method === 'server/discover') {
      if (path === '/no-probe') return webSocket.close(1002, 'initialize first');
      if (path === '/silent-probe') return undefined;
    }
    if (path === '/deaf' && message.method === 'notifications/initialized') return webSocket.pause();
    const isCall = message.method === 'tools/call';
    const fault = isCall ? callFault(path, ++calls) : undefined;
    if (fault) return fault(webSocket, socket);
    if (isCall && path === '/reverse') {
      collected.push(message);
      if (collected.length < 10) return undefined;
      for (const call of collected.reverse()) server.handle(call, send);
      collected = [];
      return undefined;
    }
    if (path === '/number-ids') {
      return server.handle(message, (out) => send('id' in out ? { ...out, id: Number.parseInt(out.id, 10) } : out));
    }
    return server.handle(message, send);
  });
}

function callFault(path, count) {
  if (path === '/hang') return () => {};
  if (path === '/drop' && count > 1) return (_webSocket, socket) => socket.destroy();
  if (path === '/invalid-utf8') return (_webSocket, socket) => socket.write(Buffer.from([0x81, 0x02, 0xff, 0xfe]));
  const close = /^\/close\/(\d+)$/.exec(path);
  return close ? (webSocket) => webSocket.close(Number(close[1]), 'as asked') : undefined;
}

/** How a message gets onto the wire. */
function createOutput(webSocket, socket, path) {
  if (path === '/binary') return (text) => webSocket.send(Buffer.from(text), { binary: true });
  if (path === '/fragments') {
    return (text) => {
      const bytes = Buffer.from(text);
      const step = bytes.length > 10_000 ? 10_007 : 3;
      for (let at = 0; at < bytes.length; at += step) {
        webSocket.send(bytes.subarray(at, at + step), { binary: false, fin: at + step >= bytes.length });
      }
    };
  }
  if (path === '/merge') {
    let held = [];
    return (text) => {
      held.push(text);
      if (held.length > 1) return;
      setImmediate(() =>
        setImmediate(() => {
          socket.cork();
          if (held.length > 1) webSocket.send(`[${held.join(',')}]`);
          else webSocket.send(held[0]);
          webSocket.send('{"jsonrpc":"2.0","method":"notifications/merged"}');
          held = [];
          socket.uncork();
        }),
      );
    };
  }
  return (text) => webSocket.send(text);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const server = await startWebSocketServer({ port: Number(process.argv[2] ?? 0) });
  process.stdout.write(`${JSON.stringify({ port: server.port })}\n`);
}
