import type { ErrorKind } from '../base/errors';

/** The exit codes that scripts rely on. */
export const EXIT = {
  done: 0,
  /** The connection or the transport failed. */
  connection: 1,
  /** Wrong usage, a wrong configuration, or a name that does not exist. */
  usage: 2,
  /** The tool ran and answered `isError`. */
  toolError: 3,
  timeout: 4,
  /** Refused by a rule: security, trust, a limit. */
  refused: 5,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const BY_KIND: Record<ErrorKind, ExitCode> = {
  connectionClosed: EXIT.connection,
  transport: EXIT.connection,
  auth: EXIT.connection,
  protocol: EXIT.connection,
  cancelled: EXIT.connection,
  config: EXIT.usage,
  tool: EXIT.toolError,
  timeout: EXIT.timeout,
  limit: EXIT.refused,
  security: EXIT.refused,
};

export function exitCodeOf(kind: ErrorKind): ExitCode {
  return BY_KIND[kind];
}
