import { afterEach, describe, expect, it } from 'vitest';
import {
  type CountingHttp,
  type CountingServer,
  startCountingHttp,
  startCountingWebSocket,
} from '../servers/countingServer.mjs';
import { FaultHarness } from '../support/faultHarness';
import { type Fault, type FaultProxy, startFaultProxy } from '../support/faultProxy';
import { freePort } from '../support/servers';

/** Time for a call that is to end well, reconnect included. */
const PLENTY = { timeoutMs: 8000 };
const BRIEF = { timeoutMs: 600 };

let harness: FaultHarness | undefined;
const parts: { close(): Promise<void> }[] = [];

function open(servers: Record<string, object>, settings: object = {}): FaultHarness {
  harness = new FaultHarness(servers, settings);
  return harness;
}

async function start<T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const part = await starting;
  parts.push(part);
  return part;
}

afterEach(async () => {
  await harness?.hub.close();
  for (const part of parts.splice(0).reverse()) await part.close();
  await harness?.close();
  harness = undefined;
});

const isPosix = process.platform !== 'win32';

describe('a server process', () => {
  it('that is killed loses what may have run, does again what may be, and comes back', async () => {
    const { harness, hub } = view(open({ s: {} }));
    await hub.connect('s');
    const waits = harness.call('s', 'wait', 'unsafe', { ...PLENTY, ms: 60_000 });
    const reads = harness.call('s', 'waitSafe', 'safe', { ...PLENTY, ms: 400 });
    await until(() => harness.runsOf('safe') === 1 && harness.runsOf('unsafe') === 1);
    process.kill(harness.pidOf('s'), 'SIGKILL');
    const lost = await waits;
    expect(lost.error).toMatchObject({ kind: 'connectionClosed' });
    expect((await reads).text).toBe('safe');
    expect([harness.runsOf('unsafe'), harness.runsOf('safe')]).toEqual([1, 2]);
    expect(harness.kindsOf('s')).toEqual(['connecting', 'connected', 'reconnecting', 'connected']);
  });

  it('that ends in each call runs none of them twice, and is left alone after five', async () => {
    const { harness, hub } = view(open({ s: { retry: { initialDelayMs: 250, maxDelayMs: 250, maxAttempts: 0 } } }));
    for (let call = 1; call <= 5; call += 1) {
      expect((await harness.call('s', 'die', `die${call}`, PLENTY)).error?.kind).toBe('connectionClosed');
    }
    expect((await harness.call('s', 'run', 'refused', PLENTY)).error).toMatchObject({ code: 'breakerOpen' });
    const reason = 'Server process exited with code 3.';
    expect(hub.server('s')?.breaker).toMatchObject({ kind: 'open', since: expect.any(Number), reason });
    expect([1, 2, 3, 4, 5].map((call) => harness.runsOf(`die${call}`))).toEqual([1, 1, 1, 1, 1]);
    await hub.connect('s', { interactive: true });
    expect((await harness.call('s', 'run', 'again', PLENTY)).text).toBe('again');
  });

  it.runIf(isPosix)('that stands still keeps its connection; its call ends in time', async () => {
    const { harness, hub } = view(open({ s: {} }));
    await hub.connect('s');
    const pid = harness.pidOf('s');
    process.kill(pid, 'SIGSTOP');
    const late = await Promise.all(['a', 'b', 'c'].map((id) => harness.call('s', 'read', id, BRIEF)));
    expect(late.map(({ error }) => error?.kind)).toEqual(['timeout', 'timeout', 'timeout']);
    process.kill(pid, 'SIGCONT');
    expect((await harness.call('s', 'run', 'awake', PLENTY)).text).toBe('awake');
    expect(harness.kindsOf('s')).toEqual(['connecting', 'connected']);
    expect(harness.pidOf('s')).toBe(pid);
    expect(['a', 'b', 'c'].map((id) => harness.runsOf(id))).toEqual([1, 1, 1]);
  });

  it('that answers twice, late and to nobody gives each call its own answer', async () => {
    const { harness } = view(open({ s: { args: ['--leak'] } }, { tools: { maxConcurrentCalls: 20 } }));
    const ids = Array.from({ length: 60 }, (_, index) => `call${index}`);
    const answers = await Promise.all(ids.map((id) => harness.call('s', 'run', id, PLENTY)));
    expect(answers.map(({ text }) => text)).toEqual(ids);
    expect(ids.map((id) => harness.runsOf(id))).toEqual(ids.map(() => 1));
    expect(harness.kindsOf('s')).toEqual(['connecting', 'connected']);
  });
});

const NETWORKS = [
  ['http', startCountingHttp],
  ['websocket', startCountingWebSocket],
] as const;

const address = (over: string, { port }: { port: number }) => ({
  url: over === 'http' ? `http://127.0.0.1:${port}/mcp` : `ws://127.0.0.1:${port}/ws`,
  transport: over,
});

describe.each(NETWORKS)('a network on the way to a server over %s', (over, startServer) => {
  let server: CountingServer;
  let proxy: FaultProxy;

  async function connected(): Promise<FaultHarness> {
    server = await start<CountingServer>(startServer());
    proxy = await start(startFaultProxy(server.port));
    const opened = open({ s: address(over, proxy) });
    await opened.hub.connect('s');
    expect((await opened.call('s', 'run', 'first', PLENTY)).text).toBe('first');
    return opened;
  }

  it('that is slow is only slow', async () => {
    const harness = await connected();
    proxy.set({ kind: 'delay', ms: 150 });
    const outcomes = await Promise.all(['a', 'b', 'c'].map((id) => harness.call('s', 'run', id, PLENTY)));
    expect(outcomes.map(({ text }) => text)).toEqual(['a', 'b', 'c']);
    expect(harness.kindsOf('s')).toEqual(['connecting', 'connected']);
  });

  it('that stands still keeps no call longer than its timeout', async () => {
    const harness = await connected();
    proxy.set({ kind: 'stall' });
    const outcomes = await Promise.all(['a', 'b'].map((id) => harness.call('s', 'read', id, BRIEF)));
    expect(outcomes.map(({ error }) => error?.kind)).toEqual(['timeout', 'timeout']);
    proxy.set({ kind: 'none' });
    proxy.cutAll();
    expect((await harness.call('s', 'read', 'later', PLENTY)).text).toBe('later');
  });

  it.each<Fault>([{ kind: 'cut' }, { kind: 'halfClose' }, { kind: 'corrupt' }])(
    'with a fault ($kind) fails what may have run once, and heals',
    async (fault) => {
      const harness = await connected();
      proxy.set(fault);
      const outcome = await harness.call('s', 'run', 'unsafe', { timeoutMs: 2000 });
      expect(outcome.error?.kind).toMatch(/^(connectionClosed|transport|protocol)$/);
      expect(server.runs.get('unsafe')).toBe(1);
      proxy.set({ kind: 'none' });
      expect((await harness.call('s', 'read', 'healed', PLENTY)).text).toBe('healed');
      expect(harness.stateOf('s')).toBe('connected');
    },
  );

  it('that breaks once lets a safe call go again', async () => {
    const harness = await connected();
    const reads = harness.call('s', 'waitSafe', 'safe', { ...PLENTY, ms: 300 });
    await until(() => server.runs.get('safe') === 1);
    proxy.cutAll();
    expect((await reads).text).toBe('safe');
    expect(server.runs.get('safe')).toBe(2);
  });

  it('that is gone for a while is waited for by calls that were not sent', async () => {
    const harness = await connected();
    const lost = harness.reaches('s', 'reconnecting');
    await proxy.refuse();
    // An HTTP link has no end of its own to see: the first request finds out.
    if (over === 'websocket') await lost;
    // One that was sent into a link that broke at that moment may have run: only a safe one goes again.
    const call = harness.call('s', over === 'websocket' ? 'run' : 'read', 'waits', PLENTY);
    await lost;
    await proxy.listen();
    expect((await call).text).toBe('waits');
    expect(server.runs.get('waits')).toBe(1);
    expect(harness.kindsOf('s')).toEqual(['connecting', 'connected', 'reconnecting', 'connected']);
  });
});

describe('an HTTP server', () => {
  async function connected(entry: object = {}): Promise<{ harness: FaultHarness; http: CountingHttp }> {
    const http = await start(startCountingHttp());
    const opened = open({ s: { ...address('http', http), ...entry } });
    await opened.hub.connect('s');
    return { harness: opened, http };
  }

  it('that forgot its sessions gets a new one, and each call once', async () => {
    const { harness, http } = await connected();
    http.forgetSessions();
    expect((await harness.call('s', 'run', 'unsafe', PLENTY)).text).toBe('unsafe');
    expect(harness.kindsOf('s')).toEqual(['connecting', 'connected', 'reconnecting', 'connected']);
    http.forgetSessions();
    const outcomes = await Promise.all(['a', 'b', 'c'].map((id) => harness.call('s', 'read', id, PLENTY)));
    expect(outcomes.map(({ text }) => text)).toEqual(['a', 'b', 'c']);
    expect(['unsafe', 'a', 'b', 'c'].map((id) => http.runs.get(id))).toEqual([1, 1, 1, 1]);
  });

  it.each([
    [429, 'run'],
    [503, 'read'],
  ])('that answers %i gets the time that it asks for, and then each call once', async (status, tool) => {
    const { harness, http } = await connected();
    http.refuse(2, status, 1);
    const outcome = await harness.call('s', tool, 'again', PLENTY);
    expect(outcome.text).toBe('again');
    expect(outcome.tookMs).toBeGreaterThan(1900);
    expect(http.runs.get('again')).toBe(1);
    expect(harness.kindsOf('s')).toEqual(['connecting', 'connected']);
  });

  it('that answers 503 to what may have run gets it no second time', async () => {
    const { harness, http } = await connected();
    http.refuse(1, 503, 0);
    expect((await harness.call('s', 'run', 'unsure', PLENTY)).error).toMatchObject({ code: 503 });
    expect(http.runs.get('unsure') ?? 0).toBe(0);
  });

  it('that asks for more time than there is fails the call at once', async () => {
    const { harness, http } = await connected();
    http.refuse(1, 429, 60);
    const outcome = await harness.call('s', 'run', 'late', PLENTY);
    expect(outcome.error).toMatchObject({ code: 429, retryAfterMs: 60_000 });
    expect(outcome.tookMs).toBeLessThan(2000);
  });
});

describe('ten servers with ten faults at once', () => {
  it('do each what they can, and none holds up another', async () => {
    const http = await start(startCountingHttp());
    const webSocket = await start(startCountingWebSocket());
    const proxies = await Promise.all(
      [http, http, http, webSocket, webSocket].map(({ port }) => startFaultProxy(port)),
    );
    for (const proxy of proxies) parts.push(proxy);
    const [slow, stalled, corrupt, cut, gone] = proxies as [FaultProxy, FaultProxy, FaultProxy, FaultProxy, FaultProxy];
    const { harness, hub } = view(
      open(
        {
          well: {},
          killed: {},
          stopped: {},
          leaks: { args: ['--leak'] },
          slow: address('http', slow),
          stalled: address('http', stalled),
          corrupt: address('http', corrupt),
          cut: address('websocket', cut),
          gone: address('websocket', gone),
          nobody: { url: `http://127.0.0.1:${await freePort()}/mcp` },
        },
        { tools: { maxConcurrentCalls: 50 } },
      ),
    );
    await hub.connectAll();
    expect(hub.servers().filter(({ state }) => state.kind === 'connected')).toHaveLength(9);

    slow.set({ kind: 'delay', ms: 200 });
    stalled.set({ kind: 'stall' });
    corrupt.set({ kind: 'corrupt' });
    cut.set({ kind: 'cut' });
    await gone.refuse();
    const killed = harness.reaches('killed', 'reconnecting');
    process.kill(harness.pidOf('killed'), 'SIGKILL');
    await killed;
    const stopped = harness.pidOf('stopped');
    if (isPosix) process.kill(stopped, 'SIGSTOP');

    const ids = hub.servers().map(({ id }) => id);
    const timeoutMs = 2500;
    const calls = ids.flatMap((id) => [1, 2, 3].map((turn) => harness.call(id, 'run', `${id}${turn}`, { timeoutMs })));
    const outcomes = await Promise.all(calls);
    const seen = new Map(ids.map((id, index) => [id, outcomes.slice(index * 3, index * 3 + 3)]));
    const textsOf = (id: string) => seen.get(id)?.map(({ text }) => text);
    for (const id of ['well', 'leaks', 'slow', 'killed'])
      expect(textsOf(id)).toEqual([1, 2, 3].map((n) => `${id}${n}`));
    for (const { tookMs } of seen.get('well') ?? []) expect(tookMs).toBeLessThan(timeoutMs);
    for (const id of ['stalled', 'corrupt', 'gone', 'nobody']) {
      expect([id, textsOf(id)]).toEqual([id, [undefined, undefined, undefined]]);
    }

    for (const proxy of proxies) proxy.set({ kind: 'none' });
    stalled.cutAll();
    await gone.listen();
    if (isPosix) process.kill(stopped, 'SIGCONT');
    const healed = ids.filter((id) => id !== 'nobody');
    await Promise.all(healed.map((id) => hub.connect(id, { interactive: true })));
    const last = await Promise.all(healed.map((id) => harness.call(id, 'run', `${id}-last`, PLENTY)));
    expect(last.map(({ text }) => text)).toEqual(healed.map((id) => `${id}-last`));

    const all = [...ids.flatMap((id) => [1, 2, 3].map((turn) => `${id}${turn}`)), ...healed.map((id) => `${id}-last`)];
    const runs = (id: string) => harness.runsOf(id) + (http.runs.get(id) ?? 0) + (webSocket.runs.get(id) ?? 0);
    expect(all.filter((id) => runs(id) > 1)).toEqual([]);
  });
});

function view(opened: FaultHarness) {
  return { harness: opened, hub: opened.hub };
}

/** Waits for what another process does to a file, or another end of a link: there is no event for that. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 10));
}
