import type { Clock } from '../../base/clock';
import type { MiddlewareFactory, RateLimitShape } from './middleware';

/** Resolves when the call may go; rejects with the reason of `signal`, or with an error of kind `limit`. */
export interface RateLimiter {
  take(signal?: AbortSignal): Promise<void>;
}

export const DEFAULT_RATE_LIMIT: RateLimitShape = { maxRequests: 100, perMs: 60_000, onLimit: 'queue' };

/**
 * Limits the calls of a server as its `limits.rateLimit` says; where that is not configured, to 100 in 60 s.
 * `createLimiter` reads its settings at each call.
 */
export function rateLimitMiddleware(
  createLimiter: (settings: () => RateLimitShape, clock: Clock) => RateLimiter,
): MiddlewareFactory {
  return {
    create({ limits, clock }) {
      const limiter = createLimiter(() => limits.rateLimit ?? DEFAULT_RATE_LIMIT, clock);
      return async (call, next) => {
        await limiter.take(call.signal);
        return next(call);
      };
    },
  };
}
