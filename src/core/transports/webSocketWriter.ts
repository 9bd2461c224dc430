import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';
import type { PatchbayError } from '../../base/errors';
import { MAX_WAITING, STALL_MS, stoppedReading, tooMuchWaits } from './writeLimits';

/** Above this many bytes on their way, later messages wait. */
const HIGH_WATER_BYTES = 1024 * 1024;

/** The part of a WebSocket that writing needs. `callback` comes when the data is handed to the system. */
export interface FrameSink {
  /** Bytes that were sent and are not handed to the system yet. */
  readonly bufferedAmount: number;
  send(text: string, callback: (error?: Error | null) => void): void;
}

interface PendingFrame {
  readonly text: string;
  resolve(): void;
  reject(error: PatchbayError): void;
}

/**
 * Sends frames in order and makes callers wait while too much is on its way. A promise resolves when its frame was
 * given to the socket; `fail` rejects all that wait and all that come later, and so does a peer that stopped reading.
 */
export class FrameWriter {
  readonly #sink: FrameSink;
  readonly #clock: Clock;
  readonly #maxWaiting: number;
  #queue: PendingFrame[] = [];
  /** Characters in `#queue`. */
  #waiting = 0;
  #stall: Disposable | undefined;
  #error: PatchbayError | undefined;

  constructor(sink: FrameSink, clock: Clock, maxWaiting = MAX_WAITING) {
    this.#sink = sink;
    this.#clock = clock;
    this.#maxWaiting = maxWaiting;
  }

  /** Rejects with a `limit` error where too much waits already. */
  write(text: string): Promise<void> {
    if (this.#error) return Promise.reject(this.#error);
    if (this.#queue.length > 0 && this.#waiting + text.length > this.#maxWaiting) return Promise.reject(tooMuchWaits());
    this.#waiting += text.length;
    return new Promise((resolve, reject) => {
      this.#queue.push({ text, resolve, reject });
      this.#flush();
    });
  }

  fail(error: PatchbayError): void {
    this.#error ??= error;
    this.#stall?.dispose();
    this.#rejectAll(this.#error);
  }

  #rejectAll(error: PatchbayError): void {
    this.#waiting = 0;
    for (const frame of this.#queue.splice(0)) frame.reject(error);
  }

  #flush(): void {
    while (!this.#error && this.#sink.bufferedAmount < HIGH_WATER_BYTES) {
      const frame = this.#queue.shift();
      if (!frame) break;
      this.#waiting -= frame.text.length;
      this.#sink.send(frame.text, () => this.#onTaken());
      frame.resolve();
    }
    if (this.#queue.length > 0) this.#stall ??= this.#watch();
  }

  #onTaken(): void {
    this.#stall?.dispose();
    this.#stall = undefined;
    this.#flush();
  }

  /** A large frame may take longer than the time as a whole; each byte of it counts. */
  #watch(): Disposable {
    const before = this.#sink.bufferedAmount;
    return this.#clock.setTimeout(() => {
      this.#stall = undefined;
      if (this.#sink.bufferedAmount < before) {
        this.#flush();
        return;
      }
      this.#rejectAll(stoppedReading());
    }, STALL_MS);
  }
}
