import type { Disposable } from '../../base/disposable';
import type { PatchbayError } from '../../base/errors';
import type { Event } from '../../base/event';
import type { JsonObject } from '../../shared/json';
import type { Implementation, Progress } from '../../shared/mcp';
import type { Elicit } from '../ports';
import type { Era } from './era';

/** The time that was given for a call, of which a request may have only what is left. For the words of its error. */
export interface AskedTime {
  readonly timeoutMs: number;
  /** What makes it longer, as the end of a sentence: `"timeouts.requestMs"`. */
  readonly setting: string;
}

export interface RequestOptions {
  readonly signal?: AbortSignal;
  /** Time in ms without an answer after which the request fails and the server is told to stop. 0: no limit. */
  readonly timeoutMs: number;
  /** Where that is not `timeoutMs` and its setting. */
  readonly asked?: AskedTime;
  /** Whether each progress notification starts `timeoutMs` again, up to `maxTotalMs`. */
  readonly resetOnProgress?: boolean;
  /** 0: no limit. */
  readonly maxTotalMs?: number;
  readonly onProgress?: (progress: Progress) => void;
  /** Asks the person in place of the host's own, where it is clear that a question belongs to this request. */
  readonly elicit?: Elicit;
  /** Asks the server even where a list that it sent is fresh still, as where a person wants it anew. */
  readonly refresh?: boolean;
}

/** What is known of a peer without asking it. Times: ms of the clock; 0: never. */
export interface SessionActivity {
  /** When its last message came. */
  readonly heardAt: number;
  /** Requests that are within their time; those that only ask whether it is there do not count. */
  readonly pending: number;
  /** When the last of them was given up without an answer: the peer may still be busy with it. */
  readonly gaveUpAt: number;
}

export type SubscribeOptions = Pick<RequestOptions, 'signal' | 'timeoutMs'>;

/** One negotiated link to a server: alive from `openSession` until `onDidClose`, never reopened. */
export interface Session extends Disposable {
  readonly era: Era;
  readonly protocolVersion: string;
  readonly serverInfo: Implementation | undefined;
  readonly instructions: string | undefined;
  /** Capabilities as the server declared them, unknown ones included. */
  readonly capabilities: JsonObject;
  readonly processId: number | undefined;
  /** Last round trip in ms, where the transport measures one. */
  readonly roundTripMs: number | undefined;
  readonly activity: SessionActivity;
  readonly isClosed: boolean;
  /** Why it closed, where it did not close by our own `close`. */
  readonly closeReason: PatchbayError | undefined;
  /** Fires once. The error says why; undefined after our own `close`. */
  readonly onDidClose: Event<PatchbayError | undefined>;
  /** The server says that its list of tools is another one now. */
  readonly onDidChangeTools: Event<void>;
  readonly onDidChangePrompts: Event<void>;
  readonly onDidChangeResources: Event<void>;
  /** A resource that is subscribed to, or one below it, is another one now. With its address, as the server names it. */
  readonly onDidUpdateResource: Event<string>;
  /**
   * Sends a request and resolves with the result as it came, unknown members included. What the server wants to know
   * first is asked of the host; a call that becomes a task resolves with the result of the task.
   * Rejects with a `PatchbayError`. A timeout or an abort tells the server to stop and keeps the session.
   */
  request(method: string, params: JsonObject, options: RequestOptions): Promise<JsonObject>;
  /**
   * Asks to be told of changes of the resource, until `unsubscribeFromResource` or the end of the session: a later session
   * knows nothing of it. Idempotent. Rejects with a `PatchbayError`, `protocol` where the server does not offer it.
   */
  subscribeToResource(uri: string, options: SubscribeOptions): Promise<void>;
  /** Resolves at once where there is no subscription. */
  unsubscribeFromResource(uri: string, options: SubscribeOptions): Promise<void>;
  /** Gives the link up for a reason that the transport did not see. `onDidClose` then carries it. */
  fail(error: PatchbayError): void;
  /** Ends the link and resolves when nothing of it is left. Idempotent; a second call forces the end. */
  close(): Promise<void>;
}
