import { describe, expect, it } from 'vitest';
import { ShutdownLadder } from '../../../../src/core/transports/stdioShutdown';
import { ManualClock } from '../../../support/manualClock';

function create({ hasSignals = true } = {}) {
  const clock = new ManualClock();
  const steps: string[] = [];
  const step = (name: string) => () => void steps.push(`${name} at ${clock.now() - start}`);
  const start = clock.now();
  const target = {
    endInput: step('end of input'),
    terminate: () => {
      if (hasSignals) step('SIGTERM')();
      return hasSignals;
    },
    kill: step('SIGKILL'),
    giveUp: step('given up'),
  };
  return { clock, steps, ladder: new ShutdownLadder(target, clock, 100) };
}

describe('ShutdownLadder', () => {
  it('gives each step its time', async () => {
    const { clock, steps, ladder } = create();
    ladder.stop();
    await clock.advance(1000);
    expect(steps).toEqual(['end of input at 0', 'SIGTERM at 100', 'SIGKILL at 200', 'given up at 300']);
    expect(clock.pending).toBe(0);
  });

  it.each([
    [50, ['end of input at 0']],
    [150, ['end of input at 0', 'SIGTERM at 100']],
    [250, ['end of input at 0', 'SIGTERM at 100', 'SIGKILL at 200']],
  ])('stops with the process, here after %i ms', async (ms, expected) => {
    const { clock, steps, ladder } = create();
    ladder.stop();
    await clock.advance(ms);
    ladder.exited();
    expect(clock.pending).toBe(0);
    ladder.stop();
    await clock.advance(1000);
    expect(steps).toEqual(expected);
  });

  it('kills where there is no SIGTERM', async () => {
    const { clock, steps, ladder } = create({ hasSignals: false });
    ladder.stop();
    await clock.advance(1000);
    expect(steps).toEqual(['end of input at 0', 'SIGKILL at 100', 'given up at 200']);
  });

  it('kills at once when stopped again, and only once', async () => {
    const { clock, steps, ladder } = create();
    ladder.stop();
    await clock.advance(10);
    ladder.stop();
    ladder.stop();
    await clock.advance(1000);
    expect(steps).toEqual(['end of input at 0', 'SIGKILL at 10', 'given up at 110']);
  });
});
