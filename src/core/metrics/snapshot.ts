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
  /** Of results and of arguments as JSON, without what the protocol puts around them. */
  readonly [METRICS.bytesIn]: number | null;
  readonly [METRICS.bytesOut]: number | null;
  readonly last: { readonly at: string; readonly durationMs: number | null } | null;
}

export interface ConnectionNumbers {
  readonly [METRICS.activeConnections]: number;
  /** However they came to be: also those that took the place of one that was lost. */
  readonly [METRICS.opened]: number;
  readonly [METRICS.closed]: number;
  /** Of those opened, the ones after a loss. */
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

/** What is counted of the calls of a group. */
export type GroupCallNumbers = Omit<
  CallNumbers,
  typeof METRICS.queueWait | typeof METRICS.bytesIn | typeof METRICS.bytesOut
>;

/** Calls that were made through a group; they count at the servers that answered, too. */
export interface GroupNumbers extends GroupCallNumbers {
  readonly group: string;
  /** What the group gave to each member; a call that went on from one member to another counts at both. */
  readonly members: readonly (GroupCallNumbers & { readonly server: string })[];
}

/** All numbers at one moment, as plain JSON. In all: also of servers that are gone. */
export interface MetricsSnapshot extends CallNumbers, ConnectionNumbers, PoolNumbers {
  /** ISO 8601. */
  readonly since: string;
  readonly at: string;
  readonly servers: readonly ServerNumbers[];
  readonly groups: readonly GroupNumbers[];
}
