import { describe, expect, it } from 'vitest';
import { PersonWaits } from '../../../../src/core/auth/personWaits';
import { RequestDeadline } from '../../../../src/core/connection/requestDeadline';
import { ManualClock } from '../../../support/manualClock';

function start(options: Partial<ConstructorParameters<typeof RequestDeadline>[0]> = {}) {
  const clock = new ManualClock();
  const deadline = new RequestDeadline({ clock, timeoutMs: 100, maxTotalMs: 0, signal: undefined, ...options });
  return { clock, deadline };
}

describe('the time of a request', () => {
  it('begins anew with each sign of life', async () => {
    const { clock, deadline } = start();
    for (let i = 0; i < 5; i++) {
      await clock.advance(90);
      deadline.touch();
    }
    expect(deadline.signal.aborted).toBe(false);
    await clock.advance(100);
    expect(deadline.signal.aborted).toBe(true);
  });

  it('is over after the whole time, however often the server shows signs of life', async () => {
    const { clock, deadline } = start({ maxTotalMs: 250 });
    for (let i = 0; i < 3; i++) {
      expect(deadline.signal.aborted).toBe(false);
      await clock.advance(90);
      deadline.touch();
    }
    expect(deadline.signal.aborted).toBe(true);
  });

  it('stands still while a person is waited for, and as long as the last pause lasts', async () => {
    const { clock, deadline } = start();
    const wait = new PersonWaits();
    wait.change(true);
    const listening = deadline.pauseDuring(wait);
    const pause = deadline.pause();
    await clock.advance(1000);
    wait.change(false);
    await clock.advance(1000);
    pause.dispose();
    pause.dispose();
    wait.change(true);
    await clock.advance(1000);
    listening.dispose();
    await clock.advance(99);
    expect(deadline.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(deadline.signal.aborted).toBe(true);
  });

  it('leaves no timer, and nothing at the signal of the caller', () => {
    const listeners = new Set<unknown>();
    const signal = {
      aborted: false,
      addEventListener: (_: string, listener: unknown) => listeners.add(listener),
      removeEventListener: (_: string, listener: unknown) => listeners.delete(listener),
    } as unknown as AbortSignal;
    const { clock, deadline } = start({ maxTotalMs: 500, signal });
    expect(listeners.size).toBe(1);
    expect(clock.pending).toBe(2);
    const pause = deadline.pause();
    deadline.dispose();
    pause.dispose();
    deadline.touch();
    expect(listeners.size).toBe(0);
    expect(clock.pending).toBe(0);
  });
});
