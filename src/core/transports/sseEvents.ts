import { LineEnds } from './lineEnds';

/** What goes on in the place of an event, which comes with the blank line that ends it. */
export type RewriteEvent = (event: Buffer) => Buffer;

/**
 * Cuts a `text/event-stream` into events and gives each to `rewrite`, once it is whole; an event that never ends is left
 * out, as readers of events do. Each byte is looked at once.
 */
export class EventRewriter {
  readonly #rewrite: RewriteEvent;
  #parts: Buffer[] = [];
  /** Of the line that is being read: whether a byte came. */
  #lineStarted = false;
  /** The last byte was a carriage return: a newline that follows belongs to the same line end. */
  #afterReturn = false;

  constructor(rewrite: RewriteEvent) {
    this.#rewrite = rewrite;
  }

  /** What goes on now. */
  pass(chunk: Buffer): Buffer[] {
    const out: Buffer[] = [];
    const ends = new LineEnds(chunk);
    let position = this.#afterReturn && ends.isNewline(0) ? 1 : 0;
    let start = position;
    if (chunk.length > 0) this.#afterReturn = false;
    while (position < chunk.length) {
      const lineEnd = ends.next(position);
      const next = ends.after(lineEnd);
      this.#lineStarted ||= lineEnd > position;
      if (lineEnd < chunk.length) {
        if (!this.#lineStarted) {
          const last = chunk.subarray(start, next);
          out.push(this.#rewrite(this.#parts.length === 0 ? last : Buffer.concat([...this.#parts, last])));
          this.#parts = [];
          start = next;
        }
        this.#lineStarted = false;
        this.#afterReturn = next === chunk.length && !ends.isNewline(next - 1);
      }
      position = next;
    }
    if (start < chunk.length) this.#parts.push(chunk.subarray(start));
    return out;
  }
}
