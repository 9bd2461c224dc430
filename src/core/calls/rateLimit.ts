import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';
import { formatDuration } from '../../base/duration';
import { PatchbayError } from '../../base/errors';
import { LinkedQueue } from './linkedQueue';
import { SlidingWindow } from './slidingWindow';

/** The shape of `limits.rateLimit` in the configuration. */
export interface RateLimitSettings {
  readonly maxRequests: number;
  readonly perMs: number;
  readonly onLimit: 'queue' | 'reject';
}

interface Waiter {
  readonly grant: () => void;
  readonly refuse: (error: unknown) => void;
}

/**
 * Never more than `maxRequests` within any `perMs`. Who comes above that waits in line, or is refused with an error of
 * kind `limit` that says when to come again. Settings are read at each step; undefined: no limit.
 */
export class RateLimit implements Disposable {
  readonly #settings: () => RateLimitSettings | undefined;
  readonly #clock: Clock;
  readonly #window = new SlidingWindow();
  readonly #waiters = new LinkedQueue<Waiter>();
  #timer: Disposable | undefined;
  #isDisposed = false;

  constructor(settings: () => RateLimitSettings | undefined, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  /** Calls that would go at once; undefined where there is no limit. */
  get remaining(): number | undefined {
    const settings = this.#settings();
    if (!settings) return undefined;
    return Math.max(0, settings.maxRequests - this.#window.count(this.#clock.now(), settings.perMs) - this.waiting);
  }

  get waiting(): number {
    return this.#waiters.size;
  }

  /** Resolves when the call may go; rejects with the reason of `signal` when that aborts first. */
  take(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#isDisposed) return Promise.reject(endedError());
    // Afterwards nobody waits, or there is no room.
    this.recheck();
    const settings = this.#settings();
    if (this.#tryTake(settings)) return Promise.resolve();
    if (settings?.onLimit === 'reject') return Promise.reject(this.#refusal(settings));
    const granted = this.#wait(signal);
    this.#arm();
    return granted;
  }

  /** Lets go who may go now: to be called when the settings allow more. */
  recheck(): void {
    while (this.waiting > 0 && this.#tryTake(this.#settings())) this.#waiters.shift()?.grant();
    this.#arm();
  }

  /** Refuses who waits. */
  dispose(): void {
    this.#isDisposed = true;
    this.#timer?.dispose();
    this.#timer = undefined;
    for (let waiter = this.#waiters.shift(); waiter; waiter = this.#waiters.shift()) waiter.refuse(endedError());
  }

  #tryTake(settings: RateLimitSettings | undefined): boolean {
    if (!settings) return true;
    return this.#window.tryAdd(this.#clock.now(), settings.maxRequests, settings.perMs);
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (end: () => void) => {
        signal?.removeEventListener('abort', onAbort);
        end();
      };
      const place = this.#waiters.push({
        grant: () => settle(resolve),
        refuse: (error) => settle(() => reject(error)),
      });
      const onAbort = () => {
        this.#waiters.remove(place);
        reject(signal?.reason);
        // Nobody is left to wake.
        if (this.waiting === 0) this.#arm();
      };
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Sees to it that the first in line is let go in time. */
  #arm(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
    const settings = this.#settings();
    if (this.waiting === 0 || this.#isDisposed || !settings) return;
    const delayMs = this.#window.freeAfterMs(this.#clock.now(), settings.maxRequests, settings.perMs, 1);
    this.#timer = this.#clock.setTimeout(() => this.recheck(), Math.max(1, delayMs));
  }

  #refusal({ maxRequests, perMs }: RateLimitSettings): PatchbayError {
    const retryAfterMs = this.#window.freeAfterMs(this.#clock.now(), maxRequests, perMs, this.waiting + 1);
    return new PatchbayError('limit', `The limit of ${maxRequests} calls in ${formatDuration(perMs)} is reached.`, {
      retryable: true,
      retryAfterMs,
      hint: `Call again in ${formatDuration(retryAfterMs)}, or change "limits.rateLimit" of the server.`,
    });
  }
}

function endedError(): PatchbayError {
  return new PatchbayError('cancelled', 'The server was removed or changed while the call waited for its rate limit.');
}
