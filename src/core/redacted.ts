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

const LEVELS = ['error', 'warn', 'info', 'debug', 'trace'] as const;

/** The log of one server: its id before each line, no secret in it, and nothing below its own level (`debug.level`). */
export function serverLog(
  log: Logger,
  id: string,
  redactor: Redactor,
  level: () => (typeof LEVELS)[number] | undefined,
): Logger {
  const at = (own: (typeof LEVELS)[number]) => (message: string) => {
    if (LEVELS.indexOf(own) <= LEVELS.indexOf(level() ?? 'info')) log[own](`[${id}] ${redactor.text(message)}`);
  };
  return { trace: at('trace'), debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
