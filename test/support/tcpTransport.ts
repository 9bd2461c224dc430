import { connect, type Socket } from 'node:net';
import { PatchbayError } from '../../src/base/errors';
import type { CustomLaunch, McpTransport, TransportContext } from '../../src/core/transports/transport';

const NEWLINE = 0x0a;

/**
 * The example of a transport that another extension registers: MCP over TCP, one JSON-RPC message per line, for entries
 * with `"transport": "tcp"` and a `url` such as `tcp://127.0.0.1:7000`.
 */
export function createTcpTransport(launch: CustomLaunch, _context: TransportContext): McpTransport {
  const parts: Buffer[] = [];
  const limit = launch.maxMessageBytes;
  let size = 0;
  let socket: Socket | undefined;
  let phase: 'idle' | 'starting' | 'open' | 'closed' = 'idle';

  const transport: McpTransport & { closeError: PatchbayError | undefined } = {
    closeError: undefined,

    async start() {
      if (phase !== 'idle') throw phase === 'closed' ? closed() : new PatchbayError('transport', 'Started before.');
      phase = 'starting';
      const { hostname, port } = new URL(String(launch.entry.url));
      const opening = connect({ host: hostname, port: Number(port) });
      socket = opening;
      opening.on('data', read);
      await new Promise<void>((resolve, reject) => {
        opening.once('connect', resolve);
        opening.once('error', reject);
        opening.once('close', () => reject(closed()));
      }).catch((error: Error) => {
        opening.destroy();
        if (isClosed()) throw closed();
        throw new PatchbayError('transport', `Cannot connect to ${launch.entry.url}: ${error.message}`, {
          retryable: true,
          hint: 'Start the server, or check its address.',
        });
      });
      phase = 'open';
      opening.once('close', () => settle(lost()));
    },

    send(message) {
      if (phase === 'closed') return Promise.reject(transport.closeError ?? closed());
      if (phase !== 'open' || !socket) return Promise.reject(new PatchbayError('transport', 'Not started.'));
      const open = socket;
      return new Promise((resolve, reject) => {
        open.write(`${toLine(message)}\n`, (error) => (error ? reject(transport.closeError ?? closed()) : resolve()));
      });
    },

    async close() {
      settle(undefined);
      if (!socket || socket.closed) return;
      const gone = new Promise((resolve) => socket?.once('close', resolve));
      socket.destroy();
      await gone;
    },
  };

  const isClosed = () => phase === 'closed';

  const settle = (error: PatchbayError | undefined) => {
    if (phase === 'closed') return;
    phase = 'closed';
    transport.closeError = error;
    transport.onclose?.();
  };

  /** Lines are put together without looking twice at a byte; one over the limit is left out and reported. */
  const read = (chunk: Buffer) => {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      keep(chunk.subarray(start, end));
      if (size > limit) report(new PatchbayError('limit', `Server sent a message over the limit of ${limit} bytes.`));
      else take(Buffer.concat(parts, size).toString('utf8').trim());
      parts.length = 0;
      size = 0;
      start = end + 1;
    }
    keep(chunk.subarray(start));
  };

  const keep = (part: Buffer) => {
    size += part.length;
    if (size <= limit) parts.push(part);
    else parts.length = 0;
  };

  const take = (line: string) => {
    if (line === '' || phase === 'closed') return;
    const message = parse(line);
    if (message?.jsonrpc === '2.0') transport.onmessage?.(message);
    else report(new PatchbayError('protocol', `Server sent a line that is not JSON-RPC: ${line.slice(0, 200)}`));
  };

  const report = (error: Error) => {
    if (phase !== 'closed') transport.onerror?.(error);
  };

  const lost = () =>
    new PatchbayError('connectionClosed', `${launch.entry.url} closed the connection.`, { retryable: true });

  return transport;
}

/** Escapes the line ends of Unicode, at which readers of lines on the other side may cut. */
function toLine(message: object): string {
  return JSON.stringify(message).replace(/[\u2028\u2029]/g, (end) => `\\u${end.charCodeAt(0).toString(16)}`);
}

function parse(line: string) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function closed(): PatchbayError {
  return new PatchbayError('connectionClosed', 'The connection is closed.');
}
