import type { ServerSnapshot } from '../../core/hubTypes';
import { hasPoolRow } from './poolRow';

/** All servers in a few numbers. Groups are not servers of their own: they count nowhere. */
export interface ServersSummary {
  readonly enabled: number;
  readonly connected: number;
  readonly failed: number;
}

/** What changes while nothing happens, and is drawn again each second as long as somebody can see it. */
export interface Ticking {
  /** Servers whose row names a time that is left. */
  readonly servers: readonly string[];
  /** Tools whose row does. */
  readonly tools: readonly { readonly server: string; readonly tool: string }[];
  /** Whether some row shows numbers of connections. */
  readonly hasPools: boolean;
}

export function summarize(servers: readonly ServerSnapshot[]): ServersSummary {
  const own = servers.filter(({ group }) => group === undefined);
  const inState = (kind: ServerSnapshot['state']['kind']) => own.filter(({ state }) => state.kind === kind).length;
  return {
    enabled: own.length - inState('disabled'),
    connected: inState('connected'),
    failed: inState('error') + inState('authRequired'),
  };
}

/** Whether two snapshots of a server differ in nothing but the time to it and back. */
export function isSameButMeasured(a: ServerSnapshot, b: ServerSnapshot): boolean {
  const { roundTripMs: _, catalog, ...before } = a;
  const { roundTripMs: __, catalog: other, ...after } = b;
  const sameCatalog = catalog.tools === other.tools && catalog.status === other.status && catalog.error === other.error;
  return sameCatalog && JSON.stringify(before) === JSON.stringify(after);
}

export function tickingOf(servers: readonly ServerSnapshot[]): Ticking {
  const counting = servers.filter(({ state, breaker }) => state.kind === 'reconnecting' || breaker?.kind === 'open');
  const tools = servers.flatMap(({ id, toolBreakers = [] }) =>
    toolBreakers.filter(({ kind }) => kind === 'open').map(({ tool }) => ({ server: id, tool })),
  );
  return { servers: counting.map(({ id }) => id), tools, hasPools: servers.some(hasPoolRow) };
}
