import { raceAbort } from '../../base/abort';
import type { Clock } from '../../base/clock';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { PatchbayError } from '../../base/errors';
import { Emitter, type Event } from '../../base/event';

export interface HealthCheckOptions {
  readonly clock: Clock;
  /** From the beginning of one round to the beginning of the next, in ms. 0: no checks, and everybody counts as well. */
  readonly intervalMs: number;
  /** Ids of the members that are connected at this moment: nobody else is asked. */
  readonly members: () => readonly string[];
  /**
   * Asks a connected member whether it is well; rejects where it is not. Uses the link that is there, and connects and starts
   * nothing. `signal` aborts when the answer has no meaning any more.
   */
  readonly check: (memberId: string, signal: AbortSignal) => Promise<void>;
}

/** More than so many members are not asked at the same time. */
const MAX_PARALLEL = 8;
/** How long in ms an answer may take. */
const ANSWER_MS = 10_000;

interface Check extends Disposable {
  /** What was found meanwhile is newer than the answer that this check waits for. */
  isOutdated: boolean;
}

/** Who of the members of a group is well: until a check or a call failed, and again from the next passed check on. */
export class HealthChecks implements Disposable {
  readonly #options: HealthCheckOptions;
  readonly #store = new DisposableStore();
  readonly #changeEmitter = this.#store.add(new Emitter<string>());
  readonly #failures = new Map<string, unknown>();
  readonly #running = new Map<string, Check>();
  #timer: Disposable | undefined;

  /** With the id of a member that is well now and was not, or the other way round. */
  readonly onDidChange: Event<string> = this.#changeEmitter.event;

  constructor(options: HealthCheckOptions) {
    this.#options = options;
    this.#schedule(options.intervalMs);
  }

  isHealthy(memberId: string): boolean {
    return !this.#failures.has(memberId);
  }

  /** Why a member counts as unwell. */
  failureOf(memberId: string): unknown {
    return this.#failures.get(memberId);
  }

  /** A call found that the member does not work. Says nothing where no check could find the opposite. */
  reportFailure(memberId: string, error: unknown): void {
    if (this.#options.intervalMs === 0 || this.#store.isDisposed) return;
    this.#outdate(memberId);
    this.#fail(memberId, error);
  }

  /** What was found out does not hold any more: the member has a new connection, or none, or is gone. */
  forget(memberId: string): void {
    this.#outdate(memberId);
    this.#pass(memberId);
  }

  dispose(): void {
    this.#timer?.dispose();
    for (const check of this.#running.values()) check.dispose();
    this.#store.dispose();
  }

  #schedule(delayMs: number): void {
    if (this.#options.intervalMs === 0 || this.#store.isDisposed) return;
    this.#timer = this.#options.clock.setTimeout(() => void this.#round(), delayMs);
  }

  async #round(): Promise<void> {
    const { clock, intervalMs, members } = this.#options;
    const startedAt = clock.now();
    const waiting = [...new Set(members())];
    const ask = async () => {
      for (let id = waiting.shift(); id !== undefined && !this.#store.isDisposed; id = waiting.shift()) {
        // Who left while it waited for its turn is not asked.
        if (members().includes(id)) await this.#ask(id);
      }
    };
    await Promise.all(Array.from({ length: MAX_PARALLEL }, ask));
    this.#schedule(Math.max(0, startedAt + intervalMs - clock.now()));
  }

  async #ask(memberId: string): Promise<void> {
    const controller = new AbortController();
    const { signal } = controller;
    const end = (reason: PatchbayError) => controller.abort(reason);
    const late = new PatchbayError('timeout', `No answer to a health check within ${ANSWER_MS / 1000} s.`);
    const timer = this.#options.clock.setTimeout(() => end(late), ANSWER_MS);
    const check: Check = {
      isOutdated: false,
      dispose: () => {
        check.isOutdated = true;
        end(new PatchbayError('cancelled', 'The health check has no meaning any more.'));
      },
    };
    this.#running.set(memberId, check);
    try {
      await raceAbort(this.#options.check(memberId, signal), signal);
      if (!check.isOutdated) this.#pass(memberId);
    } catch (error) {
      if (!check.isOutdated) this.#fail(memberId, error);
    } finally {
      timer.dispose();
      this.#running.delete(memberId);
    }
  }

  #outdate(memberId: string): void {
    this.#running.get(memberId)?.dispose();
  }

  #pass(memberId: string): void {
    if (this.#failures.delete(memberId)) this.#changeEmitter.fire(memberId);
  }

  #fail(memberId: string, error: unknown): void {
    const wasHealthy = !this.#failures.has(memberId);
    this.#failures.set(memberId, error);
    if (wasHealthy) this.#changeEmitter.fire(memberId);
  }
}
