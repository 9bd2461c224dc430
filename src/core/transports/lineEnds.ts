const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** The line ends of one chunk, each byte of which is looked at once for either kind. */
export class LineEnds {
  readonly #chunk: Buffer;
  #newline = -1;
  #carriageReturn = -1;

  constructor(chunk: Buffer) {
    this.#chunk = chunk;
  }

  /** Where the line at `position` ends: the index of its line end, or the length of the chunk. */
  next(position: number): number {
    if (this.#newline < position) this.#newline = this.#find(NEWLINE, position);
    if (this.#carriageReturn < position) this.#carriageReturn = this.#find(CARRIAGE_RETURN, position);
    return Math.min(this.#newline, this.#carriageReturn);
  }

  /** Where the line after the line end at `index` starts. */
  after(index: number): number {
    const isPair = this.#chunk[index] === CARRIAGE_RETURN && this.#chunk[index + 1] === NEWLINE;
    return Math.min(this.#chunk.length, index + (isPair ? 2 : 1));
  }

  isNewline(index: number): boolean {
    return this.#chunk[index] === NEWLINE;
  }

  #find(byte: number, position: number): number {
    const index = this.#chunk.indexOf(byte, position);
    return index === -1 ? this.#chunk.length : index;
  }
}
