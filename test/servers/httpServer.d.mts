import type { IncomingHttpHeaders } from 'node:http';
import type { ServerOptions } from 'node:https';
import type { Socket } from 'node:net';

export interface HttpTestServer {
  readonly port: number;
  url(path: string): string;
  readonly seen: {
    readonly requests: { readonly method: string; readonly url: string; readonly headers: IncomingHttpHeaders }[];
    readonly deleted: (string | undefined)[];
    readonly gets: number;
    readonly calls: number;
    readonly openSockets: Set<Socket>;
    readonly closedRequests: number;
  };
  broadcast(message: object): void;
  close(): Promise<void>;
}

export function startHttpServer(options?: {
  port?: number;
  maxBody?: number;
  socketPath?: string;
  tls?: ServerOptions;
  modern?: boolean;
}): Promise<HttpTestServer>;
