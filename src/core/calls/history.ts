import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';
import { Emitter } from '../../base/event';
import type { JsonValue } from '../../shared/json';
import type { CallToolResult } from '../../shared/mcp';
import { estimateSize } from '../traffic/messageSize';
import type { Redactor } from '../traffic/redactor';
import { Ring } from '../traffic/ring';
import type { CallOutcome } from './audit';
import { redactedArguments } from './redactedArguments';

/** One call as people see it. */
export interface HistoryEntry {
  /** Counts up from 1, over all servers. */
  readonly id: number;
  /** When it was made, ms since the epoch. */
  readonly at: number;
  readonly server: string;
  readonly tool: string;
  /** Without secrets, and cut where they are large. */
  readonly arguments: JsonValue;
  /** Undefined while it runs. */
  readonly outcome?: CallOutcome;
  readonly durationMs?: number;
  /** Of it, the time before anything was sent. */
  readonly queueMs?: number;
  readonly bytesIn?: number;
  readonly bytesOut?: number;
  /** Id of the group that the call was made through: `server` is the member that got it, and is named here, too. */
  readonly group?: string;
  readonly member?: string;
}

export interface CallStart {
  readonly server: string;
  /** Id of the group that the call was made through. */
  readonly group?: string | undefined;
  readonly tool: string;
  readonly arguments: unknown;
  /** Of the server: knows its secrets. */
  readonly redactor: Redactor;
}

export interface CallEnd {
  readonly outcome: CallOutcome;
  /** What the tool answered, where it did. Not kept. */
  readonly result?: CallToolResult | undefined;
  readonly durationMs: number;
  readonly queueMs: number;
  readonly bytesIn?: number | undefined;
  readonly bytesOut?: number | undefined;
}

export interface CallHistoryOptions {
  readonly clock: Clock;
  /** Default 200. */
  readonly maxCalls?: number;
}

interface CallRecord {
  readonly id: number;
  readonly at: number;
  readonly start: CallStart;
  /** Arguments that were too large to be kept as they are. */
  readonly cut: JsonValue | undefined;
  end: CallEnd | undefined;
  isKept: boolean;
  /** What it holds in memory, about. */
  bytes: number;
}

const MAX_CALLS = 200;
const MAX_BYTES = 2_000_000;
const MAX_NAME = 256;
/** Larger arguments are kept in part. */
const MAX_KEPT_BYTES = 4_000;
const MAX_ARGUMENT_CHARACTERS = 4_000;
const RECORD_BYTES = 200;

/**
 * The last calls of all servers, bounded by number and size. Recording costs little: small arguments are kept as they
 * are, and cleaned when somebody reads.
 */
export class CallHistory implements Disposable {
  readonly #clock: Clock;
  readonly #ring: Ring<CallRecord>;
  readonly #addEmitter = new Emitter<HistoryEntry>();
  readonly #changeEmitter = new Emitter<HistoryEntry>();
  #count = 0;

  /** Fires for each call that began. */
  readonly onDidAdd = this.#addEmitter.event;
  /** Fires when a call that is still kept has ended. */
  readonly onDidChange = this.#changeEmitter.event;

  constructor({ clock, maxCalls = MAX_CALLS }: CallHistoryOptions) {
    this.#clock = clock;
    this.#ring = new Ring(maxCalls, MAX_BYTES, (record) => {
      record.isKept = false;
    });
  }

  /** The function says how the call ended; only the first word counts. */
  begin(start: CallStart): (end: CallEnd) => void {
    const { bytes, tooDeep } = estimateSize(start.arguments);
    const isLarge = tooDeep || bytes > MAX_KEPT_BYTES;
    const cut = isLarge ? redactedArguments(start.arguments, start.redactor, MAX_ARGUMENT_CHARACTERS) : undefined;
    const record: CallRecord = {
      id: ++this.#count,
      at: this.#clock.now(),
      start: {
        server: start.server,
        group: start.group,
        tool: bounded(start.tool),
        arguments: isLarge ? undefined : start.arguments,
        redactor: start.redactor,
      },
      cut,
      end: undefined,
      isKept: true,
      bytes: RECORD_BYTES + (isLarge ? estimateSize(cut).bytes : bytes),
    };
    this.#ring.push(record);
    if (this.#addEmitter.size > 0) this.#addEmitter.fire(read(record));
    return (end) => {
      if (record.end) return;
      const { result: _, ...kept } = end;
      record.end = kept;
      if (record.isKept && this.#changeEmitter.size > 0) this.#changeEmitter.fire(read(record));
    };
  }

  /** Newest first. */
  entries(): readonly HistoryEntry[] {
    return [...this.#ring].map(read).reverse();
  }

  clear(): void {
    this.#ring.clear();
  }

  dispose(): void {
    this.clear();
    this.#addEmitter.dispose();
    this.#changeEmitter.dispose();
  }
}

function read({ id, at, start, cut, end }: CallRecord): HistoryEntry {
  const { bytesIn, bytesOut } = end ?? {};
  return {
    id,
    at,
    server: start.server,
    tool: start.tool,
    arguments: cut ?? redactedArguments(start.arguments, start.redactor, MAX_ARGUMENT_CHARACTERS),
    ...(end ? { outcome: end.outcome, durationMs: end.durationMs, queueMs: end.queueMs } : {}),
    ...(bytesIn === undefined ? {} : { bytesIn }),
    ...(bytesOut === undefined ? {} : { bytesOut }),
    ...(start.group === undefined ? {} : { group: start.group, member: start.server }),
  };
}

/** A copy: a slice would keep the whole name in memory. */
function bounded(name: string): string {
  return name.length > MAX_NAME ? `${Buffer.from(name.slice(0, MAX_NAME), 'utf16le').toString('utf16le')}…` : name;
}
