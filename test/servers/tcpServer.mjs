/**
 * MCP over TCP: one JSON-RPC message per line, 127.0.0.1 and a free port.
 * With `modern` it speaks 2026-07-28. `startTcpServer({ behaviour })`, one of: plain, split (splinters), merge (two messages in one write), noise (lines that
 * are no messages), reverse (ten calls, last first), drop (breaks off at the second call), hang (never answers a call).
 */
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { createJsonRpcServer } from './jsonRpcServer.mjs';

export async function startTcpServer({ behaviour = 'plain', port = 0, modern = false } = {}) {
  const openSockets = new Set();
  const server = createServer((socket) => {
    openSockets.add(socket);
    socket.once('close', () => openSockets.delete(socket));
    socket.on('error', () => {});
    serve(socket, behaviour, modern);
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port: server.address().port,
    url: `tcp://127.0.0.1:${server.address().port}`,
    openSockets,
    close() {
      for (const socket of openSockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

function serve(socket, behaviour, modern) {
  const server = createJsonRpcServer({ name: 'tcp', modern });
  const write = createOutput(socket, behaviour);
  const send = (message) => write(`${JSON.stringify(message)}\n`);
  let collected = [];
  let calls = 0;
  if (behaviour === 'noise') socket.write('Server starting on TCP…\n\r\n[1,2,"not a message"]\n');
  createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
    const message = JSON.parse(line);
    const isCall = message.method === 'tools/call';
    if (isCall && behaviour === 'hang') return;
    if (isCall && behaviour === 'drop' && ++calls > 1) return void socket.destroy();
    if (isCall && behaviour === 'reverse') {
      collected.push(message);
      if (collected.length < 10) return;
      for (const call of collected.reverse()) server.handle(call, send);
      collected = [];
      return;
    }
    server.handle(message, send);
  });
}

function createOutput(socket, behaviour) {
  if (behaviour === 'split') {
    let before = Promise.resolve();
    return (text) => {
      before = before.then(() => splinter(socket, text));
    };
  }
  if (behaviour === 'merge') {
    let held = '';
    return (text) => {
      if (held === '') {
        setImmediate(() =>
          setImmediate(() => {
            socket.write(`\r\n${held}`);
            held = '';
          }),
        );
      }
      held += text;
    };
  }
  return (text) => socket.write(text);
}

async function splinter(socket, text) {
  const bytes = Buffer.from(text);
  const step = bytes.length > 10_000 ? 1001 : 3;
  for (let at = 0; at < bytes.length; at += step) {
    await new Promise((resolve) => socket.write(bytes.subarray(at, at + step), () => setImmediate(resolve)));
  }
}
