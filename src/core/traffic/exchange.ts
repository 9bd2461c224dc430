import type { JsonValue } from '../../shared/json';

/** Who began. `sent`: this client. */
export type Direction = 'sent' | 'received';

/**
 * `pending` no answer yet; `done`; `toolError` a tool's own error; `error` a JSON-RPC error; `failed` answered by this
 * client in the server's place, not sent, or lost with the link; `cancelled`; `oneWay` a notification, or an answer that
 * nobody waits for; `noise` what came was no message.
 */
export type ExchangeState = 'pending' | 'done' | 'toolError' | 'error' | 'failed' | 'cancelled' | 'oneWay' | 'noise';

/** One message with credentials taken out. */
export interface TrafficFrame {
  /** As JSON on the wire, without the framing of the transport. Estimated where `isShortened`. */
  readonly bytes: number;
  /** The message is long: this is a part of it, with marks where something is left out. */
  readonly isShortened: boolean;
  readonly message: JsonValue;
}

/** A request with its answer, or a message that has none. Immutable. */
export interface Exchange {
  /** Counts up over the life of the log. */
  readonly number: number;
  readonly direction: Direction;
  /** Empty for answers that nobody waits for and for noise. */
  readonly method: string;
  /** Name of the tool or prompt, or the address of the resource. */
  readonly subject?: string;
  readonly id?: string | number;
  readonly state: ExchangeState;
  /** ms since the epoch. */
  readonly startedAt: number;
  /** ms, with fractions. Undefined while pending and for what has no answer. */
  readonly durationMs?: number;
  readonly request?: TrafficFrame;
  readonly response?: TrafficFrame;
  /** Why it failed, or what the noise was. */
  readonly error?: string;
}

/** Takes in what goes over the links to one server. Implemented by `TrafficLog`. */
export interface TrafficSink {
  /** Ids start afresh with each link. */
  openLink(): TrafficLink;
}

/** What goes over one link, told by its tap in the order in which it went. Messages must not be changed afterwards. */
export interface TrafficLink {
  /** Requests of ours without an answer. */
  readonly pendingCount: number;
  isPending(id: string | number): boolean;
  /** The id of the only request of ours without an answer; undefined where there are none or several. */
  onlyPending(): string | number | undefined;
  sent(message: unknown): void;
  /** Gives the method of the request that this answers, where one waits for it. */
  received(message: unknown): string | undefined;
  /** A request of ours came to nothing. */
  failed(id: string | number, error: string): void;
  cancelled(id: string | number): void;
  noise(text: string): void;
  /** The link is gone and with it all answers. */
  closed(error: string | undefined): void;
}
