import { cancellation, raceAbort } from '../base/abort';
import { type Disposable, DisposableStore } from '../base/disposable';
import { formatDuration } from '../base/duration';
import { PatchbayError } from '../base/errors';
import { Emitter, type Event } from '../base/event';
import type { GlobalSettings, ServerDefinition, ServerEntry } from './config/definition';
import { Connection, type OpenContext, type RetryPolicy } from './connection/connection';
import { isDebugged, startHeartbeat } from './connection/heartbeat';
import type { Session } from './connection/session';
import type { ConnectionState } from './connection/state';
import type { ConnectionEvent } from './metrics/connectionTally';
import type { MetricsRecorder } from './metrics/recorder';
import type { PlaceHolder } from './pool/connectionBudget';
import { type Lease, SessionPool } from './pool/sessionPool';
import type { Logger } from './ports';
import type { OpenerDeps, SessionOpener } from './sessionOpener';

const HEARTBEAT_INTERVAL_MS = 15_000;
const HEARTBEAT_TIMEOUT_MS = 10_000;

export interface ServerSessionsOptions {
  readonly deps: OpenerDeps;
  /** Read at each decision, because a file may change them. */
  readonly definition: () => ServerDefinition;
  readonly pool: () => GlobalSettings['pool'];
  readonly opener: SessionOpener;
  /** Whether the open session is subscribed to something: then it has something to say without being asked. */
  readonly isSubscribed: () => boolean;
  readonly describe: (error: unknown) => PatchbayError;
  readonly metrics: MetricsRecorder;
  readonly log: Logger;
  /** Where changes of the state are told. */
  readonly connections: Logger;
}

/**
 * The sessions of one server: the connection's own, whose state is the server's, and further ones that calls open where
 * `pool.max` allows it. Idle ones end by `timeouts.idleMs`, `pool.maxIdleMs`, or for a server that needs their place.
 */
export class ServerSessions implements Disposable {
  readonly pool: SessionPool;
  readonly #options: ServerSessionsOptions;
  readonly #store = new DisposableStore();
  readonly #checkEmitter = this.#store.add(new Emitter<void>());
  readonly #roundTripEmitter = this.#store.add(new Emitter<void>());
  readonly #connection: Connection;
  #roundTripMs: number | undefined;
  #idleStopMs: number | undefined;
  #idleTimer: Disposable | undefined;
  /** Those who wait for the attempt at this moment. */
  #waiting = 0;

  readonly onDidChangeState: Event<ConnectionState>;
  /** Fires for each session of the connection, before the state becomes `connected`. */
  readonly onDidOpenSession: Event<Session>;
  readonly onDidMeasure: Event<void> = this.#roundTripEmitter.event;

  constructor(options: ServerSessionsOptions) {
    this.#options = options;
    const { deps, definition, opener, describe, log, connections, metrics } = options;
    const { clock, random } = deps.ports;
    this.#connection = this.#store.add(
      new Connection({
        open: (context) => this.#openFirst(context),
        retry: () => retryPolicy(definition().entry),
        describe,
        logState: (text) => connections.info(text),
        clock,
        random,
        log,
        enabled: definition().entry?.enabled ?? true,
      }),
    );
    this.pool = this.#store.add(
      new SessionPool({
        settings: () => this.#poolSettings(),
        open: (signal) => this.#openFurther(signal, opener),
        clock,
        log,
        onAcquired: (isHit, waitMs) =>
          metrics.recordPool({ event: isHit ? 'hit' : 'miss', transport: this.#transport, waitMs }),
        onCreated: () => metrics.recordPool({ event: 'created', transport: this.#transport }),
        onIdle: () => this.#handleIdle(),
      }),
    );
    this.onDidChangeState = this.#connection.onDidChangeState;
    this.onDidOpenSession = this.#connection.onDidOpenSession;
    this.#store.add(this.#connection.onDidOpenSession((session) => this.#adopt(session)));
    this.#store.add(this.#connection.onDidChangeState(({ kind }) => this.#handleState(kind)));
  }

  get state(): ConnectionState {
    return this.#connection.state;
  }

  /** The connection's own session, while the state is `connected`. */
  get session(): Session | undefined {
    return this.#connection.session;
  }

  /** After how long without a call it was disconnected; undefined where that is not why. */
  get idleStopMs(): number | undefined {
    return this.state.kind === 'disconnected' ? this.#idleStopMs : undefined;
  }

  get roundTripMs(): number | undefined {
    return this.#roundTripMs;
  }

  /**
   * Resolves when connected. Who gives up by `signal` ends the attempt only where nobody else waits for it, and never a
   * connection that was there before.
   */
  async connect(interactive: boolean, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) throw cancellation(signal);
    await this.#wait(raceAbort(this.#connection.connect(interactive), signal), () => {
      if (signal?.aborted && this.state.kind === 'connecting') void this.#disconnect();
    });
  }

  /** Resolves when nothing is left. */
  disconnect(): Promise<void> {
    return this.#disconnect();
  }

  retryNow(): void {
    this.#connection.retryNow();
  }

  stopRetrying(): void {
    this.#connection.stopRetrying();
  }

  /**
   * A place on a session for one call. Connects first where there is none: `connecting` is called for the time of an
   * attempt that the call began, what it returns at its end. Waits for a reconnect, and not at all where only a person
   * can help.
   */
  async lease(signal: AbortSignal, connecting: () => () => void): Promise<Lease> {
    if (!this.pool.hasSession) await this.#connectForCall(signal, connecting);
    return this.pool.acquire(signal);
  }

  /** What is no call, such as reading a list, has ended: others may wait for the place of what is idle now. */
  requestEnded(): void {
    this.#handleIdle();
  }

  /** Lets those go on who wait for a limit that may be another one now. */
  applySettings(): void {
    this.pool.recheck();
    this.#armIdleStop();
  }

  /** Looks at once whether things are as they seem: after a sleep of the machine, for example. */
  checkNow(): void {
    if (this.state.kind === 'reconnecting') this.retryNow();
    this.#checkEmitter.fire();
  }

  /** Disconnects for good. Resolves when nothing is left. */
  async end(): Promise<void> {
    this.#idleTimer?.dispose();
    const isForced = this.state.kind === 'disconnecting';
    await Promise.all([this.#connection.end(), this.pool.close(isForced)]);
    await this.#options.opener.settle(isForced);
  }

  dispose(): void {
    this.#idleTimer?.dispose();
    this.#store.dispose();
  }

  /** Asked again meanwhile, it does not wait for the server's good manners. */
  async #disconnect(reason?: string): Promise<void> {
    const isForced = this.state.kind === 'disconnecting';
    await Promise.all([this.#connection.disconnect(reason), this.pool.close(isForced)]);
    // A session that broke before is nobody's any more, and may not have ended yet.
    await this.#options.opener.settle(isForced);
  }

  async #connectForCall(signal: AbortSignal, connecting: () => () => void): Promise<void> {
    const { state } = this;
    if (state.kind === 'authRequired') {
      const { kind, message, code } = state.error;
      throw new PatchbayError(kind, message, code === undefined ? {} : { code });
    }
    const attempt = this.#connection.connect(false);
    if (state.kind === 'reconnecting') return this.#wait(raceAbort(attempt, signal));
    const over = connecting();
    await this.#wait(raceAbort(attempt, signal)).finally(over);
  }

  async #wait(attempt: Promise<void>, onLastLeft?: () => void): Promise<void> {
    this.#waiting += 1;
    try {
      await attempt;
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0) onLastLeft?.();
    }
  }

  async #openFirst(context: OpenContext): Promise<Session> {
    const holder: PlaceHolder = {
      idleSince: () => this.#idleSince,
      evict: () => {
        this.#countEviction();
        void this.#disconnect('closed to make room for another connection');
      },
    };
    try {
      return await this.#options.opener.open(context, holder);
    } catch (error) {
      this.#count('failed');
      throw error;
    }
  }

  async #openFurther(signal: AbortSignal, opener: SessionOpener): Promise<Session> {
    let session: Session | undefined;
    const holder: PlaceHolder = {
      idleSince: () => session && this.pool.idleSinceOf(session),
      evict: () => {
        this.#countEviction();
        void session?.close();
      },
    };
    const context = { signal, force: signal, interactive: false, onStep: () => {} };
    session = await opener.open(context, holder);
    this.#watch(session);
    return session;
  }

  #adopt(session: Session): void {
    this.#watch(session, (durationMs) => {
      this.#roundTripMs = Math.round(session.roundTripMs ?? durationMs);
      this.#roundTripEmitter.fire();
    });
    this.pool.addFirst(session);
  }

  get #transport(): string {
    return this.#options.definition().transport ?? '';
  }

  #countEviction(): void {
    this.#options.metrics.recordPool({ event: 'evicted', transport: this.#transport });
  }

  #count(event: ConnectionEvent): void {
    this.#options.metrics.recordConnection({ server: this.#options.definition().id, event });
  }

  #watch(session: Session, onAnswer?: (durationMs: number) => void): void {
    this.#count(this.state.kind === 'reconnecting' ? 'reconnected' : 'opened');
    session.onDidClose(() => this.#count('closed'));
    const { command, args } = this.#options.definition().entry ?? {};
    // A process at a breakpoint is silent because a person wants it so.
    if (command !== undefined && isDebugged(command, args ?? [])) return;
    const heartbeat = startHeartbeat({
      session,
      clock: this.#options.deps.ports.clock,
      intervalMs: HEARTBEAT_INTERVAL_MS,
      timeoutMs: HEARTBEAT_TIMEOUT_MS,
      checkNow: this.#checkEmitter.event,
      ...(onAnswer ? { onAnswer } : {}),
    });
    session.onDidClose(() => heartbeat.dispose());
  }

  #handleState(kind: ConnectionState['kind']): void {
    if (kind !== 'connected') this.#roundTripMs = undefined;
    if (kind !== 'disconnecting' && kind !== 'disconnected') this.#idleStopMs = undefined;
    if (kind === 'connected') this.#armIdleStop();
    else this.#idleTimer?.dispose();
    // Further sessions outlive a drop of the first one, but not the wish to be connected.
    if (kind !== 'connected' && kind !== 'reconnecting') void this.pool.close();
  }

  #handleIdle(): void {
    this.#options.deps.budget.recheck();
    this.#armIdleStop();
  }

  /** Since when nobody uses a session, by a call or otherwise; undefined while somebody does. */
  get #idleSince(): number | undefined {
    const isUsed = this.session?.activity.pending !== 0 || this.#options.isSubscribed();
    return this.state.kind !== 'connected' || isUsed ? undefined : this.pool.idleSince;
  }

  #armIdleStop(fromNowMs?: number): void {
    this.#idleTimer?.dispose();
    const idleMs = this.#options.definition().entry?.timeouts.idleMs ?? 0;
    const { idleSince } = this.pool;
    if (idleMs === 0 || idleSince === undefined) return;
    const { clock } = this.#options.deps.ports;
    this.#idleTimer = clock.setTimeout(
      () => this.#stopWhereIdle(idleMs),
      fromNowMs ?? idleSince + idleMs - clock.now(),
    );
  }

  #stopWhereIdle(idleMs: number): void {
    if (this.state.kind !== 'connected' || this.pool.idleSince === undefined) return;
    const since = this.#idleSince;
    if (since === undefined) this.#armIdleStop(idleMs);
    else if (this.#options.deps.ports.clock.now() - since < idleMs) this.#armIdleStop();
    else {
      this.#idleStopMs = idleMs;
      void this.#disconnect(`idle for ${formatDuration(idleMs)}; the next call connects again`);
    }
  }

  #poolSettings() {
    const { maxInFlightPerConnection, connectionTimeoutMs } = this.#options.pool();
    const { min, max } = this.#options.definition().entry?.pool ?? { min: 0, max: 1 };
    return { min, max, maxInFlight: maxInFlightPerConnection, acquireMs: connectionTimeoutMs };
  }
}

function retryPolicy(entry: ServerEntry | undefined): RetryPolicy {
  const none = { strategy: 'none', initialDelayMs: 0, maxDelayMs: 0, factor: 1, jitter: 0, maxAttempts: 0 } as const;
  if (!entry) return { ...none, enabled: false, resetAfterMs: 0 };
  const { enabled, restartOnCrash, calls: _, ...retry } = entry.retry;
  return { ...retry, enabled: enabled && (entry.command === undefined || restartOnCrash) };
}
