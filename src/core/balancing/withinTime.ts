import { raceAbort } from '../../base/abort';
import type { Clock } from '../../base/clock';
import type { PatchbayError } from '../../base/errors';

export interface Patience {
  /** Undefined: as long as it takes. */
  readonly ms: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly clock: Clock;
  /** What it rejects with when the time is over. */
  readonly timeout: () => PatchbayError;
}

/**
 * Resolves when `work` does; rejects as `work` does, when the caller gives up, or when the
 * time is over. `work` itself goes on.
 */
export async function withinTime(work: Promise<unknown>, patience: Patience): Promise<void> {
  const { ms, signal, clock, timeout } = patience;
  if (ms === undefined) {
    await raceAbort(work, signal);
    return;
  }
  const over = new AbortController();
  const since = clock.now();
  const timer = clock.setTimeout(() => over.abort(timeout()), ms);
  try {
    await raceAbort(work, signal ? AbortSignal.any([signal, over.signal]) : over.signal);
  } finally {
    timer.dispose();
  }
  if (clock.now() - since >= ms) throw timeout();
}
