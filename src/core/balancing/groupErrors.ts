import { formatDuration } from '../../base/duration';
import { describeError, isPatchbayError, PatchbayError } from '../../base/errors';
import type { Tool } from '../../shared/mcp';
import { excerpt } from '../transports/jsonRpc';
import { type MemberTools, whyLeftOut } from './groupTools';

const MAX_REASONS = 5;
const MAX_TOOLS_NAMED = 20;
const MAX_NAME = 80;

export function asPatchbayError(error: unknown): PatchbayError {
  return isPatchbayError(error) ? error : new PatchbayError('transport', describeError(error), { cause: error });
}

/** The error of one member, with its name. */
export function memberError(groupId: string, memberId: string, error: PatchbayError): PatchbayError {
  const { kind, retryable, hint, code, retryAfterMs } = error;
  if (kind === 'cancelled') return error;
  return new PatchbayError(kind, `"${memberId}" of the group "${groupId}": ${error.message}`, {
    retryable,
    cause: error,
    ...(hint === undefined ? {} : { hint }),
    ...(code === undefined ? {} : { code }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** `members`: with their lists of this moment; `shared`: what all of them have alike. */
export function noSuchTool(
  groupId: string,
  name: string,
  members: readonly MemberTools[],
  shared: readonly Tool[],
): PatchbayError {
  const names = shared.slice(0, MAX_TOOLS_NAMED).map((tool) => excerpt(tool.name, MAX_NAME));
  const more = shared.length > names.length ? ` and ${shared.length - names.length} more` : '';
  const known = names.length > 0 ? `Its members share: ${names.join(', ')}${more}.` : undefined;
  const reason = whyLeftOut(members, name);
  const message = `The group "${groupId}" has no tool "${excerpt(name, MAX_NAME)}".`;
  return new PatchbayError('config', reason === undefined ? message : `${message} ${reason}`, {
    hint: known ?? 'Its members share no tool with the same schema.',
  });
}

/** The caller's time was over before a member was connected. */
export function connectedTooLate(groupId: string, tool: string, timeoutMs: number): PatchbayError {
  const time = formatDuration(timeoutMs);
  const message = `The tool "${tool}" of the group "${groupId}" did not end within ${time}: it waited for a connection.`;
  return new PatchbayError('timeout', message, {
    retryable: true,
    hint: 'If its members need longer to start, raise the timeout of the call, or connect them before.',
  });
}

/** Why nobody is left to ask. */
export interface Exhaustion {
  readonly groupId: string;
  /** Who was asked and could not answer, by id, in order. */
  readonly failed: ReadonlyMap<string, PatchbayError>;
  /** Why members were not asked. */
  readonly reasons: string;
  /** The members that asked to be left alone: what the first of them said, and for how many ms more. */
  readonly resting: { readonly error: PatchbayError; readonly restMs: number } | undefined;
}

/** Nothing of the call was done, or it may be made again. */
export function exhaustedError({ groupId, failed, reasons, resting }: Exhaustion): PatchbayError {
  const errors = [...failed];
  const [only, ...others] = errors;
  if (only && others.length === 0) return memberError(groupId, ...only);
  const last = errors.at(-1)?.[1] ?? resting?.error;
  const told = errors.map(([id, error]) => `"${id}": ${error.message}`).slice(0, MAX_REASONS);
  const why = told.length > 0 ? told.join('; ') : reasons;
  const message = `No member of the group "${groupId}" takes calls${why === '' ? '' : `: ${why}`}`;
  const retryAfterMs = errors.length > 0 ? last?.retryAfterMs : resting?.restMs;
  return new PatchbayError(last?.kind ?? 'connectionClosed', message.endsWith('.') ? message : `${message}.`, {
    retryable: true,
    hint: last?.hint ?? 'Connect one of its members.',
    ...(last ? { cause: last } : {}),
    ...(last?.code === undefined ? {} : { code: last.code }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}
