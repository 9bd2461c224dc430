import { type Disposable, DisposableStore, toDisposable } from '../../base/disposable';
import { describeError, PatchbayError } from '../../base/errors';
import type { Hub } from '../../core/hubTypes';
import type { Logger } from '../../core/ports';
import type { CustomLaunch, TransportFactory } from '../../core/transports/transport';

type Factory = TransportFactory<CustomLaunch>;

/** Transports of other extensions, which may register them before the engine is loaded and must not cause that. */
export class LateTransports implements Disposable {
  readonly #store = new DisposableStore();
  readonly #waiting = new Map<string, { factory: Factory; registered?: Disposable }>();
  readonly #log: Logger;
  #hub: Hub | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Throws a `config` error where the type is taken. */
  register(type: string, factory: Factory): Disposable {
    if (this.#waiting.has(type)) throw new PatchbayError('config', `The transport "${type}" is registered already.`);
    const entry: { factory: Factory; registered?: Disposable } = { factory };
    if (this.#hub) entry.registered = this.#hub.registerTransport(type, factory);
    this.#waiting.set(type, entry);
    return this.#store.add(
      toDisposable(() => {
        entry.registered?.dispose();
        this.#waiting.delete(type);
      }),
    );
  }

  attach(hub: Hub): void {
    this.#hub = hub;
    for (const [type, entry] of this.#waiting) {
      try {
        entry.registered = hub.registerTransport(type, entry.factory);
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
