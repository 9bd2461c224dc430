import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { PatchbayError } from '../../../../src/base/errors';
import { RateLimit, type RateLimitSettings } from '../../../../src/core/calls/rateLimit';
import { SlidingWindow } from '../../../../src/core/calls/slidingWindow';
import { fc } from '../../../support/fastCheck';
import { ManualClock, settle } from '../../../support/manualClock';

function limitOf(maxRequests: number, perMs: number, onLimit: RateLimitSettings['onLimit'] = 'queue') {
  const clock = new ManualClock();
  const start = clock.now();
  const live: { settings: RateLimitSettings | undefined } = { settings: { maxRequests, perMs, onLimit } };
  const limit = new RateLimit(() => live.settings, clock);
  const granted: { name: number; at: number }[] = [];
  const take = (name: number, signal?: AbortSignal) =>
    limit.take(signal).then((room) => {
      granted.push({ name, at: clock.now() - start });
      room.use();
    });
  return { clock, live, limit, granted, take };
}

describe('RateLimit', () => {
  it('lets the rest wait in line until the window has room, and keeps no timer when nobody waits', async () => {
    const { clock, limit, granted, take } = limitOf(2, 100);
    for (let name = 0; name < 5; name++) void take(name);
    await settle();
    await clock.advance(250);
    expect(granted).toEqual([
      { name: 0, at: 0 },
      { name: 1, at: 0 },
      { name: 2, at: 100 },
      { name: 3, at: 100 },
      { name: 4, at: 200 },
    ]);
    expect([limit.waiting, clock.pending, limit.remaining]).toEqual([0, 0, 1]);
  });

  it('refuses with the time to wait where it is to refuse', async () => {
    const { clock, limit, take } = limitOf(2, 1000, 'reject');
    await take(0);
    await clock.advance(300);
    await take(1);
    const error: PatchbayError = await limit.take().catch((cause) => cause);
    expect([error.kind, error.retryable, error.retryAfterMs]).toEqual(['limit', true, 700]);
    expect(error.message).toBe('The limit of 2 calls in 1 s is reached.');
    expect(error.hint).toBe('Call again in 700 ms, or change "limits.rateLimit" of the server.');
    expect(limit.remaining).toBe(0);
    await clock.advance(700);
    await take(2);
  });

  it('lets somebody leave the line, who then costs nothing', async () => {
    const { clock, limit, granted, take } = limitOf(1, 100);
    const giveUp = new AbortController();
    const reason = new Error('enough');
    void take(0);
    const gone = take(1, giveUp.signal);
    void take(2);
    giveUp.abort(reason);
    await expect(gone).rejects.toBe(reason);
    await expect(limit.take(giveUp.signal)).rejects.toBe(reason);
    const patient = new AbortController();
    void take(4, patient.signal);
    await clock.advance(200);
    expect(granted.map(({ name }) => name)).toEqual([0, 2, 4]);
    expect(getEventListeners(patient.signal, 'abort')).toEqual([]);
    const last = new AbortController();
    const alone = take(3, last.signal);
    last.abort(reason);
    await expect(alone).rejects.toBe(reason);
    expect(clock.pending).toBe(0);
  });

  it('reads its settings live', async () => {
    const { live, limit, granted, take } = limitOf(1, 1000);
    void take(0);
    void take(1);
    void take(2);
    live.settings = { maxRequests: 2, perMs: 1000, onLimit: 'queue' };
    limit.recheck();
    await settle();
    expect(granted).toHaveLength(2);
    live.settings = undefined;
    expect(limit.remaining).toBeUndefined();
    void take(3);
    await settle();
    expect(granted.map(({ name }) => name)).toEqual([0, 1, 2, 3]);
  });

  it('counts from when the room is used, and what is kept until then takes room as well', async () => {
    const { clock, limit, granted, take } = limitOf(1, 100);
    const room = await limit.take();
    void take(1);
    await clock.advance(1000);
    expect([granted, limit.remaining, clock.pending]).toEqual([[], 0, 0]);
    room.use();
    room.giveBack();
    await clock.advance(99);
    expect(granted).toEqual([]);
    await clock.advance(1);
    expect(granted).toEqual([{ name: 1, at: 1100 }]);
  });

  it('lets the next one go for a room that is given back, once', async () => {
    const { limit, granted, take } = limitOf(1, 100);
    const room = await limit.take();
    void take(1);
    const last = take(2);
    room.giveBack();
    room.giveBack();
    room.use();
    await settle();
    expect(granted.map(({ name }) => name)).toEqual([1]);
    expect(limit.waiting).toBe(1);
    limit.dispose();
    await expect(last).rejects.toMatchObject({ kind: 'cancelled' });
  });

  it('refuses for a whole window where all room is kept', async () => {
    const { limit } = limitOf(1, 1000, 'reject');
    const room = await limit.take();
    await expect(limit.take()).rejects.toMatchObject({ kind: 'limit', retryAfterMs: 1000 });
    room.giveBack();
    expect(limit.remaining).toBe(1);
  });

  it('refuses who waits when it ends, and who comes later', async () => {
    const { clock, limit, take } = limitOf(1, 1000);
    await take(0);
    const waiting = take(1);
    limit.dispose();
    await expect(waiting).rejects.toMatchObject({ kind: 'cancelled' });
    await expect(limit.take()).rejects.toMatchObject({ kind: 'cancelled' });
    expect(clock.pending).toBe(0);
  });

  it('never lets more than allowed go within any window, and nobody wait longer than needed', async () => {
    const calls = fc.array(fc.record({ pauseMs: fc.nat(40), count: fc.nat(4) }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(
        calls,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 60 }),
        async (steps, max, per) => {
          const { clock, granted, take } = limitOf(max, per);
          const expected: number[] = [];
          let time = 0;
          let name = 0;
          for (const { pauseMs, count } of steps) {
            await clock.advance(pauseMs);
            time += pauseMs;
            for (let index = 0; index < count; index++) {
              void take(name++);
              // As soon as the one that came `max` before it is out of the window.
              const earlier = expected.at(-max);
              expected.push(Math.max(time, expected.length < max || earlier === undefined ? 0 : earlier + per));
            }
            await settle();
          }
          await clock.advance(per * (name + 1));
          expect(granted.map(({ at }) => at)).toEqual(expected);
          expect(granted.map(({ name: who }) => who)).toEqual([...granted.keys()]);
          expect(clock.pending).toBe(0);
        },
      ),
    );
  });
});

describe('SlidingWindow', () => {
  it('holds one item a millisecond, and nothing that is over', () => {
    const window = new SlidingWindow();
    for (let index = 0; index < 200_000; index++) window.add(Math.floor(index / 100), 50);
    expect(window.count(1999, 50)).toBe(5000);
    expect(window.size).toBeLessThan(150);
  });

  it('goes on where the clock is set back', () => {
    const window = new SlidingWindow();
    window.add(1_000_000, 100);
    expect(window.count(5000, 100)).toBe(1);
    expect(window.freeAfterMs(5000, 1, 100, 1)).toBe(100);
    expect(window.count(5100, 100)).toBe(0);
  });
});
