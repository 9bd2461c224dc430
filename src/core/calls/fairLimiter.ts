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

/**
 * At most so many at the same time, over all keys. A place that becomes free goes to the keys that wait by turns, and
 * inside a key to who came first, so that no key can make another wait for all of its own. The limit is read at each
 * step; undefined: none, below 1 counts as 1.
 */
export class FairLimiter {
  readonly #limit: () => number | undefined;
  readonly #lines = new Map<string, Line>();
  readonly #turns = new LinkedQueue<Line>();
  #inFlight = 0;
  #waiting = 0;

  constructor(limit: () => number | undefined) {
    this.#limit = limit;
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
    if (this.#waiting === 0 && this.#hasRoom()) return Promise.resolve(this.#take());
    const granted = this.#wait(key, signal);
    // Waiters and room at the same time: the limit has grown.
    this.#admit();
    return granted;
  }

  /** Lets in who has a place now: to be called when the limit has grown. */
  recheck(): void {
    this.#admit();
  }

  #hasRoom(): boolean {
    const limit = this.#limit();
    return limit === undefined || this.#inFlight < Math.max(1, limit);
  }

  #take(): Release {
    this.#inFlight++;
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      this.#inFlight--;
      this.#admit();
    };
  }

  #wait(key: string, signal: AbortSignal | undefined): Promise<Release> {
    return new Promise((resolve, reject) => {
      const line = this.#lineOf(key);
      const place = line.waiters.push({
        grant: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve(this.#take());
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
    while (this.#waiting > 0 && this.#hasRoom()) {
      const line = this.#turns.shift();
      const waiter = line?.waiters.shift();
      if (!line || !waiter) return;
      this.#waiting--;
      if (line.waiters.size === 0) this.#drop(line);
      else line.turn = this.#turns.push(line);
      waiter.grant();
    }
  }
}
