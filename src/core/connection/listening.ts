import type { Client, McpSubscription, SubscriptionFilter } from '@modelcontextprotocol/client';
import { backoffDelay } from '../../base/backoff';
import type { Clock } from '../../base/clock';
import { deferred } from '../../base/deferred';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { toError } from '../../base/errors';
import type { Logger } from '../ports';
import { isRefusal } from './failures';

/** How long in ms a server may take to confirm a listen request. */
const ACKNOWLEDGE_MS = 30_000;
/** A stream that lived this long, in ms, was a good one: the next loss is the first one again. */
const GOOD_AFTER_MS = 60_000;
const PAUSES = {
  strategy: 'exponential',
  initialDelayMs: 2000,
  maxDelayMs: 60_000,
  factor: 2,
  jitter: 0,
  maxAttempts: 0,
} as const;

export interface ListeningOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  /** What is asked for. */
  readonly filter: SubscriptionFilter;
  /** Told at each stream what the server agreed to. */
  readonly onOpen?: (honored: SubscriptionFilter) => void;
  /** A stream is there again after one was lost: what changed in between was announced to nobody. */
  readonly onGap: () => void;
}

/**
 * One `subscriptions/listen` stream (MCP 2026-07-28, basic/utilities/subscriptions), opened again with growing pauses when
 * it ends, until it is disposed or the server refuses it.
 */
export class Listening implements Disposable {
  readonly #options: ListeningOptions;
  readonly #store = new DisposableStore();
  readonly #ended = new AbortController();
  readonly #first = deferred<SubscriptionFilter>();

  /** What the server agreed to at the first stream. Rejects where that one failed; further attempts go on all the same. */
  readonly opened: Promise<SubscriptionFilter> = this.#first.promise;

  constructor(options: ListeningOptions) {
    this.#options = options;
    // Not everybody waits for it.
    this.opened.catch(() => {});
    void this.#keepListening();
  }

  dispose(): void {
    this.#ended.abort();
    this.#store.dispose();
  }

  async #keepListening(): Promise<void> {
    const { clock, log, onGap } = this.#options;
    let losses = 0;
    for (let isFirst = true; !this.#ended.signal.aborted; isFirst = false) {
      const startedAt = clock.now();
      try {
        const subscription = await this.#listen();
        if (!isFirst) onGap();
        if ((await subscription.closed) === 'local') return;
      } catch (error) {
        this.#first.reject(error);
        if (this.#ended.signal.aborted) return;
        const { message } = toError(error);
        if (isRefusal(error)) {
          log.warn(`The server announces no changes: ${message}`);
          return;
        }
        log.debug(`Listening for changes failed: ${message}`);
      }
      losses = clock.now() - startedAt >= GOOD_AFTER_MS ? 1 : losses + 1;
      await this.#pause(backoffDelay(PAUSES, losses, () => 0) ?? 0);
    }
  }

  async #listen(): Promise<McpSubscription> {
    const { client, filter, onOpen } = this.#options;
    const subscription = await client.listen(filter, { timeout: ACKNOWLEDGE_MS, signal: this.#ended.signal });
    onOpen?.(subscription.honoredFilter);
    this.#first.resolve(subscription.honoredFilter);
    return subscription;
  }

  /** Never resolves once disposed: nothing goes on then. */
  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.#store.add(this.#options.clock.setTimeout(resolve, delayMs)));
  }
}
