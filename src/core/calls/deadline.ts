import { type Clock, MAX_DELAY_MS } from '../../base/clock';
import type { Disposable } from '../../base/disposable';
import { formatDuration } from '../../base/duration';
import { PatchbayError } from '../../base/errors';
import type { AskedTime } from '../connection/session';

/**
 * How long one call may take from the moment it was made, whatever it waits for: a limit, a connection, the answer.
 * Dispose it when the call is over.
 */
export class Deadline implements Disposable {
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  readonly #label: string;
  readonly #asked: AskedTime;
  readonly #controller = new AbortController();
  #timer: Disposable | undefined;
  /** Time that is used up, up to where the part that runs began. */
  #usedMs = 0;
  /** When the part that runs began; undefined while the time stands still. */
  #runsSince: number | undefined;
  #pauses = 0;
  #waitsFor: string | undefined;
  #isDisposed = false;

  /**
   * `timeoutMs` 0: no limit. `label` is what takes its time, as the beginning of a sentence: `The call of "echo"`. `asked`: the
   * time that the error names, where `timeoutMs` is what others left over.
   */
  constructor(timeoutMs: number, clock: Clock, label: string, asked: AskedTime) {
    this.#timeoutMs = timeoutMs;
    this.#asked = asked;
    this.#clock = clock;
    this.#label = label;
    this.#run();
  }

  /** Aborts with an error of kind `timeout` that says what was waited for, or with that of `fail`. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** What is left, 0 when it is over; infinite where there is no limit. */
  get remainingMs(): number {
    if (this.#timeoutMs === 0) return Number.POSITIVE_INFINITY;
    if (this.signal.aborted) return 0;
    return Math.max(0, this.#timeoutMs - this.#usedMs - this.#elapsedMs());
  }

  /** What is left as the timeout of a request: 0 where there is no limit, else 1 or more. */
  get requestTimeoutMs(): number {
    return this.#timeoutMs === 0 ? 0 : Math.max(1, this.remainingMs);
  }

  /** Lets the time stand still until what it returns is called; of several pauses the last one to end counts. */
  pause(): () => void {
    this.#pauses++;
    this.#stop();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#pauses--;
      if (this.#pauses === 0) this.#run();
    };
  }

  /** Counts time that went by during a pause. Where nothing is left, it is over with the pause. */
  spend(ms: number): void {
    if (this.#timeoutMs > 0) this.#usedMs = Math.min(this.#timeoutMs, this.#usedMs + Math.max(0, ms));
  }

  /** Names what the call waits for from now on, for the error: `a free place`, `the answer`. */
  waitFor(what: string): void {
    this.#waitsFor = what;
  }

  /** Ends the time before it is over, with that error. */
  fail(error: PatchbayError): void {
    this.#stop();
    this.#controller.abort(error);
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#stop();
  }

  #run(): void {
    if (this.#timeoutMs === 0 || this.#isDisposed || this.signal.aborted) return;
    this.#runsSince = this.#clock.now();
    // A longer delay than a timer takes is waited for in parts.
    const delayMs = Math.min(this.#timeoutMs - this.#usedMs, MAX_DELAY_MS);
    this.#timer = this.#clock.setTimeout(() => this.#expire(delayMs), delayMs);
  }

  #stop(): void {
    this.#usedMs += this.#elapsedMs();
    this.#runsSince = undefined;
    this.#timer?.dispose();
    this.#timer = undefined;
  }

  /** Of the part that runs. Not below 0 where the clock was set back. */
  #elapsedMs(): number {
    return this.#runsSince === undefined ? 0 : Math.max(0, this.#clock.now() - this.#runsSince);
  }

  /** The timer's word counts, not the clock's: that may have been set. */
  #expire(waitedMs: number): void {
    this.#runsSince = undefined;
    this.#timer = undefined;
    this.#usedMs += waitedMs;
    if (this.#usedMs < this.#timeoutMs) {
      this.#run();
      return;
    }
    const waited = this.#waitsFor === undefined ? '' : `: it waited for ${this.#waitsFor}`;
    this.#controller.abort(
      new PatchbayError(
        'timeout',
        `${this.#label} did not end within ${formatDuration(this.#asked.timeoutMs)}${waited}.`,
        {
          retryable: true,
          hint: `If it needs longer, raise ${this.#asked.setting}.`,
        },
      ),
    );
  }
}
