import type { ErrorKind } from '../../base/errors';
import { Histogram } from './histogram';
import { METRICS } from './names';
import type { CallNumbers } from './snapshot';

/** One call that is over. */
export interface CallFacts {
  readonly durationMs: number;
  /** Of it, the time before anything was sent. */
  readonly queueMs: number;
  /** Undefined where there is a result. */
  readonly errorKind?: ErrorKind | undefined;
  /** Whether the result says `isError`. */
  readonly isError: boolean;
  readonly bytesIn?: number | undefined;
  readonly bytesOut?: number | undefined;
}

export interface Collected {
  readonly durations: boolean;
  readonly sizes: boolean;
  readonly connections: boolean;
}

/** What is counted of the calls of one tool, one server or all. */
export class CallCounter {
  readonly #errors = new Map<ErrorKind, number>();
  #durations: Histogram | undefined;
  #queueWaits: Histogram | undefined;
  #total = 0;
  #failed = 0;
  #toolErrors = 0;
  #bytesIn: number | undefined;
  #bytesOut: number | undefined;
  #lastAt = 0;
  #lastDurationMs: number | undefined;

  record(call: CallFacts, collect: Collected, at: number): void {
    const { errorKind } = call;
    this.#total++;
    if (errorKind !== undefined) {
      this.#failed++;
      this.#errors.set(errorKind, (this.#errors.get(errorKind) ?? 0) + 1);
    } else if (call.isError) {
      this.#toolErrors++;
    }
    this.#lastAt = at;
    this.#lastDurationMs = collect.durations ? call.durationMs : undefined;
    if (collect.durations) {
      this.#durations ??= new Histogram();
      this.#durations.record(call.durationMs);
      this.#queueWaits ??= new Histogram();
      this.#queueWaits.record(call.queueMs);
    }
    if (collect.sizes) {
      this.#bytesIn = (this.#bytesIn ?? 0) + (call.bytesIn ?? 0);
      this.#bytesOut = (this.#bytesOut ?? 0) + (call.bytesOut ?? 0);
    }
  }

  numbers(): CallNumbers {
    const durations = this.#durations?.summary() ?? null;
    return {
      [METRICS.totalRequests]: this.#total,
      [METRICS.failedRequests]: this.#failed,
      [METRICS.toolErrors]: this.#toolErrors,
      errors: Object.fromEntries(this.#errors),
      [METRICS.averageDuration]: durations?.mean ?? null,
      [METRICS.requestDuration]: durations,
      [METRICS.queueWait]: this.#queueWaits?.summary() ?? null,
      [METRICS.bytesIn]: this.#bytesIn ?? null,
      [METRICS.bytesOut]: this.#bytesOut ?? null,
      last:
        this.#total === 0
          ? null
          : { at: new Date(this.#lastAt).toISOString(), durationMs: this.#lastDurationMs ?? null },
    };
  }
}
