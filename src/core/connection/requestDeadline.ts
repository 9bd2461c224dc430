import { SdkError, SdkErrorCode } from '@modelcontextprotocol/client';
import type { Clock } from '../../base/clock';
import { type Disposable, toDisposable } from '../../base/disposable';
import type { AnyLaunch, PersonWait } from '../transports/transport';

export interface RequestDeadlineOptions {
  readonly clock: Clock;
  /** Time in ms without a sign of life. 0: no limit. */
  readonly timeoutMs: number;
  /** Time in ms whatever happens. 0: no limit. */
  readonly maxTotalMs: number;
  /** The caller's own. */
  readonly signal: AbortSignal | undefined;
  /** What `signal` aborts with when the time is over. Default: the timeout of the SDK. */
  readonly expired?: () => unknown;
}

/**
 * How long one request may take, over all the messages it needs. `signal` aborts when the time is over or when the
 * caller gives up. The SDK's own timer cannot wait while a person answers a question of the server, or signs in.
 */
export class RequestDeadline implements Disposable {
  readonly #options: RequestDeadlineOptions;
  readonly #controller = new AbortController();
  readonly #total: Disposable | undefined;
  readonly #onAbort: () => void;
  #timer: Disposable | undefined;
  #pauses = 0;
  #isDisposed = false;

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
    if (timeoutMs === 0 || this.#pauses > 0 || this.#isDisposed) return;
    this.#timer?.dispose();
    this.#timer = clock.setTimeout(() => this.#expire(), timeoutMs);
  }

  /** Until it is disposed, only the total time runs; when the last pause is over, the other starts again. */
  pause(): Disposable {
    this.#pauses += 1;
    this.#timer?.dispose();
    let isOver = false;
    return toDisposable(() => {
      if (isOver) return;
      isOver = true;
      this.#pauses -= 1;
      this.touch();
    });
  }

  /** Pauses each time that `wait` is open. Dispose it before the deadline. */
  pauseDuring(wait: PersonWait): Disposable {
    let pause = wait.isOpen ? this.pause() : undefined;
    const listening = wait.onDidChangeOpen((isOpen) => {
      pause?.dispose();
      pause = isOpen ? this.pause() : undefined;
    });
    return toDisposable(() => {
      listening.dispose();
      pause?.dispose();
    });
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#timer?.dispose();
    this.#total?.dispose();
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
  }

  #expire(): void {
    const { expired } = this.#options;
    this.#controller.abort(expired ? expired() : new SdkError(SdkErrorCode.RequestTimeout, 'Request timed out'));
  }
}

/** When a person is signing in for this launch. Undefined: nobody ever is. */
export function signInWait(launch: AnyLaunch): PersonWait | undefined {
  return 'auth' in launch ? launch.auth?.personWait : undefined;
}
