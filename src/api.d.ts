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
   * Resolves with what the tool answered, `isError` answers included. Rejects with an error that has `kind` and
   * `retryable` where no answer came.
   */
  callTool(
    server: string,
    tool: string,
    args: Record<string, unknown>,
    options?: CallToolOptions,
  ): Promise<CallToolResult>;
  /** Fires with each server whose snapshot was replaced. */
  readonly onDidChangeServers: Event<ServerSnapshot>;
  /**
   * Makes servers with `"transport": type` in their entry connectable. The factory is called for each connection; a
   * transport is used for one connection only. Throws where `type` is taken. Register while your extension activates.
   */
  registerTransport(type: string, factory: TransportFactory): Disposable;
}

export type TransportFactory = (launch: CustomLaunch, context: TransportContext) => Transport;

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
  /** Overrides the server's `timeouts.toolMs`. 0: no limit. */
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
}

export interface CallToolResult {
  content: { type: string; [key: string]: unknown }[];
  structuredContent?: unknown;
  isError?: boolean;
  [key: string]: unknown;
}
