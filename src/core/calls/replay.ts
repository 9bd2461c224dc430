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
/** Refused, or not found: nobody was there who could have taken the request. */
const NEVER_ARRIVED: readonly unknown[] = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENOENT'];
/** A server that wants more time than this, in ms, fails the call: a person should hear of it. */
const MAX_PAUSE_MS = 5 * 60_000;

/**
 * HTTP 429: the server says that it did not take the request. 503 says no such thing: a proxy sends it as well where the
 * server behind it broke with the request in hand.
 */
export function wasTurnedAway({ kind, code }: PatchbayError): boolean {
  // A JSON-RPC error with this code is an answer of a tool that may have run.
  return kind === 'limit' && code === 429;
}

/**
 * The pause in ms before a call is sent once more; undefined: it must not be. A call that may have run is sent again only
 * where the tool says that this does no harm (MCP specification, server/tools, `readOnlyHint` and `idempotentHint`), or
 * where the configuration allows it for all tools. What a server did not take for a session that it forgot is sent once
 * more, in a new session.
 */
export function replayPauseMs({ failure, phase, tries, policy, annotations }: FailedTry): number | undefined {
  if (tries >= MAX_TRIES || policy === 'never' || !failure.retryable) return undefined;
  if (wasTurnedAway(failure)) return bounded(failure.retryAfterMs ?? growing(tries));
  if (failure.kind !== 'connectionClosed' && failure.kind !== 'transport') return undefined;
  if (failure.code === SESSION_LOST_CODE) return tries === 1 ? 0 : undefined;
  if (phase === 'waiting' || NEVER_ARRIVED.includes(failure.code)) return 0;
  if (policy !== 'always' && !mayRepeat(annotations)) return undefined;
  return bounded(failure.retryAfterMs ?? (failure.code === 503 ? growing(tries) : SETTLE_MS));
}

/**
 * Whether a call that one server was sent and failed may be made on another one. `policy` is the strictest of the servers
 * that are like it, and `annotations` are what is certain on all of them: the one that failed may not speak for the others.
 */
export function mayGoElsewhere({ failure, policy, annotations }: Omit<FailedTry, 'phase' | 'tries'>): boolean {
  if (wasTurnedAway(failure)) return true;
  if (policy === 'never' || !failure.retryable) return false;
  const isSafe = annotations?.destructiveHint !== true && mayRepeat(annotations);
  if (failure.kind === 'timeout') return isSafe;
  if (failure.kind !== 'connectionClosed' && failure.kind !== 'transport') return false;
  return NEVER_ARRIVED.includes(failure.code) || policy === 'always' || isSafe;
}

function growing(tries: number): number {
  return FIRST_PAUSE_MS * 2 ** (tries - 1);
}

function bounded(pauseMs: number): number | undefined {
  return pauseMs > MAX_PAUSE_MS ? undefined : pauseMs;
}

/** Whether a tool says that calling it twice is as good as calling it once. */
export function mayRepeat(annotations: Tool['annotations']): boolean {
  return annotations?.readOnlyHint === true || annotations?.idempotentHint === true;
}
