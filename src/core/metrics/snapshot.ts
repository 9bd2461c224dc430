import type { ErrorKind } from '../../base/errors';
import type { DurationSummary } from './histogram';
import type { METRICS } from './names';

/** Calls of one tool, one server or all. What is not collected is null. */
export interface CallNumbers {
  readonly [METRICS.totalRequests]: number;
  /** Calls that came to no result. */
  readonly [METRICS.failedRequests]: number;
  /** Results with `isError`. */
  readonly [METRICS.toolErrors]: number;
  readonly errors: Partial<Record<ErrorKind, number>>;
  readonly [METRICS.averageDuration]: number | null;
  readonly [METRICS.requestDuration]: DurationSummary | null;
  readonly [METRICS.queueWait]: DurationSummary | null;
  readonly [METRICS.bytesIn]: number | null;
  readonly [METRICS.bytesOut]: number | null;
  readonly last: { readonly at: string; readonly durationMs: number | null } | null;
}

export interface ConnectionNumbers {
  readonly [METRICS.activeConnections]: number;
  readonly [METRICS.opened]: number;
  readonly [METRICS.closed]: number;
  readonly [METRICS.reconnected]: number;
  readonly [METRICS.failed]: number;
}

export interface PoolNumbers {
  readonly [METRICS.webSocketPoolHits]: number;
  readonly [METRICS.webSocketPoolMisses]: number;
  readonly [METRICS.poolHits]: number;
  readonly [METRICS.poolMisses]: number;
  /** Of all acquires; null where there was none. */
  readonly [METRICS.poolHitRate]: number | null;
  readonly [METRICS.poolCreated]: number;
  readonly [METRICS.poolEvicted]: number;
  readonly [METRICS.poolWait]: DurationSummary | null;
}

export interface ToolNumbers extends CallNumbers {
  readonly tool: string;
}

export interface ServerNumbers extends CallNumbers, ConnectionNumbers {
  readonly server: string;
  readonly tools: readonly ToolNumbers[];
  /** Tools above the number that is told apart, and such with an endless name, together. */
  readonly otherTools: CallNumbers | null;
}

/** All numbers at one moment, as plain JSON. In all: also of servers that are gone. */
export interface MetricsSnapshot extends CallNumbers, ConnectionNumbers, PoolNumbers {
  /** ISO 8601. */
  readonly since: string;
  readonly at: string;
  readonly servers: readonly ServerNumbers[];
}
