import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';
import { Emitter } from '../../base/event';
import type { Direction, Exchange, ExchangeState, TrafficFrame, TrafficLink, TrafficSink } from './exchange';
import { LinkRecorder } from './linkRecorder';
import { estimateSize } from './messageSize';
import type { Redactor } from './redactor';
import { Ring } from './ring';
import { shorten } from './shorten';

/** A message as it is kept: whole and as it is, or a part of it. */
interface KeptMessage {
  readonly message: unknown;
  readonly bytes: number;
  readonly isShortened: boolean;
}

/** An exchange while it is written. What it becomes for readers is made when somebody reads. */
export interface ExchangeRecord {
  readonly number: number;
  readonly direction: Direction;
  readonly method: string;
  readonly id: string | number | undefined;
  readonly startedAt: number;
  /** Of a clock that never jumps, ms. */
  readonly start: number;
  state: ExchangeState;
  durationMs: number | undefined;
  request: KeptMessage | undefined;
  response: KeptMessage | undefined;
  error: string | undefined;
  /** What it holds in memory, as JSON. */
  bytes: number;
  isKept: boolean;
}

export interface TrafficLogOptions {
  readonly redactor: Redactor;
  readonly clock: Clock;
  /** ms of a clock that never jumps. */
  readonly elapsed?: () => number;
  /** Default 1000. */
  readonly maxExchanges?: number;
  /** Default 5 MB. */
  readonly maxBytes?: number;
  /** A message above this is kept in part only. Default 256 KB. */
  readonly maxMessageBytes?: number;
}

const MAX_EXCHANGES = 1000;
const MAX_BYTES = 5_000_000;
const MAX_MESSAGE_BYTES = 256_000;
/** Of a message that is not kept whole. */
const KEPT_CHARACTERS = 16_000;
const KEPT_TEXT_CHARACTERS = 4000;
/** What a record without its messages counts. */
const RECORD_BYTES = 100;
const MAX_ERROR_CHARACTERS = 500;

/**
 * The last exchanges with one server over all its links. Recording costs little: messages are kept as they are, and
 * measured, cut and cleaned only where they are large or somebody reads. Credentials never come out.
 */
export class TrafficLog implements TrafficSink, Disposable {
  readonly #redactor: Redactor;
  readonly #clock: Clock;
  readonly #elapsed: () => number;
  readonly #maxMessageBytes: number;
  readonly #ring: Ring<ExchangeRecord>;
  readonly #addEmitter = new Emitter<Exchange>();
  readonly #finishEmitter = new Emitter<Exchange>();
  #count = 0;

  /** Fires for each exchange that began. */
  readonly onDidAdd = this.#addEmitter.event;
  /** Fires when the answer to an exchange came, or will not come any more. */
  readonly onDidFinish = this.#finishEmitter.event;

  constructor(options: TrafficLogOptions) {
    this.#redactor = options.redactor;
    this.#clock = options.clock;
    this.#elapsed = options.elapsed ?? (() => performance.now());
    this.#maxMessageBytes = options.maxMessageBytes ?? MAX_MESSAGE_BYTES;
    this.#ring = new Ring(options.maxExchanges ?? MAX_EXCHANGES, options.maxBytes ?? MAX_BYTES, (record) => {
      record.isKept = false;
    });
  }

  /** Exchanges that are kept. */
  get size(): number {
    return this.#ring.count;
  }

  openLink(): TrafficLink {
    return new LinkRecorder(this);
  }

  /** Oldest first. */
  snapshot(): readonly Exchange[] {
    return [...this.#ring].map((record) => this.#read(record));
  }

  clear(): void {
    this.#ring.clear();
  }

  /** One JSON object a line, oldest first, times as ISO 8601. */
  toJsonLines(): string {
    return this.snapshot()
      .map(({ startedAt, ...rest }) => `${JSON.stringify({ time: new Date(startedAt).toISOString(), ...rest })}\n`)
      .join('');
  }

  dispose(): void {
    this.clear();
    this.#addEmitter.dispose();
    this.#finishEmitter.dispose();
  }

  /** For the recorder of a link. */
  begin(
    direction: Direction,
    method: string,
    id: string | number | undefined,
    state: ExchangeState,
    message: unknown,
    error?: string,
  ): ExchangeRecord {
    const request = message === undefined ? undefined : this.#keep(message);
    const record: ExchangeRecord = {
      number: ++this.#count,
      direction,
      method,
      id,
      startedAt: this.#clock.now(),
      start: this.#elapsed(),
      state,
      durationMs: undefined,
      request,
      response: undefined,
      error: this.#cut(error),
      bytes: RECORD_BYTES + (request?.bytes ?? 0),
      isKept: true,
    };
    if (request?.isShortened) record.bytes = RECORD_BYTES + KEPT_CHARACTERS;
    this.#ring.push(record);
    if (this.#addEmitter.size > 0) this.#addEmitter.fire(this.#read(record));
    return record;
  }

  /** For the recorder of a link. `message`: the answer, where one came. */
  finish(record: ExchangeRecord, state: ExchangeState, message?: unknown, error?: string): void {
    record.state = state;
    record.durationMs = this.#elapsed() - record.start;
    record.error = this.#cut(error);
    if (message !== undefined && record.isKept) {
      record.response = this.#keep(message);
      this.#ring.grow(record, record.response.isShortened ? KEPT_CHARACTERS : record.response.bytes);
    }
    if (this.#finishEmitter.size > 0) this.#finishEmitter.fire(this.#read(record));
  }

  /** Cleaned first: nobody knows the half of a secret for one. */
  #cut(error: string | undefined): string | undefined {
    return error && this.#redactor.text(error.slice(0, 10 * MAX_ERROR_CHARACTERS)).slice(0, MAX_ERROR_CHARACTERS);
  }

  #keep(message: unknown): KeptMessage {
    const { bytes, tooDeep } = estimateSize(message);
    if (bytes <= this.#maxMessageBytes && !tooDeep) return { message, bytes, isShortened: false };
    const part = shorten(message, {
      maxCharacters: KEPT_CHARACTERS,
      maxTextCharacters: KEPT_TEXT_CHARACTERS,
      clean: (text) => this.#redactor.text(text),
    });
    return { message: part, bytes, isShortened: true };
  }

  #read(record: ExchangeRecord): Exchange {
    const { number, direction, method, id, state, startedAt, durationMs, request, response, error } = record;
    const subject = subjectOf(request?.message);
    return {
      number,
      direction,
      method: this.#redactor.text(method),
      ...(subject === undefined ? {} : { subject: this.#redactor.text(subject) }),
      ...(id === undefined ? {} : { id }),
      state,
      startedAt,
      ...(durationMs === undefined ? {} : { durationMs }),
      ...(request ? { request: this.#readMessage(request) } : {}),
      ...(response ? { response: this.#readMessage(response) } : {}),
      ...(error === undefined ? {} : { error: this.#redactor.text(error) }),
    };
  }

  #readMessage({ message, bytes, isShortened }: KeptMessage): TrafficFrame {
    return {
      bytes: isShortened ? bytes : Buffer.byteLength(JSON.stringify(message)),
      isShortened,
      message: this.#redactor.json(message),
    };
  }
}

function subjectOf(message: unknown): string | undefined {
  const { params } = (message ?? {}) as { params?: { name?: unknown; uri?: unknown } | null };
  const subject = params?.name ?? params?.uri;
  return typeof subject === 'string' ? subject : undefined;
}
