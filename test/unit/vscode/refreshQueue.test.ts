import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/base/clock';
import { toDisposable } from '../../../src/base/disposable';
import { RefreshQueue } from '../../../src/vscode/refreshQueue';

function handClock() {
  const waiting = new Set<() => void>();
  const clock: Clock = {
    now: () => 0,
    setTimeout(callback) {
      waiting.add(callback);
      return toDisposable(() => waiting.delete(callback));
    },
  };
  const fire = () => {
    for (const callback of [...waiting]) callback();
  };
  return { clock, waiting, fire };
}

describe('RefreshQueue', () => {
  it('announces at once what waits where somebody relies on it, and not again', () => {
    const { clock, waiting, fire } = handClock();
    const announced: unknown[] = [];
    const queue = new RefreshQueue<string>(clock, 50, (changed) => announced.push(changed));
    queue.announceNow();
    queue.add('a');
    queue.announceNow();
    expect(announced).toEqual([['a']]);
    expect(waiting.size).toBe(0);
    queue.addAll();
    fire();
    expect(announced).toEqual([['a'], 'all']);
  });

  it('announces many changes once', () => {
    const { clock, waiting, fire } = handClock();
    const announced: unknown[] = [];
    const queue = new RefreshQueue<string>(clock, 50, (changed) => announced.push(changed));
    for (let i = 0; i < 1000; i++) queue.add(`s${i % 3}`);
    expect(waiting.size).toBe(1);
    fire();
    expect(announced).toEqual([['s0', 's1', 's2']]);
    expect(waiting.size).toBe(0);
  });

  it('begins anew after each announcement, and "all" holds what single changes said', () => {
    const { clock, fire } = handClock();
    const announced: unknown[] = [];
    const queue = new RefreshQueue<string>(clock, 50, (changed) => announced.push(changed));
    queue.add('a');
    queue.addAll();
    fire();
    queue.add('b');
    fire();
    expect(announced).toEqual(['all', ['b']]);
  });

  it('is silent after dispose and leaves no timer', () => {
    const { clock, waiting } = handClock();
    const queue = new RefreshQueue<string>(clock, 50, () => expect.unreachable());
    queue.add('a');
    queue.dispose();
    queue.add('b');
    expect(waiting.size).toBe(0);
  });
});
