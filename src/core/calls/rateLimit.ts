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

/** Room for one request, kept until one of the two is called; each later call does nothing. */
export interface Room {
  /** The request goes out now: it counts from this moment on. */
  use(): void;
  /** It does not go out. */
  giveBack(): void;
}

interface Waiter {
  readonly grant: (room: Room) => void;
  readonly refuse: (error: unknown) => void;
}

/** Where nothing is limited, nothing is counted. */
const UNLIMITED: Room = { use: () => {}, giveBack: () => {} };

/**
 * Never more than `maxRequests` used within any `perMs`: what is kept and not used yet takes room as well. Who comes above
 * that waits in line, or is refused with an error of kind `limit` that says when to come again. Settings are read at each
 * step; undefined: no limit.
 */
export class RateLimit implements Disposable {
  readonly #settings: () => RateLimitSettings | undefined;
  readonly #clock: Clock;
  readonly #window = new SlidingWindow();
  readonly #waiters = new LinkedQueue<Waiter>();
  #kept = 0;
  #timer: Disposable | undefined;
  #isDisposed = false;

  constructor(settings: () => RateLimitSettings | undefined, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  /** Requests that would go at once; undefined where there is no limit. */
  get remaining(): number | undefined {
    const settings = this.#settings();
    if (!settings) return undefined;
    const { maxRequests, perMs } = settings;
    const taken = this.#window.count(this.#clock.now(), perMs) + this.#kept + this.waiting;
    return Math.max(0, maxRequests - taken);
  }

  get waiting(): number {
    return this.#waiters.size;
  }

  /** Undefined where there is none at once. */
  tryTake(): Room | undefined {
    // Afterwards nobody waits, or there is no room.
    if (this.waiting > 0) this.recheck();
    return this.#isDisposed ? undefined : this.#keep();
  }

  /** Resolves when there is room; rejects with the reason of `signal` when that aborts first. */
  take(signal?: AbortSignal): Promise<Room> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#isDisposed) return Promise.reject(endedError());
    const room = this.tryTake();
    if (room) return Promise.resolve(room);
    const settings = this.#settings();
    if (settings?.onLimit === 'reject') return Promise.reject(this.#refusal(settings));
    const granted = this.#wait(signal);
    this.#arm();
    return granted;
  }

  /** Lets go who may go now: to be called when the settings allow more. */
  recheck(): void {
    while (this.waiting > 0) {
      const room = this.#keep();
      if (!room) break;
      this.#waiters.shift()?.grant(room);
    }
    this.#arm();
  }

  /** Refuses who waits. */
  dispose(): void {
    this.#isDisposed = true;
    this.#timer?.dispose();
    this.#timer = undefined;
    for (let waiter = this.#waiters.shift(); waiter; waiter = this.#waiters.shift()) waiter.refuse(endedError());
  }

  #keep(): Room | undefined {
    const settings = this.#settings();
    if (!settings) return UNLIMITED;
    const { maxRequests, perMs } = settings;
    if (this.#window.count(this.#clock.now(), perMs) + this.#kept >= maxRequests) return undefined;
    this.#kept += 1;
    let isKept = true;
    const end = () => {
      const was = isKept;
      isKept = false;
      if (was) this.#kept -= 1;
      return was;
    };
    return {
      use: () => {
        if (!end()) return;
        this.#window.add(this.#clock.now(), this.#settings()?.perMs ?? perMs);
        if (this.waiting > 0) this.#arm();
      },
      giveBack: () => {
        if (end() && this.waiting > 0) this.recheck();
      },
    };
  }

  #wait(signal: AbortSignal | undefined): Promise<Room> {
    return new Promise((resolve, reject) => {
      const settle = (end: () => void) => {
        signal?.removeEventListener('abort', onAbort);
        end();
      };
      const place = this.#waiters.push({
        grant: (room) => settle(() => resolve(room)),
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
    const delayMs = this.#freeAfterMs(settings, 1);
    if (delayMs === undefined) return;
    this.#timer = this.#clock.setTimeout(() => this.recheck(), Math.max(1, delayMs));
  }

  /** Undefined where all room is kept: no time says when it will be used. */
  #freeAfterMs({ maxRequests, perMs }: RateLimitSettings, wanted: number): number | undefined {
    const free = maxRequests - this.#kept;
    return free <= 0 ? undefined : this.#window.freeAfterMs(this.#clock.now(), free, perMs, wanted);
  }

  #refusal(settings: RateLimitSettings): PatchbayError {
    const { maxRequests, perMs } = settings;
    const retryAfterMs = this.#freeAfterMs(settings, this.waiting + 1) ?? perMs;
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
