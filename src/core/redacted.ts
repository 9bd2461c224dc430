import { PatchbayError } from '../base/errors';
import type { Logger } from './ports';
import type { Redactor } from './traffic/redactor';

const MAX_CAUSES = 5;

/**
 * The same error without the secrets that its text may quote: a path, a command, what a server said. Of its causes name,
 * code and message are left, and the `data` of an error of the protocol: those of other programs hold whole answers.
 */
export function redactError(error: PatchbayError, redactor: Redactor): PatchbayError {
  const message = redactor.text(error.message);
  const hint = error.hint === undefined ? undefined : redactor.text(error.hint);
  if (message === error.message && hint === error.hint && error.cause === undefined) return error;
  const { kind, retryable, code, retryAfterMs } = error;
  return new PatchbayError(kind, message, {
    retryable,
    cause: redactCause(error.cause, redactor, 0),
    ...(hint === undefined ? {} : { hint }),
    ...(code === undefined ? {} : { code }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function redactCause(cause: unknown, redactor: Redactor, depth: number): unknown {
  if (cause === undefined || depth >= MAX_CAUSES) return undefined;
  if (!(cause instanceof Error)) return redactor.text(String(cause));
  const { name, message, code, cause: deeper, data } = cause as NodeJS.ErrnoException & { readonly data?: unknown };
  const inner = redactCause(deeper, redactor, depth + 1);
  const clean = new Error(redactor.text(String(message)), inner === undefined ? {} : { cause: inner });
  clean.name = redactor.text(String(name));
  // The stack begins with the message as it was.
  clean.stack = `${clean.name}: ${clean.message}`;
  if (typeof code === 'string' || typeof code === 'number') Object.assign(clean, { code });
  // What a server says with its refusal (`error.data` of JSON-RPC 2.0).
  if (name === 'ProtocolError' && data !== undefined) Object.assign(clean, { data: redactor.json(data) });
  return clean;
}

/** The log of one server: its id before each line, and no secret in it. */
export function redactedLog(log: Logger, id: string, redactor: Redactor): Logger {
  const line = (message: string) => `[${id}] ${redactor.text(message)}`;
  return {
    trace: (message) => log.trace(line(message)),
    debug: (message) => log.debug(line(message)),
    info: (message) => log.info(line(message)),
    warn: (message) => log.warn(line(message)),
    error: (message) => log.error(line(message)),
  };
}
