import type { Writable } from 'node:stream';
import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';
import type { PatchbayError } from '../../base/errors';
import { MAX_WAITING, STALL_MS, stoppedReading, tooMuchWaits } from './writeLimits';

/** Longer texts are written in parts of so many bytes: each that the server takes shows that it reads. */
const PART_BYTES = 1024 * 1024;

interface PendingWrite {
  readonly text: string;
  resolve(): void;
  reject(error: PatchbayError): void;
}

/**
 * Writes lines to a pipe in order. Lines of one turn of the event loop go out as one write; a full pipe makes the
 * promises wait for one `drain`; `fail` rejects everything that waits and everything that comes later. A server that
 * stopped reading makes what waits fail; a line that it has a part of is finished when it reads again.
 */
export class LineWriter {
  readonly #stream: Writable;
  readonly #clock: Clock;
  #queue: PendingWrite[] = [];
  /** Waiting for the pipe to drain. */
  #written: PendingWrite[] = [];
  /** Of the lines in `#written`, what the pipe has not been given yet. */
  #rest: Buffer | undefined;
  #isFull = false;
  #scheduled = false;
  #stall: Disposable | undefined;
  #error: PatchbayError | undefined;
  /** Characters in `#queue`. */
  #waiting = 0;
  readonly #maxWaiting: number;

  constructor(stream: Writable, clock: Clock, maxWaiting = MAX_WAITING) {
    this.#stream = stream;
    this.#clock = clock;
    this.#maxWaiting = maxWaiting;
    stream.on('drain', () => this.#onDrain());
  }

  /**
   * Resolves when the pipe has taken the line. Rejects with a `limit` error where too much waits already, and with a
   * `transport` error where the server has stopped reading.
   */
  write(line: string): Promise<void> {
    if (this.#error) return Promise.reject(this.#error);
    if (this.#queue.length > 0 && this.#waiting + line.length > this.#maxWaiting) return Promise.reject(tooMuchWaits());
    this.#waiting += line.length;
    return new Promise((resolve, reject) => {
      this.#queue.push({ text: `${line}\n`, resolve, reject });
      if (this.#isFull) this.#watch();
      if (this.#scheduled || this.#isFull) return;
      this.#scheduled = true;
      process.nextTick(() => this.#flush());
    });
  }

  /** Closes the pipe after what was taken so far. Lines that still wait are rejected with `error`. */
  end(error: PatchbayError): void {
    this.fail(error);
    if (!this.#stream.writableEnded && !this.#stream.destroyed) this.#stream.end();
  }

  fail(error: PatchbayError): void {
    this.#error ??= error;
    this.#rest = undefined;
    this.#rejectAll(this.#error);
  }

  #rejectAll(error: PatchbayError): void {
    this.#stall?.dispose();
    this.#stall = undefined;
    const waiting = [...this.#written, ...this.#queue];
    this.#written = [];
    this.#queue = [];
    this.#waiting = 0;
    for (const pending of waiting) pending.reject(error);
  }

  #flush(): void {
    this.#scheduled = false;
    if (this.#queue.length === 0) return;
    const batch = this.#queue;
    this.#queue = [];
    this.#waiting = 0;
    this.#written = batch;
    const text = batch.length === 1 && batch[0] ? batch[0].text : batch.map((pending) => pending.text).join('');
    if (text.length <= PART_BYTES) this.#afterWrite(this.#stream.write(text));
    else {
      this.#rest = Buffer.from(text);
      this.#writeRest();
    }
  }

  /** As much as the pipe takes. */
  #writeRest(): void {
    let isTaken = true;
    while (this.#rest && isTaken) {
      const part = this.#rest.subarray(0, PART_BYTES);
      this.#rest = part.length < this.#rest.length ? this.#rest.subarray(PART_BYTES) : undefined;
      isTaken = this.#stream.write(part);
    }
    this.#afterWrite(isTaken);
  }

  #afterWrite(isTaken: boolean): void {
    this.#isFull = !isTaken;
    if (this.#isFull) this.#watch();
    else for (const pending of this.#written.splice(0)) pending.resolve();
  }

  #onDrain(): void {
    this.#stall?.dispose();
    this.#stall = undefined;
    this.#isFull = false;
    if (this.#rest) this.#writeRest();
    else for (const pending of this.#written.splice(0)) pending.resolve();
    if (!this.#isFull) this.#flush();
  }

  #watch(): void {
    if (this.#error) return;
    this.#stall ??= this.#clock.setTimeout(() => this.#rejectAll(stoppedReading()), STALL_MS);
  }
}
