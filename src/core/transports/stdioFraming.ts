/** How much of a message over the limit is kept, to find out whose answer it was. */
const HEAD_BYTES = 4096;
const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

export interface LineHandlers {
  /** One line without its line end, never empty. */
  onLine(line: string): void;
  /** A line grew above the limit and is thrown away up to its newline. `head` is its start. Once per line. */
  onTooLong(head: string): void;
}

/**
 * Cuts a byte stream into lines in time linear in its length (MCP 2026-07-28, transports/stdio: one message per line).
 * Only whole lines are decoded, so a character that is split over chunks is safe. `\r\n` counts as `\n`; blank lines are
 * dropped.
 */
export class LineFramer {
  readonly #maxBytes: number;
  readonly #handlers: LineHandlers;
  #parts: Buffer[] = [];
  #size = 0;
  #discarding = false;

  constructor(maxBytes: number, handlers: LineHandlers) {
    this.#maxBytes = maxBytes;
    this.#handlers = handlers;
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#append(chunk.subarray(start, end));
      this.#finishLine();
      start = end + 1;
    }
    if (start < chunk.length) this.#append(chunk.subarray(start));
  }

  /** The stream ended: what stands there without a newline is a line too. */
  end(): void {
    this.#finishLine();
  }

  #append(part: Buffer): void {
    if (this.#discarding || part.length === 0) return;
    this.#parts.push(part);
    this.#size += part.length;
    if (this.#size <= this.#maxBytes) return;
    const head = joinHead(this.#parts);
    this.#reset();
    this.#discarding = true;
    this.#handlers.onTooLong(head);
  }

  #finishLine(): void {
    if (this.#discarding) {
      this.#discarding = false;
      return;
    }
    if (this.#size === 0) return;
    const [first] = this.#parts;
    const whole = this.#parts.length === 1 && first ? first : Buffer.concat(this.#parts, this.#size);
    this.#reset();
    const end = whole[whole.length - 1] === CARRIAGE_RETURN ? whole.length - 1 : whole.length;
    const line = whole.toString('utf8', 0, end);
    if (line.length > 0 && line.trim().length > 0) this.#handlers.onLine(line);
  }

  #reset(): void {
    this.#parts = [];
    this.#size = 0;
  }
}

function joinHead(parts: readonly Buffer[]): string {
  const head: Buffer[] = [];
  let size = 0;
  for (const part of parts) {
    if (size >= HEAD_BYTES) break;
    const piece = part.subarray(0, HEAD_BYTES - size);
    head.push(piece);
    size += piece.length;
  }
  return Buffer.concat(head).toString('utf8');
}
