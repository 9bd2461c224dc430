import type { Clock } from '../../base/clock';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { PatchbayError } from '../../base/errors';
import { Emitter } from '../../base/event';
import { type QuestionEffect, QuestionPace } from './questionPace';

/** So many questions of one server may wait; a server that asks more is refused. */
const MAX_WAITING = 16;
/** A question that stood before a person for so long, in ms, without an answer is taken back. */
const QUESTION_MS = 10 * 60_000;

/**
 * The questions of one session: one at a time, each with a limit in time, at a pace that a person can bear, all taken back
 * at `dispose`.
 */
export class QuestionQueue implements Disposable {
  readonly #clock: Clock;
  readonly #store = new DisposableStore();
  readonly #openEmitter = this.#store.add(new Emitter<boolean>());
  readonly #ended = new AbortController();
  readonly #pace = new QuestionPace();
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #isStopped = false;

  /** Fires with true when the first question comes and with false when the last one is over. */
  readonly onDidChangeOpen = this.#openEmitter.event;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isOpen(): boolean {
    return this.#waiting > 0;
  }

  /**
   * Runs `ask` when it is its turn; who was refused before waits longer each time. Undefined, without asking, after an
   * answer that `effectOf` calls `stopped`. Rejects with the reason of the abort, without waiting for `ask`, where
   * `signal` aborts, the time is over or the queue is disposed.
   */
  async ask<T>(
    ask: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
    effectOf: (answer: T) => QuestionEffect = () => 'answered',
  ): Promise<T | undefined> {
    if (this.#isStopped) return undefined;
    if (this.#waiting >= MAX_WAITING) throw new PatchbayError('limit', 'The server asks too many questions at once.');
    this.#waiting += 1;
    if (this.#waiting === 1) this.#openEmitter.fire(true);
    const previous = this.#last;
    const turn = this.#run(previous, (until, withdrawn) => this.#show(ask(until), withdrawn, effectOf), signal);
    this.#last = turn.catch(() => {});
    try {
      return await turn;
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0) this.#openEmitter.fire(false);
    }
  }

  dispose(): void {
    this.#ended.abort(new PatchbayError('connectionClosed', 'The connection closed while the question was open.'));
    this.#store.dispose();
  }

  async #run<T>(
    previous: Promise<unknown>,
    ask: (signal: AbortSignal, withdrawn: Promise<never>) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T | undefined> {
    const withdrawal = new AbortController();
    const withdraw = (source: AbortSignal) => () => withdrawal.abort(source.reason);
    const onAbort = withdraw(signal);
    const onEnd = withdraw(this.#ended.signal);
    if (signal.aborted) onAbort();
    if (this.#ended.signal.aborted) onEnd();
    signal.addEventListener('abort', onAbort, { once: true });
    this.#ended.signal.addEventListener('abort', onEnd, { once: true });
    let timer: Disposable | undefined;
    const withdrawn = new Promise<never>((_, reject) => {
      const onWithdraw = () => reject(withdrawal.signal.reason);
      if (withdrawal.signal.aborted) onWithdraw();
      else withdrawal.signal.addEventListener('abort', onWithdraw, { once: true });
    });
    try {
      await Promise.race([withdrawn, previous]);
      if (this.#isStopped) return undefined;
      await Promise.race([withdrawn, this.#rest(withdrawal.signal)]);
      timer = this.#clock.setTimeout(() => withdrawal.abort(unanswered()), QUESTION_MS);
      return await ask(withdrawal.signal, withdrawn);
    } finally {
      withdrawn.catch(() => {});
      timer?.dispose();
      signal.removeEventListener('abort', onAbort);
      this.#ended.signal.removeEventListener('abort', onEnd);
    }
  }

  async #show<T>(asked: Promise<T>, withdrawn: Promise<never>, effectOf: (answer: T) => QuestionEffect): Promise<T> {
    this.#pace.shown(this.#clock.now());
    let effect: QuestionEffect = 'refused';
    try {
      const answer = await Promise.race([withdrawn, asked]);
      effect = effectOf(answer);
      return answer;
    } finally {
      this.#pace.over(effect, this.#clock.now());
      if (effect === 'stopped') this.#isStopped = true;
    }
  }

  /** Resolves when the next question may be shown; never, and without a timer, where `signal` aborts before. */
  async #rest(signal: AbortSignal): Promise<void> {
    const delayMs = this.#pace.delayAt(this.#clock.now());
    if (delayMs === 0 || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = this.#clock.setTimeout(resolve, delayMs);
      signal.addEventListener('abort', () => timer.dispose(), { once: true });
    });
  }
}

function unanswered(): PatchbayError {
  return new PatchbayError('timeout', `Nobody answered the server's question within ${QUESTION_MS / 60_000} minutes.`);
}
