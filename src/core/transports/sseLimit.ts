import type { Readable } from 'node:stream';

const HEAD_BYTES = 4096;
const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** Ends the cut event under a name that nobody listens to. */
const DISCARDED_EVENT = 'event: patchbay-discarded\n';

export interface EventLimit {
  readonly maxBytes: number;
  /** An event grew above the limit and its rest is thrown away. `head` is its start. */
  onDiscarded?(head: string): void;
}

/**
 * A `text/event-stream` as a web stream, with each event within the limit, so that a reader that buffers whole events
 * stays bounded. An event above it is cut and renamed; the stream lives on. Cancelling destroys the source.
 */
export function limitEvents(source: Readable, limit: EventLimit): ReadableStream<Uint8Array> {
  const meter = new EventMeter(limit);
  return toWebStream(source, (chunk) => meter.pass(chunk));
}

/** `Readable.toWeb` at a fraction of its cost, with `pass` between. */
export function toWebStream(source: Readable, pass: (chunk: Buffer) => Buffer[]): ReadableStream<Uint8Array> {
  let isOver = false;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const fail = (error: Error) => {
        if (isOver) return;
        isOver = true;
        controller.error(error);
      };
      source.on('data', (chunk: Buffer) => {
        if (isOver) return;
        for (const part of pass(chunk)) if (part.length > 0) controller.enqueue(part);
        if ((controller.desiredSize ?? 1) <= 0) source.pause();
      });
      source.once('end', () => {
        if (isOver) return;
        isOver = true;
        controller.close();
      });
      source.once('error', fail);
      source.once('close', () => fail(new Error('The answer was cut off')));
    },
    pull() {
      source.resume();
    },
    cancel(reason) {
      isOver = true;
      source.destroy(reason instanceof Error ? reason : undefined);
    },
  });
}

class EventMeter {
  readonly #limit: EventLimit;
  #size = 0;
  #head: Buffer[] = [];
  #headSize = 0;
  #discarding = false;
  /** Of the line that is being read: whether a byte came, and whether one other than a carriage return came. */
  #lineStarted = false;
  #lineHasText = false;

  constructor(limit: EventLimit) {
    this.#limit = limit;
  }

  /** The parts of `chunk` that go on. */
  pass(chunk: Buffer): Buffer[] {
    const out: Buffer[] = [];
    let start = 0;
    for (let position = 0; position < chunk.length; ) {
      const newline = chunk.indexOf(NEWLINE, position);
      const end = newline === -1 ? chunk.length : newline + 1;
      const wasStarted = this.#lineStarted;
      this.#count(chunk.subarray(position, end));
      if (this.#lineHasText && !this.#discarding && this.#size > this.#limit.maxBytes) {
        out.push(chunk.subarray(start, position), Buffer.from(wasStarted ? `\n${DISCARDED_EVENT}` : DISCARDED_EVENT));
        this.#discarding = true;
        this.#limit.onDiscarded?.(Buffer.concat(this.#head).toString('utf8'));
      }
      if (newline !== -1) {
        if (!this.#lineHasText) {
          if (this.#discarding) start = position;
          this.#startEvent();
        }
        this.#lineStarted = false;
        this.#lineHasText = false;
      }
      position = end;
    }
    if (!this.#discarding) out.push(chunk.subarray(start));
    return out;
  }

  #startEvent(): void {
    this.#discarding = false;
    this.#size = 0;
    this.#head = [];
    this.#headSize = 0;
  }

  #count(part: Buffer): void {
    this.#lineStarted = true;
    this.#size += part.length;
    const length = part[part.length - 1] === NEWLINE ? part.length - 1 : part.length;
    if (length > 1 || (length === 1 && part[0] !== CARRIAGE_RETURN)) this.#lineHasText = true;
    if (this.#headSize >= HEAD_BYTES) return;
    const piece = part.subarray(0, HEAD_BYTES - this.#headSize);
    this.#head.push(piece);
    this.#headSize += piece.length;
  }
}
