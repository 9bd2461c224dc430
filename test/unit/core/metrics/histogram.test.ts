import { describe, expect, it } from 'vitest';
import { Histogram } from '../../../../src/core/metrics/histogram';
import { fc } from '../../../support/fastCheck';

/** Even over the powers of ten, as durations are. */
const duration = fc.double({ min: Math.log(0.1), max: Math.log(3_600_000), noNaN: true }).map(Math.exp);

describe('Histogram', () => {
  it('is at most 2 % off from what sorting all durations finds', () => {
    fc.assert(
      fc.property(
        fc.array(duration, { minLength: 1, maxLength: 200 }),
        fc.constantFrom(0.5, 0.95, 0.99),
        (all, share) => {
          const histogram = new Histogram();
          for (const ms of all) histogram.record(ms);
          const sorted = [...all].sort((a, b) => a - b);
          const exact = sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
          expect(Math.abs(histogram.percentile(share) / exact - 1)).toBeLessThanOrEqual(0.02);
          const { count, mean, max } = histogram.summary() ?? { count: 0, mean: 0, max: 0 };
          expect([count, max]).toEqual([all.length, Math.round((sorted.at(-1) ?? 0) * 1000) / 1000]);
          const exactMean = all.reduce((sum, ms) => sum + ms, 0) / all.length;
          expect(Math.abs(mean - exactMean)).toBeLessThanOrEqual(0.001 + exactMean * 1e-9);
        },
      ),
    );
  });

  it('is at most 2 % off for each single duration', () => {
    fc.assert(
      fc.property(duration, (ms) => {
        const histogram = new Histogram();
        // Others on both sides, so that the bounds of what was seen do not help.
        for (const value of [0, ms, 4_000_000]) histogram.record(value);
        expect(Math.abs(histogram.percentile(0.5) / ms - 1)).toBeLessThanOrEqual(0.02);
      }),
    );
  });

  it('takes what is out of range or no duration at all', () => {
    const histogram = new Histogram();
    expect(histogram.summary()).toBeUndefined();
    for (const ms of [0, -5, Number.NaN, 0.01]) histogram.record(ms);
    expect(histogram.summary()).toEqual({ count: 4, mean: 0.003, p50: 0.01, p95: 0.01, p99: 0.01, max: 0.01 });
    histogram.record(Number.POSITIVE_INFINITY);
    expect(Number.isFinite(histogram.summary()?.mean)).toBe(true);
    expect(histogram.percentile(0.5)).toBeLessThanOrEqual(0.05);
  });
});
