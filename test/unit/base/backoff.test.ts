import { describe, expect, it } from 'vitest';
import { type BackoffPolicy, backoffDelay } from '../../../src/base/backoff';
import { fc } from '../../support/fastCheck';

const policy: BackoffPolicy = {
  strategy: 'exponential',
  initialDelayMs: 1000,
  maxDelayMs: 60_000,
  factor: 2,
  jitter: 0.2,
  maxAttempts: 5,
};

describe('backoffDelay', () => {
  it('doubles up to the cap', () => {
    const delays = [1, 2, 3, 7].map((n) => backoffDelay({ ...policy, maxAttempts: 0 }, n, () => 0.5));
    expect(delays).toEqual([1000, 2000, 4000, 60_000]);
  });

  it('ends after the last attempt, and never without a limit', () => {
    expect(backoffDelay(policy, 6, () => 0.5)).toBeUndefined();
    expect(backoffDelay({ ...policy, maxAttempts: -1 }, 10_000, () => 0.5)).toBe(60_000);
  });

  it('stays the same for fixed and gives nothing for none', () => {
    expect(backoffDelay({ ...policy, strategy: 'fixed' }, 4, () => 0.5)).toBe(1000);
    expect(backoffDelay({ ...policy, strategy: 'none' }, 1, () => 0.5)).toBeUndefined();
  });

  it('spreads by the jitter and never leaves 0 to the cap', () => {
    expect(backoffDelay(policy, 1, () => 0)).toBe(800);
    expect(backoffDelay(policy, 1, () => 0.999_999)).toBe(1200);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (n, random) => {
        const delay = backoffDelay({ ...policy, maxAttempts: 0 }, n, () => random);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(policy.maxDelayMs);
      }),
    );
  });
});
