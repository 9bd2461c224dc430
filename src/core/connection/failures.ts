import { ProtocolError, SdkError, SdkErrorCode } from '@modelcontextprotocol/client';
import { formatDuration } from '../../base/duration';
import { describeError, isPatchbayError, PatchbayError, toError } from '../../base/errors';
import { SIGN_IN_UNSET_CODE } from '../../shared/errorCodes';
import { SIGN_IN_REQUIRED_CODE } from '../auth/authErrors';
import { describeHttpFailure, SESSION_LOST_CODE } from '../transports/httpErrors';
import { localErrorOf } from '../transports/jsonRpc';
import type { AnyLaunch, McpTransport } from '../transports/transport';
import type { AskedTime } from './session';
import type { ErrorInfo } from './state';

/** What a failed attempt or request was about; only what its text needs. */
export interface FailureContext {
  readonly launch: AnyLaunch;
  readonly transport: McpTransport;
  /** What did not work, as the beginning of a sentence: `The server`, `The tool "echo"`. */
  readonly subject: string;
  readonly time: AskedTime;
  readonly signal?: AbortSignal | undefined;
}

const MAX_QUOTE = 500;

/** Any error of the SDK, Node or a transport as one of ours, with the cause and the next step named. */
export function describeFailure(error: unknown, context: FailureContext): PatchbayError {
  if (isPatchbayError(error)) return error;
  const local = localErrorOf(error);
  if (local) return local;
  if (context.signal?.aborted) {
    const reason: unknown = context.signal.reason;
    return isPatchbayError(reason) ? reason : new PatchbayError('cancelled', 'Cancelled.', { cause: error });
  }
  if (ProtocolError.isInstance(error)) {
    return new PatchbayError('protocol', `${context.subject} was refused by the server: ${quote(error.message)}`, {
      code: error.code,
      cause: error,
    });
  }
  if (isSdkError(error, SdkErrorCode.RequestTimeout)) return timeoutError(error, context);
  if (context.transport.closeError) return context.transport.closeError;
  if (isSdkError(error, SdkErrorCode.ConnectionClosed) || isSdkError(error, SdkErrorCode.NotConnected)) {
    return new PatchbayError('connectionClosed', 'The connection closed before the answer came.', {
      retryable: true,
      cause: error,
    });
  }
  if ('url' in context.launch) return describeHttpFailure(error, context.launch.url);
  const { message } = toError(error);
  return new PatchbayError('protocol', `${context.subject} did not follow the protocol: ${quote(message)}`, {
    cause: error,
  });
}

function timeoutError(error: unknown, { subject, time }: FailureContext): PatchbayError {
  return new PatchbayError('timeout', `${subject} did not answer within ${formatDuration(time.timeoutMs)}.`, {
    hint: `If it needs longer, raise ${time.setting}.`,
    retryable: true,
    cause: error,
  });
}

/** The errors of an attempt to which an attempt in another era is the answer. */
export function isEraFailure(error: unknown): boolean {
  return isSdkError(error, SdkErrorCode.EraNegotiationFailed);
}

export function isRefusal(error: unknown): boolean {
  return ProtocolError.isInstance(error);
}

function isSdkError(error: unknown, code: SdkErrorCode): boolean {
  return SdkError.isInstance(error) && error.code === code;
}

/** The host, or the network of this machine, is away: nothing can be said of the server itself. */
const HOST_UNREACHABLE = [
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ETIMEDOUT',
];

/** Nobody is there any more, or nobody who knows this session. One broken answer alone is not that. */
const PEER_GONE = new Set<unknown>([...HOST_UNREACHABLE, 'ECONNREFUSED', SESSION_LOST_CODE]);

/** Refused credentials: a person must act, and the next connect starts with asking for that. */
const ENDED_SIGN_IN = new Set<unknown>([401, SIGN_IN_REQUIRED_CODE, SIGN_IN_UNSET_CODE]);

/** Whether a failed request says that the whole link is of no use any more. */
export function isPeerGone(failure: PatchbayError): boolean {
  return PEER_GONE.has(failure.code) || (failure.kind === 'auth' && ENDED_SIGN_IN.has(failure.code));
}

export function isHostUnreachable({ code }: PatchbayError): boolean {
  return HOST_UNREACHABLE.includes(String(code));
}

export function toErrorInfo(error: unknown): ErrorInfo {
  const known = isPatchbayError(error) ? error : new PatchbayError('transport', toError(error).message);
  return {
    kind: known.kind,
    message: describeError(known),
    ...(known.code === undefined ? {} : { code: known.code }),
    retryable: known.retryable,
  };
}

function quote(text: string): string {
  return text.length > MAX_QUOTE ? `${text.slice(0, MAX_QUOTE)}…` : text;
}
