import { describe, expect, it } from 'vitest';
import { type Deferred, deferred } from '../../../../src/base/deferred';
import { HealthChecks } from '../../../../src/core/balancing/health';
import { ManualClock, settle } from '../../../support/manualClock';

const INTERVAL = 30_000;

function createHealth(members: string[], intervalMs = INTERVAL) {
  const clock = new ManualClock();
  const asked: string[] = [];
  const answers = new Map<string, Deferred<void>>();
  const signals = new Map<string, AbortSignal>();
  const changes: string[] = [];
  const health = new HealthChecks({
    clock,
    intervalMs,
    members: () => members,
    check: (id, signal) => {
      asked.push(id);
      signals.set(id, signal);
      const answer = deferred<void>();
      answers.set(id, answer);
      return answer.promise;
    },
  });
  health.onDidChange((id) => changes.push(`${id} ${health.isHealthy(id)}`));
  const answer = async (id: string, error?: Error) => {
    if (error) answers.get(id)?.reject(error);
    else answers.get(id)?.resolve();
    await settle();
  };
  return { clock, health, asked, answer, signals, changes };
}

describe('HealthChecks', () => {
  it('asks each connected member once an interval', async () => {
    const { clock, health, asked, answer } = createHealth(['a', 'b']);
    await clock.advance(INTERVAL - 1);
    expect(asked).toEqual([]);
    await clock.advance(1);
    expect(asked).toEqual(['a', 'b']);
    await clock.advance(5000);
    await answer('a');
    await answer('b');
    await clock.advance(INTERVAL - 5000 - 1);
    expect(asked).toHaveLength(2);
    await clock.advance(1);
    expect(asked).toHaveLength(4);
    health.dispose();
  });

  it('takes a member out after a failed check and in again after a passed one', async () => {
    const { clock, health, answer, changes } = createHealth(['a', 'b']);
    await clock.advance(INTERVAL);
    await answer('a', new Error('gone'));
    await answer('b');
    expect(health.isHealthy('a')).toBe(false);
    expect(health.failureOf('a')).toEqual(new Error('gone'));
    expect(health.isHealthy('b')).toBe(true);
    await clock.advance(INTERVAL);
    await answer('a');
    expect(health.isHealthy('a')).toBe(true);
    expect(changes).toEqual(['a false', 'a true']);
    health.dispose();
  });

  it('takes a member out when a call failed, whatever a check says that was under way', async () => {
    const { clock, health, answer, changes } = createHealth(['a']);
    await clock.advance(INTERVAL);
    health.reportFailure('a', new Error('call failed'));
    await answer('a');
    expect(health.isHealthy('a')).toBe(false);
    await clock.advance(INTERVAL);
    await answer('a');
    expect(changes).toEqual(['a false', 'a true']);
    health.dispose();
  });

  it('forgets what was found on another connection', async () => {
    const { clock, health, answer } = createHealth(['a']);
    health.reportFailure('a', new Error('call failed'));
    health.forget('a');
    expect(health.isHealthy('a')).toBe(true);
    await clock.advance(INTERVAL);
    health.forget('a');
    await answer('a', new Error('the old link is gone'));
    expect(health.isHealthy('a')).toBe(true);
    health.dispose();
  });

  it('asks nobody who is not connected, now or when its turn comes', async () => {
    const ids = Array.from({ length: 10 }, (_, index) => `m${index}`);
    const { clock, health, asked, answer } = createHealth(ids);
    await clock.advance(INTERVAL);
    ids.splice(ids.indexOf('m8'), 1);
    await answer('m0');
    expect(asked.slice(8)).toEqual(['m9']);
    ids.length = 0;
    for (const id of asked) await answer(id);
    await clock.advance(INTERVAL);
    expect(asked).toHaveLength(9);
    health.dispose();
  });

  it('asks no more than eight at the same time', async () => {
    const { clock, health, asked, answer } = createHealth(Array.from({ length: 20 }, (_, index) => `m${index}`));
    await clock.advance(INTERVAL);
    expect(asked).toHaveLength(8);
    await answer('m3');
    expect(asked).toHaveLength(9);
    health.dispose();
  });

  it('does not wait for ever for an answer', async () => {
    const { clock, health, asked, signals, answer } = createHealth(['a']);
    await clock.advance(INTERVAL + 10_000);
    expect(health.isHealthy('a')).toBe(false);
    expect(health.failureOf('a')).toMatchObject({ kind: 'timeout' });
    expect(signals.get('a')?.aborted).toBe(true);
    await clock.advance(INTERVAL - 10_000);
    expect(asked).toHaveLength(2);
    await answer('a');
    expect(health.isHealthy('a')).toBe(true);
    health.dispose();
  });

  it('asks nobody where there is no interval, and then a failed call changes nothing', async () => {
    const { clock, health } = createHealth(['a'], 0);
    health.reportFailure('a', new Error('x'));
    expect(health.isHealthy('a')).toBe(true);
    expect(clock.pending).toBe(0);
    health.dispose();
  });

  it('stops everything', async () => {
    const { clock, health, asked, answer, signals, changes } = createHealth(
      Array.from({ length: 9 }, (_, index) => `m${index}`),
    );
    await clock.advance(INTERVAL);
    health.dispose();
    expect([...signals.values()].every(({ aborted }) => aborted)).toBe(true);
    await answer('m0', new Error('late'));
    await clock.advance(10 * INTERVAL);
    expect(asked).toHaveLength(8);
    expect(changes).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});
