import { type Disposable, DisposableStore } from '../../base/disposable';
import { loggingMiddleware } from './logging';
import { RATE_LIMIT_NAME, rateLimitMiddleware } from './rateLimit';
import { redactMiddleware } from './redact';
import type { MiddlewareRegistry } from './registry';
import { validateMiddleware } from './validate';

/** Adds the middleware that comes with the core: `logging`, `rateLimit`, `redact`, `validate`. */
export function registerBuiltInMiddleware(registry: MiddlewareRegistry): Disposable {
  const store = new DisposableStore();
  store.add(registry.register('logging', loggingMiddleware));
  store.add(registry.register(RATE_LIMIT_NAME, rateLimitMiddleware));
  store.add(registry.register('redact', redactMiddleware));
  store.add(registry.register('validate', validateMiddleware));
  return store;
}
