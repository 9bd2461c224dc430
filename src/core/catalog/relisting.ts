import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';

/** Several announcements within this time (ms) cost one listing. */
const PAUSE_MS = 200;
/** Listings that follow each other at once are ever further apart, up to this (ms): a server may announce for ever. */
const MAX_PAUSE_MS = 60_000;
/** After this time (ms) without a listing the next one comes soon again. */
const QUIET_MS = 10_000;

/** Lists again some time after a server announced a change. No change is lost, and no server is asked without end. */
export class Relisting implements Disposable {
  readonly #clock: Clock;
  readonly #list: () => Promise<unknown>;
  #timer: Disposable | undefined;
  #pauseMs = PAUSE_MS;
  #listedAt = Number.NEGATIVE_INFINITY;

  /** What `list` rejects with is its own matter. */
  constructor(clock: Clock, list: () => Promise<unknown>) {
    this.#clock = clock;
    this.#list = list;
  }

  announced(): void {
    // Not started again while it runs: a server that never stops announcing is listed all the same.
    if (this.#timer) return;
    const isQuiet = this.#clock.now() - this.#listedAt >= QUIET_MS;
    this.#pauseMs = isQuiet ? PAUSE_MS : Math.min(2 * this.#pauseMs, MAX_PAUSE_MS);
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      const note = () => {
        this.#listedAt = this.#clock.now();
      };
      note();
      this.#list().then(note, note);
    }, this.#pauseMs);
  }

  dispose(): void {
    this.#timer?.dispose();
  }
}
