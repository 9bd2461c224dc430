import net from 'node:net';
import tls from 'node:tls';
import { isPatchbayError, PatchbayError, toError } from '../../../base/errors';
import { excerpt } from '../jsonRpc';
import { hostOf } from './address';

/** Longest head of an answer to CONNECT. */
const MAX_HEAD_BYTES = 16_384;

export type SocketCallback = (error: Error | null, socket?: net.Socket) => void;

/** Told of each socket at once, so that its owner can end those which are still being opened. */
export type SocketWatcher = (socket: net.Socket) => void;

/** Connects to a proxy, with TLS where its URL says so. `done` is called once. */
export function connectToProxy(
  proxy: URL,
  lookup: net.LookupFunction,
  watch: SocketWatcher,
  done: SocketCallback,
): void {
  const host = hostOf(proxy);
  const isTls = proxy.protocol === 'https:';
  const port = Number(proxy.port || (isTls ? 443 : 80));
  const socket = isTls
    ? tls.connect({ host, port, lookup, ALPNProtocols: ['http/1.1'], ...(net.isIP(host) ? {} : { servername: host }) })
    : net.connect({ host, port, lookup });
  watch(socket);
  const onError = (error: Error) => done(proxyUnreachable(proxy, error));
  socket.once('error', onError);
  socket.once(isTls ? 'secureConnect' : 'connect', () => {
    socket.off('error', onError);
    done(null, socket);
  });
}

/**
 * RFC 9110, 9.3.6: asks the proxy behind `socket` for a connection to `authority`. `done` is called once; it gets the socket
 * paused.
 */
export function requestTunnel(socket: net.Socket, proxy: URL, authority: string, done: SocketCallback): void {
  let head = Buffer.alloc(0);
  const finish = (error: Error | null) => {
    socket.off('data', onData).off('error', onError).off('close', onClose);
    if (error) socket.destroy();
    done(error, error ? undefined : socket);
  };
  const onError = (error: Error) => finish(proxyUnreachable(proxy, error));
  const onClose = () => finish(proxyUnreachable(proxy, new Error('it closed the connection')));
  const onData = (chunk: Buffer) => {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end === -1 && head.length <= MAX_HEAD_BYTES) return;
    const status = /^HTTP\/1\.[01] (\d{3})/.exec(head.toString('latin1', 0, 64))?.[1];
    if (end === -1 || status === undefined) {
      finish(notAProxy(proxy, head.toString('latin1', 0, 400)));
    } else if (!status.startsWith('2')) {
      finish(refusedByProxy(proxy, Number(status), authority));
    } else {
      socket.pause();
      if (head.length > end + 4) socket.unshift(head.subarray(end + 4));
      finish(null);
    }
  };
  socket.on('data', onData).once('error', onError).once('close', onClose);
  const credentials = proxyAuthorization(proxy);
  const lines = [`CONNECT ${authority} HTTP/1.1`, `Host: ${authority}`];
  if (credentials !== undefined) lines.push(`Proxy-Authorization: ${credentials}`);
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
}

/** The header value for the credentials in the URL of a proxy, which can be decoded. */
export function proxyAuthorization({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

/** `status` is what the proxy itself answered. */
export function refusedByProxy(proxy: URL, status: number, authority: string): PatchbayError {
  if (status === 407) {
    return new PatchbayError('transport', `The proxy ${proxy.host} wants other credentials (HTTP 407).`, {
      code: status,
      hint: 'Put user name and password into its URL: http://user:password@host:port.',
    });
  }
  return new PatchbayError('transport', `The proxy ${proxy.host} does not connect to ${authority} (HTTP ${status}).`, {
    code: status,
    retryable: status >= 500,
    hint: 'Check the host name, or set "proxy" to "none" for this server.',
  });
}

function notAProxy(proxy: URL, head: string): PatchbayError {
  return new PatchbayError('protocol', `${proxy.host} is not an HTTP proxy. It said: ${excerpt(head)}`, {
    hint: 'Check the URL of the proxy.',
  });
}

function proxyUnreachable(proxy: URL, cause: Error): Error {
  if (isPatchbayError(cause)) return cause;
  const { code } = cause as NodeJS.ErrnoException;
  const why = code ?? excerpt(toError(cause).message);
  return new PatchbayError('transport', `The proxy ${proxy.host} cannot be reached (${why}).`, {
    retryable: true,
    hint: 'Check "proxy" of this server and the proxy settings.',
    ...(code === undefined ? {} : { code }),
    cause,
  });
}
