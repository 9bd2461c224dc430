import { describe, expect, it } from 'vitest';
import { deferred } from '../../../../src/base/deferred';
import type { Session } from '../../../../src/core/connection/session';
import { type Lease, SessionPool, type SessionPoolSettings } from '../../../../src/core/pool/sessionPool';
import { FakeSession } from '../../../support/fakeSession';
import { fc } from '../../../support/fastCheck';
import { ManualClock, settle } from '../../../support/manualClock';

const SETTINGS: SessionPoolSettings = { min: 0, max: 3, maxInFlight: 2, acquireMs: 1000 };
const quiet = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

function setUp(settings: Partial<SessionPoolSettings> = {}, open?: (signal: AbortSignal) => Promise<Session>) {
  const clock = new ManualClock();
  const opened: FakeSession[] = [];
  const pool = new SessionPool({
    settings: () => ({ ...SETTINGS, ...settings }),
    open:
      open ??
      (async () => {
        const session = new FakeSession();
        opened.push(session);
        return session;
      }),
    clock,
    log: quiet,
  });
  const first = new FakeSession();
  return { clock, pool, first, opened };
}

async function acquireMany(pool: SessionPool, count: number): Promise<Lease[]> {
  const leases: Lease[] = [];
  for (let i = 0; i < count; i += 1) leases.push(await pool.acquire());
  return leases;
}

describe('SessionPool', () => {
  it('fills the first session, then opens further ones, and takes the least busy', async () => {
    const { pool, first, opened } = setUp();
    pool.addFirst(first);
    const leases = await acquireMany(pool, 4);
    expect(leases.map(({ session }) => session)).toEqual([first, first, opened[0], opened[0]]);
    leases[0]?.release();
    leases[2]?.release();
    leases[3]?.release();
    expect((await pool.acquire()).session).toBe(opened[0]);
    expect(pool.numbers).toMatchObject({ open: 2, created: 1, hits: 4, misses: 1, inFlight: 2 });
  });

  it('keeps those waiting in line where no more may open, first come first served', async () => {
    const { pool, first } = setUp({ max: 1, maxInFlight: 1 });
    pool.addFirst(first);
    const [held] = await acquireMany(pool, 1);
    const order: number[] = [];
    const waiting = [1, 2].map((name) =>
      pool.acquire().then((lease) => {
        order.push(name);
        lease.release();
      }),
    );
    await settle();
    expect([order, pool.numbers.waiting]).toEqual([[], 2]);
    held?.release();
    held?.release();
    await Promise.all(waiting);
    expect(order).toEqual([1, 2]);
    expect(pool.numbers).toMatchObject({ inFlight: 0, idle: 1 });
  });

  it('gives up in time, and leaves the line when told to', async () => {
    const { clock, pool, first } = setUp({ max: 1, maxInFlight: 1 });
    pool.addFirst(first);
    await pool.acquire();
    const abort = new AbortController();
    const late = expect(pool.acquire()).rejects.toMatchObject({ kind: 'limit', retryable: true });
    const given = expect(pool.acquire(abort.signal)).rejects.toMatchObject({ kind: 'cancelled' });
    abort.abort();
    await clock.advance(1000);
    await Promise.all([late, given]);
    expect([pool.numbers.waiting, clock.pending]).toEqual([0, 0]);
  });

  it('fails those in line at once when the last session goes', async () => {
    const { pool, first } = setUp({ max: 1, maxInFlight: 1 });
    pool.addFirst(first);
    await pool.acquire();
    const late = expect(pool.acquire()).rejects.toMatchObject({ kind: 'connectionClosed', retryable: true });
    first.drop();
    await late;
    await expect(pool.acquire()).rejects.toMatchObject({ kind: 'connectionClosed' });
  });

  it('opens further ones again only after a pause where that failed, and loses nobody', async () => {
    let attempts = 0;
    const { clock, pool, first } = setUp({ maxInFlight: 1, acquireMs: 0 }, async () => {
      attempts += 1;
      throw new Error('one is enough');
    });
    pool.addFirst(first);
    const [held] = await acquireMany(pool, 1);
    const late = pool.acquire();
    await settle();
    pool.recheck();
    expect(attempts).toBe(1);
    held?.release();
    const second = await late;
    await clock.advance(5000);
    void pool.acquire();
    await settle();
    expect(attempts).toBe(2);
    second.release();
  });

  it('opens further ones at once with a new first one, whatever failed before', async () => {
    let attempts = 0;
    const { pool, first } = setUp({ maxInFlight: 1, acquireMs: 0 }, async () => {
      attempts += 1;
      throw new Error('not now');
    });
    pool.addFirst(first);
    await pool.acquire();
    pool.acquire().catch(() => {});
    await settle();
    first.drop();
    pool.addFirst(new FakeSession());
    await pool.acquire();
    pool.acquire().catch(() => {});
    await settle();
    expect(attempts).toBe(2);
  });

  it('is not idle while a call waits, though no session is in use', async () => {
    const { pool, first, clock } = setUp({ max: 2, maxInFlight: 0, acquireMs: 1000 }, () => new Promise(() => {}));
    pool.addFirst(first);
    expect(pool.idleSince).toBe(clock.now());
    const waiting = pool.acquire().catch(() => {});
    expect(pool.idleSince).toBeUndefined();
    await clock.advance(1000);
    await waiting;
    expect(pool.idleSince).toBeDefined();
  });

  it('gives up what it opens when it is cleared', async () => {
    const signals: AbortSignal[] = [];
    const { pool, first } = setUp({ maxInFlight: 1, acquireMs: 0 }, async (signal) => {
      signals.push(signal);
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    });
    pool.addFirst(first);
    await pool.acquire();
    pool.acquire().catch(() => {});
    await settle();
    pool.clear();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('opens as many as are kept, and closes idle ones down to them, never the first', async () => {
    const { clock, pool, first, opened } = setUp({ min: 2, maxInFlight: 1 });
    pool.addFirst(first);
    await settle();
    expect(pool.numbers.open).toBe(2);
    const leases = await acquireMany(pool, 3);
    for (const lease of leases) lease.release();
    await clock.advance(500);
    pool.reap(1000);
    expect(pool.numbers.open).toBe(3);
    await clock.advance(500);
    pool.reap(1000);
    expect(pool.numbers).toMatchObject({ open: 2, reaped: 1 });
    expect([first.isClosed, opened.filter(({ isClosed }) => isClosed).length]).toEqual([false, 1]);
  });

  it('clears after the calls that run, and gives no more to what it clears', async () => {
    const { pool, first, opened } = setUp({ maxInFlight: 1 });
    pool.addFirst(first);
    const [one, two] = await acquireMany(pool, 2);
    one?.release();
    pool.clear();
    expect(opened[0]?.isClosed).toBe(false);
    expect((await pool.acquire()).session).toBe(first);
    two?.release();
    expect(opened[0]?.isClosed).toBe(true);
  });

  it('keeps nothing that opens after it was closed', async () => {
    const opening = deferred<Session>();
    const { pool, first } = setUp({ maxInFlight: 1 }, () => opening.promise);
    pool.addFirst(first);
    await pool.acquire();
    const late = expect(pool.acquire()).rejects.toMatchObject({ kind: 'connectionClosed' });
    await settle();
    pool.dispose();
    const session = new FakeSession();
    opening.resolve(session);
    await late;
    await settle();
    expect(session.isClosed).toBe(true);
  });

  it('never overfills a session, opens too many, or strands a call, whatever comes and goes', async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.constant({ do: 'acquire' as const, at: 0 }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('release' as const), at: fc.nat(20) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('drop' as const, 'clear' as const), at: fc.nat(20) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { pool, first, opened } = setUp({ acquireMs: 0 });
        pool.addFirst(first);
        const leases: Lease[] = [];
        let asked = 0;
        let settled = 0;
        for (const { do: what, at } of steps) {
          if (what === 'acquire') {
            asked += 1;
            pool.acquire().then(
              (lease) => {
                settled += 1;
                leases.push(lease);
              },
              () => {
                settled += 1;
              },
            );
          } else if (what === 'release') leases.splice(at % Math.max(1, leases.length), 1)[0]?.release();
          else if (what === 'drop') opened[at % Math.max(1, opened.length)]?.drop();
          else pool.clear();
          await settle();
          const busy = new Map<Session, number>();
          for (const { session } of leases) busy.set(session, (busy.get(session) ?? 0) + 1);
          for (const count of busy.values()) expect(count).toBeLessThanOrEqual(SETTINGS.maxInFlight);
          expect(pool.numbers.open).toBeLessThanOrEqual(SETTINGS.max);
        }
        while (leases.length > 0) {
          leases.pop()?.release();
          await settle();
        }
        expect(settled).toBe(asked);
        expect(pool.numbers).toMatchObject({ inFlight: 0, waiting: 0 });
      }),
    );
  });
});
