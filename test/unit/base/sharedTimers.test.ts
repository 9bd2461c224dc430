import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SharedTimers } from '../../../src/base/sharedTimers';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'queueMicrotask'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('shared timers', () => {
  test('fire in their order, none early and none more than 16 ms late', () => {
    const timers = new SharedTimers();
    const fired: [number, number][] = [];
    const started = performance.now();
    const note = (delayMs: number) => () => fired.push([delayMs, performance.now() - started]);
    for (const delayMs of [60_000, 1000, 1001, 59_999, 1000]) timers.set(note(delayMs), delayMs);
    vi.advanceTimersByTime(61_000);
    expect(fired.map(([delayMs]) => delayMs).sort((a, b) => a - b)).toEqual([1000, 1000, 1001, 59_999, 60_000]);
    for (const [delayMs, at] of fired) {
      expect(at).toBeGreaterThanOrEqual(delayMs);
      expect(at).toBeLessThanOrEqual(delayMs + 17);
    }
  });

  test('those set later with the same delay are due later', () => {
    const timers = new SharedTimers();
    const fired: string[] = [];
    timers.set(() => fired.push('first'), 1600);
    vi.advanceTimersByTime(900);
    timers.set(() => fired.push('second'), 1600);
    vi.advanceTimersByTime(710);
    expect(fired).toEqual(['first']);
    vi.advanceTimersByTime(900);
    expect(fired).toEqual(['first', 'second']);
  });

  test('a cancelled one does not fire, and takes no timer of its own', () => {
    const timers = new SharedTimers();
    const callback = vi.fn();
    for (let count = 0; count < 100; count++) timers.set(callback, 5000).dispose();
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(6000);
    expect(callback).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('one that is set again from its own callback fires again', () => {
    const timers = new SharedTimers();
    let count = 0;
    const again = () => {
      count += 1;
      if (count < 3) timers.set(again, 1600);
    };
    timers.set(again, 1600);
    vi.advanceTimersByTime(5000);
    expect(count).toBe(3);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('an error of one does not hold up the others', async () => {
    const timers = new SharedTimers();
    const errors: unknown[] = [];
    vi.stubGlobal('queueMicrotask', (callback: () => void) => {
      try {
        callback();
      } catch (error) {
        errors.push(error);
      }
    });
    const other = vi.fn();
    timers.set(() => {
      throw new Error('mine');
    }, 2000);
    timers.set(other, 2000);
    vi.advanceTimersByTime(2100);
    vi.unstubAllGlobals();
    expect(other).toHaveBeenCalledOnce();
    expect(errors).toEqual([new Error('mine')]);
  });
});
