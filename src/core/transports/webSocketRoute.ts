import type { Agent, RequestOptions } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ClientOptions } from 'ws';
import type { NetworkRequestOptions } from './network/agents';

/** How connections are made: proxy, TLS and the rules for addresses. */
export interface ConnectionMaker {
  requestOptions(url: URL): Promise<Partial<NetworkRequestOptions>>;
  dispose(): void;
}

type Connected = (error: Error | null, socket?: Duplex) => void;
type Connector = Agent & { createConnection(options: RequestOptions, done: Connected): Duplex | null | undefined };

/** What the library gets to open a connection. */
export interface WebSocketRoute {
  readonly address: URL;
  readonly options: ClientOptions;
}

/**
 * The address and options for the library. Where the way there is ours alone, the host's patch of `request`, which may
 * replace the agent, is left out: it lets requests to a local socket pass, and the socket that such a request then gets
 * is one that leads to `url` by the agent, with TLS already on it.
 */
export function routeTo(
  url: URL,
  { ownsRoute, proxyHeaders, ...options }: Partial<NetworkRequestOptions>,
  headers: Readonly<Record<string, string>>,
): WebSocketRoute {
  const common = { headers: { ...headers, ...proxyHeaders } };
  const { agent, ...rest } = options;
  if (!ownsRoute || agent === undefined || typeof agent === 'boolean') {
    return { address: url, options: { ...(options as ClientOptions), ...common } };
  }
  const isTls = url.protocol === 'wss:';
  const target = {
    ...rest,
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || (isTls ? 443 : 80)),
    ...(isTls ? { servername: rest.servername ?? serverName(url.hostname) } : {}),
  };
  const createConnection = (_options: RequestOptions, done: Connected) =>
    (agent as Connector).createConnection(target, done);
  return {
    address: new URL(`ws+unix:/route:${url.pathname}${url.search}`),
    options: {
      createConnection,
      headers: { host: url.host, ...common.headers },
    } as unknown as ClientOptions,
  };
}

/** RFC 6066, 3: addresses are not server names. */
function serverName(hostname: string): string {
  return /^\[|^[\d.]+$/.test(hostname) ? '' : hostname;
}
