import type { Clock } from '../../base/clock';
import { type Disposable, toDisposable } from '../../base/disposable';
import { type ErrorKind, isPatchbayError } from '../../base/errors';
import type { Session } from './session';

export interface HeartbeatOptions {
  readonly session: Session;
  readonly clock: Clock;
  /** Pause in ms between an answer and the next question. */
  readonly intervalMs: number;
  /** How long in ms an answer may take. */
  readonly timeoutMs: number;
  /** Told of each answer with the time in ms that it took. */
  readonly onAnswer?: (durationMs: number) => void;
}

/** So many questions in a row without an answer end the session. */
const MISSES = 2;
/** Kinds of failure that are no sign of life; a refusal (`protocol`, `auth`) is one. */
const NO_ANSWER: ReadonlySet<ErrorKind> = new Set(['timeout', 'transport', 'connectionClosed']);

/**
 * Asks a server now and then whether it is there, because an HTTP link has no end that could be seen.
 * `ping` up to revision 2025-11-25, `server/discover` from 2026-07-28 on, which has no ping.
 * Any answer is a sign of life, a refusal included.
 */
export function startHeartbeat(options: HeartbeatOptions): Disposable {
  const { session, clock, intervalMs, timeoutMs, onAnswer } = options;
  const method = session.era === 'modern' ? 'server/discover' : 'ping';
  let timer: Disposable | undefined;
  let stopped = false;
  let missed = 0;

  const beat = async () => {
    try {
      const asked = performance.now();
      await session.request(method, {}, { timeoutMs });
      missed = 0;
      if (!stopped) onAnswer?.(performance.now() - asked);
    } catch (error) {
      if (isPatchbayError(error) && NO_ANSWER.has(error.kind)) {
        missed += 1;
        if (missed >= MISSES && !stopped) session.fail(error);
      } else {
        missed = 0;
      }
    }
    if (!stopped && !session.isClosed) schedule();
  };
  const schedule = () => {
    timer = clock.setTimeout(() => void beat(), intervalMs);
  };
  schedule();
  return toDisposable(() => {
    stopped = true;
    timer?.dispose();
  });
}
