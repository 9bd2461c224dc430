import { connect, createServer, type ListenOptions, type NetConnectOpts, type Socket } from 'node:net';
import { deferred } from '../../src/base/deferred';

export interface PausingProxy {
  readonly port: number;
  /** Settles at the first connection. */
  readonly reached: Promise<void>;
  /** From now on nothing passes in either direction and nothing ends, as behind a cable that was pulled out. */
  pause(): void;
  close(): Promise<void>;
}

/** Passes bytes on to `target`. `at`: where it listens, by default a free port. */
export async function startPausingProxy(
  target: NetConnectOpts,
  at: ListenOptions = { host: '127.0.0.1', port: 0 },
): Promise<PausingProxy> {
  const sockets = new Set<Socket>();
  const reached = deferred<void>();
  let isPaused = false;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    sockets.add(client.on('error', () => {}));
    reached.resolve();
    if (isPaused) {
      client.pause();
      return;
    }
    const upstream = connect(target).on('error', () => {});
    sockets.add(upstream);
    client.pipe(upstream).pipe(client);
    client.once('close', () => upstream.destroy());
    upstream.once('close', () => isPaused || client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(at, resolve));
  return {
    port: (server.address() as { port?: number }).port ?? 0,
    reached: reached.promise,
    pause() {
      isPaused = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
