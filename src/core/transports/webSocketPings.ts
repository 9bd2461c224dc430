import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';

/** A ping of ours with its frame is smaller, so that its own way out is no sign of life. */
const PING_FRAME_BYTES = 32;

/** The part of a WebSocket that pings need. */
export interface PingTarget {
  ping(data: string): void;
  /** Bytes read since the link is open. */
  bytesRead(): number;
  /** Bytes that are sent and not handed to the system yet. */
  bytesWaiting(): number;
}

export interface PingTimes {
  /** ms between an answer and the next ping; 0: no pings. */
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/**
 * Pings the peer, the first time at once, and measures how long the answer takes. `onLost` is called, once, where no
 * answer came in time; while other bytes flow the peer is there and the answer only stands behind them.
 */
export class Pings implements Disposable {
  roundTripMs: number | undefined;
  readonly #target: PingTarget;
  readonly #times: PingTimes;
  readonly #clock: Clock;
  readonly #onLost: () => void;
  #count = 0;
  #waitingFor: string | undefined;
  #sentAt = 0;
  #timer: Disposable | undefined;
  #disposed = false;

  constructor(target: PingTarget, times: PingTimes, clock: Clock, onLost: () => void) {
    this.#target = target;
    this.#times = times;
    this.#clock = clock;
    this.#onLost = onLost;
  }

  start(): void {
    if (this.#times.intervalMs > 0) this.#ping();
  }

  onPong(data: string): void {
    if (this.#disposed || data !== this.#waitingFor) return;
    this.#waitingFor = undefined;
    this.roundTripMs = this.#clock.now() - this.#sentAt;
    this.#after(this.#times.intervalMs, () => this.#ping());
  }

  dispose(): void {
    this.#disposed = true;
    this.#timer?.dispose();
  }

  #ping(): void {
    this.#count++;
    this.#waitingFor = String(this.#count);
    this.#sentAt = this.#clock.now();
    this.#target.ping(this.#waitingFor);
    this.#awaitPong();
  }

  #awaitPong(): void {
    const read = this.#target.bytesRead();
    const waiting = this.#target.bytesWaiting();
    this.#after(this.#times.timeoutMs, () => {
      const moves = this.#target.bytesRead() > read || this.#target.bytesWaiting() < waiting - PING_FRAME_BYTES;
      if (moves) this.#awaitPong();
      else this.#onLost();
    });
  }

  #after(delayMs: number, callback: () => void): void {
    this.#timer?.dispose();
    this.#timer = this.#clock.setTimeout(() => {
      if (!this.#disposed) callback();
    }, delayMs);
  }
}
