import { expect, it } from 'vitest';
import { Emitter } from '../../../../src/base/event';
import { watchReturn } from '../../../../src/vscode/adapters/windowFocus';
import { ManualClock } from '../../../support/manualClock';

it('tells of the person who comes back after a while, not of a glance elsewhere', async () => {
  const clock = new ManualClock();
  const changes = new Emitter<{ readonly focused: boolean }>();
  let returns = 0;
  const window = { state: { focused: true }, onDidChangeWindowState: changes.event };
  const watching = watchReturn(window, clock, () => returns++);
  const away = async (ms: number) => {
    changes.fire({ focused: false });
    await clock.advance(ms);
    // A window may tell of other changes while it has no focus.
    changes.fire({ focused: false });
    changes.fire({ focused: true });
  };
  await away(9_000);
  changes.fire({ focused: true });
  expect(returns).toBe(0);
  await away(10_000);
  expect(returns).toBe(1);
  watching.dispose();
  await away(60_000);
  expect(returns).toBe(1);
});
