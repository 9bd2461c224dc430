import { describe, expect, it } from 'vitest';
import { FairLimiter, type Release } from '../../../../src/core/calls/fairLimiter';
import { fc } from '../../../support/fastCheck';
import { settle } from '../../../support/manualClock';

/** Who got a place, in order, with the way to give it back. */
function recorder(limiter: FairLimiter) {
  const granted: { name: string; release: Release }[] = [];
  return {
    granted,
    names: () => granted.map(({ name }) => name),
    ask: (key: string, name: string, signal?: AbortSignal) =>
      limiter.acquire(key, signal).then((release) => void granted.push({ name, release })),
  };
}

describe('FairLimiter', () => {
  it('lets keys in by turns, and inside a key who came first', async () => {
    const limiter = new FairLimiter({ limit: () => 1 });
    const { ask, granted, names } = recorder(limiter);
    for (const name of ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1']) void ask(name[0] ?? '', name);
    expect([limiter.inFlight, limiter.waiting]).toEqual([1, 6]);
    for (let index = 0; index < 7; index++) {
      await settle();
      granted[index]?.release();
    }
    expect(names()).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']);
    expect([limiter.inFlight, limiter.waiting]).toEqual([0, 0]);
  });

  it('gives a place back once', async () => {
    const limiter = new FairLimiter({ limit: () => 2 });
    const first = await limiter.acquire('a');
    await limiter.acquire('a');
    first();
    first();
    expect(limiter.inFlight).toBe(1);
  });

  it('takes out who gives up, with the reason of the signal, and leaves no listener', async () => {
    const limiter = new FairLimiter({ limit: () => 1 });
    const release = await limiter.acquire('a');
    const giveUp = new AbortController();
    const reason = new Error('enough');
    const gone = limiter.acquire('b', giveUp.signal);
    const next = limiter.acquire('b');
    giveUp.abort(reason);
    await expect(gone).rejects.toBe(reason);
    await expect(limiter.acquire('b', giveUp.signal)).rejects.toBe(reason);
    expect(limiter.waiting).toBe(1);
    release();
    (await next)();
    expect(limiter.inFlight).toBe(0);
  });

  it('keeps the place of who gives up after it was granted', async () => {
    const limiter = new FairLimiter({ limit: () => 1 });
    const release = await limiter.acquire('a');
    const giveUp = new AbortController();
    const granted = limiter.acquire('b', giveUp.signal);
    release();
    giveUp.abort();
    (await granted)();
    expect([limiter.inFlight, limiter.waiting]).toEqual([0, 0]);
  });

  it('reads its limit live', async () => {
    let limit: number | undefined = 1;
    const limiter = new FairLimiter({ limit: () => limit });
    const { ask, names } = recorder(limiter);
    for (const name of ['a1', 'a2', 'a3', 'a4']) void ask('a', name);
    limit = 2;
    limiter.recheck();
    await settle();
    expect(names()).toEqual(['a1', 'a2']);
    limit = undefined;
    void ask('b', 'b1');
    await settle();
    expect(names().sort()).toEqual(['a1', 'a2', 'a3', 'a4', 'b1']);
    limit = 0;
    expect(limiter.inFlight).toBe(5);
  });

  it('does as a simple model does', async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ do: fc.constant('ask' as const), key: fc.constantFrom('a', 'b', 'c') }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('release' as const), pick: fc.nat(20) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('abort' as const), pick: fc.nat(20) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('limit' as const), to: fc.integer({ min: 1, max: 4 }) }) },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constant('expect' as const), keys: fc.subarray(['a', 'b', 'c', 'd']) }),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        let limit = 2;
        let expected: string[] = [];
        const limiter = new FairLimiter({ limit: () => limit, expected: () => expected });
        const { ask, granted, names } = recorder(limiter);
        const model = new Model();
        const controllers = new Map<string, AbortController>();
        let released = 0;
        for (const [index, step] of steps.entries()) {
          if (step.do === 'ask') {
            const name = `${step.key}${index}`;
            const controller = new AbortController();
            controllers.set(name, controller);
            ask(step.key, name, controller.signal).catch(() => {});
            model.ask(step.key, name);
          } else if (step.do === 'release' && released < granted.length) {
            granted[released]?.release();
            released++;
            model.release();
          } else if (step.do === 'abort') {
            const name = model.waiting()[step.pick % Math.max(1, model.waiting().length)];
            if (name === undefined) continue;
            controllers.get(name)?.abort();
            model.abort(name);
          } else if (step.do === 'limit') {
            limit = step.to;
            limiter.recheck();
          } else if (step.do === 'expect') {
            expected = step.keys;
            limiter.recheck();
          }
          model.admit(limit, expected);
          await settle();
          expect(names()).toEqual(model.granted);
          expect([limiter.inFlight, limiter.waiting]).toEqual([model.inFlight, model.waiting().length]);
        }
      }),
    );
  });

  it('costs the same with very many that wait', async () => {
    const limiter = new FairLimiter({ limit: () => 1 });
    const count = 100_000;
    let done = 0;
    const first = await limiter.acquire('first');
    const all = Array.from({ length: count }, (_, index) =>
      limiter.acquire(`key ${index % 20_000}`).then((release) => {
        done++;
        release();
      }),
    );
    // Searching the keys or the waiters at each step would take minutes.
    first();
    await Promise.all(all);
    expect(done).toBe(count);
  });

  it('lets a key hold no more than its own limit, and no place of others while it waits', async () => {
    const limiter = new FairLimiter({ limit: () => 3, keyLimit: (key) => (key === 'a' ? 1 : undefined) });
    const { ask, granted, names } = recorder(limiter);
    for (const name of ['a1', 'a2', 'a3', 'b1', 'b2', 'b3']) void ask(name[0] ?? '', name);
    await settle();
    expect(names()).toEqual(['a1', 'b1', 'b2']);
    granted[1]?.release();
    await settle();
    granted[0]?.release();
    await settle();
    expect(names()).toEqual(['a1', 'b1', 'b2', 'b3', 'a2']);
  });

  it('keeps a place for each expected key that holds none, and gives it to nobody who holds one', async () => {
    let expected = ['a', 'b', 'c'];
    const limiter = new FairLimiter({ limit: () => 4, expected: () => expected });
    const { ask, names } = recorder(limiter);
    for (const name of ['a1', 'a2', 'a3', 'b1', 'b2', 'c1']) void ask(name[0] ?? '', name);
    await settle();
    expect(names()).toEqual(['a1', 'a2', 'b1', 'c1']);
    expected = [];
    limiter.recheck();
    await settle();
    expect([names().length, limiter.waiting]).toEqual([4, 2]);
  });

  it('keeps three in four places at most, so that many keys that never come do not leave one to those that do', async () => {
    const expected = Array.from({ length: 50 }, (_, index) => `key${index}`);
    const limiter = new FairLimiter({ limit: () => 10, expected: () => expected });
    const { ask, names } = recorder(limiter);
    for (const name of ['a1', 'a2', 'a3', 'a4', 'b1']) void ask(name[0] ?? '', name);
    await settle();
    expect(names()).toEqual(['a1', 'a2', 'a3', 'b1']);
  });

  it('lets go on who waited for a place of a key that is expected no more', async () => {
    let expected = ['a', 'b'];
    const limiter = new FairLimiter({ limit: () => 2, expected: () => expected });
    const { ask, names } = recorder(limiter);
    for (const name of ['a1', 'a2']) void ask('a', name);
    await settle();
    expect(names()).toEqual(['a1']);
    expected = ['a'];
    limiter.recheck();
    await settle();
    expect(names()).toEqual(['a1', 'a2']);
  });

  it('makes no expected key wait for its first place where there is one for each, whatever the others hold', async () => {
    const keys = ['a', 'b', 'c', 'd'];
    const step = fc.record({ key: fc.constantFrom(...keys), release: fc.option(fc.nat(9), { nil: undefined }) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.integer({ min: 4, max: 6 }),
        fc.subarray(keys, { minLength: 1 }),
        async (steps, limit, expected) => {
          const limiter = new FairLimiter({ limit: () => limit, expected: () => expected });
          const { ask, granted } = recorder(limiter);
          const held = new Map<string, Release[]>(keys.map((key) => [key, []]));
          const heldOf = (key: string) => held.get(key) ?? [];
          const take = async () => {
            await settle();
            for (const { name, release } of granted.splice(0)) heldOf(name).push(release);
          };
          for (const { key, release } of steps.filter(({ key }) => expected.includes(key))) {
            const isFirst = heldOf(key).length === 0;
            void ask(key, key);
            await take();
            if (isFirst) expect(heldOf(key).length).toBeGreaterThan(0);
            if (release !== undefined) heldOf(keys[release % keys.length] ?? '').pop()?.();
            await take();
          }
        },
      ),
    );
  });

  it('is never over a limit and lets everybody in at last, whatever comes and goes', async () => {
    const step = fc.record({ key: fc.constantFrom('a', 'b', 'c'), release: fc.option(fc.nat(9), { nil: undefined }) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.boolean(), async (steps, keeps) => {
        const limiter = new FairLimiter({
          limit: () => 5,
          keyLimit: () => 3,
          expected: () => (keeps ? ['a', 'b', 'd'] : []),
        });
        const held: { key: string; release: Release }[] = [];
        for (const { key, release } of steps) {
          void limiter.acquire(key).then((give) => void held.push({ key, release: give }));
          await settle();
          expect(held.length).toBeLessThanOrEqual(5);
          expect(held.filter((other) => other.key === key).length).toBeLessThanOrEqual(3);
          if (release !== undefined) held.splice(release % Math.max(1, held.length), 1)[0]?.release();
        }
        for (let rounds = 0; rounds <= steps.length; rounds++) {
          await settle();
          held.pop()?.release();
        }
        expect([limiter.inFlight, limiter.waiting]).toEqual([0, 0]);
      }),
    );
  });
});

/** The rules of the limiter with lists that are searched. */
class Model {
  readonly granted: string[] = [];
  #released = 0;
  #keys: { key: string; names: string[] }[] = [];

  get inFlight(): number {
    return this.granted.length - this.#released;
  }

  /** The oldest gives its place back. */
  release(): void {
    this.#released++;
  }

  waiting(): string[] {
    return this.#keys.flatMap(({ names }) => names);
  }

  ask(key: string, name: string): void {
    const line = this.#keys.find((other) => other.key === key);
    if (line) line.names.push(name);
    else this.#keys.push({ key, names: [name] });
  }

  abort(name: string): void {
    for (const line of this.#keys) line.names = line.names.filter((other) => other !== name);
    this.#keys = this.#keys.filter(({ names }) => names.length > 0);
  }

  admit(limit: number, expected: readonly string[]): void {
    for (let refused = 0; this.inFlight < limit && refused < this.#keys.length; ) {
      const line = this.#keys.shift();
      if (!line) return;
      const holders = this.granted.slice(this.#released).map((name) => name[0] ?? '');
      const absent = expected.filter((key) => !holders.includes(key)).length;
      const kept = Math.min(absent, Math.floor((limit * 3) / 4));
      const enters = !holders.includes(line.key) || this.inFlight + kept < limit;
      if (enters) this.granted.push(line.names.shift() ?? '');
      refused = enters ? 0 : refused + 1;
      if (line.names.length > 0) this.#keys.push(line);
    }
  }
}
