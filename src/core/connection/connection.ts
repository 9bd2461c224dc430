import { type BackoffPolicy, backoffDelay } from '../../base/backoff';
import type { Clock } from '../../base/clock';
import { type Deferred, deferred } from '../../base/deferred';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { isPatchbayError, PatchbayError, toError } from '../../base/errors';
import { Emitter, type Event } from '../../base/event';
import { SIGN_IN_REQUIRED_CODE } from '../auth/authErrors';
import type { Logger } from '../ports';
import { isHostUnreachable, toErrorInfo } from './failures';
import type { Session } from './session';
import { type ConnectionAction, type ConnectionState, type NeededInput, reduceConnection } from './state';

/** Thrown by an opener that needs a person and was told that none is there: not a failure, a state of its own. */
export class NeedsInputError extends PatchbayError {
  readonly needed: NeededInput;

  constructor(needed: NeededInput, message: string, hint: string) {
    super(needed.kind === 'value' ? 'config' : 'security', message, { hint });
    this.name = 'NeedsInputError';
    this.needed = needed;
  }
}

export interface OpenContext {
  readonly signal: AbortSignal;
  /** Aborts when the end of the attempt is not to wait for the server's good manners. */
  readonly force: AbortSignal;
  readonly interactive: boolean;
  readonly onStep: (step: string) => void;
}

export interface RetryPolicy extends BackoffPolicy {
  readonly enabled: boolean;
  /** A connection that held this long (ms) gets all attempts back. */
  readonly resetAfterMs: number;
}

export interface ConnectionOptions {
  /** Opens one session. Its process, socket and timers are its own; it leaves nothing behind when it rejects. */
  readonly open: (context: OpenContext) => Promise<Session>;
  /** Read at each decision, because a file may change it while the connection lives. */
  readonly retry: () => RetryPolicy;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly enabled: boolean;
  /** Any error as one that people may read. */
  readonly describe: (error: unknown) => PatchbayError;
  /** Told of each change from one kind of state to another, as one line. */
  readonly logState: (text: string) => void;
}

interface Attempt {
  readonly abort: AbortController;
  readonly force: AbortController;
  readonly done: Promise<void>;
}

/** However a file sets `retry`, a server that dies at each start is not started in a loop without a pause. */
const MIN_RETRY_DELAY_MS = 250;

/**
 * One server's connection over all its sessions: the single writer of its state, and the only place that decides to try
 * again. A drop of an open session is retried with backoff; a first attempt that fails is an `error` at once, with its
 * cause, because somebody asked for it and should read why.
 */
export class Connection implements Disposable {
  readonly #options: ConnectionOptions;
  readonly #store = new DisposableStore();
  readonly #stateEmitter = this.#store.add(new Emitter<ConnectionState>());
  readonly #sessionEmitter = this.#store.add(new Emitter<Session>());
  #state: ConnectionState;
  #session: Session | undefined;
  #attempt: Attempt | undefined;
  #closing: Promise<void> | undefined;
  #retryTimer: Disposable | undefined;
  #stableTimer: Disposable | undefined;
  /** Raised by each `disconnect`: a `connect` that waited through one of them is void. */
  #generation = 0;
  #isEnded = false;
  /** Those who wait for the attempt that is scheduled. */
  #waiting: Deferred<void> | undefined;
  /** Attempts spent since the connection last held for `resetAfterMs`. */
  #spent = 0;
  /** Attempts in a row that did not even reach the host. They are not counted among those that are spent. */
  #unreached = 0;

  /** Fires after each change with the state that holds now. */
  readonly onDidChangeState: Event<ConnectionState> = this.#stateEmitter.event;
  /** Fires for each session that opened, before the state becomes `connected`. */
  readonly onDidOpenSession: Event<Session> = this.#sessionEmitter.event;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#state = options.enabled ? { kind: 'disconnected' } : { kind: 'disabled' };
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Set exactly while the state is `connected`. */
  get session(): Session | undefined {
    return this.#session;
  }

  /**
   * Resolves when connected; joins an attempt that is under way. A person (`interactive`) cuts the wait for the next
   * attempt short; anybody else waits for it with the rest. A `disconnect` that comes later has the last word.
   * Rejects with the attempt's error; the state then says the same.
   */
  async connect(interactive: boolean): Promise<void> {
    const generation = this.#generation;
    while (this.#closing || this.#attempt?.abort.signal.aborted) {
      await (this.#closing ?? this.#attempt?.done.catch(() => {}));
    }
    if (this.#isEnded) throw gone();
    if (generation !== this.#generation) throw new PatchbayError('cancelled', 'Disconnected meanwhile.');
    if (this.#state.kind === 'connected') return;
    if (this.#state.kind === 'disabled') {
      throw new PatchbayError('config', 'The server is disabled.', { hint: 'Set "enabled" to true to use it.' });
    }
    if (this.#attempt) return this.#join(this.#attempt, interactive);
    if (this.#state.kind === 'reconnecting') return interactive ? this.#retry(true) : this.#nextAttempt();
    this.#spent = 0;
    this.#apply({ type: 'connect', at: this.#options.clock.now() }, 'asked to connect');
    return this.#run(interactive, (error) => this.#giveUp(error));
  }

  /**
   * Ends the session, the attempt and any wait; resolves when nothing of it is left. Asked again meanwhile, it does not
   * wait for the server's good manners.
   */
  disconnect(reason = 'asked to disconnect'): Promise<void> {
    this.#generation += 1;
    if (this.#closing) {
      this.#attempt?.force.abort();
      this.#session?.close().catch((error) => this.#options.log.warn(toError(error).message));
      return this.#closing;
    }
    this.#clearTimers();
    const attempt = this.#attempt;
    const session = this.#session;
    if (!attempt && !session) {
      this.#apply({ type: 'disconnected' }, reason);
      this.#settleWaiting(new PatchbayError('cancelled', 'Disconnected before the connection was there.'));
      return Promise.resolve();
    }
    this.#apply({ type: 'disconnect' }, reason);
    attempt?.abort.abort(new PatchbayError('cancelled', 'Disconnected before the connection was there.'));
    this.#closing = this.#close(attempt, session).finally(() => {
      this.#closing = undefined;
      this.#apply({ type: 'disconnected' }, reason);
    });
    return this.#closing;
  }

  /** Disconnects for good: every later `connect` is refused. Resolves when nothing is left. */
  async end(): Promise<void> {
    this.#isEnded = true;
    await this.disconnect('removed');
  }

  /** Starts the attempt that is waited for, or one more after giving up. */
  retryNow(): void {
    if (this.#attempt) return;
    if (this.#state.kind === 'reconnecting') this.#retry(false).catch(() => {});
    else if (this.#state.kind === 'error') this.connect(false).catch(() => {});
  }

  /** Leaves `reconnecting` for `error`, with the last cause. */
  stopRetrying(): void {
    if (this.#state.kind !== 'reconnecting') return;
    const { error } = this.#state;
    this.#clearTimers();
    this.#apply({ type: 'failed', error }, 'asked to stop retrying');
    const stopped = new PatchbayError('cancelled', 'Retrying was stopped.');
    this.#attempt?.abort.abort(stopped);
    this.#settleWaiting(stopped);
  }

  dispose(): void {
    this.end()
      .catch((error) => this.#options.log.warn(toError(error).message))
      .finally(() => this.#store.dispose());
  }

  /** A person who joins an attempt that nobody watched is asked what that one could not ask. */
  async #join(attempt: Attempt, interactive: boolean): Promise<void> {
    try {
      await attempt.done;
    } catch (error) {
      if (interactive && isForPerson(error)) return this.connect(true);
      throw error;
    }
  }

  async #close(attempt: Attempt | undefined, session: Session | undefined): Promise<void> {
    await attempt?.done.catch(() => {});
    try {
      await session?.close();
    } catch (error) {
      this.#options.log.warn(`Closing failed: ${toError(error).message}`);
    }
    this.#session = undefined;
  }

  /** The outcome of the attempt that is scheduled. */
  #nextAttempt(): Promise<void> {
    this.#waiting ??= deferred();
    return this.#waiting.promise;
  }

  #settleWaiting(error?: unknown): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    // Nobody may be waiting any more.
    waiting?.promise.catch(() => {});
    if (error === undefined) waiting?.resolve();
    else waiting?.reject(error);
  }

  #retry(interactive: boolean): Promise<void> {
    if (this.#attempt) return this.#attempt.done;
    this.#clearTimers();
    this.#apply({ type: 'retryStarted' }, 'trying again');
    return this.#run(interactive, (error) => this.#scheduleRetry(error));
  }

  #run(interactive: boolean, onFailure: (error: PatchbayError) => void): Promise<void> {
    const abort = new AbortController();
    const force = new AbortController();
    const done = this.#open({ signal: abort.signal, force: force.signal, interactive }, onFailure).finally(() => {
      this.#attempt = undefined;
    });
    this.#attempt = { abort, force, done };
    done.then(
      () => this.#settleWaiting(),
      (error) => this.#settleWaiting(error),
    );
    return done;
  }

  async #open(context: Omit<OpenContext, 'onStep'>, onFailure: (error: PatchbayError) => void): Promise<void> {
    const { signal } = context;
    try {
      const onStep = (step: string) => this.#apply({ type: 'step', step }, step);
      const session = await this.#options.open({ ...context, onStep });
      if (signal.aborted || session.isClosed) {
        await session.close();
        throw signal.aborted ? signal.reason : (session.closeReason ?? closedAtOnce());
      }
      this.#adopt(session);
    } catch (error) {
      if (!signal.aborted) this.#fail(error, onFailure);
      throw error instanceof NeedsInputError ? error : this.#options.describe(error);
    }
  }

  #fail(error: unknown, onFailure: (error: PatchbayError) => void): void {
    if (error instanceof NeedsInputError) {
      this.#apply({ type: 'needsInput', needed: error.needed }, error.message);
    } else {
      onFailure(this.#options.describe(error));
    }
  }

  #adopt(session: Session): void {
    const { clock } = this.#options;
    this.#unreached = 0;
    this.#session = session;
    session.onDidClose((error) => this.#handleDrop(session, error));
    this.#sessionEmitter.fire(session);
    this.#apply({ type: 'connected', at: clock.now() }, `protocol ${session.protocolVersion}`);
    this.#stableTimer = clock.setTimeout(() => {
      this.#spent = 0;
    }, this.#options.retry().resetAfterMs);
  }

  #handleDrop(session: Session, error: PatchbayError | undefined): void {
    if (this.#session !== session || this.#closing) return;
    this.#session = undefined;
    this.#clearTimers();
    const closed = new PatchbayError('connectionClosed', 'The server closed the connection.', { retryable: true });
    this.#scheduleRetry(this.#options.describe(error ?? closed));
  }

  #scheduleRetry(error: PatchbayError): void {
    const { clock, random } = this.#options;
    const retry = this.#options.retry();
    const isUnreachable = isHostUnreachable(error);
    this.#unreached = isUnreachable ? this.#unreached + 1 : 0;
    const attempt = this.#spent + 1;
    const pause = isUnreachable
      ? backoffDelay({ ...retry, maxAttempts: 0 }, this.#unreached, random)
      : backoffDelay(retry, attempt, random);
    const planned = retry.enabled && isWorthRetrying(error) ? pause : undefined;
    const delay = planned === undefined ? undefined : Math.max(planned, MIN_RETRY_DELAY_MS, error.retryAfterMs ?? 0);
    if (delay === undefined) {
      this.#giveUp(error);
      return;
    }
    if (!isUnreachable) this.#spent = attempt;
    const cause = isUnreachable ? 'unreachable' : 'failed';
    const nextAt = clock.now() + delay;
    const maxAttempts = Math.max(0, retry.maxAttempts);
    this.#apply(
      { type: 'retryScheduled', cause, attempt, maxAttempts, nextAt, error: toErrorInfo(error) },
      `${error.message} ${isUnreachable ? 'Looking again' : `Attempt ${attempt}`} in ${delay} ms`,
    );
    this.#retryTimer = clock.setTimeout(() => {
      this.#retry(false).catch(() => {});
    }, delay);
  }

  #giveUp(error: PatchbayError): void {
    const spent = this.#spent;
    this.#spent = 0;
    const info = toErrorInfo(error);
    const message =
      spent > 0 ? `Gave up after ${spent} ${spent === 1 ? 'attempt' : 'attempts'}. ${info.message}` : info.message;
    this.#apply({ type: 'failed', error: { ...info, message } }, message);
  }

  #apply(action: ConnectionAction, reason: string): void {
    const next = reduceConnection(this.#state, action);
    if (next === this.#state) return;
    if (next.kind !== this.#state.kind) this.#options.logState(`${this.#state.kind} -> ${next.kind} (${reason})`);
    this.#state = next;
    this.#stateEmitter.fire(next);
  }

  #clearTimers(): void {
    this.#retryTimer?.dispose();
    this.#stableTimer?.dispose();
  }
}

/** What an attempt that nobody watched could not ask for. */
function isForPerson(error: unknown): boolean {
  return error instanceof NeedsInputError || (isPatchbayError(error) && error.code === SIGN_IN_REQUIRED_CODE);
}

/** Configuration, credentials and rules do not heal by waiting, nor does a peer that speaks another language. */
function isWorthRetrying({ kind, retryable }: PatchbayError): boolean {
  return retryable && kind !== 'config' && kind !== 'auth' && kind !== 'security' && kind !== 'cancelled';
}

function closedAtOnce(): PatchbayError {
  return new PatchbayError('connectionClosed', 'The server closed the connection at once.', { retryable: true });
}

function gone(): PatchbayError {
  return new PatchbayError('cancelled', 'The server was removed from the configuration.');
}
