import { SdkError, SdkErrorCode } from '@modelcontextprotocol/client';
import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';

export interface RequestDeadlineOptions {
  readonly clock: Clock;
  /** Time in ms without a sign of life. 0: no limit. */
  readonly timeoutMs: number;
  /** Time in ms whatever happens. 0: no limit. */
  readonly maxTotalMs: number;
  /** The caller's own. */
  readonly signal: AbortSignal | undefined;
}

/**
 * How long one request may take, over all the messages it needs. `signal` aborts when the time is over or when the
 * caller gives up. The SDK's own timer cannot wait while a person answers a question of the server.
 */
export class RequestDeadline implements Disposable {
  readonly #options: RequestDeadlineOptions;
  readonly #controller = new AbortController();
  readonly #total: Disposable | undefined;
  readonly #onAbort: () => void;
  #timer: Disposable | undefined;
  #isPaused = false;

  constructor(options: RequestDeadlineOptions) {
    this.#options = options;
    const { clock, maxTotalMs, signal } = options;
    this.#onAbort = () => this.#controller.abort(signal?.reason);
    if (signal?.aborted) this.#onAbort();
    else signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (maxTotalMs > 0) this.#total = clock.setTimeout(() => this.#expire(), maxTotalMs);
    this.touch();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The server showed that it works on the request: the time starts again. */
  touch(): void {
    const { clock, timeoutMs } = this.#options;
    if (timeoutMs === 0 || this.#isPaused) return;
    this.#timer?.dispose();
    this.#timer = clock.setTimeout(() => this.#expire(), timeoutMs);
  }

  /** While true, only the total time runs; afterwards the other starts again. */
  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused;
    if (isPaused) this.#timer?.dispose();
    else this.touch();
  }

  dispose(): void {
    this.#timer?.dispose();
    this.#total?.dispose();
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
  }

  #expire(): void {
    this.#controller.abort(new SdkError(SdkErrorCode.RequestTimeout, 'Request timed out'));
  }
}
