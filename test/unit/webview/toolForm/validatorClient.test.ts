import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type CheckWorker, ValidatorClient } from '../../../../src/webview/toolForm/validatorClient';
import type { ValidatorAnswer, ValidatorRequest } from '../../../../src/webview/validator';

const VALID = { valid: true, timedOut: false, errors: [] };
type Listener = (event: { readonly data: ValidatorAnswer }) => void;

/** Answers when it is told to. */
class FakeWorker implements CheckWorker {
  readonly requests: ValidatorRequest[] = [];
  ended = false;
  readonly #listeners = { message: new Set<Listener>(), error: new Set<Listener>() };

  constructor(starts = true) {
    if (starts) setTimeout(() => this.answer({ id: 0 }));
  }
  postMessage(request: ValidatorRequest) {
    this.requests.push(request);
  }
  terminate() {
    this.ended = true;
  }
  addEventListener(type: 'message' | 'error', listener: Listener) {
    this.#listeners[type].add(listener);
  }
  removeEventListener(type: 'message' | 'error', listener: Listener) {
    this.#listeners[type].delete(listener);
  }
  answer(data: ValidatorAnswer) {
    for (const listener of [...this.#listeners.message]) listener({ data });
  }
  /** Answers what it was asked last. */
  answerLast() {
    this.answer({ id: this.requests.at(-1)?.id ?? -1, validation: VALID });
  }
}

function create(starts?: boolean) {
  const workers: FakeWorker[] = [];
  const client = new ValidatorClient(() => {
    const worker = new FakeWorker(starts);
    workers.push(worker);
    return Promise.resolve(worker);
  });
  return { client, workers, values: () => workers.flatMap(({ requests }) => requests.map(({ value }) => value)) };
}

describe('ValidatorClient', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    return () => vi.useRealTimers();
  });
  const settle = () => vi.advanceTimersByTimeAsync(1);

  it('checks only the newest of what one owner asks, and each owner in its turn', async () => {
    const { client, workers, values } = create();
    const [form, question] = [{}, {}];
    const first = client.check(form, true, 1);
    await settle();
    const others = [client.check(form, true, 2), client.check(question, true, 'q'), client.check(form, true, 3)];
    expect(await others[0]).toEqual({ unchecked: expect.any(String) });
    for (let answered = 0; answered < 3; answered++) {
      workers[0]?.answerLast();
      await settle();
    }
    expect(await Promise.all([first, others[1], others[2]])).toEqual(Array(3).fill({ validation: VALID }));
    expect(values()).toEqual([1, 3, 'q']);
    expect(workers).toHaveLength(1);
  });

  it('ends the worker at the deadline, and then checks only what came last', async () => {
    const { client, workers, values } = create();
    const owner = {};
    const all = [1, 2, 3, 4, 5].map((value) => client.check(owner, true, value));
    await vi.advanceTimersByTimeAsync(1_001);
    expect(await all[0]).toEqual({ unchecked: expect.stringContaining('too long') });
    await settle();
    workers[1]?.answerLast();
    expect(await all[4]).toEqual({ validation: VALID });
    expect(values()).toEqual([1, 5]);
    expect(workers.map(({ ended }) => ended)).toEqual([true, false]);
  });

  it('takes no answer to anything else, and sends a schema once', async () => {
    const { client, workers } = create();
    const schema = { type: 'object' };
    const check = client.check({}, schema, {});
    await settle();
    const [worker] = workers;
    const wrong = { valid: false, timedOut: false, errors: [] };
    worker?.answer({ id: 99, validation: wrong });
    worker?.answer({ id: 0 });
    worker?.answerLast();
    expect(await check).toEqual({ validation: VALID });
    void client.check({}, schema, 2);
    void client.check({}, { ...schema }, 3);
    await settle();
    worker?.answerLast();
    await settle();
    expect(worker?.requests.map((request) => 'schema' in request)).toEqual([true, false, true]);
  });

  it('starts again after a start that failed, and ends a worker that says nothing', async () => {
    let attempts = 0;
    const client = new ValidatorClient(() => {
      attempts++;
      return Promise.reject(new Error('No network.'));
    });
    const failed = { unchecked: 'The arguments could not be checked against the schema.' };
    expect(await client.check({}, true, 1)).toEqual(failed);
    expect(await client.check({}, true, 1)).toEqual(failed);
    expect(attempts).toBe(2);
    const mute = create(false);
    const check = mute.client.check({}, true, 1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await check).toEqual(failed);
    expect(mute.workers.map(({ ended }) => ended)).toEqual([true]);
  });
});
