import { createServer } from 'node:net';

/** Whether nothing listens on the port, neither on this machine's own address nor on all of them. */
export async function isPortFree(port) {
  for (const host of ['127.0.0.1', undefined]) if ((await listenOnce(port, host)) === undefined) return false;
  return true;
}

/** A port of this machine that nothing uses at this moment. */
export async function freePort() {
  const port = await listenOnce(0, '127.0.0.1');
  if (port === undefined) throw new Error('This machine has no free port.');
  return port;
}

/** The port, or undefined where it is taken. */
function listenOnce(port, host) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => (error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error)));
    server.listen({ port, host }, () => {
      const address = server.address();
      server.close(() => resolve(address.port));
    });
  });
}
