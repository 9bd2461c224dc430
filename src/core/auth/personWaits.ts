import { Emitter } from '../../base/event';
import type { PersonWait } from '../transports/transport';

/** Counts what waits for a person at this moment. */
export class PersonWaits implements PersonWait {
  readonly #openEmitter = new Emitter<boolean>();
  #open = 0;

  /** Fires with true when the first begins to wait and with false when the last has its answer. */
  readonly onDidChangeOpen = this.#openEmitter.event;

  get isOpen(): boolean {
    return this.#open > 0;
  }

  change(isForPerson: boolean): void {
    this.#open += isForPerson ? 1 : -1;
    if (this.#open === (isForPerson ? 1 : 0)) this.#openEmitter.fire(isForPerson);
  }
}
