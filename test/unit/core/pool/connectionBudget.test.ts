import { describe, expect, it } from 'vitest';
import { type BudgetSettings, ConnectionBudget, type Place } from '../../../../src/core/pool/connectionBudget';
import { fc } from '../../../support/fastCheck';
import { ManualClock, settle } from '../../../support/manualClock';

const SETTINGS: BudgetSettings = { maxTotal: 3, maxConnectionsPerUrl: 2, connectionTimeoutMs: 1000 };

class Holder {
  idle: number | undefined;
  evictions = 0;
  place: Place | undefined;
  idleSince() {
    return this.idle;
  }
  evict() {
    this.evictions += 1;
  }
}

function setUp(settings: Partial<BudgetSettings> = {}) {
  const clock = new ManualClock();
  const budget = new ConnectionBudget(() => ({ ...SETTINGS, ...settings }), clock);
  const take = async (key: string, holder = new Holder(), signal?: AbortSignal) => {
    holder.place = await budget.take(key, holder, signal);
    return holder;
  };
  return { clock, budget, take };
}

describe('ConnectionBudget', () => {
  it('lets in as many as there may be, and the next when one goes', async () => {
    const { budget, take } = setUp();
    const [a] = await Promise.all([take('a'), take('b'), take('c')]);
    const late = take('d');
    await settle();
    expect([budget.open, budget.waiting]).toEqual([3, 1]);
    a?.place?.release();
    await late;
    expect([budget.open, budget.waiting]).toEqual([3, 0]);
  });

  it('holds up only those with the key that is full', async () => {
    const { budget, take } = setUp();
    await Promise.all([take('slow'), take('slow')]);
    void take('slow').catch(() => {});
    await take('other');
    expect(budget.waiting).toBe(1);
  });

  it('closes the connection that was idle for longest, once for each that waits', async () => {
    const { budget, take } = setUp();
    const [a, b, c] = await Promise.all([take('a'), take('b'), take('c')]);
    Object.assign(a ?? {}, { idle: 20 });
    Object.assign(b ?? {}, { idle: 10 });
    const late = take('d');
    await settle();
    budget.recheck();
    expect([a?.evictions, b?.evictions, c?.evictions]).toEqual([0, 1, 0]);
    b?.place?.release();
    await late;
    expect(budget.evicted).toBe(1);
  });

  it('closes one of the same address where that is what is full', async () => {
    const { take } = setUp();
    const [a, b, other] = await Promise.all([take('x'), take('x'), take('y')]);
    Object.assign(b ?? {}, { idle: 20 });
    Object.assign(other ?? {}, { idle: 10 });
    void take('x').catch(() => {});
    await settle();
    expect([a?.evictions, b?.evictions, other?.evictions]).toEqual([0, 1, 0]);
  });

  it('takes one that becomes idle later', async () => {
    const { budget, take } = setUp({ maxTotal: 1 });
    const a = await take('a');
    void take('b').catch(() => {});
    await settle();
    expect(a.evictions).toBe(0);
    a.idle = 5;
    budget.recheck();
    expect(a.evictions).toBe(1);
  });

  it('gives up in time, and names the setting', async () => {
    const { clock, budget, take } = setUp({ maxTotal: 1 });
    await take('a');
    const late = expect(take('b')).rejects.toMatchObject({
      kind: 'limit',
      message: 'All 1 connections that "pool.maxTotal" allows are in use.',
    });
    await clock.advance(1000);
    await late;
    expect([budget.waiting, clock.pending]).toEqual([0, 0]);
  });

  it('leaves the line when told to', async () => {
    const { clock, budget, take } = setUp({ maxTotal: 1 });
    await take('a');
    const abort = new AbortController();
    const late = expect(take('b', new Holder(), abort.signal)).rejects.toMatchObject({ kind: 'cancelled' });
    abort.abort();
    await late;
    await expect(take('c', new Holder(), abort.signal)).rejects.toMatchObject({ kind: 'cancelled' });
    expect([budget.waiting, clock.pending]).toEqual([0, 0]);
  });

  it('is never over a limit, strands nobody and ends empty, whatever comes and goes', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('take' as const), key: fc.constantFrom('a', 'b', 'c') }),
      fc.record({ do: fc.constantFrom('release' as const, 'idle' as const), at: fc.nat(20) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { budget } = setUp({ connectionTimeoutMs: 0 });
        const held: { key: string; holder: Holder }[] = [];
        let asked = 0;
        let given = 0;
        const release = (index: number) => held.splice(index, 1)[0]?.holder.place?.release();
        for (const one of steps) {
          if (one.do === 'take') {
            asked += 1;
            const holder = new Holder();
            void budget.take(one.key, holder).then((place) => {
              given += 1;
              holder.place = place;
              held.push({ key: one.key, holder });
            });
          } else if (held.length > 0) {
            const index = one.at % held.length;
            if (one.do === 'release') release(index);
            else Object.assign(held[index]?.holder ?? {}, { idle: one.at });
            budget.recheck();
          }
          await settle();
          expect(budget.open).toBeLessThanOrEqual(SETTINGS.maxTotal);
          for (const key of ['a', 'b', 'c']) {
            expect(held.filter((other) => other.key === key).length).toBeLessThanOrEqual(SETTINGS.maxConnectionsPerUrl);
          }
          for (const evicted of held.filter(({ holder }) => holder.evictions > 0)) {
            expect(evicted.holder.evictions).toBe(1);
            expect(evicted.holder.idle).toBeDefined();
          }
        }
        while (held.length > 0) {
          release(0);
          await settle();
        }
        expect([given, budget.open, budget.waiting]).toEqual([asked, 0, 0]);
      }),
    );
  });
});
