import type { Client } from '@modelcontextprotocol/client';
import type { Clock } from '../../base/clock';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { PatchbayError } from '../../base/errors';
import { Emitter } from '../../base/event';
import type { JsonObject } from '../../shared/json';
import type { Logger } from '../ports';
import { excerpt } from '../transports/jsonRpc';
import type { Era } from './era';
import { Listening } from './listening';

/** A longer address is no address. */
const MAX_URI = 8192;
/** An address is told once in this time, in ms, and once more after it where it changed again. */
const PACE_MS = 250;
/** Addresses below those that are subscribed to that are told in that time; then what they are below of is told. */
const MAX_BELOW = 100;

export interface ResourceSubscriptionsOptions {
  readonly client: Client;
  readonly era: Era;
  readonly capabilities: JsonObject;
  readonly clock: Clock;
  readonly log: Logger;
}

/** One change of what is subscribed to. */
export interface SubscriptionChange {
  readonly uri: string;
  /** Aborts where nobody waits any more; its reason is what the change rejects with. */
  readonly signal: AbortSignal;
  /** Sends a request of the legacy era within the limits of this change. */
  readonly request: (method: string, params: JsonObject) => Promise<unknown>;
}

/**
 * The resources of one session whose changes are told. Up to 2025-11-25 by `resources/subscribe` and
 * `resources/unsubscribe`; from 2026-07-28 on by a `subscriptions/listen` stream that names all of them, opened anew for
 * each change of the set, before the one before it ends, and again when it is lost. What changed meanwhile was announced
 * to nobody, so every resource counts as changed then.
 */
export class ResourceSubscriptions implements Disposable {
  readonly #options: ResourceSubscriptionsOptions;
  readonly #store = new DisposableStore();
  readonly #emitter = this.#store.add(new Emitter<string>());
  readonly #wanted = new Set<string>();
  /** What was told just now, and whether it changed again since. */
  readonly #told = new Map<string, { isChanged: boolean }>();
  #below = 0;
  /** What the server tells of, as far as it said. */
  #active: ReadonlySet<string> = new Set();
  #stream: Listening | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** With the address that the server names, which may be one below the address that is subscribed to. */
  readonly onDidUpdate = this.#emitter.event;

  constructor(options: ResourceSubscriptionsOptions) {
    this.#options = options;
    options.client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
      this.#onUpdated(params.uri);
    });
  }

  /** Rejects where the server offers no subscriptions, refuses this one, or does not grant it. Idempotent. */
  async subscribe(change: SubscriptionChange): Promise<void> {
    const { uri } = change;
    const { resources } = this.#options.capabilities as { resources?: { subscribe?: unknown } };
    if (resources?.subscribe !== true) {
      throw new PatchbayError('protocol', 'The server does not offer to tell of changed resources.');
    }
    // Before its turn, so that changes that come together are one stream; in it, because one before may have failed.
    this.#wanted.add(uri);
    try {
      await this.#inTurn(change, async () => {
        this.#wanted.add(uri);
        if (this.#active.has(uri)) return;
        if (this.#options.era === 'modern') await this.#listen(change.signal);
        else await this.#subscribeLegacy(change);
        if (!this.#active.has(uri)) throw notGranted(uri);
      });
    } catch (error) {
      if (!this.#active.has(uri)) this.#wanted.delete(uri);
      throw error;
    }
  }

  /** Resolves at once where there is no subscription. */
  async unsubscribe(change: SubscriptionChange): Promise<void> {
    const { uri } = change;
    if (!this.#wanted.has(uri)) return;
    await this.#inTurn(change, async () => {
      this.#wanted.delete(uri);
      if (!this.#active.has(uri)) return;
      if (this.#options.era === 'modern') return this.#listen(change.signal);
      this.#active = without(this.#active, uri);
      await change.request('resources/unsubscribe', { uri });
    });
  }

  dispose(): void {
    this.#stream?.dispose();
    this.#store.dispose();
  }

  /** A server may announce without end, and what nobody subscribed to. */
  #onUpdated(uri: string): void {
    if (uri.length > MAX_URI) return;
    if (this.#wanted.has(uri)) {
      this.#tell(uri);
      return;
    }
    const above = [...this.#wanted].find((wanted) => isBelow(uri, wanted));
    if (above === undefined) return;
    if (!this.#told.has(uri)) this.#below += 1;
    this.#tell(this.#below > MAX_BELOW && !this.#told.has(uri) ? above : uri);
  }

  #tell(uri: string): void {
    const told = this.#told.get(uri);
    if (told) {
      told.isChanged = true;
      return;
    }
    if (this.#told.size === 0) this.#options.clock.setTimeout(() => this.#goOn(), PACE_MS);
    this.#told.set(uri, { isChanged: false });
    this.#emitter.fire(uri);
  }

  #goOn(): void {
    const changed = [...this.#told].flatMap(([uri, { isChanged }]) => (isChanged ? [uri] : []));
    this.#told.clear();
    this.#below = 0;
    if (this.#store.isDisposed) return;
    for (const uri of changed) this.#tell(uri);
  }

  /** One change after the other: the set and what the server knows of it do not drift apart. */
  async #inTurn({ signal }: SubscriptionChange, run: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(() => {
      signal.throwIfAborted();
      return run();
    });
    this.#last = turn.catch(() => {});
    await abortable(turn, signal);
  }

  async #subscribeLegacy({ uri, request }: SubscriptionChange): Promise<void> {
    await request('resources/subscribe', { uri });
    this.#active = new Set([...this.#active, uri]);
  }

  /** Opens a stream for all that is wanted now, then ends the one before. Where that fails, nothing is changed. */
  async #listen(signal: AbortSignal): Promise<void> {
    const { client, clock, log } = this.#options;
    const before = this.#stream;
    const uris = [...this.#wanted];
    if (uris.length === 0) {
      this.#use(undefined, []);
    } else {
      const onGap = () => {
        for (const uri of uris) this.#tell(uri);
      };
      const stream = new Listening({ client, clock, log, filter: { resourceSubscriptions: uris }, onGap });
      try {
        const { resourceSubscriptions = [] } = await abortable(stream.opened, signal);
        this.#use(stream, resourceSubscriptions);
      } catch (error) {
        stream.dispose();
        throw error;
      }
    }
    before?.dispose();
  }

  #use(stream: Listening | undefined, uris: readonly string[]): void {
    this.#stream = stream;
    this.#active = new Set(uris);
    if (this.#store.isDisposed) stream?.dispose();
  }
}

function notGranted(uri: string): PatchbayError {
  return new PatchbayError('protocol', `The server does not tell of changes of ${excerpt(uri)}.`);
}

/** Whether an address is one of a part of what another address names. */
function isBelow(uri: string, above: string): boolean {
  return uri.startsWith(above) && (above.endsWith('/') || '/?#'.includes(uri[above.length] ?? ' '));
}

function without(uris: ReadonlySet<string>, uri: string): ReadonlySet<string> {
  return new Set([...uris].filter((one) => one !== uri));
}

/** Settles as `work` does, or rejects with the reason of `signal` when that aborts first. */
async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    work.catch(() => {});
    aborted.catch(() => {});
  }
}
