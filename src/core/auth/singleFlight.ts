import { raceAbort } from '../../base/abort';

interface Flight {
  readonly work: Promise<unknown>;
  readonly controller: AbortController;
  /** Those who wait for it and want to know whether a person is waited for. */
  readonly watchers: Set<FlightWatcher>;
  isForPerson: boolean;
  waiting: number;
}

/** Told whether the work waits for a person: true and false in turn, false at the latest when it is over. */
export type FlightWatcher = (isForPerson: boolean) => void;

/** Work by key that runs once however many ask for it at the same time. */
export class SingleFlight {
  readonly #flights = new Map<string, Flight>();

  /**
   * Joins the work under way for `key`, or starts it. Who aborts leaves with the reason of the signal; the work itself is
   * aborted when everybody left. Work that begins or ends to wait for a person says so by `onPerson`, and all who wait for
   * the work hear it by their `watcher`.
   */
  async run<T>(
    key: string,
    work: (signal: AbortSignal, onPerson: FlightWatcher) => Promise<T>,
    signal?: AbortSignal,
    watcher?: FlightWatcher,
  ): Promise<T> {
    signal?.throwIfAborted();
    const flight = this.#flights.get(key) ?? this.#start(key, work);
    flight.waiting++;
    let isTold = false;
    const own: FlightWatcher = (isForPerson) => {
      if (isForPerson === isTold) return;
      isTold = isForPerson;
      watcher?.(isForPerson);
    };
    flight.watchers.add(own);
    own(flight.isForPerson);
    try {
      return (await raceAbort(flight.work, signal)) as T;
    } finally {
      flight.watchers.delete(own);
      own(false);
      flight.waiting--;
      if (flight.waiting === 0 && signal?.aborted) {
        this.#forget(key, flight);
        flight.controller.abort(signal.reason);
      }
    }
  }

  #start<T>(key: string, work: (signal: AbortSignal, onPerson: FlightWatcher) => Promise<T>): Flight {
    const controller = new AbortController();
    const watchers = new Set<FlightWatcher>();
    const onPerson: FlightWatcher = (isForPerson) => {
      flight.isForPerson = isForPerson;
      for (const watcher of [...watchers]) watcher(isForPerson);
    };
    const flight: Flight = {
      // Begun in a turn of its own, so that it may speak of itself at once.
      work: Promise.resolve()
        .then(() => work(controller.signal, onPerson))
        .finally(() => this.#forget(key, flight)),
      controller,
      watchers,
      isForPerson: false,
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
