import type { Disposable } from '../base/disposable';
import { toError } from '../base/errors';
import { type ComposedMiddleware, composeMiddleware } from './middleware/compose';
import type { MadeMiddleware, MiddlewareContext } from './middleware/middleware';
import type { MiddlewareRegistry } from './middleware/registry';
import type { Logger } from './ports';

export interface ServerMiddlewareOptions {
  readonly registry: MiddlewareRegistry;
  /** `middleware` of the server, read for each call; another array where it may say another thing. */
  readonly names: () => readonly string[];
  readonly context: MiddlewareContext;
  readonly log: Logger;
}

/**
 * What is around the calls of one server. Each middleware is made once, at the first call that goes through it, so that what
 * is registered late is found; it keeps what it knows until it is named or registered no more.
 */
export class ServerMiddleware implements Disposable {
  readonly #options: ServerMiddlewareOptions;
  readonly #made = new Map<string, MadeMiddleware>();
  #names: readonly string[] | undefined;
  #around: ComposedMiddleware | undefined;

  constructor(options: ServerMiddlewareOptions) {
    this.#options = options;
  }

  /** Throws a `config` error for a name that nobody registered. */
  around(): ComposedMiddleware {
    const names = this.#options.names();
    if (this.#around && names === this.#names) return this.#around;
    const { registry, context } = this.#options;
    this.#around = undefined;
    this.#names = names;
    for (const name of [...this.#made.keys()]) if (!names.includes(name)) this.#drop(name);
    this.#around = composeMiddleware(registry.resolve(names, context, this.#made));
    return this.#around;
  }

  /** The name means another thing now, or nothing. */
  forget(name: string): void {
    if (this.#names?.includes(name)) this.#around = undefined;
    this.#drop(name);
  }

  dispose(): void {
    this.#around = undefined;
    for (const name of [...this.#made.keys()]) this.#drop(name);
  }

  #drop(name: string): void {
    const made = this.#made.get(name);
    this.#made.delete(name);
    try {
      made?.dispose?.();
    } catch (error) {
      this.#options.log.warn(`The middleware "${name}" did not end well: ${toError(error).message}`);
    }
  }
}
