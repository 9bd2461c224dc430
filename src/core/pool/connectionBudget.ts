import { cancellation } from '../../base/abort';
import type { Clock } from '../../base/clock';
import { type Deferred, deferred } from '../../base/deferred';
import type { Disposable } from '../../base/disposable';
import { PatchbayError } from '../../base/errors';

export interface BudgetSettings {
  /** Most connections altogether. */
  readonly maxTotal: number;
  /** Most connections with one key. */
  readonly maxConnectionsPerUrl: number;
  /** Longest wait for a place, in ms. 0: no limit. */
  readonly connectionTimeoutMs: number;
}

/** Who holds a place, and may have to give it up to another. */
export interface PlaceHolder {
  /** Since when (ms since the epoch) nothing uses the connection; undefined while something does. */
  idleSince(): number | undefined;
  /** Starts to close the connection; its place is released when nothing of it is left. */
  evict(): void;
}

/** The right to hold one connection. */
export interface Place {
  /** Idempotent. */
  release(): void;
}

interface Held {
  readonly key: string;
  readonly holder: PlaceHolder;
  isLeaving: boolean;
}

interface Waiter {
  readonly key: string;
  readonly holder: PlaceHolder;
  readonly place: Deferred<Place>;
}

/**
 * How many connections there may be over all servers. Who finds no place waits in line, and the least recently used idle
 * connection that stands in the way is closed for it. Nothing is held while a connection opens: a slow host delays nobody
 * but those who wait for its own key.
 */
export class ConnectionBudget {
  readonly #settings: () => BudgetSettings;
  readonly #clock: Clock;
  readonly #held = new Set<Held>();
  readonly #waiting = new Set<Waiter>();
  #evicted = 0;

  constructor(settings: () => BudgetSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  get open(): number {
    return this.#held.size;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Connections that were closed for others so far. */
  get evicted(): number {
    return this.#evicted;
  }

  /** Whether a connection with this key could be opened now without closing another. */
  hasRoom(key: string): boolean {
    const { maxTotal, maxConnectionsPerUrl } = this.#settings();
    return this.#held.size < maxTotal && this.#countOf(key) < maxConnectionsPerUrl;
  }

  /** Rejects with an error of kind `limit` where no place came free in time, or with what `signal` says. */
  async take(key: string, holder: PlaceHolder, signal?: AbortSignal): Promise<Place> {
    if (signal?.aborted) throw cancellation(signal);
    // Those in line for the same key, or for any, come first.
    if (this.#waiting.size === 0 && this.hasRoom(key)) return this.#hold(key, holder);
    const waiter: Waiter = { key, holder, place: deferred() };
    this.#waiting.add(waiter);
    const onAbort = () => this.#drop(waiter, signal ? cancellation(signal) : undefined);
    signal?.addEventListener('abort', onAbort, { once: true });
    const timer = this.#startTimer(waiter);
    this.recheck();
    try {
      return await waiter.place.promise;
    } finally {
      timer?.dispose();
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Lets in who can come in now. For who sees a connection become idle, or the settings change. */
  recheck(): void {
    for (const waiter of this.#waiting) {
      if (!this.hasRoom(waiter.key)) continue;
      this.#waiting.delete(waiter);
      waiter.place.resolve(this.#hold(waiter.key, waiter.holder));
    }
    this.#makeRoom();
  }

  #makeRoom(): void {
    const leaving = [...this.#held].filter(({ isLeaving }) => isLeaving);
    for (const { key } of this.#waiting) {
      const isFullForAll = this.#held.size >= this.#settings().maxTotal;
      const inTheWay = (held: Held) => (this.#hasRoomForKey(key) ? isFullForAll : held.key === key);
      // Each that leaves makes room for one in line.
      const awaited = leaving.findIndex(inTheWay);
      if (awaited >= 0) leaving.splice(awaited, 1);
      else this.#evictOne(inTheWay);
    }
  }

  #evictOne(inTheWay: (held: Held) => boolean): void {
    let oldest: Held | undefined;
    let since = Number.POSITIVE_INFINITY;
    for (const held of this.#held) {
      const idleSince = held.isLeaving || !inTheWay(held) ? undefined : held.holder.idleSince();
      if (idleSince === undefined || idleSince >= since) continue;
      oldest = held;
      since = idleSince;
    }
    if (!oldest) return;
    oldest.isLeaving = true;
    this.#evicted += 1;
    oldest.holder.evict();
  }

  #hold(key: string, holder: PlaceHolder): Place {
    const held: Held = { key, holder, isLeaving: false };
    this.#held.add(held);
    return {
      release: () => {
        if (this.#held.delete(held)) this.recheck();
      },
    };
  }

  #countOf(key: string): number {
    let count = 0;
    for (const held of this.#held) if (held.key === key) count += 1;
    return count;
  }

  #hasRoomForKey(key: string): boolean {
    return this.#countOf(key) < this.#settings().maxConnectionsPerUrl;
  }

  #startTimer(waiter: Waiter): Disposable | undefined {
    const { connectionTimeoutMs } = this.#settings();
    if (connectionTimeoutMs === 0) return undefined;
    return this.#clock.setTimeout(() => this.#drop(waiter, this.#noPlace(waiter.key)), connectionTimeoutMs);
  }

  #drop(waiter: Waiter, error: PatchbayError | undefined): void {
    if (this.#waiting.delete(waiter)) waiter.place.reject(error);
  }

  #noPlace(key: string): PatchbayError {
    const { maxTotal, maxConnectionsPerUrl } = this.#settings();
    const [count, setting] = this.#hasRoomForKey(key)
      ? [maxTotal, '"pool.maxTotal"']
      : [maxConnectionsPerUrl, '"pool.maxConnectionsPerUrl"'];
    return new PatchbayError('limit', `All ${count} connections that ${setting} allows are in use.`, {
      hint: `Disconnect a server, or raise ${setting}.`,
      retryable: true,
    });
  }
}
