import { afterEach, describe, expect, it, vi } from 'vitest';
import { nextEvent } from '../../src/base/event';
import { mergeConfigFiles, readConfigFile } from '../../src/core/index';
import type { CallToolResult } from '../../src/shared/mcp';
import { startCountingHttp } from '../servers/countingServer.mjs';
import { startHttpServer } from '../servers/httpServer.mjs';
import { FaultHarness } from '../support/faultHarness';
import { startFaultProxy } from '../support/faultProxy';
import { isAlive } from '../support/servers';

const PLENTY = { timeoutMs: 8000 };

let harness: FaultHarness;
const parts: { close(): Promise<void> }[] = [];

function open(servers: Record<string, object>, settings: object = {}): FaultHarness {
  harness = new FaultHarness(servers, settings);
  return harness;
}

afterEach(async () => {
  await harness.hub.close();
  for (const part of parts.splice(0).reverse()) await part.close();
  await harness.close();
});

const textOf = ({ content }: CallToolResult) => content.map(({ text }) => text).join('');
const pidOfCall = async (id: string) => Number(textOf(await harness.hub.callTool(id, 'pid', {})));

describe('calls of several servers', () => {
  it('share the places, and a server with many of them does not hold up the others', async () => {
    const { hub } = open({ busy: {}, other: {} }, { tools: { maxConcurrentCalls: 4 } });
    await Promise.all([hub.connect('busy'), hub.connect('other')]);
    const busy = Array.from({ length: 12 }, (_, n) => harness.call('busy', 'wait', `busy${n}`, { ...PLENTY, ms: 250 }));
    expect(hub.metrics().now.calls).toEqual({ inFlight: 3, waiting: 9 });
    const other = await harness.call('other', 'run', 'other', PLENTY);
    expect(other.text).toBe('other');
    expect(hub.metrics().now.calls.waiting).toBeGreaterThanOrEqual(6);
    const outcomes = await Promise.all(busy);
    expect(outcomes.map(({ text }) => text)).toEqual(outcomes.map((_, n) => `busy${n}`));
  });

  it('are all over when the hub is closed, and each is in the history once with its end', async () => {
    const { hub } = open({ a: {}, b: {} }, { tools: { maxConcurrentCalls: 4 } });
    await hub.connect('a');
    const tools = ['wait', 'waitSafe'];
    const calls = Array.from({ length: 10 }, (_, n) =>
      harness.call(n % 2 ? 'a' : 'b', tools[n % 2] as string, `call${n}`, { ...PLENTY, ms: 60_000 }),
    );
    const ended: string[] = [];
    hub.calls.onDidChange(({ id, outcome }) => ended.push(`${id} ${outcome}`));
    await harness.reaches('b', 'connected');
    await hub.close();
    const outcomes = await Promise.all(calls);
    for (const { error, tookMs } of outcomes) {
      expect(error?.kind).toMatch(/^(connectionClosed|cancelled)$/);
      expect(tookMs).toBeLessThan(4000);
    }
    expect(new Set(ended.map((entry) => entry.split(' ')[0])).size).toBe(10);
    expect(ended).toHaveLength(10);
    for (const entry of ended) expect(entry).toMatch(/ (connectionClosed|cancelled)$/);
  });
});

describe('a call that is given up', () => {
  it.each(['by the caller', 'by its timeout'])('%s is told to the server, and the connection stays', async (how) => {
    const { hub } = open({ s: {} });
    await hub.connect('s');
    const abort = new AbortController();
    const gaveUp =
      how === 'by the caller'
        ? hub.callTool('s', 'slow', { ms: 60_000 }, { signal: abort.signal })
        : hub.callTool('s', 'slow', { ms: 60_000 }, { timeoutMs: 200 });
    // Answered after the other one has arrived.
    await hub.callTool('s', 'echo', { text: 'x' });
    abort.abort();
    await expect(gaveUp).rejects.toMatchObject({ kind: how === 'by the caller' ? 'cancelled' : 'timeout' });
    expect(textOf(await hub.callTool('s', 'cancelled', {}))).toBe('1');
    expect(harness.kindsOf('s')).toEqual(['connecting', 'connected']);
  });
});

describe('a call that gets no answer in time', () => {
  it('names the time that was asked for, and what makes it longer', async () => {
    const { hub } = open({ s: { timeouts: { toolMs: 150 } } });
    await hub.connect('s');
    const byServer = hub.callTool('s', 'wait', { id: 'a', ms: 60_000 });
    await expect(byServer).rejects.toMatchObject({
      message: 'The tool "wait" did not answer within 150 ms.',
      hint: 'If it needs longer, raise "timeouts.toolMs" or "tools.timeouts" of the server.',
    });
    const byCaller = hub.callTool('s', 'wait', { id: 'b', ms: 60_000 }, { timeoutMs: 120 });
    await expect(byCaller).rejects.toMatchObject({
      message: 'The tool "wait" did not answer within 120 ms.',
      hint: 'If it needs longer, raise the timeout of the call ("timeoutMs", in a terminal --timeout).',
    });
  });
});

describe('calls that wait', () => {
  const slowly = { limits: { rateLimit: { maxRequests: 1, perMs: 60_000 } }, timeouts: { toolMs: 30_000 } };

  it.each(['disconnected', 'taken out of the configuration'])(
    'are over at once when their server is %s',
    async (how) => {
      const { hub } = open({ s: slowly });
      expect((await harness.call('s', 'run', 'first', PLENTY)).text).toBe('first');
      const waiting = harness.call('s', 'run', 'second', { timeoutMs: 30_000 });
      if (how === 'disconnected') await hub.disconnect('s');
      else hub.update(mergeConfigFiles([readConfigFile('{ "servers": {} }', { kind: 'adHoc' })]));
      const { error, tookMs } = await waiting;
      expect(error?.message).toBe('The server was disconnected before the call was sent.');
      expect(tookMs).toBeLessThan(4000);
      expect(harness.runsOf('second')).toBe(0);
    },
  );

  it('are over at once after a server has asked for time, too', async () => {
    const server = await startCountingHttp();
    parts.push(server);
    const { hub } = open({ s: { url: `http://127.0.0.1:${server.port}/mcp`, transport: 'http' } });
    await hub.connect('s');
    server.refuse(1, 429, 20);
    const refused = nextEvent(hub.traffic('s').onDidFinish);
    const waiting = harness.call('s', 'run', 'x', { timeoutMs: 30_000 });
    await refused;
    await vi.waitFor(() => expect(hub.metrics().now.servers[0]?.pool.inFlight).toBe(0));
    await hub.disconnect('s');
    const { error, tookMs } = await waiting;
    expect(error?.message).toBe('The server was disconnected before the call was over.');
    expect(tookMs).toBeLessThan(4000);
  });

  it('for a rate limit that middleware asks for hold no place of other servers', async () => {
    const { hub } = open({ limited: { middleware: ['rateLimit'] }, other: {} }, { tools: { maxConcurrentCalls: 3 } });
    await Promise.all([hub.connect('limited'), hub.connect('other')]);
    for (let call = 0; call < 100; call += 1) await hub.callTool('limited', 'echo', { text: 'x' });
    const waiting = Array.from({ length: 5 }, (_, n) => harness.call('limited', 'run', `w${n}`, PLENTY));
    expect((await harness.call('other', 'run', 'other', PLENTY)).text).toBe('other');
    expect(hub.metrics().now.calls).toEqual({ inFlight: 0, waiting: 0 });
    await hub.disconnect('limited');
    for (const { error } of await Promise.all(waiting)) expect(error?.kind).toBe('cancelled');
  });
});

describe('a server with a rate limit', () => {
  it('gets no more than that when it was slow to start', async () => {
    const rateLimit = { maxRequests: 2, perMs: 600 };
    const { hub } = open({ s: { limits: { rateLimit } } });
    await Promise.all(Array.from({ length: 6 }, (_, n) => harness.call('s', 'run', `r${n}`, { timeoutMs: 20_000 })));
    const sent = hub
      .traffic('s')
      .snapshot()
      .filter(({ method }) => method === 'tools/call')
      .map(({ startedAt }) => startedAt);
    expect(sent).toHaveLength(6);
    // The log looks at the clock a moment later than the limit does.
    for (const [index, at] of sent.slice(2).entries()) expect(at - (sent[index] as number)).toBeGreaterThan(580);
  });

  it('gets no more than that when it turns calls away', async () => {
    const server = await startCountingHttp();
    parts.push(server);
    const { hub } = open({
      s: {
        url: `http://127.0.0.1:${server.port}/mcp`,
        transport: 'http',
        limits: { rateLimit: { maxRequests: 1, perMs: 60_000 } },
      },
    });
    await hub.connect('s');
    server.refuse(2, 429, 0);
    const { error } = await harness.call('s', 'run', 'x', { timeoutMs: 1500 });
    expect(error?.message).toContain('it waited for "limits.rateLimit"');
    expect(
      hub
        .traffic('s')
        .snapshot()
        .filter(({ method }) => method === 'tools/call'),
    ).toHaveLength(1);
  });
});

describe('a call that was lost', () => {
  it('does not bring back what somebody disconnected', async () => {
    const { hub } = open({ s: { retry: { calls: 'always' } } });
    await hub.connect('s');
    const safe = harness.call('s', 'waitSafe', 'safe', { ...PLENTY, ms: 60_000 });
    await hub.callTool('s', 'echo', { text: 'x' });
    await hub.disconnect('s');
    expect((await safe).error?.kind).toMatch(/^(connectionClosed|cancelled)$/);
    expect(harness.kindsOf('s')).toEqual(['connecting', 'connected', 'disconnecting', 'disconnected']);
    expect(harness.runsOf('safe')).toBe(1);
  });

  it('with its answer on the way is not made again, even where the server cannot be reached then', async () => {
    const server = await startHttpServer();
    const proxy = await startFaultProxy(server.port);
    parts.push(server, proxy);
    const { hub } = open({ s: { url: `http://127.0.0.1:${proxy.port}/resume` } });
    await hub.connect('s');
    const before = server.seen.calls;
    const call = harness.call('s', 'echo', 'unsafe', { timeoutMs: 3000 });
    // The stream has begun, and breaks: what asks for the rest of it is refused.
    await proxy.nextAnswer();
    await proxy.refuse();
    const outcome = await call;
    await proxy.listen();
    expect(outcome.error).toBeDefined();
    expect(server.seen.calls - before).toBe(1);
  });
});

describe('a pool', () => {
  it('runs calls side by side on further processes, and leaves none of them', async () => {
    const { hub } = open({ s: { pool: { min: 2, max: 3 } } }, { pool: { maxInFlightPerConnection: 1 } });
    const numbers = () => hub.metrics().now.servers[0]?.pool;
    await hub.connect('s');
    await vi.waitFor(() => expect(numbers()).toMatchObject({ open: 2, created: 1 }), { timeout: 10_000 });
    const slow = () => hub.callTool('s', 'wait', { id: 'x', ms: 300 });
    const first = [slow(), slow(), slow()];
    await vi.waitFor(() => expect(numbers()).toMatchObject({ open: 3, created: 2 }), { timeout: 10_000 });
    await Promise.all(first);
    expect(numbers()).toMatchObject({ idle: 3, inFlight: 0, waiting: 0 });
    const busy = [slow(), slow(), slow()];
    const waits = pidOfCall('s');
    await vi.waitFor(() => expect(numbers()).toMatchObject({ inFlight: 3, waiting: 1 }));
    await Promise.all(busy);
    await waits;
    const pids = new Set(await Promise.all([pidOfCall('s'), pidOfCall('s'), pidOfCall('s')]));
    expect(pids.size).toBe(3);
    await hub.disconnect('s');
    expect([...pids].filter(isAlive)).toEqual([]);
  });

  it('that is full makes room by ending what was idle for longest', async () => {
    const { hub } = open({ a: {}, b: {}, c: {} }, { pool: { maxTotal: 2 } });
    await hub.connect('a');
    await hub.connect('b');
    const [a, b] = [harness.pidOf('a'), harness.pidOf('b')];
    await hub.callTool('a', 'echo', { text: 'x' });
    await hub.connect('c');
    expect([isAlive(a), isAlive(b)]).toEqual([true, false]);
    expect(harness.stateOf('b')).toBe('disconnected');
    expect((await harness.call('b', 'run', 'back', PLENTY)).text).toBe('back');
    expect(isAlive(a)).toBe(false);
    expect(hub.metrics().now.connections).toMatchObject({ open: 2, evicted: 2 });
  });
});

describe('a server that nobody uses', () => {
  it('is ended after its time, and started by the next call', async () => {
    open({ s: { timeouts: { idleMs: 200 } } });
    const stopped = harness.reaches('s', 'disconnected');
    const pid = await pidOfCall('s');
    await stopped;
    expect(isAlive(pid)).toBe(false);
    expect(harness.hub.server('s')?.idleStopMs).toBe(200);
    expect((await harness.call('s', 'run', 'again', PLENTY)).text).toBe('again');
    expect(harness.hub.server('s')?.idleStopMs).toBeUndefined();
    await harness.hub.disconnect('s');
    expect(harness.hub.server('s')?.idleStopMs).toBeUndefined();
  });
});

describe('the end of a hub', () => {
  it('waits for links that broke before, too', async () => {
    const server = await startCountingHttp();
    const proxy = await startFaultProxy(server.port);
    parts.push(server, proxy);
    const { hub } = open({ s: { url: `http://127.0.0.1:${proxy.port}/mcp`, transport: 'http' } });
    await hub.connect('s');
    server.forgetSessions();
    proxy.set({ kind: 'delay', ms: 200 });
    const lost = harness.reaches('s', 'reconnecting');
    const call = harness.call('s', 'run', 'lost', PLENTY);
    await lost;
    // The old session is being ended at this moment, which takes as long as an answer.
    await harness.close();
    expect((await call).error?.kind).toBe('connectionClosed');
  });
});
