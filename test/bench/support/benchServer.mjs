/**
 * The MCP server of the measurements, as quick as it can be: `stdio`, `http` (JSON answers, sessions) or `ws` by the
 * first argument; the last two print {"port":N}. Tools beside those of `jsonRpcServer.mjs`:
 *   turn            answers after 50 ms, one call at a time for each connection
 *   lines {bytes}   answers with so many bytes of text in lines, made once for each size
 */
import { randomUUID } from 'node:crypto';
import { createJsonRpcServer } from '../../servers/jsonRpcServer.mjs';

const TURN_MS = 50;
const NEWLINE = 0x0a;

const made = new Map();
function linesOf(bytes) {
  const line = 'A line of a text file, as long as they mostly are, without any letter of another script.\n';
  if (!made.has(bytes)) {
    const text = line.repeat(Math.ceil(bytes / line.length)).slice(0, bytes);
    made.set(bytes, JSON.stringify({ content: [{ type: 'text', text }] }));
  }
  return made.get(bytes);
}

/** The server's side of one connection. `write(text)` is called with each message. */
function connection() {
  const server = createJsonRpcServer({ name: 'bench' });
  let last = Promise.resolve();
  const turn = () => {
    last = last.then(() => new Promise((resolve) => setTimeout(resolve, TURN_MS)));
    return last;
  };
  return (message, write) => {
    const { id, method, params } = message;
    if (method === 'tools/call' && params.name === 'lines') {
      return write(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${linesOf(params.arguments.bytes)}}`);
    }
    const answer = () =>
      write(JSON.stringify({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: 'done' }] } }));
    if (method === 'tools/call' && params.name === 'turn') return void turn().then(answer);
    server.handle(message, (out) => write(JSON.stringify(out)));
  };
}

function serveStdio() {
  const handle = connection();
  let rest = Buffer.alloc(0);
  process.stdin.on('data', (chunk) => {
    let start = 0;
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      handle(JSON.parse(bytes.toString('utf8', start, end)), (text) => process.stdout.write(`${text}\n`));
      start = end + 1;
    }
    rest = bytes.subarray(start);
  });
}

async function serveHttp() {
  const { createServer } = await import('node:http');
  const sessions = new Map();
  const server = createServer((request, response) => {
    if (request.method === 'DELETE') {
      sessions.delete(request.headers['mcp-session-id']);
      return response.writeHead(200).end();
    }
    if (request.method !== 'POST') return response.writeHead(405).end();
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const message = JSON.parse(Buffer.concat(chunks).toString());
      const isFirst = message.method === 'initialize';
      const session = isFirst ? randomUUID() : request.headers['mcp-session-id'];
      if (isFirst) sessions.set(session, connection());
      const handle = sessions.get(session);
      if (!handle) return response.writeHead(message.method === 'server/discover' ? 400 : 404).end();
      if (message.id === undefined) return response.writeHead(202).end();
      const headers = { 'content-type': 'application/json', ...(isFirst ? { 'mcp-session-id': session } : {}) };
      handle(message, (text) => response.writeHead(200, headers).end(text));
    });
  });
  listen(server);
}

async function serveWebSocket() {
  const { createServer } = await import('node:http');
  const { WebSocketServer } = await import('ws');
  const server = createServer();
  const sockets = new WebSocketServer({ server, handleProtocols: (offered) => offered.has('mcp') && 'mcp' });
  sockets.on('connection', (socket) => {
    const handle = connection();
    socket.on('message', (data) => handle(JSON.parse(data.toString()), (text) => socket.send(text)));
  });
  listen(server);
}

function listen(server) {
  server.listen(0, '127.0.0.1', () => process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`));
  // Ends with the pipe of who started it.
  process.stdin.on('end', () => process.exit(0)).resume();
}

const SERVE = { stdio: serveStdio, http: serveHttp, ws: serveWebSocket };
await SERVE[process.argv[2]]();
