import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';

const FLOOR_MS = 500;
const CAP_MS = 30_000;
const GROWTH = 1.5;
const JITTER = 0.2;
/** A stream that lived this long was a good one: the next delay starts small again. */
const SETTLED_MS = 60_000;

export interface StreamReconnects extends Disposable {
  /** Calls `reconnect` after a bounded time; `delayMs` is the wish of the server or the SDK. Returns the cancel. */
  readonly schedule: (reconnect: () => void, delayMs: number, attempt: number) => () => void;
  /** A message came: the server is there and has something to say. */
  onMessage(): void;
}

/**
 * When a lost event stream is opened again: never faster than the floor, spread at random, slower with each stream that
 * brings nothing, so that a server that closes idle streams (or asks for `retry: 0`) is not hammered.
 */
export function createStreamReconnects(clock: Clock, random: () => number): StreamReconnects {
  const timers = new Set<Disposable>();
  let streak = 0;
  let last = Number.NEGATIVE_INFINITY;
  let disposed = false;
  return {
    schedule(reconnect, delayMs) {
      if (disposed) return () => {};
      const now = clock.now();
      if (now - last > SETTLED_MS) streak = 0;
      last = now;
      const wanted = Math.max(FLOOR_MS, Number.isFinite(delayMs) ? delayMs : FLOOR_MS);
      const grown = Math.min(CAP_MS, wanted * GROWTH ** Math.min(streak, 20));
      streak++;
      const spread = grown * (1 + JITTER * (random() * 2 - 1));
      const timer = clock.setTimeout(
        () => {
          timers.delete(timer);
          reconnect();
        },
        Math.min(CAP_MS, Math.max(FLOOR_MS, spread)),
      );
      timers.add(timer);
      return () => {
        timers.delete(timer);
        timer.dispose();
      };
    },
    onMessage() {
      streak = 0;
    },
    dispose() {
      disposed = true;
      for (const timer of timers) timer.dispose();
      timers.clear();
    },
  };
}
