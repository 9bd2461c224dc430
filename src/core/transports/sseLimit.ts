import { type Readable, Transform } from 'node:stream';

const HEAD_BYTES = 4096;
const NEWLINE = 0x0a;
/** Ends the cut event under a name that nobody listens to. */
const DISCARDED_EVENT = Buffer.from('\nevent: patchbay-discarded\n');

export interface EventLimit {
  readonly maxBytes: number;
  /** An event grew above the limit and its rest is thrown away. `head` is its start. */
  onDiscarded?(head: string): void;
}

/**
 * Passes a `text/event-stream` on and keeps each event within the limit, so that a reader that buffers whole events
 * stays bounded. An event above it is cut and renamed; the stream lives on.
 */
export function limitEvents(source: Readable, limit: EventLimit): Readable {
  const meter = new EventMeter(limit);
  const transform = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      for (const part of meter.pass(chunk)) this.push(part);
      callback();
    },
  });
  // Not `pipeline`: a reader that cancels must end the source, and an error of the source must reach the reader as it is.
  source.once('error', (error) => transform.destroy(error));
  source.once('close', () => {
    if (!source.readableEnded && !transform.destroyed) transform.destroy(new Error('The event stream was cut off'));
  });
  transform.once('close', () => source.destroy());
  return source.pipe(transform);
}

class EventMeter {
  readonly #limit: EventLimit;
  #size = 0;
  #lineIsEmpty = true;
  #head: Buffer[] = [];
  #headSize = 0;
  #discarding = false;

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
      this.#count(chunk.subarray(position, end));
      if (!this.#discarding && this.#size > this.#limit.maxBytes) {
        out.push(chunk.subarray(start, position), DISCARDED_EVENT);
        this.#discarding = true;
        this.#limit.onDiscarded?.(Buffer.concat(this.#head).toString('utf8'));
      }
      const isBoundary = newline !== -1 && this.#lineIsEmpty;
      if (newline !== -1) this.#lineIsEmpty = true;
      if (isBoundary) {
        if (this.#discarding) start = position;
        this.#discarding = false;
        this.#size = 0;
        this.#head = [];
        this.#headSize = 0;
      }
      position = end;
    }
    if (!this.#discarding) out.push(chunk.subarray(start));
    return out;
  }

  #count(line: Buffer): void {
    this.#size += line.length;
    const last = line[line.length - 1] === NEWLINE ? line.length - 1 : line.length;
    const onlyReturn = last === 0 || (last === 1 && line[0] === 0x0d);
    if (!onlyReturn) this.#lineIsEmpty = false;
    if (this.#headSize < HEAD_BYTES) {
      const piece = line.subarray(0, HEAD_BYTES - this.#headSize);
      this.#head.push(piece);
      this.#headSize += piece.length;
    }
  }
}
