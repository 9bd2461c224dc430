import type { Writable } from 'node:stream';
import { PatchbayError } from '../../base/errors';

/** What may wait for a server that does not read, in characters. A server that only asks would fill the memory else. */
const MAX_WAITING = 128 * 1024 * 1024;

interface PendingWrite {
  readonly text: string;
  resolve(): void;
  reject(error: PatchbayError): void;
}

/**
 * Writes lines to a pipe in order. Lines of one turn of the event loop go out as one write; a full pipe makes the
 * promises wait for one `drain`; `fail` rejects everything that waits and everything that comes later.
 */
export class LineWriter {
  readonly #stream: Writable;
  #queue: PendingWrite[] = [];
  /** In the pipe's own buffer, waiting for it to drain. */
  #written: PendingWrite[] = [];
  #scheduled = false;
  #error: PatchbayError | undefined;
  /** Characters in `#queue`. */
  #waiting = 0;
  readonly #maxWaiting: number;

  constructor(stream: Writable, maxWaiting = MAX_WAITING) {
    this.#stream = stream;
    this.#maxWaiting = maxWaiting;
    stream.on('drain', () => this.#onDrain());
  }

  /** Resolves when the pipe has taken the line. Rejects with a `limit` error where too much waits already. */
  write(line: string): Promise<void> {
    if (this.#error) return Promise.reject(this.#error);
    if (this.#queue.length > 0 && this.#waiting + line.length > this.#maxWaiting) {
      return Promise.reject(
        new PatchbayError('limit', 'The server does not read what is sent to it.', {
          hint: 'Reconnect it; if it stays, the fault is in the server.',
        }),
      );
    }
    this.#waiting += line.length;
    return new Promise((resolve, reject) => {
      this.#queue.push({ text: `${line}\n`, resolve, reject });
      if (this.#scheduled || this.#written.length > 0) return;
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
    const waiting = [...this.#written, ...this.#queue];
    this.#written = [];
    this.#queue = [];
    this.#waiting = 0;
    for (const pending of waiting) pending.reject(this.#error);
  }

  #flush(): void {
    this.#scheduled = false;
    if (this.#queue.length === 0) return;
    const batch = this.#queue;
    this.#queue = [];
    this.#waiting = 0;
    const text = batch.length === 1 && batch[0] ? batch[0].text : batch.map((pending) => pending.text).join('');
    if (this.#stream.write(text)) for (const pending of batch) pending.resolve();
    else this.#written = batch;
  }

  #onDrain(): void {
    const written = this.#written;
    this.#written = [];
    for (const pending of written) pending.resolve();
    this.#flush();
  }
}
