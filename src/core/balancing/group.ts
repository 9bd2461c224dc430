import { cancellation } from '../../base/abort';
import type { Clock } from '../../base/clock';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { describeError, type ErrorKind, type PatchbayError } from '../../base/errors';
import { Emitter, type Event } from '../../base/event';
import type { JsonObject } from '../../shared/json';
import type { CallToolResult, Tool } from '../../shared/mcp';
import type { GroupDefinition } from '../config/definition';
import { askedTime } from '../connection/askedTime';
import type { AskedTime } from '../connection/session';
import type { ConnectionState } from '../connection/state';
import type { CallToolOptions } from '../hubTypes';
import { disconnectedError, isDisconnected } from './disconnected';
import { asPatchbayError, connectedTooLate, exhaustedError, memberError, noSuchTool } from './groupErrors';
import { type MemberTools, ToolComparison } from './groupTools';
import {
  breakersOf,
  canConnect,
  deriveState,
  type GroupView,
  isComing,
  type MemberView,
  mayHave,
  reasonOf,
  reasonsOf,
  type SeenMember,
  takesCalls,
} from './groupView';
import { HealthChecks } from './health';
import { MemberStanding } from './memberStanding';
import type { Picker } from './picker';
import { createPicker } from './strategies';
import { withinTime } from './withinTime';

/** What a group needs of the servers; it knows nothing else of them. */
export interface GroupDeps {
  readonly clock: Clock;
  /** Undefined where there is no such server at this moment. */
  readonly member: (id: string) => MemberView | undefined;
  /** Another state or other tools, with the id of the server; others than the members may be among them. */
  readonly onDidChangeMember: Event<string>;
  /** Connects as a call does, asking nobody anything; joins an attempt that is under way. */
  readonly connect: (id: string) => Promise<void>;
  /**
   * `onSent` must be called before the first byte of the request goes out: until then, another member may be asked.
   * `sentAt`: when the first of the members was sent the call, by the clock.
   */
  readonly call: (
    id: string,
    tool: string,
    args: JsonObject,
    options: CallToolOptions & { readonly sentAt: number | undefined; readonly asked?: AskedTime },
    onSent: () => void,
  ) => Promise<CallToolResult>;
  /**
   * Whether a call that was sent and failed may be made on another member. `annotations`: of the tool as the strictest member
   * has it; undefined where a member's list is not known.
   */
  readonly mayGoElsewhere: (error: PatchbayError, annotations: Tool['annotations']) => boolean;
  /** See `HealthChecks`. */
  readonly check: (id: string, signal: AbortSignal) => Promise<void>;
}

export interface GroupAnswer {
  /** Id of the server that answered. */
  readonly member: string;
  readonly result: CallToolResult;
}

/** One call on its way through the members. */
interface Way {
  readonly tool: string;
  readonly args: JsonObject;
  readonly options: CallToolOptions;
  /** Who was asked and could not answer. */
  readonly failed: Map<string, PatchbayError>;
  /** When it was made, by the clock. */
  readonly startedAt: number;
  sentAt: number | undefined;
  /** How often the group had been disconnected when it was made. */
  readonly disconnects: number;
  /** For all members together; undefined: as each member has it. */
  totalMs: number | undefined;
  hasConnected: boolean;
  /** Whether it tries a member that let calls run out of time. */
  isTrial: boolean;
}

/** No other member changes these: the person gave up, a rule forbids it, the tool answered. */
const FINAL: ReadonlySet<ErrorKind> = new Set(['cancelled', 'security', 'tool']);
/** Failures of a call that say that the member is not well. */
const UNWELL: ReadonlySet<ErrorKind> = new Set(['connectionClosed', 'transport']);
/** HTTP: the member has too much to do, and is left alone for as long as it asks. */
const BUSY: ReadonlySet<unknown> = new Set([429, 503]);
const DEFAULT_REST_MS = 1000;

/** Several servers that look like one: each call goes to one of those that are connected and well. */
export class Group implements Disposable {
  readonly definition: GroupDefinition;
  readonly #deps: GroupDeps;
  readonly #store = new DisposableStore();
  readonly #changeEmitter = this.#store.add(new Emitter<void>());
  readonly #picker: Picker;
  readonly #health: HealthChecks;
  readonly #standing: MemberStanding;
  /** Calls through this group that are under way: a server counts them only once it has them. */
  readonly #inFlight = new Map<string, number>();
  /** Since when each member is connected: another time is another connection, of which nothing is known. */
  readonly #connectedSince = new Map<string, number | undefined>();
  #state: ConnectionState = { kind: 'disconnected' };
  #disconnects = 0;
  readonly #allTools = new ToolComparison();
  readonly #liveTools = new ToolComparison();

  /** Anything of the view but the numbers of calls. */
  readonly onDidChange: Event<void> = this.#changeEmitter.event;

  constructor(definition: GroupDefinition, deps: GroupDeps) {
    this.definition = definition;
    this.#deps = deps;
    this.#picker = createPicker(definition.strategy);
    this.#health = this.#store.add(
      new HealthChecks({
        clock: deps.clock,
        intervalMs: definition.healthCheckIntervalMs,
        members: () => this.#seen().flatMap(({ view }) => (view.state.kind === 'connected' ? [view.id] : [])),
        check: (id, signal) => deps.check(id, signal),
      }),
    );
    this.#standing = this.#store.add(new MemberStanding(deps.clock));
    for (const { server } of definition.members) this.#connectedSince.set(server, this.#sinceOf(server));
    this.#store.add(this.#health.onDidChange(() => this.#changeEmitter.fire()));
    this.#store.add(this.#standing.onDidChange(() => this.#changeEmitter.fire()));
    this.#store.add(deps.onDidChangeMember((id) => this.#handleChange(id)));
  }

  get view(): GroupView {
    const { id, strategy, members } = this.definition;
    const seen = this.#seen();
    this.#state = deriveState(seen, this.#state, this.#deps.clock.now());
    const weights = new Map(members.map(({ server, weight }) => [server, weight]));
    const known = seen.filter(({ view }) => view.catalogStatus !== 'unknown');
    return {
      id,
      strategy,
      state: this.#state,
      members: seen.map((member) => {
        const { view, isHealthy } = member;
        const reason = reasonOf(member);
        const health = isHealthy ? 'healthy' : 'unhealthy';
        return {
          id: view.id,
          weight: weights.get(view.id) ?? 1,
          takesCalls: takesCalls(member),
          health: view.state.kind === 'connected' ? health : undefined,
          ...(reason === undefined ? {} : { reason }),
          state: view.state.kind,
          ...(view.breaker ? { breaker: view.breaker } : {}),
          ...(view.toolBreakers ? { toolBreakers: view.toolBreakers } : {}),
          inFlight: this.#loadOf(view),
        };
      }),
      ...breakersOf(seen),
      ...this.#allTools.of(listsOf(seen)),
      catalogStatus: statusOf(known.map(({ view }) => view)),
    };
  }

  /**
   * Calls the tool on one member, and on another one where the first failed and that does no harm. Connects the members that
   * connect on demand where none takes calls. Rejects with a `PatchbayError`.
   */
  async callTool(tool: string, args: JsonObject, options: CallToolOptions = {}): Promise<GroupAnswer> {
    const { timeoutMs } = options;
    const totalMs = timeoutMs === undefined || timeoutMs === 0 ? undefined : timeoutMs;
    const way: Way = {
      tool,
      args,
      options,
      failed: new Map(),
      startedAt: this.#deps.clock.now(),
      sentAt: undefined,
      disconnects: this.#disconnects,
      totalMs,
      hasConnected: false,
      isTrial: false,
    };
    for (;;) {
      // At once, so that no disconnect comes between the choice and the call.
      const chosen = this.#choose(way);
      if (chosen === undefined) throw this.#exhausted(way);
      if (chosen instanceof Promise) {
        await chosen;
        continue;
      }
      const result = await this.#try(chosen, way);
      if (result) return { member: chosen, result };
    }
  }

  /** The group as a whole is disconnected: no call from before asks a further member. */
  failWaiting(): void {
    this.#disconnects += 1;
  }

  dispose(): void {
    this.#store.dispose();
  }

  /**
   * Who is asked next: one that takes calls, else one that can be connected, else one that let calls run out of time, else
   * one that is coming back. A promise: ask again when it resolves.
   */
  #choose(way: Way): string | undefined | Promise<unknown> {
    const { signal } = way.options;
    if (signal?.aborted) throw cancellation(signal);
    if (way.disconnects !== this.#disconnects) throw disconnectedError(way.sentAt === undefined ? 'sent' : 'over');
    const untried = this.#seen().filter(({ view }) => !way.failed.has(view.id));
    this.#requireTool(way.tool);
    const able = untried.filter((member) => member.view.state.kind === 'connected' && member.isUsable);
    const ready = able.filter(({ view }) => mayHave(view, way.tool));
    const picked = this.#pick(ready.filter(({ view }) => this.#standing.of(view.id) !== 'unwell'));
    if (picked !== undefined) return this.#enter(picked, way);
    const asleep = untried.filter(({ view: { state, autoConnect } }) => canConnect(state, autoConnect));
    if (way.hasConnected || asleep.length === 0) {
      const last = this.#pick(ready) ?? this.#pick(untried.filter(({ view }) => isComing(view.state)));
      return last === undefined ? undefined : this.#enter(last, way);
    }
    way.hasConnected = true;
    return withinTime(this.#connectAny(asleep, way), {
      ms: this.#remainingOf(way),
      signal,
      clock: this.#deps.clock,
      timeout: () => connectedTooLate(this.definition.id, way.tool, way.options.timeoutMs ?? 0),
    });
  }

  /** Resolves with the first connection, or when there is none to hope for; the other attempts go on. */
  async #connectAny(members: readonly SeenMember[], way: Way): Promise<void> {
    const attempts = members.map(async ({ view: { id } }) => {
      try {
        await this.#deps.connect(id);
      } catch (error) {
        way.failed.set(id, asPatchbayError(error));
        throw error;
      }
    });
    await Promise.any(attempts).catch(() => {});
  }

  /** At once with the choice, so that calls made together see each other. */
  #enter(id: string, way: Way): string {
    this.#count(id, 1);
    way.isTrial = this.#standing.enter(id);
    return id;
  }

  /** Undefined where another member may be asked. */
  async #try(id: string, way: Way): Promise<CallToolResult | undefined> {
    const { tool, args } = way;
    let since = this.#sinceOf(id);
    const remainingMs = this.#remainingOf(way);
    const time = remainingMs === undefined ? {} : { timeoutMs: Math.max(1, remainingMs), ...askedOf(way) };
    const options = { ...way.options, ...time, sentAt: way.sentAt };
    let wasSent = false;
    try {
      const result = await this.#deps.call(id, tool, args, options, () => {
        wasSent = true;
        way.sentAt ??= this.#deps.clock.now();
        since = this.#sinceOf(id);
      });
      this.#standing.passed(id);
      return result;
    } catch (cause) {
      const error = asPatchbayError(cause);
      const isSameConnection = since !== undefined && this.#sinceOf(id) === since;
      if (isSameConnection) this.#learn(id, error, wasSent, way.isTrial);
      if (!this.#mayGoOn(error, wasSent, way)) throw memberError(this.definition.id, id, error);
      way.failed.set(id, error);
      return undefined;
    } finally {
      if (way.isTrial) this.#standing.leave(id);
      this.#count(id, -1);
    }
  }

  /** What the failure of a call says of a member's connection. */
  #learn(id: string, error: PatchbayError, wasSent: boolean, isTrial: boolean): void {
    if (UNWELL.has(error.kind)) this.#health.reportFailure(id, error);
    if (error.kind !== 'protocol' && BUSY.has(error.code))
      this.#standing.rest(id, error.retryAfterMs ?? DEFAULT_REST_MS, error);
    else if (wasSent && error.kind === 'timeout') this.#standing.timedOut(id, error, isTrial);
  }

  #mayGoOn(error: PatchbayError, wasSent: boolean, way: Way): boolean {
    if (way.options.signal?.aborted || (FINAL.has(error.kind) && !isDisconnected(error))) return false;
    // Where the caller gave no time, a call that ran out of it has that of the most patient member for all.
    if (error.kind === 'timeout' && way.options.timeoutMs === undefined) way.totalMs ??= this.#longestMs(way.tool);
    if ((this.#remainingOf(way) ?? 1) <= 0) return false;
    return !wasSent || this.#deps.mayGoElsewhere(error, this.#annotationsOf(way.tool));
  }

  #remainingOf({ totalMs, startedAt }: Way): number | undefined {
    return totalMs === undefined ? undefined : totalMs - (this.#deps.clock.now() - startedAt);
  }

  /** Undefined where a member knows no limit. */
  #longestMs(tool: string): number | undefined {
    const times = this.#seen().map(({ view }) => view.toolMs(tool));
    return times.includes(0) ? undefined : Math.max(0, ...times);
  }

  /** Undefined where a member may have the tool in a way that nobody knows. */
  #annotationsOf(name: string): Tool['annotations'] {
    const seen = this.#seen();
    if (seen.some(({ view }) => view.catalogStatus === 'unknown')) return undefined;
    return this.#allTools.of(listsOf(seen)).tools.find((tool) => tool.name === name)?.annotations;
  }

  #pick(members: readonly SeenMember[]): string | undefined {
    const weights = new Map(this.definition.members.map(({ server, weight }) => [server, weight]));
    return this.#picker.pick(
      members.map(({ view }) => ({ id: view.id, weight: weights.get(view.id) ?? 1, inFlight: this.#loadOf(view) })),
    );
  }

  /** Members that there are at this moment, in the order of the configuration. */
  #seen(): SeenMember[] {
    return this.definition.members.flatMap(({ server }): SeenMember[] => {
      const view = this.#deps.member(server);
      if (!view) return [];
      const isReached = this.#health.isHealthy(server);
      const standing = this.#standing.of(server);
      const isHealthy = isReached && standing === 'well';
      if (isHealthy) return [{ view, isHealthy, isUsable: true }];
      const error = isReached ? this.#standing.findingOf(server)?.error : this.#health.failureOf(server);
      const isUsable = isReached && standing !== 'resting';
      return [{ view, isHealthy, isUsable, failure: describeError(error) }];
    });
  }

  /** Lists of earlier connections may be out of date: only those of open ones can say that there is no such tool. */
  #requireTool(name: string): void {
    const live = this.#seen().filter(({ view }) => view.catalogStatus === 'live');
    const { tools } = this.#liveTools.of(listsOf(live));
    if (live.length === 0 || tools.some((tool) => tool.name === name)) return;
    throw noSuchTool(this.definition.id, name, listsOf(live), tools);
  }

  #handleChange(id: string): void {
    if (!this.#connectedSince.has(id)) return;
    const since = this.#sinceOf(id);
    if (since !== this.#connectedSince.get(id)) {
      this.#connectedSince.set(id, since);
      this.#health.forget(id);
      this.#standing.forget(id);
    }
    this.#changeEmitter.fire();
  }

  #sinceOf(id: string): number | undefined {
    const state = this.#deps.member(id)?.state;
    return state?.kind === 'connected' ? state.since : undefined;
  }

  #loadOf({ id, inFlight }: MemberView): number {
    return Math.max(inFlight, this.#inFlight.get(id) ?? 0);
  }

  #count(id: string, difference: number): void {
    this.#inFlight.set(id, (this.#inFlight.get(id) ?? 0) + difference);
  }

  #exhausted({ failed }: Way): PatchbayError {
    const seen = this.#seen();
    const resting = seen.flatMap(({ view }) => {
      const { error, restMs } = this.#standing.findingOf(view.id) ?? {};
      return error && restMs !== undefined ? [{ error, restMs }] : [];
    });
    const [first] = resting.toSorted((a, b) => a.restMs - b.restMs);
    return exhaustedError({ groupId: this.definition.id, failed, reasons: reasonsOf(seen), resting: first });
  }
}

function listsOf(members: readonly SeenMember[]): MemberTools[] {
  return members.map(({ view: { id, tools, catalogStatus } }) => ({
    id,
    tools: catalogStatus === 'unknown' ? undefined : tools,
  }));
}

function statusOf(known: readonly MemberView[]): MemberView['catalogStatus'] {
  if (known.length === 0) return 'unknown';
  return known.every(({ catalogStatus }) => catalogStatus === 'live') ? 'live' : 'cached';
}

/** What the error of a call names, which got only what other members left over. */
function askedOf({ totalMs, options }: Way): { readonly asked?: AskedTime } {
  return totalMs === undefined ? {} : { asked: askedTime(totalMs, options.timeoutMs !== undefined) };
}
