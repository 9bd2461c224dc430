/** Events that happened at the same millisecond. */
interface Moment {
  readonly at: number;
  count: number;
}

/** Spent moments are cut off when there are so many of them, and they are half of all. */
const CUT = 64;

/**
 * How many events happened within the last so many ms, exactly. Holds one item for each millisecond in which there were
 * any, of the window only. Times are the caller's; where they step back, the window goes on from where it was, so that a
 * clock that is set back blocks nobody.
 */
export class SlidingWindow {
  #moments: Moment[] = [];
  #first = 0;
  #count = 0;
  #latest = Number.NEGATIVE_INFINITY;
  #shift = 0;

  /** Items in memory, for checks of the bound. */
  get size(): number {
    return this.#moments.length;
  }

  count(now: number, windowMs: number): number {
    this.#forget(this.#time(now) - windowMs);
    return this.#count;
  }

  /** Counts one more event. */
  add(now: number, windowMs: number): void {
    const at = this.#time(now);
    this.#forget(at - windowMs);
    const last = this.#moments.at(-1);
    if (last?.at === at) last.count++;
    else this.#moments.push({ at, count: 1 });
    this.#count++;
  }

  /** In how many ms there is room for `wanted` more (at most `max` of them); 0: now. */
  freeAfterMs(now: number, max: number, windowMs: number, wanted: number): number {
    let surplus = this.count(now, windowMs) + Math.min(wanted, max) - max;
    for (let index = this.#first; surplus > 0 && index < this.#moments.length; index++) {
      const moment = this.#moments[index];
      surplus -= moment?.count ?? 0;
      if (surplus <= 0 && moment) return moment.at + windowMs - this.#time(now);
    }
    return 0;
  }

  #time(now: number): number {
    if (now + this.#shift < this.#latest) this.#shift = this.#latest - now;
    this.#latest = now + this.#shift;
    return this.#latest;
  }

  /** What happened at `end` or before is over. */
  #forget(end: number): void {
    for (let moment = this.#moments[this.#first]; moment && moment.at <= end; moment = this.#moments[this.#first]) {
      this.#count -= moment.count;
      this.#first++;
    }
    if (this.#first < CUT || this.#first * 2 < this.#moments.length) return;
    this.#moments = this.#moments.slice(this.#first);
    this.#first = 0;
  }
}
