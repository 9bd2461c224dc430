import { createHash } from 'node:crypto';
import { Duplex, Readable } from 'node:stream';
import { LightResponse } from '../../src/core/transports/httpResponse';
import type { SseFetch, SseFetchFactory } from '../../src/core/transports/sse';
import type { ConnectionMaker } from '../../src/core/transports/webSocketRoute';

/** RFC 6455, 1.3. */
const ACCEPT_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Requests whose event stream is `chunks`, then its end; messages are taken and dropped. */
export function memorySse(chunks: readonly Buffer[], maxBytes: number): SseFetchFactory {
  return (onDiscarded): SseFetch => {
    const answer = (status: number, stream: Readable, headers: Record<string, string> = {}) =>
      new LightResponse({ url: '', status, statusText: '', headers, stream, limit: { maxBytes, onDiscarded } });
    return {
      fetch: async (_url, init) => {
        if (init?.method === 'POST') return answer(202, Readable.from([])) as unknown as Response;
        const stream = new Readable({ read: () => {} });
        init?.signal?.addEventListener('abort', () => stream.destroy(), { once: true });
        stream.on('error', () => {});
        for (const chunk of chunks) stream.push(chunk);
        stream.push(null);
        return answer(200, stream, { 'content-type': 'text/event-stream' }) as unknown as Response;
      },
      dispose: () => {},
    };
  };
}

/** Connections on which the opening handshake and then `bytes` come, cut by `cut`, then the end. */
export function memoryWebSocket(bytes: Buffer, cut: (bytes: Buffer) => readonly Buffer[]): ConnectionMaker {
  const createConnection = () => {
    let request = '';
    const socket = new MemorySocket({
      read: () => {},
      write(chunk: Buffer, _encoding, done) {
        done();
        if (request.endsWith('\r\n\r\n')) return;
        request += chunk.toString('latin1');
        if (!request.endsWith('\r\n\r\n')) return;
        for (const part of cut(Buffer.concat([upgradeAnswer(request), bytes]))) socket.push(part);
        socket.push(null);
      },
    });
    return socket;
  };
  return { requestOptions: async () => ({ createConnection }), dispose: () => {} };
}

/** What Node's HTTP client calls on a socket besides reading and writing. */
class MemorySocket extends Duplex {
  setTimeout(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

function upgradeAnswer(request: string): Buffer {
  const key = /^sec-websocket-key: *(\S+)/im.exec(request)?.[1];
  const accept = createHash('sha1').update(`${key}${ACCEPT_SUFFIX}`).digest('base64');
  return Buffer.from(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
}

export const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** One frame of a server: not masked (RFC 6455, 5.2). */
export function webSocketFrame(opcode: number, payload: Buffer, isLast = true): Buffer {
  const head = [(isLast ? 0x80 : 0) | opcode];
  if (payload.length < 126) head.push(payload.length);
  else if (payload.length < 65_536) head.push(126, payload.length >> 8, payload.length & 0xff);
  else throw new RangeError('Longer frames are not needed here');
  return Buffer.concat([Buffer.from(head), payload]);
}
