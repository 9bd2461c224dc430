import type { Clock } from '../base/clock';
import { type Disposable, DisposableStore } from '../base/disposable';

/** Gathers what has changed and announces it once per `delayMs`, however many events came in between. */
export class RefreshQueue<T> implements Disposable {
  readonly #clock: Clock;
  readonly #delayMs: number;
  readonly #flush: (changed: 'all' | readonly T[]) => void;
  readonly #store = new DisposableStore();
  readonly #changed = new Set<T>();
  #all = false;
  #scheduled = false;
  #timer: Disposable | undefined;

  constructor(clock: Clock, delayMs: number, flush: (changed: 'all' | readonly T[]) => void) {
    this.#clock = clock;
    this.#delayMs = delayMs;
    this.#flush = flush;
  }

  add(item: T): void {
    this.#changed.add(item);
    this.#schedule();
  }

  addAll(): void {
    this.#all = true;
    this.#schedule();
  }

  /** Announces at once what waits, for somebody who is about to rely on it. */
  announceNow(): void {
    if (!this.#scheduled) return;
    if (this.#timer) this.#store.delete(this.#timer);
    this.#announce();
  }

  dispose(): void {
    this.#store.dispose();
  }

  #schedule(): void {
    if (this.#scheduled || this.#store.isDisposed) return;
    this.#scheduled = true;
    const timer = this.#clock.setTimeout(() => {
      this.#store.delete(timer);
      this.#announce();
    }, this.#delayMs);
    this.#timer = timer;
    this.#store.add(timer);
  }

  #announce(): void {
    this.#scheduled = false;
    const changed = this.#all ? 'all' : [...this.#changed];
    this.#all = false;
    this.#changed.clear();
    this.#flush(changed);
  }
}
