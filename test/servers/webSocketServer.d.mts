import type { IncomingHttpHeaders } from 'node:http';
import type { ServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';

export interface WebSocketTestServer {
  readonly port: number;
  url(path: string): string;
  readonly seen: {
    readonly requests: { readonly url: string; readonly headers: IncomingHttpHeaders }[];
    /** The first characters of each frame that came. */
    readonly frames: string[];
    readonly openSockets: Set<Socket>;
    readonly closeCodes: number[];
  };
  readonly clients: Set<WebSocket>;
  close(): Promise<void>;
}

export function startWebSocketServer(options?: {
  port?: number;
  tls?: ServerOptions;
  modern?: boolean;
}): Promise<WebSocketTestServer>;
