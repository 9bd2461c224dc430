import type { Disposable } from './disposable';

/** Delays are rounded up to a multiple of this many ms, so that few of them differ. */
const STEP_MS = 16;

/** What waits for the same time; who came first is due first. */
interface Lane {
  readonly delayMs: number;
  readonly entries: Set<Entry>;
}

interface Entry {
  /** In ms of `performance.now()`. */
  readonly at: number;
  readonly callback: () => void;
}

/**
 * Timers for the many long timeouts of which hardly one comes to its end, at a small part of what Node's own cost: those
 * with the same delay share one, which is not touched when one of them is set or cancelled. None fires early; up to 16 ms
 * late. None keeps the process alive.
 */
export class SharedTimers {
  readonly #lanes = new Map<number, Lane>();

  /** Calls `callback` once after `delayMs`, which a Node timer must be able to take; disposing cancels. */
  set(callback: () => void, delayMs: number): Disposable {
    const { delayMs: rounded, entries } = this.#lane(Math.ceil(delayMs / STEP_MS) * STEP_MS);
    const entry: Entry = { at: performance.now() + rounded, callback };
    entries.add(entry);
    return { dispose: () => void entries.delete(entry) };
  }

  #lane(delayMs: number): Lane {
    const known = this.#lanes.get(delayMs);
    if (known) return known;
    const lane: Lane = { delayMs, entries: new Set() };
    this.#lanes.set(delayMs, lane);
    this.#arm(lane, delayMs);
    return lane;
  }

  #arm(lane: Lane, delayMs: number): void {
    setTimeout(() => this.#fire(lane), delayMs).unref?.();
  }

  #fire(lane: Lane): void {
    const { entries, delayMs } = lane;
    const now = performance.now();
    for (const entry of entries) {
      if (entry.at > now) break;
      entries.delete(entry);
      run(entry.callback);
    }
    const [next] = entries;
    if (next) this.#arm(lane, Math.max(1, next.at - now));
    else this.#lanes.delete(delayMs);
  }
}

/** As where each had a timer of its own, an error of one does not hold up the others. */
function run(callback: () => void): void {
  try {
    callback();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
