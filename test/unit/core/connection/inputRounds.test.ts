import { describe, expect, it } from 'vitest';
import { deferred } from '../../../../src/base/deferred';
import { sendWithInputs } from '../../../../src/core/connection/inputRounds';
import type { JsonObject } from '../../../../src/shared/json';
import { ManualClock, settle } from '../../../support/manualClock';

const never = new AbortController().signal;
const wants = (inputRequests: JsonObject, requestState?: string): JsonObject => ({
  resultType: 'input_required',
  inputRequests,
  ...(requestState === undefined ? {} : { requestState }),
});
const ask = (method: string, params: JsonObject = {}) => ({ method, params });

/** A server that answers one after the other, and what it was sent. */
function server(...results: JsonObject[]) {
  const sent: JsonObject[] = [];
  const send = async (params: JsonObject) => {
    sent.push(params);
    return results[Math.min(sent.length, results.length) - 1] as JsonObject;
  };
  return { sent, send };
}

describe('a request of 2026-07-28', () => {
  it('is sent once where nothing is asked', async () => {
    const { sent, send } = server({ content: [] });
    const answer = () => Promise.reject(new Error('not asked'));
    const result = await sendWithInputs({ name: 'a' }, send, { answer, signal: never, clock: new ManualClock() });
    expect(result).toEqual({ content: [] });
    expect(sent).toEqual([{ name: 'a' }]);
  });

  it('goes out again with the answers of this round and the state of the server, and nothing of the round before', async () => {
    const { sent, send } = server(
      wants({ one: ask('elicitation/create', { message: 'Who?' }), two: ask('roots/list') }, 'first'),
      wants({ three: ask('elicitation/create') }),
      { content: ['done'] },
    );
    const asked: [string, JsonObject][] = [];
    const answer = async (method: string, params: JsonObject) => {
      asked.push([method, params]);
      return { to: method };
    };
    const result = await sendWithInputs({ name: 'a' }, send, { answer, signal: never, clock: new ManualClock() });
    expect(result).toEqual({ content: ['done'] });
    expect(asked.map(([method]) => method)).toEqual(['elicitation/create', 'roots/list', 'elicitation/create']);
    expect(asked[0]?.[1]).toEqual({ message: 'Who?' });
    expect(sent).toEqual([
      { name: 'a' },
      {
        name: 'a',
        inputResponses: { one: { to: 'elicitation/create' }, two: { to: 'roots/list' } },
        requestState: 'first',
      },
      { name: 'a', inputResponses: { three: { to: 'elicitation/create' } } },
    ]);
  });

  it('waits a moment where the server asks nothing and wants to be asked again', async () => {
    const clock = new ManualClock();
    const { sent, send } = server(wants({}, 'later'), { content: [] });
    const answer = async () => ({});
    const done = sendWithInputs({ name: 'a' }, send, { answer, signal: never, clock });
    await settle();
    expect(sent).toHaveLength(1);
    await clock.advance(250);
    await done;
    expect(sent[1]).toEqual({ name: 'a', requestState: 'later' });
  });

  it('takes the other questions of a round back when one cannot be answered', async () => {
    const { send } = server(wants({ one: ask('a'), two: ask('b') }));
    const signals: AbortSignal[] = [];
    const first = deferred<JsonObject>();
    const answer = (method: string, _params: JsonObject, signal: AbortSignal) => {
      signals.push(signal);
      return method === 'a' ? first.promise : new Promise<JsonObject>(() => {});
    };
    const done = sendWithInputs({}, send, { answer, signal: never, clock: new ManualClock() });
    await settle();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
    first.reject(new Error('no such field'));
    await expect(done).rejects.toThrow('no such field');
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
  });

  it('gives up on a server that asks without end, or without a method', async () => {
    const options = { answer: async () => ({}), signal: never, clock: new ManualClock() };
    const endless = server(wants({ one: ask('elicitation/create') }));
    await expect(sendWithInputs({}, endless.send, options)).rejects.toMatchObject({ kind: 'protocol' });
    expect(endless.sent).toHaveLength(11);
    const odd = server(wants({ one: { params: {} } }));
    await expect(sendWithInputs({}, odd.send, options)).rejects.toMatchObject({ kind: 'protocol' });
    const many = server(wants(Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`${i}`, ask('roots/list')]))));
    await expect(sendWithInputs({}, many.send, options)).rejects.toMatchObject({ kind: 'limit' });
  });
});
