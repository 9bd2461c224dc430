import type { PatchbayError } from '../../base/errors';
import type { Tool } from '../../shared/mcp';
import { SESSION_LOST_CODE } from '../transports/httpErrors';

/** How far a call had come when it failed. `waiting`: nothing of it was sent. */
export type CallPhase = 'waiting' | 'sent';

export interface FailedTry {
  readonly failure: PatchbayError;
  readonly phase: CallPhase;
  /** Number of this try, from 1. */
  readonly tries: number;
  /** `retry.calls` of the server. */
  readonly policy: 'never' | 'safeOnly' | 'always';
  readonly annotations: Tool['annotations'];
}

const MAX_TRIES = 3;
const FIRST_PAUSE_MS = 1000;
/** Where one connection of a link broke, the others may be as dead and not known to be yet. */
const SETTLE_MS = 100;
/** Refused, not found, or of a session that the server does not know any more: the request cannot have been taken. */
const NEVER_ARRIVED: readonly unknown[] = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENOENT', SESSION_LOST_CODE];
/** A server that wants more time than this, in ms, fails the call: a person should hear of it. */
const MAX_PAUSE_MS = 5 * 60_000;
/** HTTP: the server says that it did not take the request. */
const TURNED_AWAY: readonly unknown[] = [429, 503];

/**
 * The pause in ms before a call is sent once more; undefined: it must not be. A call that may have run is sent again only
 * where the tool says that this does no harm (MCP specification, server/tools, `readOnlyHint` and `idempotentHint`), or
 * where the configuration allows it for all tools.
 */
export function replayPauseMs({ failure, phase, tries, policy, annotations }: FailedTry): number | undefined {
  if (tries >= MAX_TRIES || policy === 'never' || !failure.retryable) return undefined;
  if (TURNED_AWAY.includes(failure.code)) {
    const pauseMs = failure.retryAfterMs ?? FIRST_PAUSE_MS * 2 ** (tries - 1);
    return pauseMs > MAX_PAUSE_MS ? undefined : pauseMs;
  }
  if (failure.kind !== 'connectionClosed' && failure.kind !== 'transport') return undefined;
  if (phase === 'waiting' || NEVER_ARRIVED.includes(failure.code)) return 0;
  return policy === 'always' || mayRepeat(annotations) ? SETTLE_MS : undefined;
}

/** Whether a tool says that calling it twice is as good as calling it once. */
export function mayRepeat(annotations: Tool['annotations']): boolean {
  return annotations?.readOnlyHint === true || annotations?.idempotentHint === true;
}
