import { describe, expect, it } from 'vitest';
import { watchForSleep } from '../../../src/base/sleepWatch';
import { ManualClock } from '../../support/manualClock';

/** A clock whose time on the wall can jump while its timers stand still. */
class SleepyClock extends ManualClock {
  #slept = 0;

  override now(): number {
    return super.now() + this.#slept;
  }

  sleep(ms: number): void {
    this.#slept += ms;
  }
}

describe('watchForSleep', () => {
  it('says nothing while time goes by as it should', async () => {
    const clock = new ManualClock();
    let woken = 0;
    watchForSleep(clock, () => woken++);
    await clock.advance(3_600_000);
    expect(woken).toBe(0);
    expect(clock.pending).toBe(1);
  });

  it('takes a busy machine for no sleeping one', async () => {
    const clock = new SleepyClock();
    let woken = 0;
    watchForSleep(clock, () => woken++);
    clock.sleep(19_000);
    await clock.advance(10_000);
    expect(woken).toBe(0);
  });

  it('tells once of each sleep, soon after it', async () => {
    const clock = new SleepyClock();
    let woken = 0;
    watchForSleep(clock, () => woken++);
    for (const sleeps of [1, 2]) {
      clock.sleep(8 * 3_600_000);
      await clock.advance(10_000);
      expect(woken).toBe(sleeps);
      await clock.advance(100_000);
      expect(woken).toBe(sleeps);
    }
  });

  it('is no news where the clock was set back', async () => {
    const clock = new SleepyClock();
    let woken = 0;
    watchForSleep(clock, () => woken++);
    clock.sleep(-3_600_000);
    await clock.advance(60_000);
    expect(woken).toBe(0);
  });

  it('leaves no timer behind', async () => {
    const clock = new SleepyClock();
    const watch = watchForSleep(clock, () => expect.unreachable());
    await clock.advance(25_000);
    watch.dispose();
    clock.sleep(3_600_000);
    await clock.advance(60_000);
    expect(clock.pending).toBe(0);
  });
});
