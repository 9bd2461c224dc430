import { type Disposable, toDisposable } from '../../base/disposable';
import { PatchbayError, toError } from '../../base/errors';
import { nearestName } from '../../base/nearestName';
import type { MadeMiddleware, Middleware, MiddlewareContext, MiddlewareFactory } from './middleware';

/** As it stands in configuration files, messages and the log. */
const NAME = /^[A-Za-z][A-Za-z0-9._-]{0,63}$/;

/** The middleware that `middleware` of a server can name. */
export class MiddlewareRegistry {
  readonly #known = new Map<string, Middleware | MiddlewareFactory>();

  /** In the order in which they were registered. */
  names(): readonly string[] {
    return [...this.#known.keys()];
  }

  /**
   * A function serves all servers; a factory makes one for each. Throws a `config` error where the name is taken or is
   * no name. Disposing frees it again; servers keep what they resolved.
   */
  register(name: string, middleware: Middleware | MiddlewareFactory): Disposable {
    if (typeof name !== 'string' || !NAME.test(name)) {
      throw new PatchbayError('config', `"${String(name).slice(0, 64)}" cannot be the name of a middleware.`, {
        hint: 'A name begins with a letter and has up to 64 letters, digits, dots, dashes and underscores.',
      });
    }
    if (typeof middleware !== 'function' && typeof middleware?.create !== 'function') {
      throw new PatchbayError('config', `The middleware "${name}" is no function and has no method "create".`);
    }
    if (this.#known.has(name)) {
      throw new PatchbayError('config', `The middleware "${name}" is registered already.`, {
        hint: 'Register it under another name.',
      });
    }
    this.#known.set(name, middleware);
    return toDisposable(() => this.#known.delete(name));
  }

  /**
   * In the order of `names`; what is in `made` already is taken from there, what is made is put there. Throws a `config` error for a name that is not
   * registered or stands there twice.
   */
  resolve(
    names: readonly string[],
    context: MiddlewareContext,
    made = new Map<string, MadeMiddleware>(),
  ): readonly MadeMiddleware[] {
    return names.map((name, index) => {
      const known = this.#known.get(name);
      if (!known) throw this.#unknown(name, context);
      if (names.indexOf(name) !== index) {
        throw new PatchbayError('config', `"${context.serverName}" has the middleware "${name}" twice.`, {
          hint: 'Name it once in "middleware" of the server.',
        });
      }
      const before = made.get(name);
      if (before?.from === known) return before;
      const one = typeof known === 'function' ? { name, middleware: known, from: known } : make(name, known, context);
      made.set(name, one);
      return one;
    });
  }

  #unknown(name: string, { serverName }: MiddlewareContext): PatchbayError {
    const nearest = nearestName(name, this.#known.keys());
    const meant = nearest === undefined ? '' : ` Did you mean "${nearest}"?`;
    return new PatchbayError(
      'config',
      `"${serverName}" has the middleware "${name}", which nobody registered.${meant}`,
      {
        hint: `There are ${this.names().join(', ') || 'none'}; extensions can bring more.`,
      },
    );
  }
}

function make(name: string, from: MiddlewareFactory, context: MiddlewareContext): MadeMiddleware {
  let made: unknown;
  try {
    made = from.create(context);
  } catch (error) {
    throw new PatchbayError('config', `The middleware "${name}" could not be made: ${toError(error).message}`, {
      cause: error,
    });
  }
  if (typeof made === 'function') {
    const middleware = made as Middleware;
    return { name, middleware, from, dispose: () => from.dispose?.(middleware) };
  }
  throw new PatchbayError('config', `The middleware "${name}" could not be made: "create" returned no function.`);
}
