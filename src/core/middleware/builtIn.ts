import { type Disposable, DisposableStore } from '../../base/disposable';
import { loggingMiddleware } from './logging';
import { rateLimitMiddleware } from './rateLimit';
import { redactMiddleware } from './redact';
import type { MiddlewareRegistry } from './registry';
import { validateMiddleware } from './validate';

/** Adds the middleware that comes with the core: `logging`, `rateLimit`, `redact`, `validate`. */
export function registerBuiltInMiddleware(
  registry: MiddlewareRegistry,
  createLimiter: Parameters<typeof rateLimitMiddleware>[0],
): Disposable {
  const store = new DisposableStore();
  store.add(registry.register('logging', loggingMiddleware));
  store.add(registry.register('rateLimit', rateLimitMiddleware(createLimiter)));
  store.add(registry.register('redact', redactMiddleware));
  store.add(registry.register('validate', validateMiddleware));
  return store;
}
