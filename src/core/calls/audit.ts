import { createHash } from 'node:crypto';
import type { ErrorKind } from '../../base/errors';
import type { JsonValue } from '../../shared/json';
import type { Redactor } from '../traffic/redactor';
import { writeCanonicalJson } from './canonicalJson';
import { redactedArguments } from './redactedArguments';

/** Where records of tool calls go, in the order in which they came. */
export interface AuditSink {
  /** One record without its line end. Never throws, and waits for nothing. */
  append(line: string): void;
  /** Resolves when all that was appended is written, or cannot be. Never rejects. */
  flush(): Promise<void>;
}

/** `ok`, the tool's own error (`isError`), or why there is no result. */
export type CallOutcome = 'ok' | 'toolError' | ErrorKind;

export interface AuditedCall {
  /** When it was made, ms since the epoch. */
  readonly at: number;
  readonly server: string;
  readonly tool: string;
  readonly arguments: unknown;
  readonly outcome: CallOutcome;
  readonly durationMs: number;
  /** Id of the group that the call was made through: `server` is the member that got it. */
  readonly group?: string | undefined;
}

/** What a record tells of the arguments: a fingerprint by which equal ones are known, or what they were. */
export type AuditArguments = { readonly kind: 'hash' } | { readonly kind: 'redacted'; readonly redactor: Redactor };

/** One line of the audit log, parsed. One of `argumentsSha256` and `arguments` is there. */
export interface AuditRecord {
  /** ISO 8601. */
  readonly time: string;
  readonly server: string;
  readonly tool: string;
  /** SHA-256 (hex) over the canonical JSON; null where the arguments are nested too deeply for that. */
  readonly argumentsSha256?: string | null;
  readonly arguments?: JsonValue;
  readonly outcome: CallOutcome;
  readonly durationMs: number;
  /** Id of the group that the call was made through: `server` is the member that got it, and is named here, too. */
  readonly group?: string;
  readonly member?: string;
}

const MAX_NAME = 256;
const MAX_ARGUMENT_CHARACTERS = 16_000;
/** Parts are collected up to this length before they are hashed. */
const HASH_CHUNK = 16_384;

/** The record as one line of JSON, without the line end. Names and arguments are bounded. */
export function auditLine(call: AuditedCall, how: AuditArguments): string {
  const record: AuditRecord = {
    time: new Date(call.at).toISOString(),
    server: bounded(call.server),
    tool: bounded(call.tool),
    ...(how.kind === 'hash'
      ? { argumentsSha256: hashArguments(call.arguments) }
      : { arguments: redactedArguments(call.arguments, how.redactor, MAX_ARGUMENT_CHARACTERS) }),
    outcome: call.outcome,
    durationMs: Math.round(call.durationMs * 1000) / 1000,
    ...(call.group === undefined ? {} : { group: bounded(call.group), member: bounded(call.server) }),
  };
  return JSON.stringify(record);
}

/** SHA-256 (hex) over the canonical JSON of a value in UTF-8: the order of members does not count. */
export function hashArguments(value: unknown): string | null {
  const hash = createHash('sha256');
  let chunk = '';
  const isWhole = writeCanonicalJson(value, (part) => {
    chunk += part;
    if (chunk.length < HASH_CHUNK) return;
    hash.update(chunk);
    chunk = '';
  });
  return isWhole ? hash.update(chunk).digest('hex') : null;
}

function bounded(name: string): string {
  return name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}…` : name;
}
