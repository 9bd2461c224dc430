import type { Transport as SdkTransport } from '@modelcontextprotocol/client';
import type { Clock } from '../../base/clock';
import type { PatchbayError } from '../../base/errors';
import type { Event } from '../../base/event';
import type { Logger, NetworkSettings } from '../ports';

export type { NetworkSettings } from '../ports';

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
  readonly closeError?: PatchbayError | undefined;
  /** Last measured round trip in ms, where the transport measures one (WebSocket pings). */
  readonly roundTripMs?: number | undefined;
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

/** What every launch over the network shares. Files are read and secrets are filled in. */
export interface NetworkLaunch {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly maxMessageBytes: number;
  readonly tls?: TlsLaunch;
  /** `inherit`: what the host is set to (`NetworkSettings`); `none`: never; otherwise the URL of a proxy. */
  readonly proxy?: string;
  readonly security?: AddressRules;
  readonly auth?: Authenticator;
  /** Whether compressed answers are asked for. Default true. */
  readonly compression?: boolean;
}

/** PEM texts, not paths. */
export interface TlsLaunch {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  readonly rejectUnauthorized: boolean;
  /** SHA-256 fingerprints, hexadecimal, colons allowed. Empty: no pinning. */
  readonly pinnedSha256: readonly string[];
}

/** Which addresses may be contacted. Metadata and link-local addresses are refused whatever is allowed here. */
export interface AddressRules {
  readonly allowLocalhost: boolean;
  readonly allowPrivateNetwork: boolean;
  /** Secrets over connections without TLS to hosts other than this one. */
  readonly allowInsecure: boolean;
  readonly skipValidation: boolean;
}

/** Credentials for one server. Implemented in `auth`; transports only ask. */
export interface Authenticator {
  /**
   * Headers for exactly this request, such as `authorization`, names in small letters. May refresh a token that is about
   * to end. Rejects with an `auth` error where a person must sign in first.
   */
  headers(request: AuthRequest, signal?: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /**
   * Told of every answer before `onRefused`. True: it was refused only because something was missing that the answer
   * brought (a DPoP nonce); the request may be sent once more with fresh `headers`.
   */
  onAnswer?(answer: AuthAnswer): boolean;
  /**
   * The server refused the request with 401, or with 403 and a challenge. Resolves to true where other credentials are
   * there now and the request may be sent once more; concurrent refusals share one renewal. Rejects with an `auth` error
   * that names the next step.
   */
  onRefused(refusal: AuthRefusal, signal?: AbortSignal): Promise<boolean>;
  /** No request carries anything of it, so that it asks for no TLS. */
  readonly sendsNothing?: true;
  /** Open while a person is signing in for these credentials. Absent: nobody ever does. */
  readonly personWait?: PersonWait;
}

/** Whether a person is waited for. That time counts against no timeout of a server. */
export interface PersonWait {
  readonly isOpen: boolean;
  readonly onDidChangeOpen: Event<boolean>;
}

export interface AuthRequest {
  readonly method: string;
  /** A WebSocket has its ws: or wss: URL here, and the method GET. */
  readonly url: string;
}

export interface AuthAnswer {
  readonly status: number;
  readonly url: string;
  readonly wwwAuthenticate: string | undefined;
  /** The `DPoP-Nonce` header. */
  readonly dpopNonce: string | undefined;
  /** What `headers` gave for the request. */
  readonly sent: Readonly<Record<string, string>>;
}

export interface AuthRefusal {
  readonly status: 401 | 403;
  readonly wwwAuthenticate: string | undefined;
  readonly url: string;
  /** The words of the refusal, for an error about it: only for who ends the request with it. */
  readonly readBody?: () => Promise<string>;
  /** What `headers` gave for the refused request, so that a renewal that came meanwhile is not made twice. */
  readonly sent: Readonly<Record<string, string>>;
}

/** A Streamable HTTP server. `url` may be `unix:///path.sock#/mcp` or `pipe:///pipe/name#/mcp`. */
export interface HttpLaunch extends NetworkLaunch {
  readonly transport: 'http';
  /** Keep cookies between requests, for load balancers that pin sessions by cookie. Default false. */
  readonly cookies?: boolean;
}

/** An HTTP+SSE server of protocol version 2024-11-05. */
export interface SseLaunch extends NetworkLaunch {
  readonly transport: 'sse';
  /** As in `HttpLaunch`. */
  readonly cookies?: boolean;
  /** Paths, where they are not discovered. */
  readonly endpoints?: { readonly sse?: string; readonly message?: string };
}

/** A WebSocket server: one JSON-RPC message per text frame. Not part of the specification. */
export interface WebSocketLaunch extends NetworkLaunch {
  readonly transport: 'websocket';
  readonly subprotocols: readonly string[];
  readonly origin: string | undefined;
  /** ms; 0: no pings. */
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
  /** Where a bearer token goes: the Authorization header, a subprotocol `bearer.<token>`, or `?access_token=`. */
  readonly tokenVia: 'header' | 'subprotocol' | 'query';
}

/**
 * A server on a transport that another extension registered: its whole entry, variables and secrets resolved. Address
 * rules, TLS, proxy and credentials of the entry are the transport's own to keep; nothing here carries them out.
 */
export interface CustomLaunch {
  readonly transport: string;
  readonly entry: Readonly<Record<string, unknown>>;
  readonly maxMessageBytes: number;
}

/** What a built-in transport factory gets. A discriminated union by `transport`. */
export type Launch = StdioLaunch | HttpLaunch | SseLaunch | WebSocketLaunch;

/** Any launch, those of transports that other extensions registered included. */
export type AnyLaunch = Launch | CustomLaunch;

export interface TransportContext {
  readonly log: Logger;
  readonly clock: Clock;
  /** Default: no proxy. */
  readonly network?: () => NetworkSettings;
  /** Whether sockets of HTTP stay open between requests. Default: true. */
  readonly keepAlive?: boolean;
}

export type TransportFactory<L extends { readonly transport: string } = Launch> = (
  launch: L,
  context: TransportContext,
) => McpTransport;
