import { LinkedQueue, type Place } from './linkedQueue';

/** Gives a place back. Called again, it does nothing. */
export type Release = () => void;

interface Waiter {
  readonly grant: () => void;
}

/** The waiters of one key, and where the key stands among the keys that wait. */
interface Line {
  readonly key: string;
  readonly waiters: LinkedQueue<Waiter>;
  turn: Place<Line> | undefined;
}

/** Read at each step. A limit that is undefined is none; below 1 counts as 1. */
export interface FairLimits {
  /** Places over all keys. */
  readonly limit: () => number | undefined;
  /** Places of one key. Who waits for one of these holds none of the others. */
  readonly keyLimit?: (key: string) => number | undefined;
  /**
   * Keys that are likely to come: for each that holds nothing a place is kept, which no key takes as its second; three in
   * four of all places at most, so that many keys which never come leave more than one to those that do.
   */
  readonly expected?: () => Iterable<string>;
}

/** Part of all places. */
const MOST_KEPT = 0.75;

/**
 * At most so many at the same time, over all keys and for each. A place that becomes free goes to the keys that wait by
 * turns, and inside a key to who came first, so that no key can make another wait for all of its own. Where there is a
 * place for each expected key among those that can be kept, none of them ever waits for its first, however slow the others
 * are.
 */
export class FairLimiter {
  readonly #limits: FairLimits;
  readonly #held = new Map<string, number>();
  readonly #lines = new Map<string, Line>();
  readonly #turns = new LinkedQueue<Line>();
  #inFlight = 0;
  #waiting = 0;

  constructor(limits: FairLimits) {
    this.#limits = limits;
  }

  /** Places that are taken. */
  get inFlight(): number {
    return this.#inFlight;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Resolves with a place; rejects with the reason of `signal` when that aborts first. */
  acquire(key: string, signal?: AbortSignal): Promise<Release> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    // Waiters and room at the same time: a limit has grown.
    if (this.#waiting > 0) this.#admit();
    if (!this.#lines.has(key) && this.#hasRoomFor(key)) return Promise.resolve(this.#take(key));
    return this.#wait(key, signal);
  }

  /** Lets in who has a place now: to be called when a limit has grown, or a key is expected no more. */
  recheck(): void {
    this.#admit();
  }

  /** For some key, as far as the limit over all goes. */
  #hasRoom(): boolean {
    const limit = this.#limits.limit();
    return limit === undefined || this.#inFlight < Math.max(1, limit);
  }

  #hasRoomFor(key: string): boolean {
    if (!this.#hasRoom()) return false;
    const held = this.#held.get(key) ?? 0;
    const keyLimit = this.#limits.keyLimit?.(key);
    if (keyLimit !== undefined && held >= Math.max(1, keyLimit)) return false;
    const limit = this.#limits.limit();
    return limit === undefined || held === 0 || this.#inFlight + this.#kept(limit) < limit;
  }

  /** Places that nobody takes who holds one. */
  #kept(limit: number): number {
    let kept = 0;
    for (const key of this.#limits.expected?.() ?? []) if (!this.#held.has(key)) kept++;
    return Math.min(kept, Math.floor(limit * MOST_KEPT));
  }

  #take(key: string): Release {
    this.#inFlight++;
    this.#held.set(key, (this.#held.get(key) ?? 0) + 1);
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      this.#inFlight--;
      const held = (this.#held.get(key) ?? 1) - 1;
      if (held > 0) this.#held.set(key, held);
      else this.#held.delete(key);
      this.#admit();
    };
  }

  #wait(key: string, signal: AbortSignal | undefined): Promise<Release> {
    return new Promise((resolve, reject) => {
      const line = this.#lineOf(key);
      const place = line.waiters.push({
        grant: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve(this.#take(key));
        },
      });
      this.#waiting++;
      const onAbort = () => {
        line.waiters.remove(place);
        this.#waiting--;
        if (line.waiters.size === 0) this.#drop(line);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  #lineOf(key: string): Line {
    const known = this.#lines.get(key);
    if (known) return known;
    const line: Line = { key, waiters: new LinkedQueue(), turn: undefined };
    line.turn = this.#turns.push(line);
    this.#lines.set(key, line);
    return line;
  }

  #drop(line: Line): void {
    if (line.turn) this.#turns.remove(line.turn);
    this.#lines.delete(line.key);
  }

  #admit(): void {
    // One round without anybody let in: nobody who waits has room.
    for (let refused = 0; refused < this.#turns.size && this.#hasRoom(); ) {
      const line = this.#turns.shift();
      if (!line) return;
      const waiter = this.#hasRoomFor(line.key) ? line.waiters.shift() : undefined;
      refused = waiter ? 0 : refused + 1;
      if (line.waiters.size > 0) line.turn = this.#turns.push(line);
      else this.#lines.delete(line.key);
      if (!waiter) continue;
      this.#waiting--;
      waiter.grant();
    }
  }
}
