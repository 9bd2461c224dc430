import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';
import type { PatchbayError } from '../../base/errors';
import { Emitter, type Event } from '../../base/event';

/**
 * What calls found out about a member. `resting`: it asked to be left alone. `unwell`: a call got no answer in time, and none
 * has passed since. `onTrial`: the same, and one call may try it.
 */
export type Standing = 'well' | 'resting' | 'unwell' | 'onTrial';

interface Finding {
  readonly standing: 'resting' | 'unwell';
  readonly error: PatchbayError;
  /** Ms since the epoch: the end of the rest, or of the pause before a trial. */
  readonly until: number;
  /** Of who is unwell: the length of the pause. */
  readonly pauseMs: number;
  readonly timer: Disposable;
  isTried: boolean;
}

const FIRST_PAUSE_MS = 30_000;
const MAX_PAUSE_MS = 10 * 60_000;
/** A wish to be left alone for longer than this, in ms, is not obeyed to its end. */
const MAX_REST_MS = 60 * 60_000;

/**
 * Members that answer to checks and fail calls all the same. Who asked to be left alone is, until that time is over; who
 * let a call run out of time is tried by one call at a time, after pauses that grow, until one has passed.
 */
export class MemberStanding implements Disposable {
  readonly #clock: Clock;
  readonly #findings = new Map<string, Finding>();
  readonly #changeEmitter = new Emitter<void>();

  /** A member has another standing. */
  readonly onDidChange: Event<void> = this.#changeEmitter.event;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  of(memberId: string): Standing {
    const finding = this.#findings.get(memberId);
    if (!finding) return 'well';
    if (finding.standing === 'resting') return 'resting';
    return finding.isTried || this.#clock.now() < finding.until ? 'unwell' : 'onTrial';
  }

  /** Why a member is not well, and for how many ms it is left alone. */
  findingOf(memberId: string): { readonly error: PatchbayError; readonly restMs: number | undefined } | undefined {
    const finding = this.#findings.get(memberId);
    if (!finding) return undefined;
    const { error, until, standing } = finding;
    return { error, restMs: standing === 'resting' ? Math.max(0, until - this.#clock.now()) : undefined };
  }

  /** Leaves a member alone for `restMs`, at most an hour. */
  rest(memberId: string, restMs: number, error: PatchbayError): void {
    this.#find(memberId, 'resting', Math.min(restMs, MAX_REST_MS), error);
  }

  /** A call goes out. True where it is the one that tries the member. */
  enter(memberId: string): boolean {
    const finding = this.#findings.get(memberId);
    if (!finding || this.of(memberId) !== 'onTrial') return false;
    finding.isTried = true;
    return true;
  }

  /** A call got no answer in time. */
  timedOut(memberId: string, error: PatchbayError, isTrial: boolean): void {
    const known = this.#findings.get(memberId);
    if (known?.standing === 'resting') return;
    const pauseMs = known ? known.pauseMs * (isTrial ? 2 : 1) : FIRST_PAUSE_MS;
    this.#find(memberId, 'unwell', Math.min(pauseMs, MAX_PAUSE_MS), error);
  }

  /** A trial ended and says neither that the member answers nor that it does not: another call may try. */
  leave(memberId: string): void {
    const finding = this.#findings.get(memberId);
    if (!finding?.isTried) return;
    finding.isTried = false;
    this.#changeEmitter.fire();
  }

  /** A call was answered. */
  passed(memberId: string): void {
    if (this.#findings.get(memberId)?.standing === 'unwell') this.forget(memberId);
  }

  /** What was found does not hold any more: the member has a new connection, or none. */
  forget(memberId: string): void {
    const finding = this.#findings.get(memberId);
    if (!finding) return;
    finding.timer.dispose();
    this.#findings.delete(memberId);
    this.#changeEmitter.fire();
  }

  dispose(): void {
    for (const { timer } of this.#findings.values()) timer.dispose();
    this.#findings.clear();
    this.#changeEmitter.dispose();
  }

  #find(memberId: string, standing: Finding['standing'], pauseMs: number, error: PatchbayError): void {
    this.#findings.get(memberId)?.timer.dispose();
    const timer = this.#clock.setTimeout(() => this.#end(memberId), pauseMs);
    const until = this.#clock.now() + pauseMs;
    this.#findings.set(memberId, { standing, error, until, pauseMs, timer, isTried: false });
    this.#changeEmitter.fire();
  }

  #end(memberId: string): void {
    const finding = this.#findings.get(memberId);
    if (finding?.standing === 'resting') this.#findings.delete(memberId);
    // The timer's word counts: the clock on the wall may have been set back.
    else if (finding) this.#findings.set(memberId, { ...finding, until: 0 });
    this.#changeEmitter.fire();
  }
}
