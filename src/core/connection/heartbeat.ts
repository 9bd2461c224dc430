import type { Clock } from '../../base/clock';
import { type Disposable, toDisposable } from '../../base/disposable';
import { type ErrorKind, isPatchbayError, PatchbayError } from '../../base/errors';
import type { Event } from '../../base/event';
import type { Session } from './session';

export interface HeartbeatOptions {
  readonly session: Session;
  readonly clock: Clock;
  /** Pause in ms between an answer and the next question. */
  readonly intervalMs: number;
  /** How long in ms an answer may take. */
  readonly timeoutMs: number;
  /** Fires when there is a reason to ask at once, such as the end of a sleep of the machine. */
  readonly checkNow?: Event<void>;
  /** Told of each answer with the time in ms that it took. */
  readonly onAnswer?: (durationMs: number) => void;
}

/** So many questions in a row without an answer end the session. */
const MISSES = 2;
/** The same for a process, which may be slow for reasons of its machine. */
const PROCESS_MISSES = 3;
/** How long in ms a process may go on with a request that was given up before its silence means anything. */
const BUSY_MS = 5 * 60_000;
/** Kinds of failure that are no sign of life; a refusal (`protocol`, `auth`) is one. */
const NO_ANSWER: ReadonlySet<ErrorKind> = new Set(['timeout', 'transport', 'connectionClosed']);

/**
 * Asks a server now and then whether it is there, because an HTTP link has no end that could be seen, and a process that
 * hangs or was stopped has not ended. `ping` up to revision 2025-11-25, `server/discover` from 2026-07-28 on, which has no
 * ping. Any answer is a sign of life, a refusal included.
 *
 * Over the network two questions in a row without an answer end the session. A process may have one thread and be busy
 * with what it was asked to do: it is asked only while it is silent and no request waits within its time, an unanswered
 * question counts only where nothing at all came since, and not for five minutes after a request was given up, and it
 * takes three of them.
 */
export function startHeartbeat(options: HeartbeatOptions): Disposable {
  const { session, clock, intervalMs, timeoutMs, onAnswer } = options;
  const method = session.era === 'modern' ? 'server/discover' : 'ping';
  const isProcess = session.processId !== undefined;
  let timer: Disposable | undefined;
  let stopped = false;
  let missed = 0;
  let checkedAt = clock.now();

  const isBusy = () => {
    const { pending, gaveUpAt, heardAt } = session.activity;
    return pending > 0 || (gaveUpAt > heardAt && clock.now() - gaveUpAt < BUSY_MS);
  };
  const miss = (error: PatchbayError, askedAt: number) => {
    if (isProcess && session.activity.heardAt >= askedAt) missed = 0;
    else if (!isProcess || !isBusy()) missed += 1;
    if (stopped || missed < (isProcess ? PROCESS_MISSES : MISSES)) return;
    session.fail(isProcess ? silentProcess(error) : error);
  };
  const ask = async () => {
    const askedAt = clock.now();
    try {
      const asked = performance.now();
      await session.request(method, {}, { timeoutMs });
      missed = 0;
      if (!stopped) onAnswer?.(performance.now() - asked);
    } catch (error) {
      if (isPatchbayError(error) && NO_ANSWER.has(error.kind)) miss(error, askedAt);
      else missed = 0;
    }
  };
  const beat = async () => {
    timer = undefined;
    const isHeard = session.activity.heardAt >= checkedAt;
    checkedAt = clock.now();
    if (isProcess && isHeard) missed = 0;
    else if (!isProcess || !isBusy()) await ask();
    if (!stopped && !session.isClosed) schedule();
  };
  const schedule = () => {
    timer = clock.setTimeout(() => void beat(), intervalMs);
  };
  schedule();
  const hurry = options.checkNow?.(() => {
    // Where no timer runs, it is being asked already.
    if (timer) void ask();
  });
  return toDisposable(() => {
    stopped = true;
    timer?.dispose();
    hurry?.dispose();
  });
}

/** Programs and options by which a person stops a process on purpose. */
const DEBUGGED = /^(--inspect(-brk|-wait)?([=:].*)?|debugpy|dlv|gdb|lldb)$/;

/** Whether a command line starts a debugger: silence is a breakpoint then, and no reason to end the process. */
export function isDebugged(command: string, args: readonly string[]): boolean {
  return [command.replace(/^.*[\\/]/, '').replace(/\.exe$/i, ''), ...args].some((word) => DEBUGGED.test(word));
}

function silentProcess(cause: PatchbayError): PatchbayError {
  return new PatchbayError('timeout', 'The server process runs, but answers nothing any more.', {
    retryable: true,
    hint: 'It hangs, or was stopped. It is ended and started again.',
    cause,
  });
}
