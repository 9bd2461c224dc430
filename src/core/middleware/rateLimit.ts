import type { MiddlewareFactory, RateLimitShape } from './middleware';

export const RATE_LIMIT_NAME = 'rateLimit';

const DEFAULT_RATE_LIMIT: RateLimitShape = { maxRequests: 100, perMs: 60_000, onLimit: 'queue' };

/** The rate limit of a server: `limits.rateLimit`; where it names the middleware but no numbers, 100 calls in 60 s. */
export function rateLimitOf({
  limits,
  middleware,
}: {
  readonly limits: { readonly rateLimit?: RateLimitShape | undefined };
  readonly middleware: readonly string[];
}): RateLimitShape | undefined {
  return limits.rateLimit ?? (middleware.includes(RATE_LIMIT_NAME) ? DEFAULT_RATE_LIMIT : undefined);
}

/** Its name alone counts (`rateLimitOf`): a call waits before the middleware, where it holds nothing meanwhile. */
export const rateLimitMiddleware: MiddlewareFactory = {
  create: () => (call, next) => next(call),
};
