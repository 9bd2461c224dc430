import { Histogram } from './histogram';
import { METRICS } from './names';
import type { PoolNumbers } from './snapshot';

export type PoolEvent =
  /** Somebody got a connection: one that was there (`hit`), or one that was opened for it (`miss`), after `waitMs`. */
  | { readonly event: 'hit' | 'miss'; readonly transport: string; readonly waitMs: number }
  | { readonly event: 'created' | 'evicted'; readonly transport: string };

/** What the pool of connections did, over all transports and for WebSocket alone. */
export class PoolTally {
  readonly #counts = { hit: 0, miss: 0, created: 0, evicted: 0 };
  readonly #webSocket = { hit: 0, miss: 0, created: 0, evicted: 0 };
  #waits: Histogram | undefined;

  record(entry: PoolEvent, withDurations: boolean): void {
    this.#counts[entry.event]++;
    if (entry.transport === 'websocket') this.#webSocket[entry.event]++;
    if (!('waitMs' in entry) || !withDurations) return;
    this.#waits ??= new Histogram();
    this.#waits.record(entry.waitMs);
  }

  numbers(): PoolNumbers {
    const { hit, miss, created, evicted } = this.#counts;
    return {
      [METRICS.webSocketPoolHits]: this.#webSocket.hit,
      [METRICS.webSocketPoolMisses]: this.#webSocket.miss,
      [METRICS.poolHits]: hit,
      [METRICS.poolMisses]: miss,
      [METRICS.poolHitRate]: hit + miss === 0 ? null : Math.round((hit / (hit + miss)) * 1000) / 10,
      [METRICS.poolCreated]: created,
      [METRICS.poolEvicted]: evicted,
      [METRICS.poolWait]: this.#waits?.summary() ?? null,
    };
  }
}
