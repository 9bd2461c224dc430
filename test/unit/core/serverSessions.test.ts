import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Deferred, deferred } from '../../../src/base/deferred';
import { PatchbayError, toError } from '../../../src/base/errors';
import type { Configuration, ServerDefinition } from '../../../src/core/config/definition';
import type { OpenContext } from '../../../src/core/connection/connection';
import { mergeConfigFiles, readConfigFile } from '../../../src/core/index';
import { MetricsRecorder } from '../../../src/core/metrics/recorder';
import { silentLogger } from '../../../src/core/nodePorts';
import { ConnectionBudget, type PlaceHolder } from '../../../src/core/pool/connectionBudget';
import type { Lease } from '../../../src/core/pool/sessionPool';
import { ServerSessions } from '../../../src/core/serverSessions';
import type { OpenerDeps, SessionOpener } from '../../../src/core/sessionOpener';
import { FakeSession } from '../../support/fakeSession';
import { ManualClock, settle } from '../../support/manualClock';

const broke = () => new PatchbayError('connectionClosed', 'The process exited.', { retryable: true });
const ignore = () => () => {};
const never = new AbortController().signal;

/** All servers of one test, with their sessions as the peer sees them. */
class World {
  readonly clock = new ManualClock();
  readonly configuration: Configuration;
  readonly budget: ConnectionBudget;
  readonly opened = new Map<string, FakeSession[]>();
  /** Servers that have a subscription. */
  readonly subscribed = new Set<string>();
  readonly #all: ServerSessions[] = [];
  /** Where set, an attempt waits for it before there is a session. */
  gate: Deferred<void> | undefined;
  /** Where set, closing a session waits for it, as for a process that takes its time. */
  goodbye: Deferred<void> | undefined;
  leaving = 0;
  forced = 0;

  constructor(servers: Record<string, object>, pool: object = {}) {
    const text = JSON.stringify({ servers, pool });
    this.configuration = mergeConfigFiles([readConfigFile(text, { kind: 'adHoc' })]);
    expect(this.configuration.diagnostics).toEqual([]);
    this.budget = new ConnectionBudget(() => this.configuration.settings.pool, this.clock);
  }

  create(id: string): ServerSessions {
    const definition = this.configuration.servers.get(id) as ServerDefinition;
    const { settings } = this.configuration;
    const opener = {
      open: (context: OpenContext, holder: PlaceHolder) => this.#open(id, context, holder),
      settle: async () => {},
    };
    const ports = { clock: this.clock, random: () => 0.5 };
    const sessions = new ServerSessions({
      deps: { ports, budget: this.budget } as unknown as OpenerDeps,
      definition: () => definition,
      pool: () => settings.pool,
      opener: opener as unknown as SessionOpener,
      isSubscribed: () => this.subscribed.has(id),
      describe: (error) =>
        error instanceof PatchbayError ? error : new PatchbayError('transport', toError(error).message),
      metrics: new MetricsRecorder(() => settings.metrics, this.clock),
      log: silentLogger(),
      connections: silentLogger(),
    });
    this.#all.push(sessions);
    return sessions;
  }

  last(id: string): FakeSession {
    return this.opened.get(id)?.at(-1) as FakeSession;
  }

  count(id: string): number {
    return this.opened.get(id)?.length ?? 0;
  }

  get alive(): number {
    return [...this.opened.values()].flat().filter(({ isClosed }) => !isClosed).length;
  }

  async end(): Promise<void> {
    this.gate?.resolve();
    this.goodbye?.resolve();
    await Promise.all(this.#all.map((sessions) => sessions.end()));
    for (const sessions of this.#all) sessions.dispose();
    await settle();
  }

  async #open(id: string, { signal }: OpenContext, holder: PlaceHolder): Promise<FakeSession> {
    const place = await this.budget.take(id, holder, signal);
    try {
      if (this.gate) await Promise.race([this.gate.promise, aborted(signal)]);
    } catch (error) {
      place.release();
      throw error;
    }
    const session = new FakeSession();
    const drop = session.close.bind(session);
    session.close = async () => {
      this.forced += session.isClosed ? 1 : 0;
      this.leaving += 1;
      await drop();
      await this.goodbye?.promise;
      this.leaving -= 1;
    };
    session.onDidClose(() => place.release());
    this.opened.set(id, [...(this.opened.get(id) ?? []), session]);
    return session;
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

let world: World;

const stdio = { command: 'x', retry: { initialDelayMs: 1000, jitter: 0 } };

function one(entry: object = {}, pool: object = {}): ServerSessions {
  world = new World({ s: { ...stdio, ...entry } }, pool);
  return world.create('s');
}

beforeEach(() => one());

/** After each test: nothing is open, nothing holds a place, and no timer runs. */
afterEach(async () => {
  await world.end();
  expect([world.alive, world.budget.open, world.budget.waiting]).toEqual([0, 0, 0]);
  expect(world.clock.pending).toBe(0);
});

const lease = (sessions: ServerSessions, signal = never) => sessions.lease(signal, ignore);

async function leaseMany(sessions: ServerSessions, count: number): Promise<Lease[]> {
  const leases: Lease[] = [];
  for (let index = 0; index < count; index += 1) leases.push(await lease(sessions));
  return leases;
}

/** What a promise came to, without waiting for it. */
function watch<T>(promise: Promise<T>) {
  const seen: { value?: T; error?: PatchbayError; isOver: boolean } = { isOver: false };
  void promise.then(
    (value) => Object.assign(seen, { value, isOver: true }),
    (error) => Object.assign(seen, { error, isOver: true }),
  );
  return seen;
}

describe('an idle server', () => {
  it('is stopped when nobody called it for long enough, and wakes for the next call', async () => {
    const sessions = one({ timeouts: { idleMs: 60_000 } });
    await sessions.connect(false);
    await world.clock.advance(59_999);
    expect(sessions.state.kind).toBe('connected');
    await world.clock.advance(1);
    expect(sessions.state.kind).toBe('disconnected');
    (await lease(sessions)).release();
    expect([sessions.state.kind, world.count('s')]).toEqual(['connected', 2]);
  });

  it('is left alone while a call runs, and gets its whole time after it', async () => {
    const sessions = one({ timeouts: { idleMs: 60_000 } });
    const place = await lease(sessions);
    await world.clock.advance(600_000);
    expect(sessions.state.kind).toBe('connected');
    place.release();
    await world.clock.advance(59_999);
    expect(sessions.state.kind).toBe('connected');
    await world.clock.advance(1);
    expect(sessions.state.kind).toBe('disconnected');
  });

  it('is left alone while it does something else than a call', async () => {
    const sessions = one({ timeouts: { idleMs: 60_000 } });
    await sessions.connect(false);
    world.last('s').activity.pending = 1;
    await world.clock.advance(200_000);
    expect(sessions.state.kind).toBe('connected');
    world.last('s').activity.pending = 0;
    await world.clock.advance(60_000);
    expect(sessions.state.kind).toBe('disconnected');
  });

  it('is left alone where its resources are followed, or the entry says never', async () => {
    for (const [idleMs, isSubscribed] of [
      [1000, true],
      [0, false],
    ]) {
      const sessions = one({ timeouts: { idleMs } });
      if (isSubscribed) world.subscribed.add('s');
      await sessions.connect(false);
      await world.clock.advance(3_600_000);
      expect(sessions.state.kind).toBe('connected');
      world.subscribed.clear();
      if (isSubscribed) await world.clock.advance(1000);
      expect(sessions.state.kind).toBe(isSubscribed ? 'disconnected' : 'connected');
      await world.end();
    }
  });
});

describe('further sessions', () => {
  const two = { pool: { max: 3 } };
  const pool = { maxInFlightPerConnection: 2 };

  it('open only when all that are there are full', async () => {
    const sessions = one(two, pool);
    await leaseMany(sessions, 2);
    expect(world.count('s')).toBe(1);
    await leaseMany(sessions, 4);
    expect(world.count('s')).toBe(3);
    const waits = watch(lease(sessions));
    await settle();
    expect([world.count('s'), waits.isOver, sessions.pool.numbers.waiting]).toEqual([3, false, 1]);
  });

  it('never open where the entry does not allow it', async () => {
    const sessions = one({}, pool);
    await leaseMany(sessions, 2);
    const waits = watch(lease(sessions));
    await settle();
    expect([world.count('s'), waits.isOver]).toEqual([1, false]);
  });

  it('outlive a drop of the first one, and take its calls meanwhile', async () => {
    const sessions = one(two, pool);
    const leases = await leaseMany(sessions, 3);
    const [first, second] = world.opened.get('s') as [FakeSession, FakeSession];
    first.drop(broke());
    await settle();
    expect(sessions.state.kind).toBe('reconnecting');
    expect(second.isClosed).toBe(false);
    expect((await lease(sessions)).session).toBe(second);
    leases[2]?.release();
    await world.clock.advance(1000);
    expect([sessions.state.kind, second.isClosed]).toEqual(['connected', false]);
  });

  it('end with the wish to be connected, and are gone when disconnect is over', async () => {
    const sessions = one(two, pool);
    await leaseMany(sessions, 3);
    world.goodbye = deferred();
    const disconnecting = watch(sessions.disconnect());
    await settle();
    expect([world.alive, world.leaving, disconnecting.isOver]).toEqual([0, 2, false]);
    world.goodbye.resolve();
    await settle();
    expect([world.leaving, disconnecting.isOver, world.forced]).toEqual([0, true, 0]);
  });

  it('are ended by force by a second disconnect', async () => {
    const sessions = one(two, pool);
    await leaseMany(sessions, 3);
    world.goodbye = deferred();
    void sessions.disconnect();
    await settle();
    void sessions.disconnect();
    await settle();
    expect(world.forced).toBe(2);
  });

  it('are given up while they open where somebody disconnects, and nothing opens after that', async () => {
    const sessions = one(two, pool);
    await leaseMany(sessions, 2);
    world.gate = deferred();
    const waits = watch(lease(sessions));
    await settle();
    expect(world.budget.open).toBe(2);
    await sessions.disconnect();
    expect(world.budget.open).toBe(0);
    await settle();
    expect(waits.error).toMatchObject({ kind: 'connectionClosed', code: 'noSession' });
    expect([world.count('s'), world.alive]).toEqual([1, 0]);
  });

  it('do not open for those in line when all sessions close', async () => {
    const sessions = one({ pool: { max: 2 } }, { maxInFlightPerConnection: 1 });
    await leaseMany(sessions, 2);
    const waits = watch(lease(sessions));
    await settle();
    await sessions.disconnect();
    await settle();
    expect(waits.error?.code).toBe('noSession');
    expect([world.count('s'), world.alive, sessions.state.kind]).toEqual([2, 0, 'disconnected']);
  });

  it('end when trying again is given up', async () => {
    const sessions = one(two, pool);
    await leaseMany(sessions, 3);
    world.opened.get('s')?.[0]?.drop(broke());
    sessions.stopRetrying();
    await settle();
    expect([sessions.state.kind, world.alive]).toEqual(['error', 0]);
  });

  it('close when nobody used them for long, and the first one stays', async () => {
    const sessions = one(two, pool);
    const leases = await leaseMany(sessions, 3);
    leases[2]?.release();
    await world.clock.advance(5000);
    sessions.pool.reap(5001);
    expect(world.alive).toBe(2);
    sessions.pool.reap(5000);
    await settle();
    expect(world.alive).toBe(1);
    expect(sessions.pool.numbers).toMatchObject({ open: 1, reaped: 1 });
    for (const place of leases) place.release();
    await world.clock.advance(3_600_000);
    sessions.pool.reap(0);
    expect(sessions.state.kind).toBe('connected');
  });

  it('close each after its calls where the pool is cleared, and new ones take the next calls', async () => {
    const sessions = one(two, pool);
    const leases = await leaseMany(sessions, 3);
    sessions.pool.clear();
    expect(world.alive).toBe(2);
    const next = await lease(sessions);
    expect(next.session).toBe(world.opened.get('s')?.[2]);
    leases[2]?.release();
    await settle();
    expect(world.opened.get('s')?.map(({ isClosed }) => isClosed)).toEqual([false, true, false]);
  });

  it('do not keep a call waiting where the pool is cleared while one opens', async () => {
    const sessions = one(two, pool);
    await leaseMany(sessions, 2);
    world.gate = deferred();
    const waits = watch(lease(sessions));
    await settle();
    sessions.pool.clear();
    world.gate.resolve();
    await settle();
    await settle();
    expect(waits.value?.session).toBe(world.last('s'));
  });

  it('are kept up to "min" while there is a connection', async () => {
    const sessions = one({ pool: { min: 2, max: 3 } }, pool);
    await sessions.connect(false);
    await settle();
    expect(world.count('s')).toBe(2);
    await world.clock.advance(3_600_000);
    sessions.pool.reap(1000);
    expect(world.alive).toBe(2);
  });
});

describe('a place among all connections', () => {
  const servers = { a: stdio, b: stdio, c: stdio };

  it('is given up by the server that was idle for longest', async () => {
    world = new World(servers, { maxTotal: 2 });
    const [a, b, c] = ['a', 'b', 'c'].map((id) => world.create(id)) as [ServerSessions, ServerSessions, ServerSessions];
    await a.connect(false);
    await world.clock.advance(1000);
    await b.connect(false);
    await world.clock.advance(1000);
    (await lease(a)).release();
    await c.connect(false);
    expect([a, b, c].map(({ state }) => state.kind)).toEqual(['connected', 'disconnected', 'connected']);
    expect(world.budget.evicted).toBe(1);
    const back = await lease(b);
    expect([a, b, c].map(({ state }) => state.kind)).toEqual(['disconnected', 'connected', 'connected']);
    back.release();
  });

  it('is not taken from a server that is asked for a list or subscribed to something, until that ends', async () => {
    world = new World(servers, { maxTotal: 2 });
    const [a, b, c] = ['a', 'b', 'c'].map((id) => world.create(id)) as [ServerSessions, ServerSessions, ServerSessions];
    await a.connect(false);
    await b.connect(false);
    world.last('a').activity.pending = 1;
    world.subscribed.add('b');
    const connecting = c.connect(false);
    await settle();
    expect([a, b, c].map(({ state }) => state.kind)).toEqual(['connected', 'connected', 'connecting']);
    world.last('a').activity.pending = 0;
    a.requestEnded();
    await connecting;
    expect([a, b, c].map(({ state }) => state.kind)).toEqual(['disconnected', 'connected', 'connected']);
  });

  it('is waited for while all are busy, and the error names the setting', async () => {
    world = new World(servers, { maxTotal: 1, connectionTimeoutMs: 3000 });
    const [a, b] = [world.create('a'), world.create('b')];
    const place = await lease(a);
    const refused = watch(b.connect(false));
    await world.clock.advance(3000);
    expect(refused.error).toMatchObject({ kind: 'limit', message: expect.stringContaining('"pool.maxTotal"') });
    expect(b.state).toMatchObject({ kind: 'error', error: { kind: 'limit' } });
    const connecting = watch(b.connect(false));
    await settle();
    expect([b.state.kind, world.budget.waiting]).toEqual(['connecting', 1]);
    place.release();
    await settle();
    expect([connecting.isOver, a.state.kind, b.state.kind]).toEqual([true, 'disconnected', 'connected']);
  });

  it('goes to further sessions only while nobody else needs it', async () => {
    world = new World({ a: { ...stdio, pool: { max: 3 } }, b: stdio }, { maxTotal: 2, maxInFlightPerConnection: 1 });
    const [a, b] = [world.create('a'), world.create('b')];
    const leases = await leaseMany(a, 2);
    leases[1]?.release();
    await b.connect(false);
    expect([a.state.kind, b.state.kind, world.alive]).toEqual(['connected', 'connected', 2]);
    leases[0]?.release();
  });

  it('is not kept by an attempt that failed', async () => {
    const sessions = one();
    world.gate = deferred();
    const failing = watch(sessions.connect(false));
    await settle();
    expect(world.budget.open).toBe(1);
    world.gate.reject(broke());
    await settle();
    expect([failing.error?.kind, world.budget.open]).toEqual(['connectionClosed', 0]);
  });
});

describe('those who wait for an attempt', () => {
  it('keep it where another one of them gives up', async () => {
    const sessions = one();
    world.gate = deferred();
    const abort = new AbortController();
    const gaveUp = watch(sessions.connect(false, abort.signal));
    const waits = watch(sessions.connect(false));
    await settle();
    abort.abort();
    await settle();
    expect(gaveUp.error?.kind).toBe('cancelled');
    expect(sessions.state.kind).toBe('connecting');
    world.gate.resolve();
    await settle();
    expect([waits.isOver, waits.error, sessions.state.kind]).toEqual([true, undefined, 'connected']);
  });

  it('keep it where a call waits for it', async () => {
    const sessions = one();
    world.gate = deferred();
    const abort = new AbortController();
    const gaveUp = watch(sessions.connect(false, abort.signal));
    const waits = watch(lease(sessions));
    await settle();
    abort.abort();
    await settle();
    world.gate.resolve();
    await settle();
    expect([gaveUp.error?.kind, waits.value?.session]).toEqual(['cancelled', world.last('s')]);
  });

  it('end it when the last one gives up', async () => {
    const sessions = one();
    world.gate = deferred();
    const aborts = [new AbortController(), new AbortController()];
    for (const { signal } of aborts) watch(sessions.connect(false, signal));
    await settle();
    for (const abort of aborts) abort.abort();
    await settle();
    expect(sessions.state.kind).toBe('disconnected');
  });

  it('are told how a reconnect went, not that there is none', async () => {
    const sessions = one();
    await sessions.connect(false);
    world.last('s').drop(broke());
    const waits = watch(lease(sessions));
    await settle();
    expect([sessions.state.kind, waits.isOver]).toEqual(['reconnecting', false]);
    await world.clock.advance(1000);
    expect(waits.value?.session).toBe(world.last('s'));
  });

  it('are told at once that somebody disconnected', async () => {
    const sessions = one();
    await sessions.connect(false);
    world.last('s').drop(broke());
    const waits = watch(lease(sessions));
    await settle();
    await sessions.disconnect();
    await settle();
    expect(waits.error?.kind).toBe('cancelled');
  });

  it('count the time of an attempt that they began, not of a reconnect', async () => {
    const sessions = one();
    world.gate = deferred();
    const seen: string[] = [];
    const connecting = () => {
      seen.push('connecting');
      return () => seen.push('over');
    };
    const place = sessions.lease(never, connecting);
    await settle();
    expect(seen).toEqual(['connecting']);
    world.gate.resolve();
    (await place).release();
    expect(seen).toEqual(['connecting', 'over']);
    world.last('s').drop(broke());
    const again = sessions.lease(never, connecting);
    await world.clock.advance(1000);
    (await again).release();
    expect(seen).toHaveLength(2);
  });
});

describe('a look at things after a sleep', () => {
  it('asks each session at once whether it is there', async () => {
    const sessions = one({ pool: { max: 2 } }, { maxInFlightPerConnection: 1 });
    await leaseMany(sessions, 2);
    sessions.checkNow();
    await settle();
    for (const session of world.opened.get('s') ?? []) {
      expect(session.requests.map(({ method }) => method)).toEqual(['ping']);
    }
  });

  it('tries again at once what waits for its next attempt', async () => {
    const sessions = one({ retry: { initialDelayMs: 3_600_000, maxDelayMs: 3_600_000 } });
    await sessions.connect(false);
    world.last('s').drop(broke());
    expect(sessions.state.kind).toBe('reconnecting');
    sessions.checkNow();
    await settle();
    expect([sessions.state.kind, world.count('s')]).toEqual(['connected', 2]);
  });

  it('starts nothing that is not wanted', async () => {
    const sessions = one();
    sessions.checkNow();
    await sessions.connect(false);
    await sessions.disconnect();
    sessions.checkNow();
    await settle();
    expect([sessions.state.kind, world.count('s')]).toEqual(['disconnected', 1]);
  });
});
