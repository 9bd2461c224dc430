import { cancellation } from '../../base/abort';
import type { Clock } from '../../base/clock';
import { type Deferred, deferred } from '../../base/deferred';
import type { Disposable } from '../../base/disposable';
import { PatchbayError, toError } from '../../base/errors';
import type { Session } from '../connection/session';
import type { Logger } from '../ports';

export interface SessionPoolSettings {
  /** Sessions that are kept open while there is one at all. */
  readonly min: number;
  /** Most sessions. */
  readonly max: number;
  /** Most calls in flight on one session. */
  readonly maxInFlight: number;
  /** Longest wait for a session with room, in ms. 0: no limit. */
  readonly acquireMs: number;
}

export interface SessionPoolOptions {
  /** Read at each decision. */
  readonly settings: () => SessionPoolSettings;
  /** Opens a further session like the first one. It leaves nothing behind when it rejects. */
  readonly open: (signal: AbortSignal) => Promise<Session>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told of each acquire that got a session: whether one had room at once, and how long in ms it waited. */
  readonly onAcquired?: (isHit: boolean, waitMs: number) => void;
  /** Told when a further session has opened. */
  readonly onCreated?: () => void;
  /** Told when the last call on a session has ended. */
  readonly onIdle?: () => void;
}

/** One call's place on a session. */
export interface Lease {
  readonly session: Session;
  /** Idempotent. */
  release(): void;
}

export interface SessionPoolNumbers {
  readonly open: number;
  readonly idle: number;
  readonly inFlight: number;
  readonly waiting: number;
  /** Acquires that found a session with room at once. */
  readonly hits: number;
  readonly misses: number;
  /** Sessions beyond the first that were opened. */
  readonly created: number;
  /** Sessions that were closed for being idle. */
  readonly reaped: number;
}

interface Member {
  readonly session: Session;
  readonly isFirst: boolean;
  inFlight: number;
  /** When it was opened or last used, in ms since the epoch. */
  usedAt: number;
  /** Takes no more calls, and closes after the last one. */
  isRetiring: boolean;
}

interface Waiter {
  readonly lease: Deferred<Lease>;
}

/** The `code` of the error for a call in line whose last session closed: nothing of it was sent. */
export const NO_SESSION_CODE = 'noSession';

/** After a further session could not be opened, those there must do for this long (ms). */
const PAUSE_AFTER_FAILURE_MS = 5_000;

/**
 * The sessions of one server, as one: a call takes the least busy session; where all are full a further one opens, up to
 * `max`; else the call waits in line. The first session is the connection's own: it is added and closed from outside, and
 * without any session nothing opens here.
 */
export class SessionPool implements Disposable {
  readonly #options: SessionPoolOptions;
  readonly #members = new Map<Session, Member>();
  readonly #waiting = new Set<Waiter>();
  /** What is being opened, with its end. */
  readonly #opening = new Map<AbortController, Promise<void>>();
  /** Sessions that take no part any more and have not ended yet. */
  readonly #closing = new Map<Session, Promise<void>>();
  #isClosed = false;
  #retryFrom = 0;
  #hits = 0;
  #misses = 0;
  #created = 0;
  #reaped = 0;

  constructor(options: SessionPoolOptions) {
    this.#options = options;
  }

  /** Whether there is a session that takes calls. */
  get hasSession(): boolean {
    return [...this.#members.values()].some(takesCalls);
  }

  /** Since when (ms since the epoch) no session is in use; undefined while one is, or where there is none. */
  get idleSince(): number | undefined {
    let last: number | undefined;
    for (const { inFlight, usedAt } of this.#members.values()) {
      if (inFlight > 0) return undefined;
      last = Math.max(last ?? 0, usedAt);
    }
    return this.#waiting.size > 0 ? undefined : last;
  }

  /** The same for one session. */
  idleSinceOf(session: Session): number | undefined {
    const member = this.#members.get(session);
    return member === undefined || member.inFlight > 0 || member.isRetiring ? undefined : member.usedAt;
  }

  get numbers(): SessionPoolNumbers {
    const members = [...this.#members.values()];
    return {
      open: members.length,
      idle: members.filter(({ inFlight }) => inFlight === 0).length,
      inFlight: members.reduce((sum, { inFlight }) => sum + inFlight, 0),
      waiting: this.#waiting.size,
      hits: this.#hits,
      misses: this.#misses,
      created: this.#created,
      reaped: this.#reaped,
    };
  }

  /** Takes in the connection's own session, until it closes. Opens further ones where `min` asks for them. */
  addFirst(session: Session): void {
    this.#isClosed = false;
    this.#retryFrom = 0;
    this.#add(session, true);
    const { min, max } = this.#options.settings();
    for (let count = this.#size; count < Math.min(min, max); count += 1) this.#openOne();
  }

  /**
   * Rejects with an error of kind `limit` where no session had room in time, with `connectionClosed` where the last one
   * closed meanwhile (nothing was sent then), or with what `signal` says.
   */
  async acquire(signal?: AbortSignal): Promise<Lease> {
    if (signal?.aborted) throw cancellation(signal);
    const free = this.#waiting.size === 0 ? this.#leastBusy() : undefined;
    if (free) {
      this.#hits += 1;
      this.#options.onAcquired?.(true, 0);
      return this.#lease(free);
    }
    this.#misses += 1;
    const waiter: Waiter = { lease: deferred() };
    this.#waiting.add(waiter);
    const since = this.#options.clock.now();
    const { acquireMs } = this.#options.settings();
    const onAbort = () => this.#drop(waiter, signal ? cancellation(signal) : undefined);
    signal?.addEventListener('abort', onAbort, { once: true });
    const timer =
      acquireMs > 0 ? this.#options.clock.setTimeout(() => this.#drop(waiter, full()), acquireMs) : undefined;
    this.recheck();
    try {
      const lease = await waiter.lease.promise;
      this.#options.onAcquired?.(false, this.#options.clock.now() - since);
      return lease;
    } finally {
      timer?.dispose();
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Serves those in line as far as there is room. For who changed the settings. */
  recheck(): void {
    // Without a session nothing opens here, and those that close after their last call are as good as none.
    if (!this.hasSession) {
      for (const waiter of this.#waiting) this.#drop(waiter, noSession());
      return;
    }
    for (const waiter of this.#waiting) {
      const free = this.#leastBusy();
      if (!free) break;
      this.#waiting.delete(waiter);
      waiter.lease.resolve(this.#lease(free));
    }
    const { max } = this.#options.settings();
    while (this.#opening.size < this.#waiting.size && this.#size < max && this.#mayOpen()) this.#openOne();
  }

  /** Closes sessions beyond the first that nobody used for `maxIdleMs`, down to `min`. */
  reap(maxIdleMs: number): void {
    const before = this.#options.clock.now() - maxIdleMs;
    const { min } = this.#options.settings();
    for (const member of this.#members.values()) {
      if (this.#members.size <= min) return;
      if (member.isFirst || member.inFlight > 0 || member.usedAt > before) continue;
      this.#reaped += 1;
      this.#close(member);
    }
  }

  /** Closes the sessions beyond the first, each after its calls. */
  clear(): void {
    for (const opening of this.#opening.keys()) opening.abort(cleared());
    for (const member of this.#members.values()) {
      if (member.isFirst) continue;
      member.isRetiring = true;
      if (member.inFlight === 0) this.#close(member);
    }
  }

  /**
   * Closes the sessions beyond the first, whatever they do, and opens none before the next first one. Resolves when
   * nothing of them is left; with `force`, the good manners of those that are closing already are not waited for.
   */
  async close(force = false): Promise<void> {
    this.#isClosed = true;
    for (const opening of this.#opening.keys()) opening.abort(cleared());
    if (force) for (const session of this.#closing.keys()) session.dispose();
    for (const member of this.#members.values()) if (!member.isFirst) this.#close(member);
    await Promise.all([...this.#opening.values(), ...this.#closing.values()]);
  }

  dispose(): void {
    void this.close();
    for (const waiter of this.#waiting) this.#drop(waiter, noSession());
  }

  get #size(): number {
    return this.#members.size + this.#opening.size;
  }

  #mayOpen(): boolean {
    return !this.#isClosed && this.#options.clock.now() >= this.#retryFrom;
  }

  #leastBusy(): Member | undefined {
    const { maxInFlight } = this.#options.settings();
    let best: Member | undefined;
    for (const member of this.#members.values()) {
      if (!takesCalls(member) || member.inFlight >= maxInFlight) continue;
      if (!best || member.inFlight < best.inFlight) best = member;
    }
    return best;
  }

  #lease(member: Member): Lease {
    member.inFlight += 1;
    let isReleased = false;
    return {
      session: member.session,
      release: () => {
        if (isReleased) return;
        isReleased = true;
        member.inFlight -= 1;
        member.usedAt = this.#options.clock.now();
        if (member.isRetiring && member.inFlight === 0) this.#close(member);
        this.recheck();
        if (member.inFlight === 0) this.#options.onIdle?.();
      },
    };
  }

  #add(session: Session, isFirst: boolean): void {
    const usedAt = this.#options.clock.now();
    this.#members.set(session, { session, isFirst, inFlight: 0, usedAt, isRetiring: false });
    session.onDidClose(() => {
      this.#members.delete(session);
      this.recheck();
    });
    this.recheck();
  }

  #openOne(): void {
    const abort = new AbortController();
    const opening = this.#openFurther(abort.signal).finally(() => {
      this.#opening.delete(abort);
      // Who waited for this one may have room by now, or needs another one.
      this.recheck();
    });
    this.#opening.set(abort, opening);
  }

  async #openFurther(signal: AbortSignal): Promise<void> {
    const { open, log, clock, onCreated } = this.#options;
    try {
      const session = await open(signal);
      if (signal.aborted || session.isClosed) {
        await session.close();
        return;
      }
      this.#created += 1;
      onCreated?.();
      this.#add(session, false);
    } catch (error) {
      if (signal.aborted) return;
      this.#retryFrom = clock.now() + PAUSE_AFTER_FAILURE_MS;
      log.warn(`A further connection could not be opened: ${toError(error).message}`);
    }
  }

  #close(member: Member): void {
    const { session } = member;
    member.isRetiring = true;
    if (this.#closing.has(session)) return;
    const closing = session
      .close()
      .catch((error) => this.#options.log.warn(`Closing a connection failed: ${toError(error).message}`))
      .finally(() => this.#closing.delete(session));
    this.#closing.set(session, closing);
  }

  #drop(waiter: Waiter, error: PatchbayError | undefined): void {
    if (this.#waiting.delete(waiter)) waiter.lease.reject(error);
  }
}

function takesCalls({ session, isRetiring }: Member): boolean {
  return !isRetiring && !session.isClosed;
}

function full(): PatchbayError {
  return new PatchbayError('limit', 'Every connection to the server was busy for too long.', {
    hint: 'Raise "pool.max" of the server where it keeps no state, or "pool.connectionTimeoutMs".',
    retryable: true,
  });
}

function noSession(): PatchbayError {
  return new PatchbayError('connectionClosed', 'The connection closed before the call was sent.', {
    code: NO_SESSION_CODE,
    retryable: true,
  });
}

function cleared(): PatchbayError {
  return new PatchbayError('cancelled', 'The pool was cleared.');
}
