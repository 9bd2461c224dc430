import { PatchbayError } from '../base/errors';
import type { Logger } from './ports';
import type { Redactor } from './traffic/redactor';

/** The same error without the secrets that its text may quote: a path, a command, what a server said. */
export function redactError(error: PatchbayError, redactor: Redactor): PatchbayError {
  const message = redactor.text(error.message);
  const hint = error.hint === undefined ? undefined : redactor.text(error.hint);
  if (message === error.message && hint === error.hint) return error;
  const { kind, retryable, code, retryAfterMs, cause } = error;
  return new PatchbayError(kind, message, {
    retryable,
    cause,
    ...(hint === undefined ? {} : { hint }),
    ...(code === undefined ? {} : { code }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
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
