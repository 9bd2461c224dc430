import type { Clock } from '../../base/clock';
import { type Disposable, DisposableStore } from '../../base/disposable';

/** How long in ms a hover can be read. */
const READING_MS = 10_000;

/**
 * Rows whose hover was written. VS Code closes a hover when its row is drawn again, does not bring it back until the pointer
 * moves, and asks for another text only after that: numbers and countdowns wait until the hover could be read.
 */
export class QuietRefresh<T> implements Disposable {
  readonly #clock: Clock;
  readonly #redraw: (row: T) => void;
  readonly #store = new DisposableStore();
  /** When the hover of each row was written. */
  readonly #writtenAt = new Map<T, number>();
  readonly #waiting = new Map<T, Disposable>();

  constructor(clock: Clock, redraw: (row: T) => void) {
    this.#clock = clock;
    this.#redraw = redraw;
  }

  /** Rows whose hover has a text, from before now. */
  get hovered(): readonly T[] {
    return [...this.#writtenAt.keys()];
  }

  hoverWritten(row: T): void {
    this.#writtenAt.set(row, this.#clock.now());
  }

  /** Whether somebody may be reading the hover of this row. */
  isRead(row: T): boolean {
    return this.#remainingMs(row) > 0;
  }

  /** Draws the row again as soon as nobody may be reading its hover. */
  redraw(row: T): void {
    const waitMs = this.#remainingMs(row);
    if (waitMs <= 0) this.#redraw(row);
    else if (!this.#waiting.has(row) && !this.#store.isDisposed) {
      const timer = this.#store.add(
        this.#clock.setTimeout(() => {
          this.#forget(row);
          this.#redraw(row);
        }, waitMs),
      );
      this.#waiting.set(row, timer);
    }
  }

  /** The row was drawn, or is gone: nothing of its hover is left. */
  drawn(row: T): void {
    this.#forget(row);
  }

  dispose(): void {
    this.#store.dispose();
  }

  #remainingMs(row: T): number {
    const writtenAt = this.#writtenAt.get(row);
    return writtenAt === undefined ? 0 : writtenAt + READING_MS - this.#clock.now();
  }

  #forget(row: T): void {
    this.#writtenAt.delete(row);
    const timer = this.#waiting.get(row);
    this.#waiting.delete(row);
    if (timer) this.#store.delete(timer);
    timer?.dispose();
  }
}
