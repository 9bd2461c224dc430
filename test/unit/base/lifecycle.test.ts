import { describe, expect, it } from 'vitest';
import { raceAbort } from '../../../src/base/abort';
import { DisposableStore, toDisposable } from '../../../src/base/disposable';
import { PatchbayError } from '../../../src/base/errors';
import { Emitter, nextEvent } from '../../../src/base/event';

describe('DisposableStore', () => {
  it('disposes in reverse order, once', () => {
    const log: string[] = [];
    const store = new DisposableStore();
    store.add(toDisposable(() => log.push('a')));
    store.add(toDisposable(() => log.push('b')));
    store.dispose();
    store.dispose();
    expect(log).toEqual(['b', 'a']);
  });

  it('disposes a late comer at once and goes on after one that throws', () => {
    const log: string[] = [];
    const store = new DisposableStore();
    store.add(toDisposable(() => log.push('a')));
    store.add(
      toDisposable(() => {
        throw new Error('no');
      }),
    );
    expect(() => store.dispose()).toThrow(AggregateError);
    store.add(toDisposable(() => log.push('late')));
    expect(log).toEqual(['a', 'late']);
  });
});

describe('Emitter', () => {
  it('tells every listener, also when one throws or leaves meanwhile', () => {
    const errors: unknown[] = [];
    const emitter = new Emitter<number>((error) => errors.push(error));
    const seen: number[] = [];
    const first = emitter.event(() => {
      first.dispose();
      throw new Error('mine');
    });
    emitter.event((value) => seen.push(value));
    emitter.fire(1);
    emitter.fire(2);
    expect(seen).toEqual([1, 2]);
    expect(errors).toHaveLength(1);
    expect(emitter.size).toBe(1);
  });

  it('gives the first event that passes, and leaves no listener after an abort', async () => {
    const emitter = new Emitter<number>();
    const abort = new AbortController();
    const even = nextEvent(emitter.event, (value) => value % 2 === 0);
    const never = nextEvent(emitter.event, () => false, abort.signal);
    emitter.fire(1);
    emitter.fire(2);
    expect(await even).toBe(2);
    abort.abort(new Error('enough'));
    await expect(never).rejects.toThrow('enough');
    expect(emitter.size).toBe(0);
  });
});

describe('raceAbort', () => {
  it('rejects as cancelled when the signal comes first, and swallows the late failure', async () => {
    const abort = new AbortController();
    let fail: (error: Error) => void = () => {};
    const race = raceAbort(
      new Promise<void>((_, reject) => {
        fail = reject;
      }),
      abort.signal,
    );
    abort.abort(new Error('stop'));
    await expect(race).rejects.toMatchObject({ kind: 'cancelled', cause: { message: 'stop' } });
    fail(new Error('late'));
  });

  it('hands on a reason that is an error of ours', async () => {
    const reason = new PatchbayError('timeout', 'Too late.');
    await expect(raceAbort(new Promise(() => {}), AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it('is the work itself otherwise', async () => {
    expect(await raceAbort(Promise.resolve(1), new AbortController().signal)).toBe(1);
    expect(await raceAbort(Promise.resolve(1), undefined)).toBe(1);
  });
});
