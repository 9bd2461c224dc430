import { expect, it } from 'vitest';
import { deferred } from '../../../src/base/deferred';
import { QuestionTurns } from '../../../src/vscode/questionTurns';
import { settle } from '../../support/manualClock';

const { signal } = new AbortController();

it('gives one turn at a time, in order, and goes on after one that fails or is taken back', async () => {
  const turns = new QuestionTurns();
  const waiting: number[] = [];
  turns.onDidChangeWaiting(() => waiting.push(turns.waiting));
  const shown: string[] = [];
  const first = deferred<string>();
  const abort = new AbortController();
  const take = (name: string, answer: Promise<string>, until = signal) =>
    turns.take(until, () => {
      shown.push(name);
      return answer;
    });
  const failed = expect(take('a', first.promise)).rejects.toThrow('no');
  const gone = expect(take('b', Promise.resolve('b'), abort.signal)).rejects.toMatchObject({ kind: 'cancelled' });
  const last = take('c', Promise.resolve('c'));
  await settle();
  expect([shown, turns.waiting]).toEqual([['a'], 2]);
  abort.abort();
  await gone;
  await settle();
  expect([shown, turns.waiting]).toEqual([['a'], 1]);
  first.reject(new Error('no'));
  await failed;
  expect(await last).toBe('c');
  expect(waiting).toEqual([0, 1, 2, 1, 0, 0]);
});
