import type { Disposable } from '../base/disposable';
import { Emitter, type Event } from '../base/event';
import { registerBuiltInMiddleware } from './middleware/builtIn';
import { composeMiddleware } from './middleware/compose';
import type { Middleware, MiddlewareFactory } from './middleware/middleware';
import { MiddlewareRegistry } from './middleware/registry';
import type { Ports } from './ports';
import type { MiddlewareUser } from './server';

/** All middleware that `middleware` of a server can name, and what is around the calls of each server. */
export class CallMiddleware {
  readonly #registry = new MiddlewareRegistry();
  readonly #ports: Ports;
  readonly #changeEmitter = new Emitter<void>();

  /** A name means another thing now. */
  readonly onDidChange: Event<void> = this.#changeEmitter.event;

  constructor(ports: Ports) {
    this.#ports = ports;
    registerBuiltInMiddleware(this.#registry);
  }

  register(name: string, middleware: Middleware | MiddlewareFactory): Disposable {
    const registered = this.#registry.register(name, middleware);
    this.#changeEmitter.fire();
    return {
      dispose: () => {
        registered.dispose();
        this.#changeEmitter.fire();
      },
    };
  }

  /** Throws a `config` error for a name that nobody registered. */
  around({ definition, entry, log, redactor, tool }: MiddlewareUser): Middleware {
    const { clock, validate } = this.#ports;
    const context = {
      serverName: definition.name,
      log,
      clock,
      limits: entry.limits,
      redactor,
      ...(validate
        ? { validate: { schemaOf: (name: string) => tool(name)?.inputSchema, validateArguments: validate } }
        : {}),
    };
    return composeMiddleware(this.#registry.resolve(entry.middleware, context));
  }
}
