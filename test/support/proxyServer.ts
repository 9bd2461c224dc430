import { createServer, type IncomingMessage, request as sendRequest } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export interface ProxyServer {
  readonly port: number;
  /** First lines of what was asked for: `CONNECT host:port` or `POST http://host/path`. */
  readonly asked: string[];
  readonly openSockets: Set<Socket>;
  close(): Promise<void>;
}

export interface ProxyOptions {
  /** `user:password` that must be sent. */
  readonly credentials?: string;
  /** Answers to CONNECT with this status and opens nothing. */
  readonly status?: number;
  /** Takes CONNECT and never answers. */
  readonly stall?: boolean;
}

/** An HTTP proxy that reaches every host at 127.0.0.1, so that made-up names lead to test servers. */
export async function startProxy(options: ProxyOptions = {}): Promise<ProxyServer> {
  const asked: string[] = [];
  const openSockets = new Set<Socket>();
  const wanted = options.credentials && `Basic ${Buffer.from(options.credentials).toString('base64')}`;
  const isRefused = (request: IncomingMessage) =>
    wanted !== undefined && request.headers['proxy-authorization'] !== wanted;
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (isRefused(request)) return void response.writeHead(407).end();
    const url = new URL(request.url ?? '');
    const { 'proxy-authorization': _own, ...headers } = request.headers;
    const onward = sendRequest(
      { host: '127.0.0.1', port: url.port, path: url.pathname + url.search, method: request.method, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  });
  server.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    asked.push(`CONNECT ${request.url}`);
    socket.on('error', () => {});
    if (options.stall) return void socket.on('end', () => socket.end()).resume();
    const status = isRefused(request) ? 407 : options.status;
    if (status !== undefined) return void socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    const target = connect(Number(/:(\d+)$/.exec(request.url ?? '')?.[1]), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.write(head);
      socket.pipe(target).pipe(socket);
    });
    target.on('error', () => socket.destroy());
    target.on('close', () => socket.destroy());
    socket.on('close', () => target.destroy());
  });
  server.on('connection', (socket) => {
    openSockets.add(socket);
    socket.once('close', () => openSockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    openSockets,
    close() {
      for (const socket of openSockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
