import { afterEach, describe, expect, it, vi } from 'vitest';
import { FaultHarness } from '../support/faultHarness';

const PLENTY = { timeoutMs: 8000 };

let harness: FaultHarness;

afterEach(async () => {
  await harness.close();
});

/** A group `g` of two processes, connected. */
async function openPair(entry: object = {}): Promise<FaultHarness> {
  const members = [{ server: 'a' }, { server: 'b' }];
  harness = new FaultHarness({ a: entry, b: entry }, { groups: { g: { members } } });
  await harness.hub.connect('g');
  return harness;
}

/** Ends the process that runs the only call. */
async function killWhoRuns(id: string): Promise<void> {
  await vi.waitFor(() => expect(harness.runsOf(id)).toBe(1), { timeout: 8000 });
  const busy = harness.hub.load().servers.filter(({ inFlight }) => inFlight > 0);
  expect(busy).toHaveLength(1);
  process.kill(harness.pidOf(busy[0]?.server as string), 'SIGKILL');
}

describe('a call of a group whose member dies', () => {
  it('runs once where the tool says nothing of being called twice', async () => {
    await openPair();
    const ended = await harness.call('g', 'die', 'died', PLENTY);
    expect(ended.error?.kind).toBe('connectionClosed');
    const call = harness.call('g', 'wait', 'killed', { ...PLENTY, ms: 60_000 });
    await killWhoRuns('killed');
    expect((await call).error?.kind).toBe('connectionClosed');
    expect([harness.runsOf('died'), harness.runsOf('killed')]).toEqual([1, 1]);
  });

  it('is answered by the other one where the tool is marked read-only', async () => {
    await openPair();
    const call = harness.call('g', 'waitSafe', 'safe', { ...PLENTY, ms: 700 });
    await killWhoRuns('safe');
    expect((await call).text).toBe('safe');
    expect(harness.runsOf('safe')).toBe(2);
  });

  it('runs once where its server forbids more, whatever the tool is marked as', async () => {
    await openPair({ retry: { calls: 'never' } });
    const call = harness.call('g', 'waitSafe', 'never', { ...PLENTY, ms: 700 });
    await killWhoRuns('never');
    expect((await call).error?.kind).toBe('connectionClosed');
    expect(harness.runsOf('never')).toBe(1);
  });
});

describe('a call of a group that waits', () => {
  const slowly = { limits: { rateLimit: { maxRequests: 1, perMs: 60_000 } }, autoConnect: 'onDemand' };

  it('goes on to the other member when its own is disconnected', async () => {
    await openPair(slowly);
    await harness.hub.disconnect('b');
    await harness.call('g', 'run', 'first', PLENTY);
    const waiting = harness.call('g', 'run', 'second', PLENTY);
    await harness.hub.disconnect('a');
    expect((await waiting).text).toBe('second');
    expect([harness.stateOf('a'), harness.stateOf('b')]).toEqual(['disconnected', 'connected']);
  });

  it('ends with the group, and brings no member back', async () => {
    await openPair(slowly);
    await harness.hub.disconnect('b');
    await harness.call('g', 'run', 'first', PLENTY);
    const waiting = harness.call('g', 'run', 'second', PLENTY);
    await harness.hub.disconnect('g');
    expect((await waiting).error?.message).toBe('The server was disconnected before the call was sent.');
    expect([harness.stateOf('a'), harness.stateOf('b')]).toEqual(['disconnected', 'disconnected']);
    expect(harness.runsOf('second')).toBe(0);
  });
});

describe('a call of a group that nobody is connected of', () => {
  const deaf = { command: process.execPath, args: ['-e', 'process.stdin.resume()'], shutdownGraceMs: 100 };

  it('ends with the time of its caller, however long its members take to start', async () => {
    harness = new FaultHarness(
      {},
      { servers: { a: { ...deaf, autoConnect: 'onDemand' } }, groups: { g: { members: [{ server: 'a' }] } } },
    );
    const { error, tookMs } = await harness.call('g', 'run', 'x', { timeoutMs: 500 });
    expect(error).toMatchObject({ kind: 'timeout', message: expect.stringContaining('it waited for a connection') });
    expect(tookMs).toBeLessThan(4000);
  });
});
