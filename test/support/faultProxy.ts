import { connect, createServer, type Socket } from 'node:net';
import { deferred } from '../../src/base/deferred';

/** What becomes of the bytes that a server answers with. */
export type Fault =
  | { readonly kind: 'none' }
  /** Each piece comes so much later (ms), in order. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Nothing passes in either direction and nothing ends, as behind a cable that was pulled out. */
  | { readonly kind: 'stall' }
  /** The first piece is cut in half, and the connection with it. */
  | { readonly kind: 'cut' }
  /** The server seems to have ended its side in the place of an answer; the other direction stays open. */
  | { readonly kind: 'halfClose' }
  /** Every byte is another one. */
  | { readonly kind: 'corrupt' };

export interface FaultProxy {
  readonly port: number;
  readonly openSockets: ReadonlySet<Socket>;
  /** Holds for connections that are there as well. */
  set(fault: Fault): void;
  /** Settles when bytes have come from the server again. */
  nextAnswer(): Promise<void>;
  /** Breaks all connections. */
  cutAll(): void;
  /** Breaks all connections and refuses new ones, until `listen`. */
  refuse(): Promise<void>;
  listen(): Promise<void>;
  close(): Promise<void>;
}

/** Passes bytes on to a port of this machine, well or badly. */
export async function startFaultProxy(targetPort: number): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  const timers = new Set<NodeJS.Timeout>();
  let fault: Fault = { kind: 'none' };
  let answered = deferred<void>();

  const later = (ms: number, work: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms);
    timers.add(timer);
  };
  const answer = (client: Socket, bytes: Buffer) => {
    answered.resolve();
    answered = deferred();
    switch (fault.kind) {
      case 'none':
        return void client.write(bytes);
      case 'delay':
        return later(fault.ms, () => client.writable && client.write(bytes));
      case 'stall':
        return undefined;
      case 'cut':
        return void client.write(bytes.subarray(0, bytes.length / 2), () => client.resetAndDestroy());
      case 'halfClose':
        return void client.end();
      case 'corrupt':
        return void client.write(bytes.map((byte) => byte ^ 0x55));
    }
  };
  const track = (socket: Socket) => {
    sockets.add(socket.on('error', () => {}));
    socket.once('close', () => sockets.delete(socket));
    return socket;
  };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    track(client);
    const upstream = track(connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true }));
    client.on('data', (bytes: Buffer) => fault.kind !== 'stall' && upstream.write(bytes));
    upstream.on('data', (bytes: Buffer) => answer(client, bytes));
    client.once('end', () => fault.kind !== 'stall' && upstream.end());
    upstream.once('end', () => fault.kind !== 'stall' && client.end());
    client.once('close', () => upstream.destroy());
    upstream.once('close', () => fault.kind !== 'stall' && fault.kind !== 'halfClose' && client.destroy());
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as { port: number };
  const cutAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  const refuse = () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    cutAll();
    return closed;
  };
  return {
    port,
    openSockets: sockets,
    set(next) {
      fault = next;
    },
    nextAnswer: () => answered.promise,
    cutAll,
    refuse,
    listen: () => listen(port),
    async close() {
      for (const timer of timers) clearTimeout(timer);
      await refuse();
    },
  };
}
