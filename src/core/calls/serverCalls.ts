import { cancellation, raceAbort } from '../../base/abort';
import type { Clock } from '../../base/clock';
import { deferred } from '../../base/deferred';
import type { Disposable } from '../../base/disposable';
import { isPatchbayError, PatchbayError } from '../../base/errors';
import { Emitter, type Event } from '../../base/event';
import type { JsonObject } from '../../shared/json';
import type { CallToolResult, Tool } from '../../shared/mcp';
import type { BreakerState } from '../balancing/breaker';
import { disconnectedError } from '../balancing/disconnected';
import type { OpenBreaker } from '../balancing/groupView';
import { toolTimeoutMs } from '../catalog/toolTimeout';
import type { ServerEntry } from '../config/definition';
import { askedTime } from '../connection/askedTime';
import type { AskedTime, Session } from '../connection/session';
import type { CallToolOptions } from '../hubTypes';
import type { ComposedMiddleware } from '../middleware/compose';
import { type Lease, NO_SESSION_CODE } from '../pool/sessionPool';
import { SESSION_LOST_CODE } from '../transports/httpErrors';
import { CallBreakers } from './callBreakers';
import { callTool } from './callTool';
import { Deadline } from './deadline';
import type { FairLimiter, Release } from './fairLimiter';
import type { CallEnd } from './history';
import { RateLimit, type Room } from './rateLimit';
import { type CallPhase, replayPauseMs } from './replay';

export interface ServerCallsOptions {
  readonly serverId: string;
  /** Read for each call. Throws where the entry is broken. */
  readonly entry: () => ServerEntry;
  /** Undefined where calls have no limit, as where the entry is broken: those that wait are to read that. */
  readonly rateLimit: () => ServerEntry['limits']['rateLimit'];
  /** Shared by all servers; the key is `serverId`. */
  readonly limiter: FairLimiter;
  /** A place on a session. Connects first where there is none, and calls `connecting` for the time that this takes. */
  readonly lease: (signal: AbortSignal, connecting: () => () => void) => Promise<Lease>;
  readonly tool: (name: string) => Tool | undefined;
  /** What is around each call, the first one outermost; one function for all. */
  readonly around: () => ComposedMiddleware;
  readonly describe: (error: unknown) => PatchbayError;
  /** Told of each call; what it returns is told how the call ended. */
  readonly begin: (tool: string, args: JsonObject, group: string | undefined) => (end: CallEnd) => void;
  readonly clock: Clock;
}

/** What a group adds to a call of one of its members. */
export interface MemberCallOptions extends CallToolOptions {
  /** Its id, for the records. */
  readonly group?: string;
  /**
   * Called before anything of the call is sent. Given, the call is made once, as who gave it has other ways; only where the
   * server forgot the session, once more in a new one.
   */
  readonly onSent?: () => void;
  /** When another member was sent the same call, by the clock: all of them share `timeouts.maxTotalMs`. */
  readonly sentAt?: number | undefined;
  /** The time of the call over all members, of which `timeoutMs` is what is left. */
  readonly asked?: AskedTime;
}

/** One call on its way down. */
interface Call {
  readonly tool: string;
  readonly options: MemberCallOptions;
  /** For the call as a whole. 0: no limit. */
  readonly timeoutMs: number;
  readonly asked: AskedTime;
  readonly deadline: Deadline;
  /** That of the caller and that of the deadline. */
  readonly signal: AbortSignal;
  /** Its place among all calls; undefined while it waits for one, or for the rate limit. */
  place: Release | undefined;
  /** Its room in the window of the rate limit, until it is sent. */
  room: Room | undefined;
  /** At the server at this moment. */
  isSent: boolean;
  /** When it was sent for the first time, by the clock. */
  sentAt: number | undefined;
  /** It is not made again. */
  isDisconnected: boolean;
}

/**
 * The calls of one server: limits, breakers, middleware, a lease, the call itself, one more try where that is safe, the
 * record. What a call waits for counts against its timeout, but for the time that a connection takes to open.
 */
export class ServerCalls implements Disposable {
  readonly #options: ServerCallsOptions;
  readonly #rate: RateLimit;
  readonly #breakers: CallBreakers;
  readonly #idleEmitter = new Emitter<void>();
  readonly #calls = new Set<Call>();

  /** A breaker is in another state. */
  readonly onDidChangeBreakers: Event<void>;

  constructor(options: ServerCallsOptions) {
    this.#options = options;
    this.#rate = new RateLimit(options.rateLimit, options.clock);
    this.#breakers = new CallBreakers(options);
    this.onDidChangeBreakers = this.#breakers.onDidChange;
  }

  /** Calls that were made and have not ended. */
  get inFlight(): number {
    return this.#calls.size;
  }

  /** Calls that would go at once under `limits.rateLimit`; undefined where there is none. */
  get remaining(): number | undefined {
    return this.#rate.remaining;
  }

  get breaker(): BreakerState {
    return this.#breakers.ofServer;
  }

  /** Tools whose breaker is not closed. */
  get toolBreakers(): ReadonlyMap<string, OpenBreaker> {
    return this.#breakers.ofTools;
  }

  /** Resolves when no call is under way. */
  drain(): Promise<void> {
    if (this.inFlight === 0) return Promise.resolve();
    const drained = deferred<void>();
    const listener = this.#idleEmitter.event(() => {
      listener.dispose();
      drained.resolve();
    });
    return drained.promise;
  }

  /** Lets calls pass again. For a person who connects anew. */
  resetBreakers(): void {
    this.#breakers.reset();
  }

  /**
   * The server was disconnected or removed: calls that wait for anything but their answer fail at once. Those that were
   * sent end as their connection does, and are not made again.
   */
  failWaiting(): void {
    for (const call of this.#calls) {
      call.isDisconnected = true;
      if (!call.isSent) call.deadline.fail(disconnectedError(call.sentAt === undefined ? 'sent' : 'over'));
    }
  }

  /** Lets go who may go by settings that changed. */
  recheck(): void {
    this.#rate.recheck();
  }

  /** Rejects with a `PatchbayError`; an `isError` result resolves. */
  async call(tool: string, args: JsonObject, options: MemberCallOptions): Promise<CallToolResult> {
    const { clock, describe, begin, entry } = this.#options;
    const timeoutMs = options.timeoutMs ?? toolTimeoutMs(entry(), tool);
    if (!(timeoutMs >= 0)) throw new PatchbayError('config', 'The timeout of a call must be 0 (no limit) or more ms.');
    const started = performance.now();
    const asked = options.asked ?? askedTime(timeoutMs, options.timeoutMs !== undefined);
    const deadline = new Deadline(timeoutMs, clock, `The tool "${tool}"`, asked);
    let queueMs = 0;
    const call: Call = {
      tool,
      options,
      timeoutMs,
      asked,
      deadline,
      signal: options.signal ? AbortSignal.any([deadline.signal, options.signal]) : deadline.signal,
      place: undefined,
      room: undefined,
      isSent: false,
      sentAt: options.sentAt,
      isDisconnected: false,
    };
    this.#calls.add(call);
    const ended = begin(tool, args, options.group);
    const end = (outcome: CallEnd['outcome'], result?: CallToolResult) =>
      ended({ outcome, durationMs: performance.now() - started, queueMs, result });
    try {
      await this.#enter(call);
      queueMs = performance.now() - started;
      const result = await this.#pass(call, args);
      end(result.isError === true ? 'toolError' : 'ok', result);
      return result;
    } catch (cause) {
      const error = describe(cause);
      end(error.kind);
      throw error;
    } finally {
      leave(call);
      deadline.dispose();
      this.#calls.delete(call);
      if (this.inFlight === 0) this.#idleEmitter.fire();
    }
  }

  dispose(): void {
    this.failWaiting();
    this.#rate.dispose();
    this.#breakers.dispose();
    this.#idleEmitter.dispose();
  }

  /** The limits, in order. */
  async #enter(call: Call): Promise<void> {
    this.#breakers.refuseWhereOpen(call.tool);
    await this.#takePlace(call);
    await this.#takeRoom(call);
  }

  async #takePlace(call: Call): Promise<void> {
    const { limiter, serverId } = this.#options;
    call.deadline.waitFor('its turn');
    call.place = await limiter.acquire(serverId, call.signal);
  }

  /** Who must wait for the window of the rate limit holds no place meanwhile. */
  async #takeRoom(call: Call): Promise<void> {
    call.room = this.#rate.tryTake();
    if (call.room) return;
    leave(call);
    call.deadline.waitFor('"limits.rateLimit"');
    call.room = await this.#rate.take(call.signal);
    await this.#takePlace(call);
  }

  /** Through the breakers and the middleware. */
  async #pass(call: Call, args: JsonObject): Promise<CallToolResult> {
    const { serverId, around } = this.#options;
    const { tool, signal, deadline } = call;
    const passage = this.#breakers.enter(tool);
    try {
      deadline.waitFor('its middleware');
      const passing = around()(
        { server: serverId, tool, arguments: args, signal },
        (next) =>
          // A middleware may end the request by a signal of its own, but not keep the caller from ending it.
          this.#send(call, next.arguments, next.signal === signal ? signal : AbortSignal.any([signal, next.signal])),
        (name) => deadline.waitFor(`the middleware "${name}"`),
      );
      // Middleware comes from outside: it may listen to no signal.
      const result = await raceAbort(passing, signal);
      passage.succeeded();
      return result;
    } catch (error) {
      passage.ended(error);
      throw error;
    }
  }

  async #send(call: Call, args: JsonObject, signal: AbortSignal): Promise<CallToolResult> {
    const { tool, options, deadline } = call;
    const { lease, describe } = this.#options;
    let lost: { readonly session: Session; readonly failure: PatchbayError } | undefined;
    for (let tries = 1; ; tries += 1) {
      let phase: CallPhase = 'waiting';
      let session: Session | undefined;
      try {
        // Not even begun: a connection would be opened for nobody.
        if (signal.aborted) throw cancellation(signal);
        deadline.waitFor('a connection');
        // A server that is slow to start has its own limit; a caller who gave a time means all of it.
        const connecting = options.timeoutMs === undefined ? () => deadline.pause() : () => () => {};
        const place = await lease(signal, connecting);
        session = place.session;
        if (session === lost?.session) {
          place.release();
          throw lost.failure;
        }
        phase = 'sent';
        return await this.#request(place, call, args, signal);
      } catch (error) {
        const failure = describe(error);
        // Who has other ways knows none for what needs a new session here.
        const isMadeOnce = options.onSent !== undefined && failure.code !== SESSION_LOST_CODE;
        const pauseMs = isMadeOnce ? undefined : this.#pauseBefore(failure, phase, tries, tool);
        const leftMs = Math.min(deadline.remainingMs, this.#totalLeftMs(call));
        if (pauseMs === undefined || pauseMs > leftMs || leftMs <= 0 || call.isDisconnected) throw failure;
        if (failure.code === SESSION_LOST_CODE && session) lost = { session, failure };
        deadline.waitFor('the server to take calls again');
        if (pauseMs > 0) await this.#pause(pauseMs, signal);
        await this.#takeRoomAgain(call, failure);
      }
    }
  }

  /** Each try counts for the rate limit. Where that refuses, the call ends as its last try did. */
  async #takeRoomAgain(call: Call, failure: PatchbayError): Promise<void> {
    if (call.room) return;
    try {
      await this.#takeRoom(call);
    } catch (error) {
      throw isPatchbayError(error) && error.kind === 'limit' ? failure : error;
    }
    // The call may have ended in the moment in which it got its place.
    if (!call.signal.aborted) return;
    leave(call);
    throw cancellation(call.signal);
  }

  async #request(place: Lease, call: Call, args: JsonObject, signal: AbortSignal): Promise<CallToolResult> {
    const { tool, options, deadline } = call;
    const { entry, clock } = this.#options;
    // A time that the caller gave is all there is, whatever the server says.
    const resetOnProgress = options.timeoutMs === undefined && entry().timeouts.resetOnProgress;
    const timeouts = { ...entry().timeouts, resetOnProgress };
    // From here on the request counts its own time: progress and questions to the person extend it.
    const timeoutMs = deadline.requestTimeoutMs;
    const totalLeftMs = this.#totalLeftMs(call);
    const maxTotalMs = totalLeftMs === Number.POSITIVE_INFINITY ? 0 : Math.max(1, totalLeftMs);
    const goOn = deadline.pause();
    let heardAt = clock.now();
    const onProgress: CallToolOptions['onProgress'] = (progress) => {
      if (resetOnProgress) heardAt = clock.now();
      options.onProgress?.(progress);
    };
    const listens = options.onProgress !== undefined || resetOnProgress;
    try {
      options.onSent?.();
      call.room?.use();
      call.room = undefined;
      call.isSent = true;
      call.sentAt ??= clock.now();
      const { timeoutMs: _, onProgress: __, ...others } = options;
      return await callTool(place.session, tool, args, timeouts, {
        ...others,
        signal,
        timeoutMs,
        asked: call.asked,
        maxTotalMs,
        ...(listens ? { onProgress } : {}),
      });
    } catch (error) {
      // Another try has what this one left over.
      deadline.spend(clock.now() - heardAt);
      throw error;
    } finally {
      call.isSent = false;
      deadline.waitFor('its middleware');
      goOn();
      place.release();
    }
  }

  /** Of `timeouts.maxTotalMs`, from when the call was first sent; infinite where there is no limit. */
  #totalLeftMs({ timeoutMs, sentAt }: Call): number {
    const { maxTotalMs } = this.#options.entry().timeouts;
    if (timeoutMs === 0 || maxTotalMs === 0) return Number.POSITIVE_INFINITY;
    const spentMs = sentAt === undefined ? 0 : Math.max(0, this.#options.clock.now() - sentAt);
    return Math.max(maxTotalMs, timeoutMs) - spentMs;
  }

  #pauseBefore(failure: PatchbayError, phase: CallPhase, tries: number, tool: string): number | undefined {
    // A connection that could not be opened has had its own attempts, and its state says why.
    if (phase === 'waiting' && failure.code !== NO_SESSION_CODE) return undefined;
    const { annotations } = this.#options.tool(tool) ?? {};
    return replayPauseMs({ failure, phase, tries, policy: this.#options.entry().retry.calls, annotations });
  }

  async #pause(pauseMs: number, signal: AbortSignal): Promise<void> {
    const over = deferred<void>();
    const timer = this.#options.clock.setTimeout(() => over.resolve(), pauseMs);
    try {
      await raceAbort(over.promise, signal);
    } finally {
      timer.dispose();
    }
  }
}

/** Gives back what the call holds of the limits. */
function leave(call: Call): void {
  call.place?.();
  call.place = undefined;
  call.room?.giveBack();
  call.room = undefined;
}
