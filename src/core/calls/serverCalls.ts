import { raceAbort } from '../../base/abort';
import type { Clock } from '../../base/clock';
import { type Deferred, deferred } from '../../base/deferred';
import type { Disposable } from '../../base/disposable';
import { type ErrorKind, isPatchbayError, PatchbayError } from '../../base/errors';
import { Emitter, type Event } from '../../base/event';
import type { JsonObject } from '../../shared/json';
import type { CallToolResult, Tool } from '../../shared/mcp';
import { type BreakerPass, type BreakerState, CircuitBreaker, isBreakerFailure } from '../balancing/breaker';
import type { ServerEntry } from '../config/definition';
import type { CallToolOptions } from '../hubTypes';
import type { Middleware } from '../middleware/middleware';
import { type Lease, NO_SESSION_CODE } from '../pool/sessionPool';
import { callTool } from './callTool';
import { Deadline } from './deadline';
import type { FairLimiter, Release } from './fairLimiter';
import type { CallEnd } from './history';
import { RateLimit } from './rateLimit';
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
  /** How often somebody asked to disconnect: a call from before that connects no more. */
  readonly disconnects: () => number;
  readonly tool: (name: string) => Tool | undefined;
  /** What is around each call, the first one outermost; one function for all. */
  readonly around: () => Middleware;
  readonly describe: (error: unknown) => PatchbayError;
  /** Told of each call; what it returns is told how the call ended. */
  readonly begin: (tool: string, args: JsonObject) => (end: CallEnd) => void;
  readonly clock: Clock;
}

/** What a group adds to a call of one of its members. */
export interface MemberCallOptions extends CallToolOptions {
  /** Called before anything of the call is sent. Given, the call is made once: who gave it has other ways. */
  readonly onSent?: () => void;
}

/** One call on its way down. */
interface Call {
  readonly tool: string;
  readonly args: JsonObject;
  readonly options: MemberCallOptions;
  readonly deadline: Deadline;
  /** How often somebody had asked to disconnect when the call was made. */
  readonly disconnects: number;
}

interface Passes {
  readonly ofServer: BreakerPass;
  readonly ofTool: BreakerPass | undefined;
}

/** Failures of a call that the calls of other tools would meet as well. */
const SPEAKS_OF_SERVER: ReadonlySet<ErrorKind> = new Set(['connectionClosed', 'transport']);
/** A breaker for each tool that was called, up to so many: later tools have the server's only. */
const MAX_TOOL_BREAKERS = 500;

/**
 * The calls of one server: limits, breakers, middleware, a lease, the call itself, one more try where that is safe, the
 * record. What a call waits for counts against its timeout, but for the time that a connection takes to open.
 */
export class ServerCalls implements Disposable {
  readonly #options: ServerCallsOptions;
  readonly #rate: RateLimit;
  readonly #breaker: CircuitBreaker;
  readonly #toolBreakers = new Map<string, CircuitBreaker>();
  readonly #changeEmitter = new Emitter<void>();
  readonly #idleEmitter = new Emitter<void>();
  /** Pauses before a call is made again. */
  readonly #pauses = new Set<Deferred<void>>();
  #inFlight = 0;

  /** A breaker is in another state. */
  readonly onDidChangeBreakers: Event<void> = this.#changeEmitter.event;

  constructor(options: ServerCallsOptions) {
    this.#options = options;
    this.#rate = new RateLimit(options.rateLimit, options.clock);
    this.#breaker = this.#createBreaker();
  }

  /** Calls that were made and have not ended. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Calls that would go at once under `limits.rateLimit`; undefined where there is none. */
  get remaining(): number | undefined {
    return this.#rate.remaining;
  }

  get breaker(): BreakerState {
    return this.#breaker.state;
  }

  /** Tools whose breaker is not closed. */
  get toolBreakers(): ReadonlyMap<string, BreakerState> {
    const open = [...this.#toolBreakers].filter(([, { state }]) => state.kind !== 'closed');
    return new Map(open.map(([tool, { state }]) => [tool, state]));
  }

  /** Resolves when no call is under way. */
  drain(): Promise<void> {
    if (this.#inFlight === 0) return Promise.resolve();
    const drained = deferred<void>();
    const listener = this.#idleEmitter.event(() => {
      listener.dispose();
      drained.resolve();
    });
    return drained.promise;
  }

  /** Lets calls pass again. For a person who connects anew. */
  resetBreakers(): void {
    this.#breaker.reset();
    for (const breaker of this.#toolBreakers.values()) breaker.reset();
  }

  /** Lets go who may go by settings that changed. */
  recheck(): void {
    this.#rate.recheck();
  }

  /** Rejects with a `PatchbayError`; an `isError` result resolves. */
  async call(tool: string, args: JsonObject, options: MemberCallOptions): Promise<CallToolResult> {
    const { clock, describe, begin, entry } = this.#options;
    const timeoutMs = options.timeoutMs ?? entry().timeouts.toolMs;
    if (!(timeoutMs >= 0)) throw new PatchbayError('config', 'The timeout of a call must be 0 (no limit) or more ms.');
    const started = performance.now();
    const disconnects = this.#options.disconnects();
    const deadline = new Deadline(timeoutMs, clock, `The tool "${tool}"`);
    let queueMs = 0;
    this.#inFlight += 1;
    const ended = begin(tool, args);
    const end = (outcome: CallEnd['outcome'], result?: CallToolResult) =>
      ended({ outcome, durationMs: performance.now() - started, queueMs, result });
    try {
      const signal = options.signal ? AbortSignal.any([deadline.signal, options.signal]) : deadline.signal;
      const release = await this.#enter(tool, deadline, signal);
      queueMs = performance.now() - started;
      try {
        const result = await this.#pass({ tool, args, options, deadline, disconnects }, signal);
        end(result.isError === true ? 'toolError' : 'ok', result);
        return result;
      } finally {
        release();
      }
    } catch (cause) {
      const error = describe(cause);
      end(error.kind);
      throw error;
    } finally {
      deadline.dispose();
      this.#inFlight -= 1;
      if (this.#inFlight === 0) this.#idleEmitter.fire();
    }
  }

  dispose(): void {
    for (const pause of this.#pauses) pause.reject(disconnected());
    this.#rate.dispose();
    this.#breaker.dispose();
    for (const breaker of this.#toolBreakers.values()) breaker.dispose();
    this.#changeEmitter.dispose();
    this.#idleEmitter.dispose();
  }

  /** The limits, in order. Who must wait for the window of the rate limit holds no place meanwhile. */
  async #enter(tool: string, deadline: Deadline, signal: AbortSignal): Promise<Release> {
    const { limiter, serverId } = this.#options;
    this.#refuseWhereOpen(tool);
    deadline.waitFor('its turn');
    const release = await limiter.acquire(serverId, signal);
    if (this.#rate.remaining !== 0) {
      try {
        await this.#rate.take(signal);
        return release;
      } catch (error) {
        release();
        throw error;
      }
    }
    release();
    deadline.waitFor('"limits.rateLimit"');
    await this.#rate.take(signal);
    return limiter.acquire(serverId, signal);
  }

  /** Through the breakers and the middleware. */
  async #pass(call: Call, signal: AbortSignal): Promise<CallToolResult> {
    const { serverId, around } = this.#options;
    const { tool, args } = call;
    const passes = this.#enterBreakers(tool);
    try {
      const passing = around()({ server: serverId, tool, arguments: args, signal }, (next) =>
        this.#send({ ...call, args: next.arguments }, next.signal),
      );
      // Middleware comes from outside: it may listen to no signal.
      const result = await raceAbort(passing, signal);
      passes.ofServer.succeeded();
      passes.ofTool?.succeeded();
      return result;
    } catch (error) {
      this.#settle(passes, error);
      throw error;
    }
  }

  async #send(call: Call, signal: AbortSignal): Promise<CallToolResult> {
    const { tool, options, deadline } = call;
    const { lease, describe } = this.#options;
    for (let tries = 1; ; tries += 1) {
      let phase: CallPhase = 'waiting';
      try {
        if (!this.#isWanted(call)) throw disconnected();
        deadline.waitFor('a connection');
        // A server that is slow to start has its own limit; a caller who gave a time means all of it.
        const connecting = options.timeoutMs === undefined ? () => deadline.pause() : () => () => {};
        const place = await lease(signal, connecting);
        phase = 'sent';
        return await this.#request(place, call, signal);
      } catch (error) {
        const failure = describe(error);
        const pauseMs = options.onSent ? undefined : this.#pauseBefore(failure, phase, tries, tool);
        const isTooLate = pauseMs === undefined || pauseMs > deadline.remainingMs || deadline.remainingMs === 0;
        if (isTooLate || !this.#isWanted(call)) throw failure;
        deadline.waitFor('the server to take calls again');
        if (pauseMs > 0) await this.#pause(pauseMs, signal);
      }
    }
  }

  async #request(place: Lease, { tool, args, options, deadline }: Call, signal: AbortSignal): Promise<CallToolResult> {
    const { entry, clock } = this.#options;
    const { timeouts } = entry();
    // From here on the request counts its own time: progress and questions to the person extend it.
    const timeoutMs = deadline.requestTimeoutMs;
    const goOn = deadline.pause();
    let heardAt = clock.now();
    const onProgress: CallToolOptions['onProgress'] = (progress) => {
      if (timeouts.resetOnProgress) heardAt = clock.now();
      options.onProgress?.(progress);
    };
    const listens = options.onProgress !== undefined || timeouts.resetOnProgress;
    try {
      options.onSent?.();
      const { timeoutMs: _, onProgress: __, ...others } = options;
      return await callTool(place.session, tool, args, timeouts, {
        ...others,
        signal,
        timeoutMs,
        ...(listens ? { onProgress } : {}),
      });
    } catch (error) {
      // Another try has what this one left over.
      deadline.spend(clock.now() - heardAt);
      throw error;
    } finally {
      goOn();
      place.release();
    }
  }

  #isWanted({ disconnects }: Call): boolean {
    return disconnects === this.#options.disconnects();
  }

  #pauseBefore(failure: PatchbayError, phase: CallPhase, tries: number, tool: string): number | undefined {
    // A connection that could not be opened has had its own attempts, and its state says why.
    if (phase === 'waiting' && failure.code !== NO_SESSION_CODE) return undefined;
    const { annotations } = this.#options.tool(tool) ?? {};
    return replayPauseMs({ failure, phase, tries, policy: this.#options.entry().retry.calls, annotations });
  }

  async #pause(pauseMs: number, signal: AbortSignal): Promise<void> {
    const over = deferred<void>();
    this.#pauses.add(over);
    const timer = this.#options.clock.setTimeout(() => over.resolve(), pauseMs);
    try {
      await raceAbort(over.promise, signal);
    } finally {
      timer.dispose();
      this.#pauses.delete(over);
    }
  }

  /** At once, so that nothing waits in line for what will not be let through. */
  #refuseWhereOpen(tool: string): void {
    for (const breaker of [this.#breaker, this.#toolBreakers.get(tool)]) {
      if (breaker?.state.kind === 'open') breaker.enter();
    }
  }

  #enterBreakers(tool: string): Passes {
    const ofServer = this.#breaker.enter();
    try {
      return { ofServer, ofTool: this.#toolBreaker(tool)?.enter() };
    } catch (error) {
      ofServer.released();
      throw error;
    }
  }

  /** What only one tool does, such as being slow, says nothing of the others. */
  #settle({ ofServer, ofTool }: Passes, error: unknown): void {
    if (isBreakerFailure(error)) ofTool?.failed();
    else ofTool?.released();
    if (isPatchbayError(error) && SPEAKS_OF_SERVER.has(error.kind)) ofServer.failed();
    else ofServer.released();
  }

  #toolBreaker(tool: string): CircuitBreaker | undefined {
    const known = this.#toolBreakers.get(tool);
    if (known || this.#toolBreakers.size >= MAX_TOOL_BREAKERS) return known;
    const breaker = this.#createBreaker();
    this.#toolBreakers.set(tool, breaker);
    return breaker;
  }

  #createBreaker(): CircuitBreaker {
    const breaker = new CircuitBreaker(this.#options.clock);
    breaker.onDidChange(() => this.#changeEmitter.fire());
    return breaker;
  }
}

function disconnected(): PatchbayError {
  return new PatchbayError('cancelled', 'The server was disconnected before the call was sent.');
}
