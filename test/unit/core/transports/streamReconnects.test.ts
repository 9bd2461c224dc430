import { describe, expect, it } from 'vitest';
import { createStreamReconnects } from '../../../../src/core/transports/streamReconnects';
import { fc } from '../../../support/fastCheck';

function create(random: () => number = () => 0.5) {
  const timers: { callback: () => void; delayMs: number; disposed: boolean }[] = [];
  let now = 0;
  const clock = {
    now: () => now,
    setTimeout: (callback: () => void, delayMs: number) => {
      const timer = { callback, delayMs, disposed: false };
      timers.push(timer);
      return {
        dispose: () => {
          timer.disposed = true;
        },
      };
    },
  };
  const advance = (ms: number) => {
    now += ms;
  };
  return { reconnects: createStreamReconnects(clock, random), timers, advance };
}

describe('createStreamReconnects', () => {
  it('never goes below the floor or above the cap, whatever is asked for', () => {
    const delay = fc.oneof(fc.double(), fc.integer());
    fc.assert(
      fc.property(
        fc.array(delay, { maxLength: 30 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (delays, value) => {
          const { reconnects, timers } = create(() => value);
          for (const [index, wanted] of delays.entries()) reconnects.schedule(() => {}, wanted, index);
          expect(timers.every(({ delayMs }) => delayMs >= 500 && delayMs <= 30_000)).toBe(true);
        },
      ),
    );
  });

  it('slows down until a message comes or a stream has lived for a while', () => {
    const { reconnects, timers, advance } = create();
    const schedule = () => reconnects.schedule(() => {}, 1000, 0);
    schedule();
    schedule();
    reconnects.onMessage();
    schedule();
    schedule();
    advance(60_001);
    schedule();
    expect(timers.map(({ delayMs }) => delayMs)).toEqual([1000, 1500, 1000, 1500, 1000]);
  });

  it('cancels one, and all when disposed', () => {
    const { reconnects, timers } = create();
    const cancel = reconnects.schedule(() => {}, 1000, 0);
    reconnects.schedule(() => {}, 1000, 0);
    cancel();
    expect(timers.map(({ disposed }) => disposed)).toEqual([true, false]);
    reconnects.dispose();
    reconnects.schedule(() => {}, 1000, 0);
    expect(timers.map(({ disposed }) => disposed)).toEqual([true, true]);
  });
});
