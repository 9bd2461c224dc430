import type { Socket } from 'node:net';

export interface TcpTestServer {
  readonly port: number;
  readonly url: string;
  readonly openSockets: Set<Socket>;
  close(): Promise<void>;
}

export function startTcpServer(options?: {
  behaviour?: string;
  port?: number;
  modern?: boolean;
}): Promise<TcpTestServer>;
