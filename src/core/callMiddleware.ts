import type { Disposable } from '../base/disposable';
import { Emitter, type Event } from '../base/event';
import { registerBuiltInMiddleware } from './middleware/builtIn';
import type { Middleware, MiddlewareFactory } from './middleware/middleware';
import { MiddlewareRegistry } from './middleware/registry';
import type { Ports } from './ports';
import { requireEntry } from './requireEntry';
import type { MiddlewareUser } from './server';
import { ServerMiddleware } from './serverMiddleware';

/** All middleware that `middleware` of a server can name. */
export class CallMiddleware {
  readonly #registry = new MiddlewareRegistry();
  readonly #ports: Ports;
  readonly #changeEmitter = new Emitter<string>();

  /** A name means another thing now. */
  readonly onDidChange: Event<string> = this.#changeEmitter.event;

  constructor(ports: Ports) {
    this.#ports = ports;
    registerBuiltInMiddleware(this.#registry);
  }

  register(name: string, middleware: Middleware | MiddlewareFactory): Disposable {
    const registered = this.#registry.register(name, middleware);
    this.#changeEmitter.fire(name);
    return {
      dispose: () => {
        registered.dispose();
        this.#changeEmitter.fire(name);
      },
    };
  }

  of({ definition, log, redactor, tool }: MiddlewareUser): ServerMiddleware {
    const { clock, validate } = this.#ports;
    return new ServerMiddleware({
      registry: this.#registry,
      names: () => requireEntry(definition()).middleware,
      context: {
        get serverName() {
          return definition().name;
        },
        log,
        clock,
        redactor,
        ...(validate
          ? { validate: { schemaOf: (name: string) => tool(name)?.inputSchema, validateArguments: validate } }
          : {}),
      },
      log,
    });
  }
}
