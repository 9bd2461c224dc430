/**
 * Settles as `work` does, or rejects with the signal's reason when that comes first. `work` itself goes on: who can end
 * it listens to the same signal.
 */
export async function raceAbort<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
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
