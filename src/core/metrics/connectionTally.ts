import { METRICS } from './names';
import type { ConnectionNumbers } from './snapshot';

/** `reconnected`: opened again after a loss. `failed`: an attempt that opened nothing. */
export type ConnectionEvent = 'opened' | 'closed' | 'reconnected' | 'failed';

/** Connections of one server or all: how many there are, and how they came and went. */
export class ConnectionTally {
  readonly #counts: Record<ConnectionEvent, number> = { opened: 0, closed: 0, reconnected: 0, failed: 0 };
  #active = 0;

  get active(): number {
    return this.#active;
  }

  record(event: ConnectionEvent, isCounted: boolean): void {
    if (event === 'opened' || event === 'reconnected') this.#active++;
    if (event === 'closed') this.#active = Math.max(0, this.#active - 1);
    if (!isCounted) return;
    this.#counts[event]++;
    if (event === 'reconnected') this.#counts.opened++;
  }

  numbers(): ConnectionNumbers {
    const { opened, closed, reconnected, failed } = this.#counts;
    return {
      [METRICS.activeConnections]: this.#active,
      [METRICS.opened]: opened,
      [METRICS.closed]: closed,
      [METRICS.reconnected]: reconnected,
      [METRICS.failed]: failed,
    };
  }
}
