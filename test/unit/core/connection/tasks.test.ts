import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { followCoreTask, followExtensionTask, type TaskContext } from '../../../../src/core/connection/tasks';
import type { JsonObject } from '../../../../src/shared/json';
import { ManualClock, settle } from '../../../support/manualClock';

const task = (status: string, more: JsonObject = {}): JsonObject => ({ taskId: 't1', status, ...more });
const result = { content: [{ type: 'text', text: 'done' }] };

let clock: ManualClock;
let abort: AbortController;
let sent: { method: string; params: JsonObject; at: number }[];
let asked: string[];
let messages: (string | undefined)[];
/** What the server says to each request in turn. */
let answers: (JsonObject | Error)[];
let context: TaskContext;

beforeEach(() => {
  clock = new ManualClock();
  const start = clock.now();
  abort = new AbortController();
  [sent, asked, messages, answers] = [[], [], [], []];
  context = {
    async send(method, params) {
      sent.push({ method, params, at: clock.now() - start });
      const answer = answers.shift() ?? {};
      if (answer instanceof Error) throw answer;
      return answer;
    },
    async answer(method) {
      asked.push(method);
      return { action: 'accept', content: {} };
    },
    signal: abort.signal,
    clock,
    onAlive: () => {},
    onProgress: ({ message }) => messages.push(message),
  };
});

afterEach(() => expect(clock.pending).toBe(0));

const methods = () => sent.map(({ method }) => method);

describe('a task of the extension', () => {
  it('is asked for in the pace of the server until its result is there', async () => {
    answers = [
      task('working', { statusMessage: 'half', pollIntervalMs: 200 }),
      task('working', { statusMessage: 'half' }),
      task('completed', { result }),
    ];
    const done = followExtensionTask(task('working', { pollIntervalMs: 1, statusMessage: 'begun' }), context);
    await clock.advance(10_000);
    expect(await done).toEqual(result);
    // 100 ms at least, then as told, then the default.
    expect(sent.map(({ at }) => at)).toEqual([100, 300, 1300]);
    expect(messages).toEqual(['begun', 'half']);
  });

  it('waits no longer than half a minute between two questions', async () => {
    answers = [task('completed', { result })];
    const done = followExtensionTask(task('working', { pollIntervalMs: 1e9 }), context);
    await clock.advance(30_000);
    expect(await done).toEqual(result);
  });

  it('has each of its questions asked once, however often it repeats them', async () => {
    const inputRequests = { who: { method: 'elicitation/create', params: {} } };
    const more = { ...inputRequests, where: { method: 'roots/list' } };
    answers = [
      task('input_required', { inputRequests }),
      {},
      task('input_required', { inputRequests }),
      task('input_required', { inputRequests: more }),
      {},
      task('completed', { result }),
    ];
    const done = followExtensionTask(task('working'), context);
    await clock.advance(60_000);
    expect(await done).toEqual(result);
    expect(asked).toEqual(['elicitation/create', 'roots/list']);
    const updates = sent.filter(({ method }) => method === 'tasks/update');
    expect(updates.map(({ params }) => Object.keys(params.inputResponses as JsonObject))).toEqual([['who'], ['where']]);
  });

  it.each<[string, JsonObject, object]>([
    [
      'failed',
      task('failed', { error: { code: -32000, message: 'disk full' } }),
      { message: 'The task failed: disk full', code: -32000 },
    ],
    [
      'cancelled',
      task('cancelled', { statusMessage: 'by the operator' }),
      { message: 'The server cancelled the task: by the operator.' },
    ],
    ['completed without a result', task('completed'), { kind: 'protocol' }],
    ['in an unknown state', task('sleeping'), { kind: 'protocol', message: expect.stringContaining('sleeping') }],
    ['another one', { ...task('working'), taskId: 't2' }, { kind: 'protocol' }],
  ])('fails where it is %s', async (_what, state, error) => {
    answers = [state];
    const done = expect(followExtensionTask(task('working'), context)).rejects.toMatchObject(error);
    await clock.advance(1000);
    await done;
    expect(methods()).toEqual(['tasks/get']);
  });

  it('is cancelled when nobody waits for it any more', async () => {
    const done = expect(followExtensionTask(task('working'), context)).rejects.toThrow('enough');
    await settle();
    abort.abort(new Error('enough'));
    await done;
    await settle();
    expect(sent).toMatchObject([{ method: 'tasks/cancel', params: { taskId: 't1' } }]);
  });
});

describe('a task of 2025-11-25', () => {
  it('has its result fetched when it is completed', async () => {
    answers = [task('completed', { pollInterval: 500 }), result];
    const done = followCoreTask({ task: task('working', { pollInterval: 500 }) }, context);
    await clock.advance(500);
    expect(await done).toEqual(result);
    expect(methods()).toEqual(['tasks/get', 'tasks/result']);
  });

  it('is asked for the result once, early, where it wants input', async () => {
    let finish = (_value: JsonObject) => {};
    const send = context.send;
    context = {
      ...context,
      send: (method, params, signal) =>
        method === 'tasks/result'
          ? new Promise((resolve) => {
              sent.push({ method, params, at: 0 });
              finish = resolve;
            })
          : send(method, params, signal),
    };
    answers = [task('input_required'), task('working'), task('input_required'), task('working')];
    const done = followCoreTask({ task: task('working') }, context);
    await clock.advance(4500);
    finish(result);
    await settle();
    await clock.advance(1000);
    expect(await done).toEqual(result);
    expect(methods().filter((method) => method === 'tasks/result')).toHaveLength(1);
  });

  it('fails with the error that stands where the result would be', async () => {
    answers = [task('failed', { statusMessage: 'bad' }), new Error('the disk is full')];
    const done = expect(followCoreTask({ task: task('working') }, context)).rejects.toThrow('the disk is full');
    await clock.advance(1000);
    await done;
  });
});
