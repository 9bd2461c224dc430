import type { Socket } from 'node:net';

export interface CountingServer {
  readonly port: number;
  /** How often each call ran, by its `id`. */
  readonly runs: ReadonlyMap<string, number>;
  readonly openSockets: ReadonlySet<Socket>;
  close(): Promise<void>;
}

export interface CountingHttp extends CountingServer {
  forgetSessions(): void;
  refuse(times: number, status: number, retryAfter: number): void;
}

export function startCountingHttp(port?: number): Promise<CountingHttp>;
export function startCountingWebSocket(port?: number): Promise<CountingServer>;
