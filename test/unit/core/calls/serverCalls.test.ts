import { afterEach, describe, expect, it } from 'vitest';
import { type Deferred, deferred } from '../../../../src/base/deferred';
import { PatchbayError, type PatchbayErrorOptions } from '../../../../src/base/errors';
import { DEFAULT_BREAKER } from '../../../../src/core/balancing/breaker';
import { FairLimiter } from '../../../../src/core/calls/fairLimiter';
import type { CallEnd } from '../../../../src/core/calls/history';
import { ServerCalls, type ServerCallsOptions } from '../../../../src/core/calls/serverCalls';
import type { ServerEntry } from '../../../../src/core/config/definition';
import type { RequestOptions } from '../../../../src/core/connection/session';
import { mergeConfigFiles, readConfigFile } from '../../../../src/core/index';
import { composeMiddleware } from '../../../../src/core/middleware/compose';
import type { Middleware } from '../../../../src/core/middleware/middleware';
import { NO_SESSION_CODE } from '../../../../src/core/pool/sessionPool';
import type { JsonObject } from '../../../../src/shared/json';
import type { CallToolResult, Tool } from '../../../../src/shared/mcp';
import { FakeSession } from '../../../support/fakeSession';
import { ManualClock, settle } from '../../../support/manualClock';

const failure = (kind: PatchbayError['kind'], options: PatchbayErrorOptions = {}) =>
  new PatchbayError(kind, 'It failed.', { retryable: true, ...options });
const dropped = () => failure('connectionClosed');
const text = (value: string): JsonObject => ({ content: [{ type: 'text', text: value }] });

/** One call that arrived at the peer. */
interface Arrived {
  readonly tool: string;
  readonly options: RequestOptions;
  answer(value?: string): void;
  fail(error: PatchbayError): void;
}

interface Recorded {
  readonly tool: string;
  readonly ends: CallEnd[];
}

let calls: ServerCalls;
let clock: ManualClock;
let limiter: FairLimiter;
let arrived: Arrived[];
let recorded: Recorded[];
let leases: number;

interface Setting {
  readonly entry?: Record<string, unknown>;
  readonly limit?: number;
  readonly tools?: readonly Pick<Tool, 'name' | 'annotations'>[];
  readonly lease?: ServerCallsOptions['lease'];
  readonly around?: () => Middleware;
}

const straight: Middleware = (call, next) => next(call);

function setUp({ entry = {}, limit = 10, tools = [], lease, around }: Setting = {}): ServerCalls {
  const source = JSON.stringify({ servers: { s: { command: 'x', ...entry } } });
  const definition = mergeConfigFiles([readConfigFile(source, { kind: 'adHoc' })]).servers.get('s');
  expect(definition?.problems).toEqual([]);
  const parsed = definition?.entry as ServerEntry;
  clock = new ManualClock();
  arrived = [];
  recorded = [];
  leases = 0;
  limiter = new FairLimiter({ limit: () => limit, keyLimit: () => parsed.limits.maxConcurrentCalls });
  const session = new FakeSession();
  session.answer = (_method, params, options) => {
    const result: Deferred<JsonObject> = deferred();
    const timer =
      options.timeoutMs > 0
        ? clock.setTimeout(() => result.reject(failure('timeout')), options.timeoutMs)
        : { dispose() {} };
    const onAbort = () => result.reject(options.signal?.reason);
    options.signal?.addEventListener('abort', onAbort);
    const over = () => {
      timer.dispose();
      options.signal?.removeEventListener('abort', onAbort);
    };
    arrived.push({
      tool: String(params.name),
      options,
      answer: (value = 'ok') => result.resolve(text(value)),
      fail: (error) => result.reject(error),
    });
    return result.promise.finally(over);
  };
  calls = new ServerCalls({
    serverId: 's',
    entry: () => parsed,
    rateLimit: () => parsed.limits.rateLimit,
    limiter,
    lease:
      lease ??
      (async () => {
        leases += 1;
        return { session, release: () => {} };
      }),
    tool: (name) => tools.find((tool) => tool.name === name) as Tool | undefined,
    around: around ?? (() => straight),
    describe: (error) =>
      error instanceof PatchbayError ? error : failure('cancelled', { retryable: false, cause: error }),
    begin: (tool) => {
      const record: Recorded = { tool, ends: [] };
      recorded.push(record);
      return (end) => void record.ends.push(end);
    },
    clock,
  });
  return calls;
}

/** A call whose end can be looked at without waiting for it. */
function make(tool = 't', options: Parameters<ServerCalls['call']>[2] = {}) {
  const outcome: { result?: CallToolResult; error?: PatchbayError; isOver: boolean } = { isOver: false };
  void calls.call(tool, {}, options).then(
    (result) => Object.assign(outcome, { result, isOver: true }),
    (error) => Object.assign(outcome, { error, isOver: true }),
  );
  return outcome;
}

/** Turns the clock when all that could begin has begun. */
async function elapse(ms: number): Promise<void> {
  await settle();
  await clock.advance(ms);
}

/** After each test: every call was recorded exactly once, and nothing is held. */
afterEach(async () => {
  await settle();
  for (const { tool, ends } of recorded) expect([tool, ends.length]).toEqual([tool, 1]);
  expect(limiter.inFlight).toBe(0);
  expect(limiter.waiting).toBe(0);
  expect(calls.inFlight).toBe(0);
  calls.dispose();
  expect(clock.pending).toBe(0);
});

async function answerAll(): Promise<void> {
  for (let index = 0; index < arrived.length; index += 1) {
    arrived[index]?.answer();
    await settle();
  }
}

describe('limits', () => {
  it('lets no more calls go than the server takes, first come first served', async () => {
    setUp({ entry: { limits: { maxConcurrentCalls: 2 } } });
    for (const tool of ['a', 'b', 'c', 'd']) make(tool);
    await settle();
    expect(arrived.map(({ tool }) => tool)).toEqual(['a', 'b']);
    arrived[1]?.answer();
    await settle();
    expect(arrived.map(({ tool }) => tool)).toEqual(['a', 'b', 'c']);
    await answerAll();
    expect(arrived.map(({ tool }) => tool)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('asks for a place among all calls before anything else, and gives it back at the end', async () => {
    setUp({ limit: 1 });
    const release = await limiter.acquire('other');
    const outcome = make();
    await settle();
    expect([leases, arrived.length]).toEqual([0, 0]);
    release();
    await settle();
    expect(limiter.inFlight).toBe(1);
    arrived[0]?.answer('done');
    await settle();
    expect(outcome.result?.content[0]?.text).toBe('done');
    expect(limiter.inFlight).toBe(0);
  });

  it('holds no place among all calls for one that waits for the rate limit', async () => {
    setUp({ limit: 1, entry: { limits: { rateLimit: { maxRequests: 1, perMs: 5000 } } } });
    const first = make('a');
    await settle();
    arrived[0]?.answer();
    await settle();
    expect(first.isOver).toBe(true);
    make('b');
    await settle();
    expect([limiter.inFlight, calls.inFlight, calls.remaining]).toEqual([0, 1, 0]);
    await elapse(4999);
    expect(arrived).toHaveLength(1);
    await elapse(1);
    expect(arrived[1]?.tool).toBe('b');
    await answerAll();
  });

  it('counts for the rate limit from when a call is sent, however long the connection took', async () => {
    const opened = deferred<void>();
    const at: number[] = [];
    const session = new FakeSession();
    session.answer = async () => {
      at.push(clock.now() - start);
      return text('ok');
    };
    setUp({
      entry: { limits: { rateLimit: { maxRequests: 2, perMs: 1000 } } },
      lease: async () => {
        await opened.promise;
        return { session, release: () => {} };
      },
    });
    const start = clock.now();
    for (let call = 0; call < 5; call += 1) make();
    await elapse(4000);
    opened.resolve();
    await elapse(2000);
    expect(at).toEqual([4000, 4000, 5000, 5000, 6000]);
  });

  it('counts each try for the rate limit, and holds no place while one waits for it', async () => {
    setUp({ limit: 1, entry: { timeouts: { toolMs: 0 }, limits: { rateLimit: { maxRequests: 1, perMs: 60_000 } } } });
    const outcome = make();
    await settle();
    arrived[0]?.fail(failure('limit', { code: 429, retryAfterMs: 1 }));
    await elapse(59_999);
    expect([arrived.length, limiter.inFlight, calls.inFlight]).toEqual([1, 0, 1]);
    await elapse(1);
    expect([arrived.length, limiter.inFlight]).toEqual([2, 1]);
    arrived[1]?.answer();
    await settle();
    expect(outcome.result).toBeDefined();
  });

  it('ends a call as its last try did where the rate limit refuses one more', async () => {
    setUp({ entry: { limits: { rateLimit: { maxRequests: 1, perMs: 60_000, onLimit: 'reject' } } } });
    const outcome = make();
    await settle();
    arrived[0]?.fail(failure('limit', { code: 429, retryAfterMs: 10 }));
    await elapse(10);
    expect(outcome.error).toMatchObject({ code: 429 });
    expect(arrived).toHaveLength(1);
  });

  it('spends nothing of the rate limit on a call that middleware answers', async () => {
    setUp({
      entry: { limits: { rateLimit: { maxRequests: 1, perMs: 60_000, onLimit: 'reject' } } },
      around: () => async () => ({ content: [] }),
    });
    await calls.call('t', {}, {});
    await calls.call('t', {}, {});
    expect(calls.remaining).toBe(1);
  });

  it('refuses above the rate limit where the entry says so', async () => {
    setUp({ entry: { limits: { rateLimit: { maxRequests: 1, perMs: 5000, onLimit: 'reject' } } } });
    make();
    const second = make();
    await settle();
    expect(second.error).toMatchObject({ kind: 'limit', retryAfterMs: 5000 });
    await answerAll();
  });

  it('spends the rate limit on calls that go, not on those that wait for a place', async () => {
    setUp({ limit: 1, entry: { limits: { rateLimit: { maxRequests: 5, perMs: 60_000 } } } });
    const release = await limiter.acquire('other');
    const outcome = make('a', { timeoutMs: 100 });
    await elapse(100);
    expect(outcome.error).toMatchObject({ kind: 'timeout' });
    expect(calls.remaining).toBe(5);
    release();
  });

  it('gives the place back of a call that is cancelled in the moment in which it gets it', async () => {
    setUp({ limit: 1 });
    const release = await limiter.acquire('other');
    const abort = new AbortController();
    const outcome = make('a', { signal: abort.signal });
    await settle();
    release();
    abort.abort();
    await settle();
    expect(outcome.error?.kind).toBe('cancelled');
    expect(limiter.inFlight).toBe(0);
  });
});

describe('the timeout', () => {
  it('counts what the call waits for, and says what that was', async () => {
    setUp({ limit: 1, entry: { timeouts: { toolMs: 1000 } } });
    const release = await limiter.acquire('other');
    const outcome = make();
    await elapse(999);
    expect(outcome.isOver).toBe(false);
    await elapse(1);
    expect(outcome.error).toMatchObject({ kind: 'timeout', message: expect.stringContaining('its turn') });
    release();
  });

  it('leaves for the answer what the waiting has left over', async () => {
    setUp({ limit: 1, entry: { timeouts: { toolMs: 1000 } } });
    const release = await limiter.acquire('other');
    const outcome = make();
    await elapse(700);
    release();
    await settle();
    const asked = { timeoutMs: 1000, setting: '"timeouts.toolMs" or "tools.timeouts" of the server' };
    expect(arrived[0]?.options).toMatchObject({ timeoutMs: 300, asked, maxTotalMs: 3_600_000 });
    await elapse(300);
    expect(outcome.error?.kind).toBe('timeout');
  });

  it('names the rate limit where the call waited for that', async () => {
    setUp({ entry: { timeouts: { toolMs: 1000 }, limits: { rateLimit: { maxRequests: 1, perMs: 60_000 } } } });
    make('a');
    const second = make('b');
    await settle();
    arrived[0]?.answer();
    await elapse(1000);
    expect(second.error).toMatchObject({ kind: 'timeout', message: expect.stringContaining('"limits.rateLimit"') });
  });

  const slowStart =
    (ms: number): ServerCallsOptions['lease'] =>
    async (signal, connecting) => {
      const over = connecting();
      const opened = deferred<void>();
      const timer = clock.setTimeout(() => opened.resolve(), ms);
      signal.addEventListener('abort', () => opened.reject(signal.reason), { once: true });
      try {
        await opened.promise;
      } finally {
        timer.dispose();
        over();
      }
      const session = new FakeSession();
      session.answer = async () => text('late');
      return { session, release: () => {} };
    };

  it('leaves the start of a server out where the caller gave none', async () => {
    setUp({ entry: { timeouts: { toolMs: 1000 } }, lease: slowStart(20_000) });
    const outcome = make();
    await elapse(20_000);
    expect(outcome.result?.content[0]?.text).toBe('late');
  });

  it('means all of it where the caller gave one', async () => {
    setUp({ entry: { timeouts: { toolMs: 60_000 } }, lease: slowStart(20_000) });
    const outcome = make('t', { timeoutMs: 1000 });
    await elapse(1000);
    expect(outcome.error).toMatchObject({ kind: 'timeout', message: expect.stringContaining('a connection') });
    expect(outcome.error?.hint).toContain('raise the timeout of the call ("timeoutMs"');
  });

  it('is that of the tool where the server has one for it, and of the caller before all', async () => {
    setUp({ entry: { timeouts: { toolMs: 1000 }, tools: { timeouts: { 'build*': 5000 } } } });
    make('build_all');
    make('other');
    make('build_all', { timeoutMs: 10 });
    await settle();
    expect(arrived.map(({ options }) => options.timeoutMs)).toEqual([5000, 1000, 10]);
    await answerAll();
  });

  it('may be longer than the most that progress can make of it', async () => {
    setUp({ entry: { timeouts: { toolMs: 1000, maxTotalMs: 2000 } } });
    make('t', { timeoutMs: 5000 });
    await settle();
    expect(arrived[0]?.options).toMatchObject({ timeoutMs: 5000, maxTotalMs: 5000 });
    await answerAll();
  });

  it('is none where it is 0', async () => {
    setUp({ entry: { timeouts: { toolMs: 0 } } });
    const outcome = make();
    await elapse(10 * 86_400_000);
    expect(arrived[0]?.options.timeoutMs).toBe(0);
    expect(outcome.isOver).toBe(false);
    await answerAll();
  });

  it('refuses one that is no time, before anything is recorded', async () => {
    setUp();
    await expect(calls.call('t', {}, { timeoutMs: -1 })).rejects.toMatchObject({ kind: 'config' });
    await expect(calls.call('t', {}, { timeoutMs: Number.NaN })).rejects.toMatchObject({ kind: 'config' });
    expect(recorded).toEqual([]);
  });

  it('ends a call that a middleware never gives back', async () => {
    setUp({ entry: { timeouts: { toolMs: 1000 } }, around: () => () => new Promise(() => {}) });
    const outcome = make();
    await elapse(1000);
    expect(outcome.error?.kind).toBe('timeout');
  });

  it.each<[string, Middleware]>([
    ['before', () => new Promise(() => {})],
    ['after', (call, next) => next(call).then(() => new Promise(() => {}))],
  ])('names the middleware that has the call: %s the answer', async (_, middleware) => {
    const around = composeMiddleware([
      { name: 'outer', middleware: straight },
      { name: 'mine', middleware },
    ]);
    setUp({ entry: { timeouts: { toolMs: 1000 } }, around: () => around });
    const outcome = make();
    await settle();
    arrived[0]?.answer();
    await elapse(1000);
    expect(outcome.error).toMatchObject({
      kind: 'timeout',
      message: 'The tool "t" did not end within 1 s: it waited for the middleware "mine".',
    });
  });

  it('has one total for all tries, however much progress there is', async () => {
    setUp({ entry: { timeouts: { toolMs: 1000, maxTotalMs: 1750 }, retry: { calls: 'always' } } });
    const outcome = make();
    await elapse(800);
    arrived[0]?.options.onProgress?.({ progress: 1 });
    arrived[0]?.fail(dropped());
    await elapse(100);
    expect(arrived[1]?.options).toMatchObject({ timeoutMs: 900, maxTotalMs: 850 });
    await elapse(800);
    arrived[1]?.options.onProgress?.({ progress: 2 });
    arrived[1]?.fail(dropped());
    await elapse(100);
    expect(outcome.error?.kind).toBe('connectionClosed');
    expect(arrived).toHaveLength(2);
  });

  it('has one total with the members of its group that were sent the call before', async () => {
    setUp({ entry: { timeouts: { maxTotalMs: 60_000 } } });
    make('t', { sentAt: clock.now() - 25_000 });
    await settle();
    expect(arrived[0]?.options).toMatchObject({ timeoutMs: 30_000, maxTotalMs: 35_000 });
    await answerAll();
  });

  it('holds for all tries together', async () => {
    setUp({ entry: { timeouts: { toolMs: 1000 }, retry: { calls: 'always' } } });
    const outcome = make();
    await elapse(800);
    arrived[0]?.fail(dropped());
    await elapse(100);
    expect(arrived[1]?.options.timeoutMs).toBe(100);
    await elapse(100);
    expect(outcome.error?.kind).toBe('timeout');
    expect(arrived).toHaveLength(2);
  });

  it('is the total where the caller gave one, whatever progress says', async () => {
    setUp({ entry: { timeouts: { toolMs: 1000 }, retry: { calls: 'always' } } });
    const progress: unknown[] = [];
    make('t', { timeoutMs: 2000, onProgress: (update) => progress.push(update) });
    await elapse(900);
    expect(arrived[0]?.options).toMatchObject({ resetOnProgress: false });
    arrived[0]?.options.onProgress?.({ progress: 1 });
    await elapse(600);
    arrived[0]?.fail(dropped());
    await elapse(100);
    expect(arrived[1]?.options.timeoutMs).toBe(400);
    expect(progress).toEqual([{ progress: 1 }]);
    make('t', { timeoutMs: 1000 });
    make();
    await settle();
    expect(arrived[2]?.options.onProgress).toBeUndefined();
    expect(arrived[3]?.options).toMatchObject({ resetOnProgress: true });
    await answerAll();
  });

  it('starts again with each progress for the next try as well', async () => {
    setUp({ entry: { timeouts: { toolMs: 1000 }, retry: { calls: 'always' } } });
    make();
    await elapse(900);
    arrived[0]?.options.onProgress?.({ progress: 1 });
    await elapse(50);
    arrived[0]?.fail(dropped());
    await elapse(100);
    expect(arrived[1]?.options.timeoutMs).toBe(850);
    await answerAll();
  });
});

describe('cancel', () => {
  const abortion = async (stage: () => Promise<void>, setting: Setting = {}) => {
    setUp(setting);
    const abort = new AbortController();
    const before = await limiterHeld(setting);
    const outcome = make('t', { signal: abort.signal });
    await stage();
    abort.abort();
    await settle();
    before?.();
    return outcome;
  };
  const limiterHeld = (setting: Setting) => (setting.limit === 1 ? limiter.acquire('other') : undefined);

  it('ends a call that waits for a place', async () => {
    const outcome = await abortion(settle, { limit: 1 });
    expect(outcome.error?.kind).toBe('cancelled');
    expect(arrived).toEqual([]);
  });

  it('ends a call that waits for the rate limit, and keeps the line in order', async () => {
    setUp({ entry: { limits: { rateLimit: { maxRequests: 1, perMs: 1000 } } } });
    make('a');
    const abort = new AbortController();
    const second = make('b', { signal: abort.signal });
    make('c');
    await settle();
    abort.abort();
    await settle();
    expect(second.error?.kind).toBe('cancelled');
    await elapse(1000);
    expect(arrived.map(({ tool }) => tool)).toEqual(['a', 'c']);
    await answerAll();
  });

  it('ends a call that waits for a connection', async () => {
    const lease: ServerCallsOptions['lease'] = (signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(failure('cancelled'))));
    expect((await abortion(settle, { lease })).error?.kind).toBe('cancelled');
  });

  it('reaches the request that is under way', async () => {
    expect((await abortion(settle)).error?.kind).toBe('cancelled');
    expect(arrived[0]?.options.signal?.aborted).toBe(true);
  });

  it('ends a call in a middleware that does not listen', async () => {
    expect((await abortion(settle, { around: () => () => new Promise(() => {}) })).error?.kind).toBe('cancelled');
  });

  it('reaches the request whatever signal a middleware hands on, and that one ends it as well', async () => {
    const own = new AbortController();
    const around: Setting['around'] = () => (call, next) => next({ ...call, signal: own.signal });
    expect((await abortion(settle, { around })).error?.kind).toBe('cancelled');
    expect(arrived[0]?.options.signal?.aborted).toBe(true);
    setUp({ around });
    const outcome = make();
    await settle();
    own.abort();
    await settle();
    expect(outcome.error?.kind).toBe('cancelled');
  });

  it('ends a call that waits before it is sent once more', async () => {
    setUp();
    const abort = new AbortController();
    const outcome = make('t', { signal: abort.signal });
    await settle();
    arrived[0]?.fail(failure('limit', { code: 429, retryAfterMs: 5000 }));
    await settle();
    abort.abort();
    await settle();
    expect(outcome.error?.kind).toBe('cancelled');
    await elapse(10_000);
    expect(arrived).toHaveLength(1);
  });

  it('says nothing against the server', async () => {
    setUp();
    for (let call = 0; call < 10; call += 1) {
      const abort = new AbortController();
      make('t', { signal: abort.signal });
      await settle();
      abort.abort();
      await settle();
    }
    expect([calls.breaker.kind, calls.toolBreakers.size]).toEqual(['closed', 0]);
  });
});

describe('breakers', () => {
  const unreachable = failure('transport', { code: 'ECONNRESET' });
  const failing: ServerCallsOptions['lease'] = () => Promise.reject(unreachable);

  async function failTimes(times: number, tool = 't', error: PatchbayError = unreachable): Promise<void> {
    for (let call = 0; call < times; call += 1) {
      make(tool);
      await settle();
      arrived.at(-1)?.fail(error);
      await settle();
    }
  }

  it('open for the server after five failures of the connection, and refuse at once', async () => {
    setUp({ lease: failing });
    await failTimes(4);
    expect(calls.breaker.kind).toBe('closed');
    await failTimes(1);
    expect(calls.breaker).toMatchObject({ kind: 'open', until: clock.now() + DEFAULT_BREAKER.openMs });
    const refused = make('another');
    await settle();
    expect(refused.error).toMatchObject({ kind: 'limit', code: 'breakerOpen' });
  });

  it('make nobody wait in line for what will not be let through', async () => {
    setUp({ limit: 1 });
    await failTimes(5);
    const release = await limiter.acquire('other');
    const refused = make();
    await settle();
    expect(refused.error?.code).toBe('breakerOpen');
    release();
  });

  it('open for a tool alone where that is slow', async () => {
    setUp({ entry: { timeouts: { toolMs: 1000 } } });
    for (let call = 0; call < 5; call += 1) {
      make('slow');
      await elapse(1000);
    }
    expect(calls.breaker.kind).toBe('closed');
    expect([...calls.toolBreakers.keys()]).toEqual(['slow']);
    make('quick');
    await settle();
    expect(arrived.at(-1)?.tool).toBe('quick');
    await answerAll();
  });

  it('stay closed where the tool, a rule or the caller said no', async () => {
    setUp();
    for (const kind of ['tool', 'cancelled', 'limit', 'security', 'auth', 'config'] as const) {
      await failTimes(6, 't', failure(kind, { retryable: false }));
    }
    await failTimes(6, 't', failure('protocol', { code: -32602, retryable: false }));
    expect([calls.breaker.kind, calls.toolBreakers.size]).toEqual(['closed', 0]);
  });

  it('close the way by a success between failures', async () => {
    setUp();
    await failTimes(4);
    make();
    await settle();
    arrived.at(-1)?.answer();
    await settle();
    await failTimes(4);
    expect(calls.breaker.kind).toBe('closed');
  });

  it('let one call try after a minute: it opens the way for all', async () => {
    setUp();
    await failTimes(5);
    await elapse(DEFAULT_BREAKER.openMs);
    expect(calls.breaker.kind).toBe('halfOpen');
    const probe = make('a');
    const other = make('b');
    await settle();
    expect(other.error?.code).toBe('breakerOpen');
    arrived.at(-1)?.answer();
    await settle();
    expect(probe.result).toBeDefined();
    expect(calls.breaker.kind).toBe('closed');
  });

  it('let one call try after a minute: it closes the way for another one', async () => {
    setUp();
    await failTimes(5);
    await elapse(DEFAULT_BREAKER.openMs);
    await failTimes(1);
    expect(calls.breaker).toMatchObject({ kind: 'open', until: clock.now() + DEFAULT_BREAKER.openMs });
    calls.resetBreakers();
  });

  it('let the next one try where the one that tried was cancelled', async () => {
    setUp();
    await failTimes(5);
    await elapse(DEFAULT_BREAKER.openMs);
    const abort = new AbortController();
    make('a', { signal: abort.signal });
    await settle();
    abort.abort();
    await settle();
    expect(calls.breaker.kind).toBe('halfOpen');
    make('b');
    await settle();
    expect(arrived.at(-1)?.tool).toBe('b');
    await answerAll();
    expect(calls.breaker.kind).toBe('closed');
  });

  it('keep nobody from trying the server where only the tool refuses', async () => {
    setUp({ entry: { timeouts: { toolMs: 0 } } });
    await failTimes(5, 'bad', failure('timeout'));
    await elapse(DEFAULT_BREAKER.openMs);
    make('bad');
    await failTimes(5, 'a');
    expect(calls.breaker.kind).toBe('open');
    await elapse(DEFAULT_BREAKER.openMs);
    const refused = make('bad');
    await settle();
    expect(refused.error?.code).toBe('breakerOpen');
    expect(calls.breaker.kind).toBe('halfOpen');
    const probe = make('b');
    await answerAll();
    expect(probe.result).toBeDefined();
    expect(calls.breaker.kind).toBe('closed');
  });

  it('forget no failure for a call that says nothing', async () => {
    setUp();
    await failTimes(4, 't', failure('timeout'));
    await failTimes(1, 't', failure('limit', { retryable: false }));
    await failTimes(1, 't', failure('timeout'));
    expect([...calls.toolBreakers.keys()]).toEqual(['t']);
    await failTimes(4, 'u');
    await failTimes(1, 'u', failure('cancelled', { retryable: false }));
    await failTimes(1, 'v');
    expect(calls.breaker.kind).toBe('open');
  });

  it('let pass again for a person who connects anew, and tell of each change', async () => {
    setUp();
    const seen: string[] = [];
    calls.onDidChangeBreakers(() => seen.push(calls.breaker.kind));
    await failTimes(5);
    calls.resetBreakers();
    expect(seen).toContain('open');
    expect(seen.at(-1)).toBe('closed');
    make();
    await settle();
    await answerAll();
  });

  it('count one failure for all tries of one call', async () => {
    setUp({ entry: { retry: { calls: 'always' } } });
    for (let call = 0; call < 4; call += 1) {
      const outcome = make();
      for (let tries = 1; tries <= 3; tries += 1) {
        await elapse(100);
        arrived.at(-1)?.fail(dropped());
      }
      await settle();
      expect(outcome.error?.kind).toBe('connectionClosed');
    }
    expect(arrived).toHaveLength(12);
    expect(calls.breaker.kind).toBe('closed');
  });

  it('are there for the tools that were called last, however many names are called', async () => {
    setUp();
    for (let tool = 0; tool < 501; tool += 1) make(`tool${tool}`);
    await settle();
    await answerAll();
    await failTimes(5, 'tool500', failure('protocol', { retryable: false }));
    await failTimes(5, 'tool499', failure('protocol', { retryable: false }));
    expect([...calls.toolBreakers.keys()].toSorted()).toEqual(['tool499', 'tool500']);
  });
});

describe('a call that failed', () => {
  const safe = [{ name: 't', annotations: { readOnlyHint: true } }];

  it.each([
    ['never', safe, 1],
    ['safeOnly', [], 1],
    ['safeOnly', [{ name: 't', annotations: { idempotentHint: true } }], 3],
    ['safeOnly', safe, 3],
    ['always', [], 3],
  ] as const)('is sent again under %s with %o: %i times in all', async (policy, tools, times) => {
    setUp({ entry: { retry: { calls: policy } }, tools });
    const outcome = make();
    for (let tries = 0; tries < 5; tries += 1) {
      await elapse(100);
      arrived.at(-1)?.fail(dropped());
    }
    await settle();
    expect(arrived).toHaveLength(times);
    expect(outcome.error?.kind).toBe('connectionClosed');
  });

  it('may be sent later where its connection closed before it was', async () => {
    let tries = 0;
    const session = new FakeSession();
    session.answer = async () => text('done');
    setUp({
      lease: async () => {
        tries += 1;
        if (tries < 3) throw failure('connectionClosed', { code: NO_SESSION_CODE });
        return { session, release: () => {} };
      },
    });
    expect(await calls.call('t', {}, {})).toMatchObject(text('done'));
    expect(session.requests).toHaveLength(1);
  });

  it('is not tried again where no connection could be opened: that had attempts of its own', async () => {
    let tries = 0;
    setUp({
      entry: { retry: { calls: 'always' } },
      lease: async () => {
        tries += 1;
        throw failure('transport', { code: 'ECONNREFUSED' });
      },
    });
    await expect(calls.call('t', {}, {})).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(tries).toBe(1);
  });

  it('waits as long as the server asks where there is time for it', async () => {
    setUp({ entry: { timeouts: { toolMs: 10_000 } } });
    const outcome = make();
    await settle();
    arrived[0]?.fail(failure('limit', { code: 429, retryAfterMs: 4000 }));
    await elapse(3999);
    expect(arrived).toHaveLength(1);
    await elapse(1);
    arrived[1]?.answer('now');
    await settle();
    expect(outcome.result?.content[0]?.text).toBe('now');
  });

  it('fails at once where the server asks for more time than there is', async () => {
    setUp({ entry: { timeouts: { toolMs: 10_000 } } });
    const outcome = make();
    await settle();
    arrived[0]?.fail(failure('transport', { code: 503, retryAfterMs: 11_000 }));
    await settle();
    expect(outcome.error).toMatchObject({ code: 503, retryAfterMs: 11_000 });
  });

  it('is left to who has other ways, and told when it is sent', async () => {
    setUp({ entry: { retry: { calls: 'always' } } });
    let sent = 0;
    const outcome = make('t', { onSent: () => sent++ });
    await settle();
    expect(sent).toBe(1);
    arrived[0]?.fail(dropped());
    await settle();
    expect(outcome.error?.kind).toBe('connectionClosed');
    expect(arrived).toHaveLength(1);
  });

  it('starts nothing again that somebody disconnected meanwhile', async () => {
    setUp({ entry: { retry: { calls: 'always' } } });
    const outcome = make();
    await settle();
    calls.failWaiting();
    expect(outcome.isOver).toBe(false);
    arrived[0]?.fail(dropped());
    await settle();
    expect(outcome.error?.kind).toBe('connectionClosed');
    expect(leases).toBe(1);
  });
});

describe('middleware', () => {
  it('is around all tries of a call, and sees one result', async () => {
    const seen: string[] = [];
    setUp({
      entry: { retry: { calls: 'always' } },
      around: () => async (call, next) => {
        seen.push(`> ${call.tool}`);
        const result = await next({ ...call, arguments: { changed: true } });
        seen.push(`< ${result.content[0]?.text}`);
        return { ...result, content: [{ type: 'text', text: 'other' }] };
      },
    });
    const outcome = make();
    await settle();
    arrived[0]?.fail(dropped());
    await elapse(100);
    arrived[1]?.answer('second');
    await settle();
    expect(seen).toEqual(['> t', '< second']);
    expect(outcome.result?.content[0]?.text).toBe('other');
  });

  it('may answer without the server: nothing is leased', async () => {
    setUp({ around: () => async () => ({ content: [] }) });
    await calls.call('t', {}, {});
    expect(leases).toBe(0);
  });

  it('that cannot be made fails the call and holds nothing', async () => {
    setUp({
      around: () => {
        throw failure('config', { retryable: false });
      },
    });
    for (let call = 0; call < 6; call += 1) {
      await expect(calls.call('t', {}, {})).rejects.toMatchObject({ kind: 'config' });
    }
    expect(calls.breaker.kind).toBe('closed');
  });
});

describe('the record', () => {
  it('has each call once with how it ended', async () => {
    setUp({ limit: 2, entry: { timeouts: { toolMs: 1000 } } });
    make('ok');
    make('failed');
    make('slow');
    await settle();
    arrived[0]?.answer();
    arrived[1]?.fail(failure('protocol'));
    await elapse(1000);
    expect(recorded.map(({ tool, ends }) => [tool, ends[0]?.outcome])).toEqual([
      ['ok', 'ok'],
      ['failed', 'protocol'],
      ['slow', 'timeout'],
    ]);
  });

  it('tells an answer of a tool that says no from a failure', async () => {
    setUp({ around: () => async () => ({ content: [], isError: true }) });
    await calls.call('t', {}, {});
    expect(recorded[0]?.ends).toMatchObject([{ outcome: 'toolError', result: { isError: true } }]);
  });

  it('has what never began, too', async () => {
    setUp({ limit: 1 });
    const release = await limiter.acquire('other');
    const abort = new AbortController();
    make('t', { signal: abort.signal });
    await settle();
    expect(recorded[0]?.ends).toEqual([]);
    abort.abort();
    await settle();
    expect(recorded[0]?.ends).toMatchObject([{ outcome: 'cancelled' }]);
    release();
  });
});

describe('a disconnect', () => {
  const never = () => new Promise<never>(() => {});
  const deaf: ServerCallsOptions['lease'] = never;

  async function disconnect(): Promise<void> {
    await settle();
    calls.failWaiting();
    await settle();
  }
  const unsent = { kind: 'cancelled', message: 'The server was disconnected before the call was sent.' };
  const unfinished = { kind: 'cancelled', message: 'The server was disconnected before the call was over.' };

  it('fails at once who waits for a place', async () => {
    setUp({ limit: 1 });
    const release = await limiter.acquire('other');
    const outcome = make();
    await disconnect();
    expect(outcome.error).toMatchObject(unsent);
    release();
    await settle();
    expect(leases).toBe(0);
  });

  it('fails at once who waits for the rate limit', async () => {
    setUp({ entry: { limits: { rateLimit: { maxRequests: 1, perMs: 60_000 } } } });
    make('a');
    const outcome = make('b');
    await disconnect();
    expect(outcome.error).toMatchObject(unsent);
    await answerAll();
  });

  it('fails at once who waits for a connection', async () => {
    setUp({ lease: (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(dropped()))) });
    const outcome = make();
    await disconnect();
    expect(outcome.error).toMatchObject(unsent);
  });

  it('fails at once who is in a middleware that does not listen, before and after the request', async () => {
    setUp({ around: () => never, lease: deaf });
    const before = make();
    await disconnect();
    expect(before.error).toMatchObject(unsent);
    setUp({ around: () => (call, next) => next(call).then(never) });
    const after = make();
    await settle();
    arrived[0]?.answer();
    await disconnect();
    expect(after.error).toMatchObject(unfinished);
  });

  it('fails at once who waits to be sent once more', async () => {
    setUp();
    const outcome = make();
    await settle();
    arrived[0]?.fail(failure('limit', { code: 429, retryAfterMs: 6000 }));
    await disconnect();
    expect(outcome.error).toMatchObject(unfinished);
  });

  it('opens no connection for a call that a middleware hands on afterwards', async () => {
    const gate = deferred<void>();
    setUp({
      around: () => (call, next) => gate.promise.then(() => next({ ...call, signal: new AbortController().signal })),
    });
    make();
    await disconnect();
    gate.resolve();
    await settle();
    expect(leases).toBe(0);
  });

  it('leaves a request that is under way to its connection', async () => {
    setUp();
    const outcome = make();
    await disconnect();
    expect(arrived[0]?.options.signal?.aborted).toBe(false);
    arrived[0]?.answer('just in time');
    await settle();
    expect(outcome.result?.content[0]?.text).toBe('just in time');
  });

  it('is no matter of calls that are made after it', async () => {
    setUp();
    await disconnect();
    make();
    await settle();
    await answerAll();
    expect(arrived).toHaveLength(1);
  });
});

describe('the end', () => {
  it('is waited for by drain, and only as long as calls are under way', async () => {
    setUp();
    await calls.drain();
    make();
    let isDrained = false;
    const draining = calls.drain().then(() => {
      isDrained = true;
    });
    await settle();
    expect(isDrained).toBe(false);
    await answerAll();
    await draining;
  });

  it('fails at once what waits for its next try', async () => {
    setUp();
    const outcome = make();
    await settle();
    arrived[0]?.fail(failure('limit', { code: 429, retryAfterMs: 20_000 }));
    await settle();
    calls.dispose();
    await settle();
    expect(outcome.isOver).toBe(true);
  });
});
