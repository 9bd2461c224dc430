import type { Clock } from '../../base/clock';

/** Counts attempts in a sliding window, so that a server that refuses everything meets no storm. */
export class AttemptLimit {
  readonly #clock: Clock;
  readonly #max: number;
  readonly #windowMs: number;
  #times: number[] = [];

  constructor(clock: Clock, max: number, windowMs: number) {
    this.#clock = clock;
    this.#max = max;
    this.#windowMs = windowMs;
  }

  /** Takes one attempt. False: there were as many in the window as are allowed. */
  take(): boolean {
    const now = this.#clock.now();
    this.#times = this.#times.filter((time) => now - time < this.#windowMs);
    if (this.#times.length >= this.#max) return false;
    this.#times.push(now);
    return true;
  }
}
