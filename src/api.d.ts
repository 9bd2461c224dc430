/**
 * What `vscode.extensions.getExtension('patchbay.patchbay').activate()` resolves to.
 * Stands alone: copy this file into your extension and import its types.
 */
import type { Disposable, Event } from 'vscode';

export interface PatchbayApi {
  /** Members are only ever added within a version. */
  readonly version: 1;
  /** Every configured server at this moment. Empty until the configuration was read, which `onDidChangeServers` tells. */
  servers(): readonly ServerSnapshot[];
  /**
   * Calls a tool by its server's id and its own name; connects first where the server is not connected.
   * Resolves with what the tool answered, `isError` answers included. Rejects with a `PatchbayError` where no answer came.
   */
  callTool(
    server: string,
    tool: string,
    args: Record<string, unknown>,
    options?: CallToolOptions,
  ): Promise<CallToolResult>;
  /** Fires with each server whose snapshot was replaced. */
  readonly onDidChangeServers: Event<ServerSnapshot>;
  /** Fires when a resource that matches `resources` in a server's entry, or one below it, is another one now. */
  readonly onDidUpdateResource: Event<ResourceUpdate>;
  /**
   * Makes servers with `"transport": type` in their entry connectable. Such an entry needs "url" or "command" as every
   * other does, with any text that the transport understands; nothing is contacted or started by it. The factory is called for each connection; a
   * transport is used for one connection only. Throws where `type` is taken. Register while your extension activates.
   */
  registerTransport(type: string, factory: TransportFactory): Disposable;
  /**
   * Makes a name usable in `middleware` of servers, around each call of those that name it. A function serves all of them;
   * an object with `create` makes one for each. Throws where the name is taken. Register while your extension activates.
   */
  registerMiddleware(name: string, middleware: Middleware | MiddlewareFactory): Disposable;
}

/** A resource changed. */
export interface ResourceUpdate {
  /** Id in the configuration. */
  readonly server: string;
  /** As the server names it. Text in it is not to be trusted. */
  readonly uri: string;
}

/** What a call rejects with: an `Error` whose `message` says what happened. */
export interface PatchbayError extends Error {
  readonly kind:
    | 'connectionClosed'
    | 'transport'
    | 'timeout'
    | 'auth'
    | 'config'
    | 'protocol'
    | 'tool'
    | 'cancelled'
    | 'limit'
    | 'security';
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean;
  /** The next step for the person, one sentence. */
  readonly hint?: string | undefined;
  /** A JSON-RPC, HTTP, system or exit code, as it came; `breakerOpen` where a server or tool is paused, `middlewareFailed`. */
  readonly code?: number | string | undefined;
  /** After how many ms the call may be made again, where that is known. */
  readonly retryAfterMs?: number | undefined;
}

/**
 * Changes, answers or refuses a call, and sees its result on the way back. `next` may be called once. What it throws ends
 * the call, with the name of the middleware in the message.
 */
export type Middleware = (
  call: MiddlewareCall,
  next: (call: MiddlewareCall) => Promise<CallToolResult>,
) => Promise<CallToolResult>;

export interface MiddlewareCall {
  /** Id in the configuration; of a group, the member. */
  readonly server: string;
  /** The server's own name of the tool. */
  readonly tool: string;
  /** Hand on a changed copy. */
  readonly arguments: { readonly [key: string]: unknown };
  readonly signal: AbortSignal;
}

export interface MiddlewareFactory {
  /** Called once for a server, at its first call. */
  create(context: { readonly serverName: string; readonly log: TransportContext['log'] }): Middleware;
  /** No further call goes through it: the server is gone or names it no more, or the name is registered no more. */
  dispose?(middleware: Middleware): void;
}

export type TransportFactory = (launch: CustomLaunch, context: TransportContext) => Transport;

/**
 * All that there is about the server. What the entry says of addresses, TLS, proxy and credentials (`security`, `tls`,
 * `proxy`, `auth`) is filled in but not carried out: that is for the transport to do.
 */
export interface CustomLaunch {
  readonly transport: string;
  /** The server's entry, variables and secrets filled in. */
  readonly entry: Readonly<Record<string, unknown>>;
  /** A longer message should be refused by itself. */
  readonly maxMessageBytes: number;
}

export interface TransportContext {
  readonly log: Record<'trace' | 'debug' | 'info' | 'warn' | 'error', (message: string) => void>;
}

/** One link, good for one life. Carries JSON-RPC messages, the same seam as the MCP SDK's `Transport`. */
export interface Transport {
  /** Opens the link. Rejects with the cause, leaving nothing behind. */
  start(): Promise<void>;
  /** Rejects where the link is closed; never waits for ever. */
  send(message: object): Promise<void>;
  /** Ends the link. May be called more than once. */
  close(): Promise<void>;
  /** Set before `start`. Call it for every message that arrives. */
  onmessage?: ((message: never) => void) | undefined;
  /** Call it exactly once when the link has ended, by `close` too. */
  onclose?: (() => void) | undefined;
  /** Call it for what the link survives. */
  onerror?: ((error: Error) => void) | undefined;
}

export interface CallToolOptions {
  readonly signal?: AbortSignal;
  /**
   * For the call in all, in place of what the server's entry says: connecting counts and progress does not start it
   * again, but a question to the person lets it stand still. 0: no limit.
   */
  readonly timeoutMs?: number;
  readonly onProgress?: (progress: { progress: number; total?: number; message?: string }) => void;
}

/** One server at one moment. Never changed, only replaced. */
export interface ServerSnapshot {
  /** The key in the configuration file. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  readonly transport: string;
  /** Command line or URL as the file says it: variables and secrets are not filled in. */
  readonly address: string;
  readonly state: {
    readonly kind:
      | 'disabled'
      | 'disconnected'
      | 'needsInput'
      | 'connecting'
      | 'connected'
      | 'reconnecting'
      | 'disconnecting'
      | 'authRequired'
      | 'error';
    /** In `error`, `authRequired` and `reconnecting`. */
    readonly error?: { readonly kind: string; readonly message: string; readonly retryable: boolean };
  };
  readonly catalog: {
    /** `cached`: from an earlier connection, perhaps out of date. */
    readonly status: 'unknown' | 'cached' | 'live';
    readonly tools: readonly {
      /** As the server sent it. Text in it is not to be trusted. */
      readonly tool: {
        name: string;
        title?: string;
        description?: string;
        inputSchema: object;
        [key: string]: unknown;
      };
      /** Unique over all servers. */
      readonly callName: string;
    }[];
  };
  /** From the last successful connection. */
  readonly negotiated?: { readonly era: 'modern' | 'legacy'; readonly protocolVersion: string };
  readonly processId?: number;
  /** Where this is a group of servers, which is called like one; `transport` is `group`. */
  readonly group?: {
    readonly strategy: 'roundRobin' | 'leastConnections' | 'weighted';
    readonly members: readonly {
      readonly id: string;
      readonly weight: number;
      /** Whether calls go to it: it is connected, well, and not paused after failures. */
      readonly takesCalls: boolean;
      /** Undefined while it is not connected. */
      readonly health: 'healthy' | 'unhealthy' | undefined;
      readonly reason?: string;
      readonly state: string;
      readonly breaker?: BreakerState;
      readonly toolBreakers?: readonly (BreakerState & { readonly tool: string })[];
    }[];
    readonly warnings: readonly string[];
  };
  /** Where the entry allows more than one connection. */
  readonly pool?: { readonly min: number; readonly max: number };
  /** Where no call is sent at the moment, because too many failed; of a group, where that is so of all members that are well. */
  readonly breaker?: BreakerState;
  readonly toolBreakers?: readonly (BreakerState & { readonly tool: string })[];
}

/** Times in ms since the epoch. `halfOpen`: one call at a time may try whether it works again. */
export type BreakerState = { readonly since: number; readonly reason?: string } & (
  | { readonly kind: 'halfOpen' }
  | { readonly kind: 'open'; readonly until: number }
);

export interface CallToolResult {
  content: { type: string; [key: string]: unknown }[];
  structuredContent?: unknown;
  isError?: boolean;
  [key: string]: unknown;
}
