import type { ServerSnapshot } from '../../core/hubTypes';

/** All servers in a few numbers. */
export interface ServersSummary {
  readonly enabled: number;
  readonly connected: number;
  readonly failed: number;
  readonly reconnecting: readonly string[];
}

export function summarize(servers: readonly ServerSnapshot[]): ServersSummary {
  const inState = (kind: ServerSnapshot['state']['kind']) => servers.filter(({ state }) => state.kind === kind);
  return {
    enabled: servers.length - inState('disabled').length,
    connected: inState('connected').length,
    failed: inState('error').length + inState('authRequired').length,
    reconnecting: inState('reconnecting').map(({ id }) => id),
  };
}
