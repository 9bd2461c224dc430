import { type Disposable, toDisposable } from './disposable';

/** Subscribes to a fact that is announced from time to time. The same shape as `vscode.Event`, without the host. */
export type Event<T> = (listener: (value: T) => void) => Disposable;

/**
 * Announces facts to listeners. A listener that throws does not keep the others from hearing:
 * its error goes to `onListenerError` (by default it is rethrown in a microtask, where the host reports it).
 */
export class Emitter<T> implements Disposable {
  readonly #listeners = new Set<{ call: (value: T) => void }>();
  readonly #onListenerError: (error: unknown) => void;
  #disposed = false;

  constructor(
    onListenerError: (error: unknown) => void = (error) =>
      queueMicrotask(() => {
        throw error;
      }),
  ) {
    this.#onListenerError = onListenerError;
  }

  readonly event: Event<T> = (listener) => {
    if (this.#disposed) return toDisposable(() => {});
    const entry = { call: listener };
    this.#listeners.add(entry);
    return toDisposable(() => this.#listeners.delete(entry));
  };

  /** Number of listeners, for leak checks. */
  get size(): number {
    return this.#listeners.size;
  }

  fire(value: T): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener.call(value);
      } catch (error) {
        this.#onListenerError(error);
      }
    }
  }

  dispose(): void {
    this.#disposed = true;
    this.#listeners.clear();
  }
}

/** Resolves with the first value that passes `filter`; rejects with the signal's reason when it aborts first. */
export function nextEvent<T>(
  event: Event<T>,
  filter: (value: T) => boolean = () => true,
  signal?: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = () => {
      subscription.dispose();
      reject(signal?.reason);
    };
    const subscription = event((value) => {
      if (!filter(value)) return;
      subscription.dispose();
      signal?.removeEventListener('abort', onAbort);
      resolve(value);
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
