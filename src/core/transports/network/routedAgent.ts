import http from 'node:http';
import https from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { checkPin, withPin } from './pins';
import { connectToProxy, requestTunnel, type SocketCallback } from './tunnel';

/** How sockets get to the server: `forward` gives those to the proxy itself, `tunnel` those that CONNECT opened. */
export type Route =
  | { readonly kind: 'direct' }
  | { readonly kind: 'forward' | 'tunnel'; readonly proxy: URL; readonly proxyLookup: LookupFunction };

/** After this silence the system asks the peer whether it is there, so that a half-open connection ends. */
export const KEEP_ALIVE_MS = 15_000;

/**
 * Idle connections are given up after this time: below the 5 s after which common servers close theirs, so that a request
 * does not meet a connection that is just being closed.
 */
const IDLE_SOCKET_MS = 4000;
const AGENT_OPTIONS = {
  timeout: IDLE_SOCKET_MS,
  scheduling: 'lifo',
  // As each request sets it: two values would be set by turns, at every request.
  keepAliveMsecs: KEEP_ALIVE_MS,
} as const;

type Target = https.RequestOptions & tls.ConnectionOptions;
type Callback = (error: Error | null, socket: Duplex) => void;

/** Sockets for `http:` and `ws:`. */
export class PlainAgent extends http.Agent {
  readonly #route: Route;
  readonly #sockets = new OpenSockets();

  constructor(route: Route, keepAlive: boolean) {
    super({ ...AGENT_OPTIONS, keepAlive });
    this.#route = route;
  }

  override createConnection(options: Target, callback?: Callback): Duplex | undefined {
    const route = this.#route;
    if (route.kind === 'direct') return this.#sockets.watch(net.connect(options as net.NetConnectOpts));
    reach(route, options, this.#sockets, (error, socket) => {
      socketCallback(callback)(error, socket);
      // It was paused so that nothing is lost before the request listens, which it does within this turn.
      setImmediate(() => socket?.resume());
    });
    return undefined;
  }

  override destroy(): void {
    this.#sockets.destroy();
    super.destroy();
  }
}

/** Sockets for `https:` and `wss:`. A pin is checked before the first byte of a request, whatever else TLS ignores. */
export class TlsAgent extends https.Agent {
  readonly #route: Route;
  readonly #pins: ReadonlySet<string>;
  readonly #sockets = new OpenSockets();

  constructor(route: Route, pins: ReadonlySet<string>, keepAlive: boolean) {
    // A resumed session shows no certificate.
    super({ ...AGENT_OPTIONS, keepAlive, ...(pins.size > 0 ? { maxCachedSessions: 0 } : {}) });
    this.#route = route;
    this.#pins = pins;
  }

  override createConnection(options: Target, callback?: Callback): Duplex | undefined {
    const route = this.#route;
    const done = socketCallback(callback);
    if (route.kind === 'direct') {
      if (this.#pins.size > 0) {
        this.#secure(options, done);
        return undefined;
      }
      // Node's own keeps TLS sessions for the next connection.
      const socket = super.createConnection(options, callback);
      return socket instanceof net.Socket ? this.#sockets.watch(socket) : (socket ?? undefined);
    }
    reach(route, options, this.#sockets, (error, socket) => {
      if (error || !socket) done(error);
      else this.#secure({ ...options, socket }, done);
    });
    return undefined;
  }

  override destroy(): void {
    this.#sockets.destroy();
    super.destroy();
  }

  #secure(options: Target, done: SocketCallback): void {
    const socket = this.#sockets.watch(
      tls.connect({ ALPNProtocols: ['http/1.1'], ...options, path: undefined } as tls.ConnectionOptions),
    );
    const host = String(options.servername || options.host);
    let certificate: tls.PeerCertificate | undefined;
    // Node's own listener to this refuses the certificate, and nobody can look at it any more.
    if (this.#pins.size > 0) socket.prependOnceListener('secure', () => (certificate = socket.getPeerCertificate()));
    const onError = (error: Error) => done(certificate ? withPin(error, this.#pins, host, certificate) : error);
    socket.once('error', onError);
    socket.once('secureConnect', () => {
      socket.off('error', onError);
      const mismatch = checkPin(this.#pins, host, socket.getPeerCertificate());
      if (mismatch) socket.destroy();
      done(mismatch ?? null, mismatch ? undefined : socket);
    });
  }
}

function reach(
  route: Exclude<Route, { kind: 'direct' }>,
  target: Target,
  sockets: OpenSockets,
  done: SocketCallback,
): void {
  const host = String(target.host);
  const authority = `${net.isIPv6(host) ? `[${host}]` : host}:${target.port}`;
  const watch = (socket: Socket) => void sockets.watch(socket);
  connectToProxy(route.proxy, route.proxyLookup, watch, (error, socket) => {
    if (error || !socket || route.kind === 'forward') done(error, socket);
    else requestTunnel(socket, route.proxy, authority, done);
  });
}

function socketCallback(callback: Callback | undefined): SocketCallback {
  return (error, socket) => callback?.(error, socket as Socket);
}

/** All sockets of an agent; by itself it does not end those that no request has yet. */
class OpenSockets {
  readonly #sockets = new Set<Socket>();

  watch<S extends Socket>(socket: S): S {
    this.#sockets.add(socket);
    // Who uses the socket hears its errors; one that comes before or after that must not end the host.
    socket.on('error', () => {});
    socket.once('close', () => this.#sockets.delete(socket));
    return socket;
  }

  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
