import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';

export interface ShutdownTarget {
  /** Closes the server's stdin: a well-behaved server ends by itself. */
  endInput(): void;
  /** Asks the whole process tree to end. False where the platform has no such request. */
  terminate(): boolean;
  /** Ends the whole process tree. */
  kill(): void;
  /** Nothing helped within the time; the process is given up. */
  giveUp(): void;
}

type Step = 'running' | 'inputEnded' | 'terminated' | 'killed' | 'done';

/**
 * The way down of a stdio server (MCP 2026-07-28, lifecycle/shutdown): close stdin, wait, SIGTERM, wait, SIGKILL.
 * Each step has `graceMs`. A second `stop` goes to the kill at once.
 */
export class ShutdownLadder {
  readonly #target: ShutdownTarget;
  readonly #clock: Clock;
  readonly #graceMs: number;
  #step: Step = 'running';
  #timer: Disposable | undefined;

  constructor(target: ShutdownTarget, clock: Clock, graceMs: number) {
    this.#target = target;
    this.#clock = clock;
    this.#graceMs = graceMs;
  }

  stop(): void {
    if (this.#step === 'running') {
      this.#enter('inputEnded', () => this.#terminate());
      this.#target.endInput();
    } else if (this.#step === 'inputEnded' || this.#step === 'terminated') {
      this.#kill();
    }
  }

  /** The process is gone: no further step. */
  exited(): void {
    this.#timer?.dispose();
    this.#step = 'done';
  }

  #terminate(): void {
    this.#enter('terminated', () => this.#kill());
    if (!this.#target.terminate()) this.#kill();
  }

  #kill(): void {
    this.#enter('killed', () => {
      this.#step = 'done';
      this.#target.giveUp();
    });
    this.#target.kill();
  }

  #enter(step: Step, next: () => void): void {
    this.#timer?.dispose();
    this.#step = step;
    this.#timer = this.#clock.setTimeout(next, this.#graceMs);
  }
}
