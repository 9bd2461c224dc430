/**
 * The driver with a gateway (supergateway) between it and the judge, which speaks Streamable HTTP only: the core talks
 * stdio, HTTP+SSE or WebSocket. Arguments: the transport and, from the suite, the address of its server.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const GATEWAY = fileURLToPath(new URL('../../node_modules/supergateway/dist/index.js', import.meta.url));
const OUTPUTS = { sse: ['sse', 'http', '/sse'], websocket: ['ws', 'ws', '/message'] };
const [transport, url] = process.argv.slice(2);

const toStdio = [GATEWAY, '--streamableHttp', url];
if (transport === 'stdio') {
  process.env.PATCHBAY_LAUNCH = JSON.stringify({ command: process.execPath, args: toStdio });
  await import('./driver.mjs');
} else {
  const [output, scheme, path] = OUTPUTS[transport];
  const port = await freePort();
  const command = [process.execPath, ...toStdio].map((word) => JSON.stringify(word)).join(' ');
  const args = [GATEWAY, '--stdio', command, '--outputTransport', output, '--port', String(port)];
  const gateway = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await listening(gateway);
    process.env.PATCHBAY_LAUNCH = JSON.stringify({ transport, url: `${scheme}://127.0.0.1:${port}${path}` });
    await import('./driver.mjs');
  } finally {
    gateway.kill();
    await once(gateway, 'exit');
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listening({ stdout }) {
  for await (const line of createInterface({ input: stdout })) {
    if (/listening on port/i.test(line)) {
      stdout.resume();
      return;
    }
  }
  throw new Error('The gateway ended before it listened.');
}
