/** What the person made of a question. `stopped`: no further one of this server is to be shown. */
export type QuestionEffect = 'answered' | 'refused' | 'stopped';

/** The pause in ms after the first refusal; each further one in a row doubles it. */
const FIRST_PAUSE_MS = 1000;
const MAX_PAUSE_MS = 30_000;
/** Refusals before a silence of so many ms do not count any more. */
const FORGET_MS = 60_000;
/** So many questions may be shown within `RATE_MS`, however they are answered. */
const MAX_SHOWN = 30;
const RATE_MS = 60_000;

/** When the next question of one server may be shown. All times are ms since the epoch. */
export class QuestionPace {
  #refusals = 0;
  #overAt = Number.NEGATIVE_INFINITY;
  #shownAt: readonly number[] = [];

  /** How long in ms the next question has to wait. */
  delayAt(now: number): number {
    const pause = this.#refusals === 0 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (this.#refusals - 1), MAX_PAUSE_MS);
    const oldest = this.#shownAt.length < MAX_SHOWN ? undefined : this.#shownAt[0];
    return Math.max(0, this.#overAt + pause - now, oldest === undefined ? 0 : oldest + RATE_MS - now);
  }

  shown(now: number): void {
    this.#shownAt = [...this.#shownAt, now].slice(-MAX_SHOWN);
  }

  /** `refused` stands for all that got no answer: declined, closed, failed and taken back. */
  over(effect: QuestionEffect, now: number): void {
    if (now - this.#overAt > FORGET_MS) this.#refusals = 0;
    this.#refusals = effect === 'answered' ? 0 : this.#refusals + 1;
    this.#overAt = now;
  }
}
