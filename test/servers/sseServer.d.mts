import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';

export interface SseTestServer {
  readonly port: number;
  url(path: string): string;
  readonly seen: {
    readonly requests: { readonly method: string; readonly url: string; readonly headers: IncomingHttpHeaders }[];
    readonly openSockets: Set<Socket>;
    readonly streams: number;
    readonly closedStreams: number;
  };
  close(): Promise<void>;
}

export function startSseServer(options?: { port?: number; modern?: boolean }): Promise<SseTestServer>;
