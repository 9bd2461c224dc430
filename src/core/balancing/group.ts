import { cancellation } from '../../base/abort';
import type { Clock } from '../../base/clock';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { formatDuration } from '../../base/duration';
import { describeError, type ErrorKind, isPatchbayError, PatchbayError } from '../../base/errors';
import { Emitter, type Event } from '../../base/event';
import type { JsonObject } from '../../shared/json';
import type { CallToolResult, Tool } from '../../shared/mcp';
import type { GroupDefinition } from '../config/definition';
import type { ConnectionState } from '../connection/state';
import type { CallToolOptions } from '../hubTypes';
import { type MemberTools, ToolComparison } from './groupTools';
import {
  breakersOf,
  deriveState,
  type GroupView,
  isComing,
  type MemberView,
  reasonOf,
  reasonsOf,
  type SeenMember,
  takesCalls,
} from './groupView';
import { HealthChecks } from './health';
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
  /** `onSent` must be called before the first byte of the request goes out: until then, another member may be asked. */
  readonly call: (
    id: string,
    tool: string,
    args: JsonObject,
    options: CallToolOptions,
    onSent: () => void,
  ) => Promise<CallToolResult>;
  /** Whether a call that was sent and failed may be made once more. `tool` is as the member that failed has it. */
  readonly mayReplay: (error: PatchbayError, memberId: string, tool: Tool | undefined) => boolean;
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
  /** What is left of `timeoutMs`; undefined: as each member has it. */
  remainingMs: number | undefined;
  hasConnected: boolean;
}

/** No other member changes these: the person gave up, a rule forbids it, the tool answered, the time is over. */
const FINAL: ReadonlySet<ErrorKind> = new Set(['cancelled', 'security', 'tool', 'timeout']);
/** Failures of a call that say that the member is not well. */
const UNWELL: ReadonlySet<ErrorKind> = new Set(['connectionClosed', 'transport']);

/** Several servers that look like one: each call goes to one of those that are connected and well. */
export class Group implements Disposable {
  readonly definition: GroupDefinition;
  readonly #deps: GroupDeps;
  readonly #store = new DisposableStore();
  readonly #changeEmitter = this.#store.add(new Emitter<void>());
  readonly #picker: Picker;
  readonly #health: HealthChecks;
  /** Calls through this group that are under way: a server counts them only once it has them. */
  readonly #inFlight = new Map<string, number>();
  /** Since when each member is connected: another time is another connection, of which nothing is known. */
  readonly #connectedSince = new Map<string, number | undefined>();
  #state: ConnectionState = { kind: 'disconnected' };
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
    for (const { server } of definition.members) this.#connectedSince.set(server, this.#sinceOf(server));
    this.#store.add(this.#health.onDidChange(() => this.#changeEmitter.fire()));
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
    const remainingMs = timeoutMs === undefined || timeoutMs === 0 ? undefined : timeoutMs;
    const way: Way = { tool, args, options, failed: new Map(), remainingMs, hasConnected: false };
    for (;;) {
      const member = await this.#choose(way);
      if (member === undefined) throw this.#exhausted(way);
      const result = await this.#try(member, way);
      if (result) return { member, result };
    }
  }

  dispose(): void {
    this.#store.dispose();
  }

  /** Who is asked next: one that takes calls, else one that can be connected, else one that is coming back. */
  async #choose(way: Way): Promise<string | undefined> {
    const { signal } = way.options;
    if (signal?.aborted) throw cancellation(signal);
    for (;;) {
      const untried = this.#seen().filter(({ view }) => !way.failed.has(view.id));
      this.#requireTool(way.tool);
      const ready = untried.filter(({ view, isHealthy }) => view.state.kind === 'connected' && isHealthy);
      const picked = this.#pick(ready.filter(({ view }) => mayHave(view, way.tool)));
      if (picked !== undefined) return picked;
      const asleep = untried.filter(({ view: { state, autoConnect } }) => canConnect(state, autoConnect));
      if (way.hasConnected || asleep.length === 0) {
        return this.#pick(untried.filter(({ view }) => isComing(view.state)));
      }
      way.hasConnected = true;
      way.remainingMs = await withinTime(this.#connectAny(asleep, way), {
        ms: way.remainingMs,
        signal,
        clock: this.#deps.clock,
        timeout: () => this.#connectedTooLate(way),
      });
    }
  }

  /** Resolves with the first connection, or when there is none to hope for; the other attempts go on. */
  async #connectAny(members: readonly SeenMember[], way: Way): Promise<void> {
    const attempts = members.map(async ({ view: { id } }) => {
      try {
        await this.#deps.connect(id);
      } catch (error) {
        way.failed.set(id, ours(error));
        throw error;
      }
    });
    await Promise.any(attempts).catch(() => {});
  }

  #connectedTooLate({ tool, options }: Way): PatchbayError {
    const time = formatDuration(options.timeoutMs ?? 0);
    const message = `The tool "${tool}" of the group "${this.definition.id}" did not end within ${time}: it waited for a connection.`;
    return new PatchbayError('timeout', message, {
      retryable: true,
      hint: 'If its members need longer to start, raise the timeout of the call, or connect them before.',
    });
  }

  /** Undefined where another member may be asked. */
  async #try(id: string, way: Way): Promise<CallToolResult | undefined> {
    const { call, clock, member } = this.#deps;
    const { tool, args, remainingMs } = way;
    const since = this.#sinceOf(id);
    const options = remainingMs === undefined ? way.options : { ...way.options, timeoutMs: remainingMs };
    const startedAt = clock.now();
    const definition = member(id)?.tools.find(({ name }) => name === tool);
    let wasSent = false;
    this.#count(id, 1);
    try {
      return await call(id, tool, args, options, () => {
        wasSent = true;
      });
    } catch (cause) {
      const error = ours(cause);
      if (UNWELL.has(error.kind) && since !== undefined && this.#sinceOf(id) === since) {
        this.#health.reportFailure(id, error);
      }
      if (remainingMs !== undefined) way.remainingMs = remainingMs - (clock.now() - startedAt);
      const isOver = FINAL.has(error.kind) || way.options.signal?.aborted || (way.remainingMs ?? 1) <= 0;
      if (isOver || (wasSent && !this.#deps.mayReplay(error, id, definition))) throw this.#failure(id, error);
      way.failed.set(id, error);
      return undefined;
    } finally {
      this.#count(id, -1);
    }
  }

  #pick(members: readonly SeenMember[]): string | undefined {
    const weights = new Map(this.definition.members.map(({ server, weight }) => [server, weight]));
    return this.#picker.pick(
      members.map(({ view }) => ({ id: view.id, weight: weights.get(view.id) ?? 1, inFlight: this.#loadOf(view) })),
    );
  }

  /** Members that there are at this moment, in the order of the configuration. */
  #seen(): SeenMember[] {
    return this.definition.members.flatMap(({ server }) => {
      const view = this.#deps.member(server);
      if (!view) return [];
      const isHealthy = this.#health.isHealthy(server);
      return [{ view, isHealthy, ...(isHealthy ? {} : { failure: describeError(this.#health.failureOf(server)) }) }];
    });
  }

  /** Lists of earlier connections may be out of date: only those of open ones can say that there is no such tool. */
  #requireTool(name: string): void {
    const live = this.#seen().filter(({ view }) => view.catalogStatus === 'live');
    const { tools } = this.#liveTools.of(listsOf(live));
    if (live.length === 0 || tools.some((tool) => tool.name === name)) return;
    const names = tools.map((tool) => tool.name).join(', ');
    throw new PatchbayError('config', `The group "${this.definition.id}" has no tool "${name}".`, {
      hint: names ? `Its members share: ${names}.` : 'Its members share no tool with the same schema.',
    });
  }

  #handleChange(id: string): void {
    if (!this.#connectedSince.has(id)) return;
    const since = this.#sinceOf(id);
    if (since !== this.#connectedSince.get(id)) {
      this.#connectedSince.set(id, since);
      this.#health.forget(id);
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

  /** Nobody is left to ask: nothing of the call was done, or it may be made again. */
  #exhausted({ failed }: Way): PatchbayError {
    const errors = [...failed];
    const [only, ...others] = errors;
    if (only && others.length === 0) return this.#failure(...only);
    const last = errors.at(-1)?.[1];
    const reasons = last
      ? errors
          .map(([id, error]) => `"${id}": ${error.message}`)
          .slice(0, 5)
          .join('; ')
      : reasonsOf(this.#seen());
    const message = `No member of the group "${this.definition.id}" takes calls${reasons === '' ? '' : `: ${reasons}`}`;
    return new PatchbayError(last?.kind ?? 'connectionClosed', message.endsWith('.') ? message : `${message}.`, {
      retryable: true,
      hint: last?.hint ?? 'Connect one of its members.',
      ...(last ? { cause: last } : {}),
      ...(last?.code === undefined ? {} : { code: last.code }),
    });
  }

  /** The error of one member, with its name. */
  #failure(id: string, error: PatchbayError): PatchbayError {
    const { kind, retryable, hint, code, retryAfterMs } = error;
    if (kind === 'cancelled') return error;
    return new PatchbayError(kind, `"${id}" of the group "${this.definition.id}": ${error.message}`, {
      retryable,
      cause: error,
      ...(hint === undefined ? {} : { hint }),
      ...(code === undefined ? {} : { code }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }
}

function listsOf(members: readonly SeenMember[]): MemberTools[] {
  return members.map(({ view: { id, tools, catalogStatus } }) => ({
    id,
    tools: catalogStatus === 'unknown' ? undefined : tools,
  }));
}

function canConnect({ kind }: ConnectionState, autoConnect: MemberView['autoConnect']): boolean {
  if (kind === 'connecting') return true;
  return autoConnect === 'onDemand' && (kind === 'disconnected' || kind === 'error');
}

function mayHave({ catalogStatus, tools }: MemberView, name: string): boolean {
  return catalogStatus === 'unknown' || tools.some((tool) => tool.name === name);
}

function statusOf(known: readonly MemberView[]): MemberView['catalogStatus'] {
  if (known.length === 0) return 'unknown';
  return known.every(({ catalogStatus }) => catalogStatus === 'live') ? 'live' : 'cached';
}

function ours(error: unknown): PatchbayError {
  return isPatchbayError(error) ? error : new PatchbayError('transport', describeError(error), { cause: error });
}
