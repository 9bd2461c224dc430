import type { Tool } from '../../shared/mcp';
import type { GroupDefinition, ServerEntry } from '../config/definition';
import type { ConnectionState } from '../connection/state';
import type { BreakerState } from './breaker';

/** Where calls are held back. */
export type OpenBreaker = Exclude<BreakerState, { kind: 'closed' }>;
export type ToolBreaker = OpenBreaker & { readonly tool: string };

/** What a group sees of a server that is a member of it. */
export interface MemberView {
  readonly id: string;
  readonly state: ConnectionState;
  readonly autoConnect: ServerEntry['autoConnect'];
  readonly catalogStatus: 'unknown' | 'cached' | 'live';
  /** Another array only when it is another list. */
  readonly tools: readonly Tool[];
  /** How long a call of the tool may take, where the caller says nothing. 0: no limit. */
  readonly toolMs: (tool: string) => number;
  /** Calls that it has not answered, whoever made them. */
  readonly inFlight: number;
  /** Absent: calls go through. */
  readonly breaker?: OpenBreaker;
  /** Tools that are not called at the moment. */
  readonly toolBreakers?: readonly ToolBreaker[];
}

export interface GroupMemberView extends Pick<MemberView, 'breaker' | 'toolBreakers'> {
  readonly id: string;
  readonly weight: number;
  /** Whether calls go to it: it is connected, well, and not paused after failures. */
  readonly takesCalls: boolean;
  /** Undefined while it is not connected: nobody can say. */
  readonly health: 'healthy' | 'unhealthy' | undefined;
  /** Why it is unhealthy or not connected, where that is known. */
  readonly reason?: string;
  readonly state: ConnectionState['kind'];
  readonly inFlight: number;
}

/** A group at one moment, as a server would show itself. */
export interface GroupView {
  readonly id: string;
  readonly strategy: GroupDefinition['strategy'];
  /**
   * `connected` where a call would go out at once; `reconnecting` is that of the member whose attempt comes next; `error` names
   * the reasons of the members.
   */
  readonly state: ConnectionState;
  readonly members: readonly GroupMemberView[];
  /** What all members have alike; see `intersectTools`. */
  readonly tools: readonly Tool[];
  readonly catalogStatus: MemberView['catalogStatus'];
  readonly warnings: readonly string[];
  /** Where all members that are connected and well are paused: the first one to try. */
  readonly breaker?: OpenBreaker;
  /** The same for tools that no member that takes calls is called for. */
  readonly toolBreakers?: readonly ToolBreaker[];
}

/** A member with what the group knows of it. */
export interface SeenMember {
  readonly view: MemberView;
  readonly isHealthy: boolean;
  /** Whether it may get calls where it is connected, if only because nobody else is well. */
  readonly isUsable: boolean;
  /** Of a member that is unhealthy. */
  readonly failure?: string;
}

const MAX_REASONS = 5;
const MAX_REASON = 300;

/** `before` is the state that the group was in, so that it knows since when it is in this one. */
export function deriveState(members: readonly SeenMember[], before: ConnectionState, now: number): ConnectionState {
  const since: number[] = [];
  for (const { view, isUsable } of members) {
    if (view.state.kind === 'connected' && isUsable) since.push(view.state.since);
  }
  if (since.length > 0) return { kind: 'connected', since: Math.min(...since) };
  const coming = members.filter(({ view }) => isComing(view.state));
  const next = nextAttempt(coming);
  if (next) return next;
  if (coming.length > 0) {
    const step = `waiting for ${coming.map(({ view }) => view.id).join(', ')}`;
    return { kind: 'connecting', since: before.kind === 'connecting' ? before.since : now, step };
  }
  const [first] = members.flatMap(({ view: { state } }) => ('error' in state ? [state.error] : []));
  const message = reasonsOf(members);
  if (message === '') return { kind: 'disconnected' };
  return { kind: 'error', error: { kind: first?.kind ?? 'transport', message, retryable: first?.retryable ?? true } };
}

/** Why each member takes no calls, where there is a reason; plain text of bounded length. */
export function reasonsOf(members: readonly SeenMember[]): string {
  const reasons = members.flatMap((member) => {
    const reason = reasonOf(member);
    return reason === undefined ? [] : [`"${member.view.id}": ${reason}`];
  });
  const more = reasons.length - MAX_REASONS;
  return [...reasons.slice(0, MAX_REASONS), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

export function reasonOf({ view: { state }, isHealthy, failure }: SeenMember): string | undefined {
  if (state.kind === 'connected') return isHealthy ? undefined : shorten(failure ?? 'it is not well');
  if ('error' in state) return shorten(state.error.message);
  return state.kind === 'needsInput' ? 'it waits for a person: connect it once by hand' : undefined;
}

/** Whether calls go to a member. */
export function takesCalls({ view, isHealthy }: SeenMember): boolean {
  return view.state.kind === 'connected' && isHealthy && view.breaker === undefined;
}

/** Why a group that is connected holds back all calls, or those of some tools. */
export function breakersOf(members: readonly SeenMember[]): Pick<GroupView, 'breaker' | 'toolBreakers'> {
  const well = members.filter(({ view, isHealthy }) => view.state.kind === 'connected' && isHealthy);
  const taking = well.filter(takesCalls);
  if (taking.length === 0) {
    const breaker = firstToTry(well.flatMap(({ view }) => view.breaker ?? []));
    return breaker ? { breaker } : {};
  }
  const names = new Set(taking[0]?.view.toolBreakers?.map(({ tool }) => tool));
  const toolBreakers = [...names].flatMap((name) => {
    const paused = taking.map(({ view }) => view.toolBreakers?.find(({ tool }) => tool === name));
    const first = paused.every((breaker) => breaker !== undefined) ? firstToTry(paused) : undefined;
    return first ?? [];
  });
  return toolBreakers.length === 0 ? {} : { toolBreakers };
}

function firstToTry<T extends OpenBreaker>(breakers: readonly T[]): T | undefined {
  const triesAt = (breaker: OpenBreaker) => (breaker.kind === 'open' ? breaker.until : 0);
  return breakers.toSorted((a, b) => triesAt(a) - triesAt(b))[0];
}

/** Where members only wait for their next attempt: the state of the one whose attempt comes next. */
function nextAttempt(members: readonly SeenMember[]): ConnectionState | undefined {
  const waiting = members.flatMap(({ view: { id, state } }) => (state.kind === 'reconnecting' ? [{ id, state }] : []));
  if (waiting.length < members.length) return undefined;
  const [first] = waiting.toSorted((a, b) => (a.state.nextAt ?? 0) - (b.state.nextAt ?? 0));
  if (!first) return undefined;
  const { id, state } = first;
  return { ...state, error: { ...state.error, message: shorten(`"${id}": ${state.error.message}`) } };
}

export function isComing({ kind }: ConnectionState): boolean {
  return kind === 'connecting' || kind === 'reconnecting';
}

function shorten(text: string): string {
  return text.length > MAX_REASON ? `${text.slice(0, MAX_REASON)}…` : text;
}

/** Whether a call may connect the member, or wait for its attempt. */
export function canConnect({ kind }: ConnectionState, autoConnect: MemberView['autoConnect']): boolean {
  if (kind === 'connecting') return true;
  return autoConnect === 'onDemand' && (kind === 'disconnected' || kind === 'error');
}

/** Whether nothing is known that says no. */
export function mayHave({ catalogStatus, tools }: MemberView, name: string): boolean {
  return catalogStatus === 'unknown' || tools.some((tool) => tool.name === name);
}
