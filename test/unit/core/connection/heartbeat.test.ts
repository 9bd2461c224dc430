import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Disposable } from '../../../../src/base/disposable';
import { PatchbayError } from '../../../../src/base/errors';
import { isDebugged, startHeartbeat } from '../../../../src/core/connection/heartbeat';
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

describe('startHeartbeat of a process', () => {
  const BUSY_MS = 5 * 60_000;
  let clock: ManualClock;
  let session: FakeSession;
  let heartbeat: Disposable;

  beforeEach(() => {
    clock = new ManualClock();
    session = new FakeSession();
    session.processId = 7;
    session.answer = async () => {
      throw new PatchbayError('timeout', 'It was silent.');
    };
    heartbeat = startHeartbeat({ session, clock, intervalMs: 1000, timeoutMs: 100 });
  });

  afterEach(() => heartbeat.dispose());

  it('gives it up after three questions in a row without an answer', async () => {
    await clock.advance(2500);
    expect(session.isClosed).toBe(false);
    await clock.advance(1000);
    expect(session.closeReason).toMatchObject({ kind: 'timeout', retryable: true });
    expect(session.closeReason?.message).toBe('The server process runs, but answers nothing any more.');
  });

  it('asks nothing while messages come, and takes each for a sign of life', async () => {
    for (let round = 0; round < 5; round++) {
      await clock.advance(2000);
      session.activity.heardAt = clock.now();
      await clock.advance(1000);
    }
    expect(session.isClosed).toBe(false);
    session.requests.length = 0;
    for (let round = 0; round < 5; round++) {
      session.activity.heardAt = clock.now();
      await clock.advance(1000);
    }
    expect(session.requests).toEqual([]);
  });

  it('lets it work on a request for as long as that may take', async () => {
    session.activity.pending = 1;
    await clock.advance(10 * BUSY_MS);
    expect(session.requests).toEqual([]);
    session.activity.pending = 0;
    await clock.advance(3000);
    expect(session.isClosed).toBe(true);
  });

  it('counts no question against it that a request came after', async () => {
    await clock.advance(2000);
    session.answer = async () => {
      session.activity.pending = 1;
      throw new PatchbayError('timeout', 'It was silent.');
    };
    await clock.advance(2000);
    expect(session.isClosed).toBe(false);
  });

  it('lets it finish for a while what was given up', async () => {
    session.activity.gaveUpAt = clock.now();
    await clock.advance(BUSY_MS - 1);
    expect(session.requests).toEqual([]);
    await clock.advance(3001);
    expect(session.isClosed).toBe(true);
  });

  it('is not held up by what was given up before it spoke', async () => {
    session.activity.gaveUpAt = clock.now();
    await clock.advance(500);
    session.activity.heardAt = clock.now();
    await clock.advance(4000);
    expect(session.isClosed).toBe(true);
  });
});

it.each([
  ['node', ['--inspect-brk', 'server.js'], true],
  ['node', ['--inspect=9230', 'server.js'], true],
  ['python', ['-m', 'debugpy', '--listen', '5678'], true],
  ['/usr/bin/dlv', ['exec', './server'], true],
  ['C:\\tools\\gdb.exe', [], true],
  ['node', ['server.js', '--inspector-like'], false],
  ['npx', ['-y', 'lldb-mcp'], false],
])('%s %j is debugged: %s', (command, args, expected) => {
  expect(isDebugged(command, args)).toBe(expected);
});
