/** The newest items of a sequence, bounded by their number and by the sum of their sizes. */
export class Ring<T extends { bytes: number }> {
  readonly #maxItems: number;
  readonly #maxBytes: number;
  readonly #items: (T | undefined)[] = [];
  #first = 0;
  #count = 0;
  #bytes = 0;
  /** Called with each item that makes room. */
  readonly #onEvict: (item: T) => void;

  constructor(maxItems: number, maxBytes: number, onEvict: (item: T) => void) {
    this.#maxItems = maxItems;
    this.#maxBytes = maxBytes;
    this.#onEvict = onEvict;
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  push(item: T): void {
    if (this.#count === this.#maxItems) this.#evict();
    this.#items[(this.#first + this.#count) % this.#maxItems] = item;
    this.#count++;
    this.#bytes += item.bytes;
    this.#makeRoom();
  }

  /** An item that is in here has become larger. */
  grow(item: T, bytes: number): void {
    item.bytes += bytes;
    this.#bytes += bytes;
    this.#makeRoom();
  }

  /** Oldest first. */
  *[Symbol.iterator](): Generator<T> {
    for (let index = 0; index < this.#count; index++) {
      const item = this.#items[(this.#first + index) % this.#maxItems];
      if (item) yield item;
    }
  }

  clear(): void {
    while (this.#count > 0) this.#evict();
  }

  /** The newest one stays, whatever its size. */
  #makeRoom(): void {
    while (this.#bytes > this.#maxBytes && this.#count > 1) this.#evict();
  }

  #evict(): void {
    const item = this.#items[this.#first];
    this.#items[this.#first] = undefined;
    this.#first = (this.#first + 1) % this.#maxItems;
    this.#count--;
    if (!item) return;
    this.#bytes -= item.bytes;
    this.#onEvict(item);
  }
}
