import { isPatchbayError, PatchbayError } from './errors';

/**
 * Settles as `work` does, or rejects with the `cancellation` of the signal when that comes first. `work` itself goes on:
 * who can end it listens to the same signal.
 */
export function raceAbort<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(cancellation(signal));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    const release = () => signal.removeEventListener('abort', onAbort);
    work.then(
      (value) => {
        release();
        resolve(value);
      },
      (error) => {
        release();
        reject(error);
      },
    );
  });
}

/** The error that a caller reads who gave up by `signal`: its reason where that is one of ours, else `cancelled`. */
export function cancellation(signal: AbortSignal): PatchbayError {
  const reason: unknown = signal.reason;
  return isPatchbayError(reason) ? reason : new PatchbayError('cancelled', 'Cancelled.', { cause: reason });
}
