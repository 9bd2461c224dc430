/**
 * What went wrong, in the words that the interface, the CLI and the logs share.
 * `connectionClosed` the link ended while it was needed; `transport` it could not be opened or broke;
 * `timeout`; `auth` the server wants other credentials; `config` the entry cannot work as written;
 * `protocol` the peer does not speak MCP as agreed; `tool` the tool itself refused;
 * `cancelled` by the person or the caller; `limit` a bound of ours; `security` a rule of ours.
 */
export const ERROR_KINDS = [
  'connectionClosed',
  'transport',
  'timeout',
  'auth',
  'config',
  'protocol',
  'tool',
  'cancelled',
  'limit',
  'security',
] as const;

export type ErrorKind = (typeof ERROR_KINDS)[number];

export interface PatchbayErrorOptions {
  /** Whether the same attempt may succeed later without anybody changing anything. Default false. */
  readonly retryable?: boolean;
  /** The next step for the person, one sentence. */
  readonly hint?: string;
  /** A JSON-RPC, HTTP, system or exit code, as it came. */
  readonly code?: number | string;
  /** How long in ms the peer asked to be left alone (HTTP `Retry-After`). */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** Every error that leaves the core. `message` says what happened; `hint` says what to do next. */
export class PatchbayError extends Error {
  readonly kind: ErrorKind;
  readonly retryable: boolean;
  readonly hint: string | undefined;
  readonly code: number | string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(kind: ErrorKind, message: string, options: PatchbayErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PatchbayError';
    this.kind = kind;
    this.retryable = options.retryable ?? false;
    this.hint = options.hint;
    this.code = options.code;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** By shape, not by class: the entry and the core are separate bundles with a class each. */
export function isPatchbayError(value: unknown): value is PatchbayError {
  return (
    value instanceof Error &&
    'kind' in value &&
    (ERROR_KINDS as readonly unknown[]).includes(value.kind) &&
    'retryable' in value
  );
}

export function toError(value: unknown): Error {
  return value instanceof Error ? value : new Error(typeof value === 'string' ? value : safeString(value));
}

/** Message and next step in one text, as people read it in the tree, the output and the CLI. */
export function describeError(value: unknown): string {
  const error = toError(value);
  if (!isPatchbayError(error) || !error.hint) return error.message;
  const end = /[.!?…]$/.test(error.message) ? '' : '.';
  return `${error.message}${end} ${error.hint}`;
}

function safeString(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
