import { raceAbort } from '../base/abort';
import { deferred } from '../base/deferred';
import { type Disposable, DisposableStore } from '../base/disposable';
import { Emitter } from '../base/event';

/**
 * One question to the person at a time, whichever server asks: an input that opens closes the one that is there, which
 * would be an answer that nobody gave.
 */
export class QuestionTurns implements Disposable {
  readonly #store = new DisposableStore();
  readonly #changes = this.#store.add(new Emitter<void>());
  #last: Promise<unknown> = Promise.resolve();
  #taken = 0;

  /** Fires when another question begins or ends to wait. */
  readonly onDidChangeWaiting = this.#changes.event;

  /** How many questions wait behind the one that is shown. */
  get waiting(): number {
    return Math.max(0, this.#taken - 1);
  }

  /** Shows a question when it is its turn. Its turn is over when `show` is. Rejects where `signal` aborts before. */
  async take<T>(signal: AbortSignal, show: () => Promise<T>): Promise<T> {
    const previous = this.#last;
    const over = deferred<void>();
    this.#last = previous.then(() => over.promise);
    this.#count(1);
    try {
      await raceAbort(previous, signal);
      return await show();
    } finally {
      over.resolve();
      this.#count(-1);
    }
  }

  dispose(): void {
    this.#store.dispose();
  }

  #count(change: number): void {
    this.#taken += change;
    this.#changes.fire();
  }
}
