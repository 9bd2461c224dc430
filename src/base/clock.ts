import { type Disposable, toDisposable } from './disposable';
import { SharedTimers } from './sharedTimers';

/** Time, as everything that waits sees it: replaced by a hand-turned one in tests. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `callback` once after `delayMs`; disposing cancels. The timer does not keep the process alive. */
  setTimeout(callback: () => void, delayMs: number): Disposable;
}

/** The longest delay a Node timer takes (2^31 - 1 ms, 24 days); longer ones would fire at once. */
export const MAX_DELAY_MS = 2_147_483_647;

/** From here on (ms) timers share one of Node's, and may be late by some ms. */
const SHARED_FROM_MS = 1000;

export function createSystemClock(): Clock {
  const shared = new SharedTimers();
  return {
    now: () => Date.now(),
    setTimeout(callback, delayMs) {
      if (delayMs >= SHARED_FROM_MS && delayMs < MAX_DELAY_MS - SHARED_FROM_MS) return shared.set(callback, delayMs);
      const timer = setTimeout(callback, Math.min(Math.max(0, delayMs), MAX_DELAY_MS));
      timer.unref?.();
      return toDisposable(() => clearTimeout(timer));
    },
  };
}
