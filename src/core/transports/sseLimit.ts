import type { Readable } from 'node:stream';
import { LineEnds } from './lineEnds';
import { EventRewriter, type RewriteEvent } from './sseEvents';

const HEAD_BYTES = 4096;
/** Ends the cut event under a name that nobody listens to. */
const DISCARDED_EVENT = 'event: patchbay-discarded\n';

export interface EventLimit {
  readonly maxBytes: number;
  /** An event grew above the limit and its rest is thrown away. `head` is its start. */
  onDiscarded?(head: string): void;
}

/**
 * A `text/event-stream` as a web stream, with each event within the limit, so that a reader that buffers whole events
 * stays bounded. An event above it is cut and renamed; the stream lives on. `rewrite`: gets each event, also a cut one.
 * Cancelling destroys the source.
 */
export function limitEvents(source: Readable, limit: EventLimit, rewrite?: RewriteEvent): ReadableStream<Uint8Array> {
  const meter = new EventMeter(limit);
  if (!rewrite) return toWebStream(source, (chunk) => meter.pass(chunk));
  const rewriter = new EventRewriter(rewrite);
  return toWebStream(source, (chunk) => meter.pass(chunk).flatMap((part) => rewriter.pass(part)));
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
  /** Of the line that is being read: whether a byte came. */
  #lineStarted = false;
  /** The last byte was a carriage return: a newline that follows belongs to the same line end. */
  #afterReturn = false;

  constructor(limit: EventLimit) {
    this.#limit = limit;
  }

  /** The parts of `chunk` that go on. Lines end with a newline, a carriage return or both (HTML, server-sent events). */
  pass(chunk: Buffer): Buffer[] {
    const out: Buffer[] = [];
    const ends = new LineEnds(chunk);
    let start = 0;
    let position = this.#afterReturn && ends.isNewline(0) ? 1 : 0;
    if (chunk.length > 0) this.#afterReturn = false;
    while (position < chunk.length) {
      const lineEnd = ends.next(position);
      const next = ends.after(lineEnd);
      const wasStarted = this.#lineStarted;
      this.#lineStarted ||= lineEnd > position;
      // A line end counts as one byte: that of two may come in two chunks.
      this.#count(chunk.subarray(position, lineEnd + 1));
      if (this.#lineStarted && !this.#discarding && this.#size > this.#limit.maxBytes) {
        out.push(chunk.subarray(start, position), Buffer.from(wasStarted ? `\n${DISCARDED_EVENT}` : DISCARDED_EVENT));
        this.#discarding = true;
        this.#limit.onDiscarded?.(Buffer.concat(this.#head).toString('utf8'));
      }
      if (lineEnd < chunk.length) {
        if (!this.#lineStarted) {
          if (this.#discarding) start = position;
          this.#startEvent();
        }
        this.#lineStarted = false;
        this.#afterReturn = next === chunk.length && !ends.isNewline(next - 1);
      }
      position = next;
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
    this.#size += part.length;
    if (this.#headSize >= HEAD_BYTES) return;
    const piece = part.subarray(0, HEAD_BYTES - this.#headSize);
    this.#head.push(piece);
    this.#headSize += piece.length;
  }
}
