import { StringDecoder } from 'node:string_decoder';
import { stripVTControlCharacters } from 'node:util';
import type { Clock } from '../../base/clock';

const MAX_LINES = 20;
const MAX_LINE_CHARACTERS = 500;
/** Lines a second that reach the log; a flood beyond is counted only. */
const MAX_LOGGED_PER_SECOND = 200;

/** Reads a server's stderr line by line, keeps the last lines and hands each to `log`, a flood in bounded numbers. */
export class StderrTail {
  readonly #decoder = new StringDecoder('utf8');
  readonly #log: (line: string) => void;
  readonly #clock: Clock;
  readonly #lines: string[] = [];
  #partial = '';
  #windowStart = Number.NEGATIVE_INFINITY;
  #loggedInWindow = 0;
  #skipped = 0;

  constructor(log: (line: string) => void, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** The last lines, oldest first, each cut to a bounded length. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  push(chunk: Buffer): void {
    const pieces = this.#decoder.write(chunk).split('\n');
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) this.#finishLine();
      this.#partial += piece.slice(0, Math.max(0, MAX_LINE_CHARACTERS - this.#partial.length));
    }
  }

  end(): void {
    this.#finishLine();
    this.#reportSkipped();
  }

  #finishLine(): void {
    // Programs colour their errors; where these lines are shown, nothing reads the codes.
    const line = stripVTControlCharacters(this.#partial).trimEnd();
    this.#partial = '';
    if (line.length === 0) return;
    this.#lines.push(line);
    if (this.#lines.length > MAX_LINES) this.#lines.shift();
    const now = this.#clock.now();
    if (now - this.#windowStart >= 1000) {
      this.#reportSkipped();
      this.#windowStart = now;
      this.#loggedInWindow = 0;
    }
    if (this.#loggedInWindow < MAX_LOGGED_PER_SECOND) {
      this.#loggedInWindow++;
      this.#log(line);
    } else {
      this.#skipped++;
    }
  }

  #reportSkipped(): void {
    if (this.#skipped === 0) return;
    this.#log(`… ${this.#skipped} further lines are not shown`);
    this.#skipped = 0;
  }
}
