import { isPatchbayError, PatchbayError } from './errors';

/**
 * Settles as `work` does, or rejects with the `cancellation` of the signal when that comes first. `work` itself goes on:
 * who can end it listens to the same signal.
 */
export async function raceAbort<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(cancellation(signal));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([aborted, work]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    // The loser of the race is nobody's any more.
    work.catch(() => {});
    aborted.catch(() => {});
  }
}

/** The error that a caller reads who gave up by `signal`: its reason where that is one of ours, else `cancelled`. */
export function cancellation(signal: AbortSignal): PatchbayError {
  const reason: unknown = signal.reason;
  return isPatchbayError(reason) ? reason : new PatchbayError('cancelled', 'Cancelled.', { cause: reason });
}
