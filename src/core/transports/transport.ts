import type { Transport as SdkTransport } from '@modelcontextprotocol/client';
import type { Clock } from '../../base/clock';
import type { PatchbayError } from '../../base/errors';
import type { Logger } from '../ports';

/**
 * One link to a server, good for one life: `start` once, `close` any number of times, then a fresh one.
 * Extends the SDK's seam (start, send, close, onmessage, onerror, onclose) with what this project needs to tell people
 * why a link ended.
 *
 * Contract, tested by `test/contract` on every transport:
 * - `start` rejects with a `PatchbayError` that names the cause and the next step; nothing is left behind then.
 * - `send` rejects when the link is closed; it never waits for ever.
 * - `onclose` fires exactly once: at our own `close` at once, or when the peer went away; `closeError` is set before it.
 * - `close` resolves when nothing of the link is left: no process, no socket, no timer.
 * - `onerror` is for what the link survives: noise, a message over the limit.
 */
export interface McpTransport extends SdkTransport {
  /** Why the link ended, where it did not end by our own `close`. */
  readonly closeError: PatchbayError | undefined;
  /** Process id of a stdio server while it runs. Undefined on other transports. */
  readonly processId?: number | undefined;
  /** Kills what the link runs at once and without waiting, for hooks at the end of the host. */
  killNow?(): void;
}

/** A stdio server with all variables and secrets resolved: ready to spawn. */
export interface StdioLaunch {
  readonly transport: 'stdio';
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string | undefined;
  /** The whole environment of the child, inheritance and deletions already applied. */
  readonly env: Readonly<Record<string, string>>;
  /** Time in ms for each step of the shutdown ladder: stdin end, SIGTERM, SIGKILL. */
  readonly shutdownGraceMs: number;
  /** A message above this is refused by itself; the link lives on. */
  readonly maxMessageBytes: number;
}

/** A Streamable HTTP server with all variables and secrets resolved. */
export interface HttpLaunch {
  readonly transport: 'http';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly maxMessageBytes: number;
}

/** What a transport factory gets. A discriminated union by `transport`. */
export type Launch = StdioLaunch | HttpLaunch;

export interface TransportContext {
  readonly log: Logger;
  readonly clock: Clock;
}

export type TransportFactory<L extends Launch = Launch> = (launch: L, context: TransportContext) => McpTransport;
