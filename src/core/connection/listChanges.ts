import type { Client, McpSubscription, SubscriptionFilter } from '@modelcontextprotocol/client';
import { backoffDelay } from '../../base/backoff';
import type { Clock } from '../../base/clock';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { toError } from '../../base/errors';
import { Emitter } from '../../base/event';
import type { JsonObject } from '../../shared/json';
import type { Logger } from '../ports';
import type { Era } from './era';
import { isRefusal } from './failures';

export type ListKind = 'tools' | 'prompts' | 'resources';

const KINDS: readonly ListKind[] = ['tools', 'prompts', 'resources'];
/** How long in ms a server may take to confirm a listen request. */
const ACKNOWLEDGE_MS = 30_000;
/** A subscription that lived this long, in ms, was a good one: the next loss is the first one again. */
const GOOD_AFTER_MS = 60_000;
const PAUSES = {
  strategy: 'exponential',
  initialDelayMs: 2000,
  maxDelayMs: 60_000,
  factor: 2,
  jitter: 0,
  maxAttempts: 0,
} as const;

export interface ListChangesOptions {
  readonly client: Client;
  readonly era: Era;
  readonly capabilities: JsonObject;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Tells when a list of the server is another one. A legacy server says so by itself; a modern one only on a
 * `subscriptions/listen` stream (MCP 2026-07-28, basic/utilities/subscriptions), which is opened again, with growing
 * pauses, when it ends. What changed in between was announced to nobody, so every list counts as changed then.
 */
export class ListChanges implements Disposable {
  readonly #options: ListChangesOptions;
  readonly #store = new DisposableStore();
  readonly #emitter = this.#store.add(new Emitter<ListKind>());
  /** What the server declares to announce. */
  readonly #declared: readonly ListKind[];
  readonly #ended = new AbortController();

  readonly onDidChange = this.#emitter.event;

  constructor(options: ListChangesOptions) {
    this.#options = options;
    this.#declared = KINDS.filter(
      (kind) => (options.capabilities[kind] as JsonObject | undefined)?.listChanged === true,
    );
    for (const kind of KINDS) {
      options.client.setNotificationHandler(`notifications/${kind}/list_changed`, () => this.#emitter.fire(kind));
    }
    if (options.era === 'modern' && this.#declared.length > 0) void this.#keepListening();
  }

  dispose(): void {
    this.#ended.abort();
    this.#store.dispose();
  }

  async #keepListening(): Promise<void> {
    const { clock, log } = this.#options;
    let losses = 0;
    for (let isFirst = true; !this.#ended.signal.aborted; isFirst = false) {
      const startedAt = clock.now();
      try {
        const subscription = await this.#listen();
        if (!isFirst) for (const kind of this.#declared) this.#emitter.fire(kind);
        if ((await subscription.closed) === 'local') return;
      } catch (error) {
        if (this.#ended.signal.aborted) return;
        const { message } = toError(error);
        if (isRefusal(error)) {
          log.warn(`Changes of lists are not announced: ${message}`);
          return;
        }
        log.debug(`Listening for changes failed: ${message}`);
      }
      losses = clock.now() - startedAt >= GOOD_AFTER_MS ? 1 : losses + 1;
      await this.#pause(backoffDelay(PAUSES, losses, () => 0) ?? 0);
    }
  }

  async #listen(): Promise<McpSubscription> {
    const wanted: SubscriptionFilter = {};
    for (const kind of this.#declared) wanted[`${kind}ListChanged`] = true;
    const options = { timeout: ACKNOWLEDGE_MS, signal: this.#ended.signal };
    const subscription = await this.#options.client.listen(wanted, options);
    const missing = this.#declared.filter((kind) => subscription.honoredFilter[`${kind}ListChanged`] !== true);
    if (missing.length > 0) this.#options.log.warn(`The server does not announce changes of: ${missing.join(', ')}.`);
    return subscription;
  }

  /** Never resolves once disposed: nothing goes on then. */
  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.#store.add(this.#options.clock.setTimeout(resolve, delayMs)));
  }
}
