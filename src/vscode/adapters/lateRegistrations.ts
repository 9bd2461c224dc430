import { type Disposable, DisposableStore, toDisposable } from '../../base/disposable';
import { describeError, PatchbayError } from '../../base/errors';
import type { Hub } from '../../core/hubTypes';
import type { Logger } from '../../core/ports';

/** How the engine is told of one. Throws a `config` error where it takes none. */
type Register<T> = (hub: Hub, name: string, value: T) => Disposable;

/** What other extensions bring by name. They may register it before the engine is loaded and must not cause that. */
export class LateRegistrations<T> implements Disposable {
  readonly #what: string;
  readonly #registerAt: Register<T>;
  readonly #log: Logger;
  readonly #store = new DisposableStore();
  readonly #known = new Map<string, { readonly value: T; registered?: Disposable }>();
  #hub: Hub | undefined;

  /** `what`: one of them, for messages. */
  constructor(what: string, registerAt: Register<T>, log: Logger) {
    this.#what = what;
    this.#registerAt = registerAt;
    this.#log = log;
  }

  /** Throws a `config` error where the name is taken. */
  register(name: string, value: T): Disposable {
    if (this.#known.has(name)) throw new PatchbayError('config', `The ${this.#what} "${name}" is registered already.`);
    const entry: { readonly value: T; registered?: Disposable } = { value };
    if (this.#hub) entry.registered = this.#registerAt(this.#hub, name, value);
    this.#known.set(name, entry);
    const registration = toDisposable(() => {
      entry.registered?.dispose();
      if (this.#known.get(name) === entry) this.#known.delete(name);
      this.#store.delete(registration);
    });
    return this.#store.add(registration);
  }

  attach(hub: Hub): void {
    this.#hub = hub;
    for (const [name, entry] of this.#known) {
      try {
        entry.registered = this.#registerAt(hub, name, entry.value);
      } catch (error) {
        // Another extension's mistake must not keep the servers from loading.
        this.#log.error(describeError(error));
      }
    }
  }

  dispose(): void {
    this.#store.dispose();
  }
}
