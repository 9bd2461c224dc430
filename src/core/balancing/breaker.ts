import type { Clock } from '../../base/clock';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { type ErrorKind, isPatchbayError, PatchbayError } from '../../base/errors';
import { Emitter, type Event } from '../../base/event';

/** Times in ms. */
export interface BreakerSettings {
  /** So many failures in a row, none older than `withinMs`, open the breaker. */
  readonly failures: number;
  readonly withinMs: number;
  /** How long no call passes before one may try. */
  readonly openMs: number;
}

export const DEFAULT_BREAKER: BreakerSettings = { failures: 5, withinMs: 60_000, openMs: 60_000 };

/** Since when calls are held back, and the last of the failures that are why. Times: ms since the epoch. */
export interface BreakerCause {
  readonly since: number;
  readonly reason?: string;
}

/** `halfOpen`: one call at a time may try whether it works again. */
export type BreakerState =
  | { readonly kind: 'closed' }
  | ({ readonly kind: 'open'; readonly until: number } & BreakerCause)
  | ({ readonly kind: 'halfOpen' } & BreakerCause);

/** One call that was let through. The first of the three counts, each later one does nothing. */
export interface BreakerPass {
  succeeded(): void;
  /** `reason`: what went wrong, without secrets; the state quotes the beginning of it. */
  failed(reason?: string): void;
  /** Says nothing about the other side: cancelled, or refused by a rule of ours. */
  released(): void;
}

type Outcome = 'succeeded' | 'failed' | 'released';

const CLOSED: BreakerState = { kind: 'closed' };
const MAX_REASON = 300;

/** The `code` of the error that an open breaker throws: the call was never sent. */
export const BREAKER_OPEN_CODE = 'breakerOpen';

/**
 * Lets no call through to what has failed again and again, until one call at a time has tried whether it works.
 * A call that was let through before the state changed says nothing about the state after it.
 */
export class CircuitBreaker implements Disposable {
  readonly #clock: Clock;
  readonly #subject: string;
  readonly #settings: BreakerSettings;
  readonly #store = new DisposableStore();
  readonly #changeEmitter = this.#store.add(new Emitter<void>());
  /** When the failures in a row happened, oldest first. */
  #failedAt: number[] = [];
  /** Undefined: closed. */
  #openUntil: number | undefined;
  #cause: BreakerCause = { since: 0 };
  /** The pass of the call that tries whether it works again. */
  #probe: object | undefined;
  /** Changes with each opening and closing, so that passes from before are told apart. */
  #epoch = {};
  #timer: Disposable | undefined;

  /** Another kind of state, or another end of being open. */
  readonly onDidChange: Event<void> = this.#changeEmitter.event;

  /** `subject`: what is called, as the beginning of a sentence: `The server "a"`. */
  constructor(clock: Clock, subject: string, settings: BreakerSettings = DEFAULT_BREAKER) {
    this.#clock = clock;
    this.#subject = subject;
    this.#settings = settings;
  }

  get state(): BreakerState {
    if (this.#openUntil === undefined) return CLOSED;
    const isOpen = this.#clock.now() < this.#openUntil;
    return isOpen ? { kind: 'open', until: this.#openUntil, ...this.#cause } : { kind: 'halfOpen', ...this.#cause };
  }

  /** Closed, and without failures that still count. */
  get isUntroubled(): boolean {
    const { withinMs } = this.#settings;
    const now = this.#clock.now();
    return this.state.kind === 'closed' && !this.#failedAt.some((at) => now - at < withinMs);
  }

  /** Throws a `PatchbayError` of kind `limit` where no call may pass. */
  enter(): BreakerPass {
    const { state } = this;
    if (state.kind === 'open') throw this.#refusal(state.until - this.#clock.now());
    if (state.kind === 'halfOpen' && this.#probe) throw this.#refusal();
    const pass = this.#createPass();
    if (state.kind === 'halfOpen') this.#probe = pass;
    return pass;
  }

  /** Forgets all failures: calls pass again. */
  reset(): void {
    this.#failedAt = [];
    if (this.#openUntil === undefined) return;
    this.#become(undefined);
  }

  dispose(): void {
    this.#timer?.dispose();
    this.#store.dispose();
  }

  #createPass(): BreakerPass {
    const epoch = this.#epoch;
    let settled = false;
    const settle = (outcome: Outcome, reason?: string) => {
      if (settled) return;
      settled = true;
      if (epoch === this.#epoch) this.#settle(pass, outcome, reason);
    };
    const pass: BreakerPass = {
      succeeded: () => settle('succeeded'),
      failed: (reason) => settle('failed', reason),
      released: () => settle('released'),
    };
    return pass;
  }

  #settle(pass: BreakerPass, outcome: Outcome, reason?: string): void {
    const isProbe = this.#probe === pass;
    if (isProbe) this.#probe = undefined;
    if (outcome === 'released') return;
    if (isProbe) {
      if (outcome === 'succeeded') this.reset();
      else this.#open(reason);
    } else if (outcome === 'succeeded') this.#failedAt = [];
    else this.#countFailure(reason);
  }

  #countFailure(reason: string | undefined): void {
    const { failures, withinMs } = this.#settings;
    const now = this.#clock.now();
    this.#failedAt = [...this.#failedAt.filter((at) => now - at < withinMs), now];
    if (this.#failedAt.length >= failures) this.#open(reason);
  }

  /** One that opens again, because the call that tried failed, is open since the first time. */
  #open(reason: string | undefined): void {
    const now = this.#clock.now();
    const since = this.#openUntil === undefined ? now : this.#cause.since;
    this.#cause = { since, ...(reason === undefined ? {} : { reason: reason.slice(0, MAX_REASON) }) };
    this.#become(now + this.#settings.openMs);
  }

  #become(openUntil: number | undefined): void {
    this.#openUntil = openUntil;
    this.#probe = undefined;
    this.#failedAt = [];
    this.#epoch = {};
    this.#timer?.dispose();
    this.#timer = undefined;
    if (openUntil !== undefined) this.#announceEnd(openUntil);
    this.#changeEmitter.fire();
  }

  #announceEnd(openUntil: number): void {
    if (this.#store.isDisposed) return;
    this.#timer = this.#clock.setTimeout(() => {
      // A timer may come a little early by the clock on the wall.
      if (this.state.kind === 'open') this.#announceEnd(openUntil);
      else this.#changeEmitter.fire();
    }, openUntil - this.#clock.now());
  }

  #refusal(waitMs?: number): PatchbayError {
    const message = `${this.#subject} is paused, because too many calls failed one after the other: this one was not sent.`;
    return new PatchbayError('limit', message, {
      code: BREAKER_OPEN_CODE,
      retryable: true,
      hint:
        waitMs === undefined
          ? 'Another call is trying at this moment whether it works again.'
          : `One call may try again in ${Math.max(1, Math.ceil(waitMs / 1000))} s; reconnecting allows it at once.`,
      ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
    });
  }
}

const FAILURE_KINDS: ReadonlySet<ErrorKind> = new Set(['connectionClosed', 'transport', 'timeout', 'protocol']);

/** JSON-RPC 2.0, "Error object": the server is well, and says that the caller was wrong. */
const CALLER_WAS_WRONG = new Set<unknown>([-32601, -32602]);

/** Whether an error of a call says that the other side does not work: what the tool, the person or a rule said does not. */
export function isBreakerFailure(error: unknown): boolean {
  if (!isPatchbayError(error)) return false;
  return FAILURE_KINDS.has(error.kind) && !(error.kind === 'protocol' && CALLER_WAS_WRONG.has(error.code));
}
