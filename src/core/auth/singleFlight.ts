import { raceAbort } from '../../base/abort';

interface Flight {
  readonly work: Promise<unknown>;
  readonly controller: AbortController;
  waiting: number;
}

/** Work by key that runs once however many ask for it at the same time. */
export class SingleFlight {
  readonly #flights = new Map<string, Flight>();

  /**
   * Joins the work under way for `key`, or starts it. Who aborts leaves with the reason of the signal; the work itself is
   * aborted when everybody left.
   */
  async run<T>(key: string, work: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    const flight = this.#flights.get(key) ?? this.#start(key, work);
    flight.waiting++;
    try {
      return (await raceAbort(flight.work, signal)) as T;
    } finally {
      flight.waiting--;
      if (flight.waiting === 0 && signal?.aborted) {
        this.#forget(key, flight);
        flight.controller.abort(signal.reason);
      }
    }
  }

  #start<T>(key: string, work: (signal: AbortSignal) => Promise<T>): Flight {
    const controller = new AbortController();
    const flight: Flight = {
      work: work(controller.signal).finally(() => this.#forget(key, flight)),
      controller,
      waiting: 0,
    };
    flight.work.catch(() => {});
    this.#flights.set(key, flight);
    return flight;
  }

  #forget(key: string, flight: Flight): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }
}
