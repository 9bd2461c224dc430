import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Disposable } from '../../../../src/base/disposable';
import { PatchbayError } from '../../../../src/base/errors';
import { startHeartbeat } from '../../../../src/core/connection/heartbeat';
import { FakeSession } from '../../../support/fakeSession';
import { ManualClock } from '../../../support/manualClock';

describe('startHeartbeat', () => {
  let clock: ManualClock;
  let session: FakeSession;
  let heartbeat: Disposable;
  let failure: PatchbayError | undefined;

  beforeEach(() => {
    clock = new ManualClock();
    session = new FakeSession();
    failure = undefined;
    session.onDidClose((error) => {
      failure = error;
    });
    heartbeat = startHeartbeat({ session, clock, intervalMs: 1000, timeoutMs: 100 });
  });

  afterEach(() => {
    heartbeat.dispose();
    expect(clock.pending).toBe(0);
  });

  const fail = (kind: 'timeout' | 'transport' | 'protocol') => async () => {
    throw new PatchbayError(kind, `It was ${kind}.`);
  };

  it('asks after each interval while answers come', async () => {
    await clock.advance(3500);
    expect(session.requests.map(({ method }) => method)).toEqual(['ping', 'ping', 'ping']);
    expect(session.isClosed).toBe(false);
  });

  it('tells how long each answer took', async () => {
    heartbeat.dispose();
    const times: number[] = [];
    const onAnswer = (ms: number) => void times.push(ms);
    heartbeat = startHeartbeat({ session, clock, intervalMs: 1000, timeoutMs: 100, onAnswer });
    await clock.advance(2500);
    expect(times).toHaveLength(2);
    expect(times.every((ms) => ms >= 0)).toBe(true);
  });

  it.each(['timeout', 'transport'] as const)('gives the session up after two without an answer (%s)', async (kind) => {
    session.answer = fail(kind);
    await clock.advance(1000);
    expect(session.isClosed).toBe(false);
    await clock.advance(1000);
    expect(failure?.kind).toBe(kind);
  });

  it('takes a refusal as a sign of life, and an answer in between as a fresh start', async () => {
    session.answer = fail('protocol');
    await clock.advance(5000);
    expect(session.isClosed).toBe(false);
    session.answer = fail('timeout');
    await clock.advance(1000);
    session.answer = async () => ({});
    await clock.advance(1000);
    session.answer = fail('timeout');
    await clock.advance(1000);
    expect(session.isClosed).toBe(false);
  });
});
