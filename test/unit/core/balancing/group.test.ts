import { describe, expect, it } from 'vitest';
import { deferred } from '../../../../src/base/deferred';
import { type ErrorKind, PatchbayError } from '../../../../src/base/errors';
import { Emitter } from '../../../../src/base/event';
import { disconnectedError } from '../../../../src/core/balancing/disconnected';
import { Group, type GroupDeps } from '../../../../src/core/balancing/group';
import type { MemberView } from '../../../../src/core/balancing/groupView';
import { wasTurnedAway } from '../../../../src/core/calls/replay';
import type { GroupDefinition } from '../../../../src/core/config/definition';
import type { ConnectionState } from '../../../../src/core/connection/state';
import type { CallToolOptions } from '../../../../src/core/hubTypes';
import type { CallToolResult, Tool } from '../../../../src/shared/mcp';
import { fc } from '../../../support/fastCheck';
import { ManualClock, settle } from '../../../support/manualClock';

const CONNECTED: ConnectionState = { kind: 'connected', since: 1 };
const DISCONNECTED: ConnectionState = { kind: 'disconnected' };
const echo: Tool = { name: 'echo', inputSchema: { type: 'object' } };

function failed(kind: ErrorKind = 'transport', message = 'refused'): PatchbayError {
  return new PatchbayError(kind, message, { retryable: true });
}

/** Servers that do as the test says. */
class Members {
  readonly clock = new ManualClock();
  readonly views = new Map<string, MemberView>();
  readonly changes = new Emitter<string>();
  readonly calls: string[] = [];
  readonly connects: string[] = [];
  readonly given: CallToolOptions[] = [];
  replay = false;
  /** What was known of the tool when a call might go elsewhere. */
  readonly asked: Tool['annotations'][] = [];
  answer: (id: string, onSent: () => void) => Promise<CallToolResult> = async (_, onSent) => {
    onSent();
    return { content: [] };
  };
  connect: (id: string) => Promise<void> = async (id) => this.set(id, { state: CONNECTED, catalogStatus: 'live' });
  check: GroupDeps['check'] = async () => {};

  constructor(ids: readonly string[], state: ConnectionState = CONNECTED) {
    for (const id of ids) this.set(id, { state });
  }

  set(id: string, change: Partial<MemberView>): void {
    const before = this.views.get(id) ?? {
      id,
      state: CONNECTED,
      autoConnect: 'onDemand',
      catalogStatus: 'live',
      tools: [echo],
      toolMs: () => 30_000,
      inFlight: 0,
    };
    this.views.set(id, { ...before, ...change });
    this.changes.fire(id);
  }

  group(more: Partial<GroupDefinition> = {}): Group {
    const definition: GroupDefinition = {
      id: 'g',
      source: { kind: 'adHoc' },
      strategy: 'roundRobin',
      healthCheckIntervalMs: 30_000,
      members: [...this.views.keys()].map((server) => ({ server, weight: 1 })),
      ...more,
    };
    return new Group(definition, {
      clock: this.clock,
      member: (id) => this.views.get(id),
      onDidChangeMember: this.changes.event,
      connect: (id) => {
        this.connects.push(id);
        return this.connect(id);
      },
      call: (id, _tool, _args, options, onSent) => {
        this.calls.push(id);
        this.given.push(options);
        return this.answer(id, onSent);
      },
      mayGoElsewhere: (error, annotations) => {
        this.asked.push(annotations);
        return this.replay || wasTurnedAway(error);
      },
      check: (id, signal) => this.check(id, signal),
    });
  }
}

/** What a call rejects with. */
function rejection(call: Promise<unknown>): Promise<PatchbayError> {
  return call.then(
    () => Promise.reject(new Error('The call was answered.')),
    (error) => error,
  );
}

describe('Group: calls', () => {
  it('go to the members in turn, and say who answered', async () => {
    const members = new Members(['a', 'b']);
    const group = members.group();
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push((await group.callTool('echo', {})).member);
    expect(answers).toEqual(['a', 'b', 'a', 'b']);
  });

  it('go where the fewest are in flight, of whoever made them', async () => {
    const members = new Members(['a', 'b', 'c']);
    members.set('a', { inFlight: 2 });
    const gate = deferred<CallToolResult>();
    members.answer = () => gate.promise;
    const group = members.group({ strategy: 'leastConnections' });
    const calls = [1, 2, 3, 4].map(() => group.callTool('echo', {}));
    await settle();
    expect(members.calls.toSorted()).toEqual(['b', 'b', 'c', 'c']);
    expect(group.view.members.map(({ inFlight }) => inFlight)).toEqual([2, 2, 2]);
    gate.resolve({ content: [] });
    await Promise.all(calls);
    expect(group.view.members.map(({ inFlight }) => inFlight)).toEqual([2, 0, 0]);
  });

  it('go to another member where nothing was sent', async () => {
    const members = new Members(['a', 'b', 'c']);
    members.answer = async (id, onSent) => {
      if (id !== 'c') throw failed(id === 'a' ? 'limit' : 'connectionClosed');
      onSent();
      return { content: [] };
    };
    expect((await members.group().callTool('echo', {})).member).toBe('c');
    expect(members.calls).toEqual(['a', 'b', 'c']);
  });

  it('that were sent go to another member only where that does no harm', async () => {
    const members = new Members(['a', 'b']);
    members.answer = async (id, onSent) => {
      onSent();
      if (id === 'a') throw failed('connectionClosed', 'gone');
      return { content: [] };
    };
    const group = members.group();
    const error = await rejection(group.callTool('echo', {}));
    expect(error).toMatchObject({ kind: 'connectionClosed', message: '"a" of the group "g": gone', retryable: true });
    expect(members.calls).toEqual(['a']);
    members.replay = true;
    members.set('a', { state: { kind: 'connected', since: 2 } });
    members.calls.length = 0;
    await group.callTool('echo', {});
    expect((await group.callTool('echo', {})).member).toBe('b');
    expect(members.calls).toEqual(['b', 'a', 'b']);
  });

  it.each<ErrorKind>(['cancelled', 'security', 'tool'])('end with the first member where it says %s', async (kind) => {
    const members = new Members(['a', 'b']);
    members.replay = true;
    members.answer = async () => {
      throw failed(kind);
    };
    expect(await rejection(members.group().callTool('echo', {}))).toMatchObject({ kind });
    expect(members.calls).toEqual(['a']);
  });

  it('go to another member when the one they wait for is disconnected', async () => {
    const members = new Members(['a', 'b']);
    members.answer = async (id) => {
      if (id === 'a') throw disconnectedError('sent');
      return { content: [] };
    };
    expect((await members.group().callTool('echo', {})).member).toBe('b');
  });

  it('go to nobody, and wake nobody, when the group is disconnected', async () => {
    const members = new Members(['a', 'b']);
    members.set('b', { state: DISCONNECTED });
    const group = members.group();
    members.answer = async () => {
      group.failWaiting();
      throw disconnectedError('sent');
    };
    expect(await rejection(group.callTool('echo', {}))).toMatchObject(disconnectedError('sent'));
    expect([members.calls, members.connects]).toEqual([['a'], []]);
    members.answer = async () => ({ content: [] });
    expect((await group.callTool('echo', {})).member).toBe('a');
  });

  it('say to each member when the first one was sent them', async () => {
    const members = new Members(['a', 'b', 'c']);
    members.replay = true;
    const start = members.clock.now();
    members.answer = async (id, onSent) => {
      await members.clock.advance(1000);
      if (id === 'c') return { content: [] };
      onSent();
      throw failed('connectionClosed');
    };
    await members.group().callTool('echo', {});
    expect(members.given.map((options) => 'sentAt' in options && options.sentAt)).toEqual([
      undefined,
      start + 1000,
      start + 1000,
    ]);
  });

  it('have one timeout over all members', async () => {
    const members = new Members(['a', 'b', 'c']);
    members.answer = async () => {
      await members.clock.advance(400);
      throw failed();
    };
    await rejection(members.group().callTool('echo', {}, { timeoutMs: 700 }));
    expect(members.given.map(({ timeoutMs }) => timeoutMs)).toEqual([700, 300]);
    expect(members.calls).toEqual(['a', 'b']);
  });

  it('say why nobody answered', async () => {
    const members = new Members(['a', 'b']);
    members.answer = async (id) => {
      throw failed('transport', `${id} is away.`);
    };
    expect(await rejection(members.group().callTool('echo', {}))).toMatchObject({
      kind: 'transport',
      message: 'No member of the group "g" takes calls: "a": a is away.; "b": b is away.',
    });
  });

  it('end when the caller gives up', async () => {
    const members = new Members(['a', 'b']);
    const controller = new AbortController();
    members.answer = async () => {
      controller.abort();
      throw failed();
    };
    await rejection(members.group().callTool('echo', {}, { signal: controller.signal }));
    expect(members.calls).toEqual(['a']);
    const after = await rejection(members.group().callTool('echo', {}, { signal: controller.signal }));
    expect(after.kind).toBe('cancelled');
    expect(members.calls).toEqual(['a']);
  });

  it('of a tool that the members do not share are refused', async () => {
    const members = new Members(['a', 'b']);
    members.set('b', { tools: [echo, { ...echo, name: 'add' }] });
    const error = await rejection(members.group().callTool('add', {}));
    expect(error).toMatchObject({
      kind: 'config',
      message: 'The group "g" has no tool "add". "add" is left out: "a" does not have it.',
      hint: 'Its members share: echo.',
    });
    members.set('b', { tools: [{ ...echo, inputSchema: { type: 'object', title: 'x' } }] });
    expect(await rejection(members.group().callTool('echo', {}))).toMatchObject({
      message: 'The group "g" has no tool "echo". "echo" is left out: "b" has it with another schema.',
      hint: 'Its members share no tool with the same schema.',
    });
    const error2 = await rejection(members.group().callTool('nowhere', {}));
    expect(error2.message).toBe('The group "g" has no tool "nowhere".');
    expect(members.calls).toEqual([]);
  });

  it('run once where running twice does harm, whatever fails', async () => {
    const outcome = fc.constantFrom('answers', 'fails unsent', 'fails sent', 'limit', 'timeout', 'loses link');
    await fc.assert(
      fc.asyncProperty(fc.array(outcome, { minLength: 1, maxLength: 5 }), fc.boolean(), async (outcomes, replay) => {
        const ids = outcomes.map((_, index) => `m${index}`);
        const members = new Members(ids);
        members.replay = replay;
        let runs = 0;
        members.answer = async (id, onSent) => {
          const outcome = outcomes[ids.indexOf(id)];
          if (outcome === 'fails unsent') throw failed();
          if (outcome === 'limit') throw failed('limit');
          onSent();
          runs += 1;
          if (outcome === 'loses link') members.set(id, { state: DISCONNECTED, autoConnect: 'manual' });
          if (outcome !== 'answers') throw failed(outcome === 'timeout' ? 'timeout' : 'connectionClosed');
          return { content: [], structuredContent: id };
        };
        const group = members.group();
        const answer = await group.callTool('echo', {}).catch(() => undefined);
        if (!replay) expect(runs).toBeLessThanOrEqual(1);
        expect(new Set(members.calls).size).toBe(members.calls.length);
        if (answer) expect(answer.result.structuredContent).toBe(answer.member);
        // What the answer is follows from the first member that did not simply pass the call on.
        const passesOn = ['fails unsent', 'limit', ...(replay ? ['fails sent', 'loses link', 'timeout'] : [])];
        expect(answer !== undefined).toBe(outcomes.find((one) => !passesOn.includes(one)) === 'answers');
        expect(group.view.members.every(({ inFlight }) => inFlight === 0)).toBe(true);
        group.dispose();
        expect([members.clock.pending, members.changes.size]).toEqual([0, 0]);
      }),
    );
  });
});

describe('Group: connecting', () => {
  it('wakes the members that connect on demand, and goes on with the first', async () => {
    const members = new Members(['a', 'b', 'c'], DISCONNECTED);
    members.set('c', { autoConnect: 'manual' });
    members.connect = async (id) => {
      if (id === 'a') await new Promise(() => {});
      members.set(id, { state: CONNECTED });
    };
    expect((await members.group().callTool('echo', {})).member).toBe('b');
    expect(members.connects).toEqual(['a', 'b']);
  });

  it('connects nobody while somebody takes calls', async () => {
    const members = new Members(['a', 'b'], DISCONNECTED);
    members.set('b', { state: CONNECTED });
    const group = members.group();
    for (let i = 0; i < 3; i++) expect((await group.callTool('echo', {})).member).toBe('b');
    expect(members.connects).toEqual([]);
  });

  it('connects another one when the only one fails', async () => {
    const members = new Members(['a', 'b'], DISCONNECTED);
    members.set('a', { state: CONNECTED });
    members.answer = async (id) => {
      if (id === 'a') throw failed();
      return { content: [] };
    };
    expect((await members.group().callTool('echo', {})).member).toBe('b');
    expect(members.connects).toEqual(['b']);
  });

  it('says why none could be connected', async () => {
    const members = new Members(['a', 'b'], DISCONNECTED);
    members.connect = async (id) => {
      throw failed('transport', `no ${id}`);
    };
    const error = await rejection(members.group().callTool('echo', {}));
    expect(error).toMatchObject({ kind: 'transport', retryable: true });
    expect(error.message).toContain('"a": no a; "b": no b');
    expect(members.connects).toEqual(['a', 'b']);
    expect(members.calls).toEqual([]);
  });

  it('wakes each once for a call, also where it falls asleep again at once', async () => {
    const members = new Members(['a'], DISCONNECTED);
    members.connect = async () => {};
    expect(await rejection(members.group().callTool('echo', {}))).toMatchObject({ kind: 'connectionClosed' });
    expect(members.connects).toEqual(['a']);
  });

  it('wakes nobody that only a person connects', async () => {
    const members = new Members(['a'], DISCONNECTED);
    members.set('a', { autoConnect: 'manual' });
    const error = await rejection(members.group().callTool('echo', {}));
    expect(error).toMatchObject({ kind: 'connectionClosed', hint: 'Connect one of its members.' });
    expect(members.connects).toEqual([]);
  });

  it('waits for one that is coming back where there is no other', async () => {
    const members = new Members(['a']);
    const error = { kind: 'transport', message: 'gone', retryable: true } as const;
    members.set('a', {
      state: { kind: 'reconnecting', cause: 'unreachable', attempt: 1, maxAttempts: 5, nextAt: 5, error },
    });
    const group = members.group();
    expect(group.view.state).toMatchObject({ kind: 'reconnecting', nextAt: 5, error: { message: '"a": gone' } });
    expect((await group.callTool('echo', {})).member).toBe('a');
    expect(members.connects).toEqual([]);
  });

  it('ends with the time of the caller, however long a member takes to connect', async () => {
    const members = new Members(['a'], DISCONNECTED);
    const gate = deferred<void>();
    members.connect = () => gate.promise;
    const call = rejection(members.group().callTool('echo', {}, { timeoutMs: 500 }));
    await members.clock.advance(499);
    await members.clock.advance(1);
    expect(await call).toMatchObject({
      kind: 'timeout',
      message: 'The tool "echo" of the group "g" did not end within 500 ms: it waited for a connection.',
    });
    expect(members.calls).toEqual([]);
    gate.resolve();
  });

  it('leaves for the answer what connecting has left over', async () => {
    const members = new Members(['a'], DISCONNECTED);
    const connect = members.connect;
    members.connect = async (id) => {
      await settle();
      await members.clock.advance(300);
      await connect(id);
    };
    await members.group().callTool('echo', {}, { timeoutMs: 500 });
    members.set('a', { state: DISCONNECTED });
    await members.group().callTool('echo', {}, { timeoutMs: 0 });
    expect(members.given.map(({ timeoutMs }) => timeoutMs)).toEqual([200, 0]);
  });

  it('lets the caller go while a member connects', async () => {
    const members = new Members(['a'], DISCONNECTED);
    members.connect = () => new Promise(() => {});
    const controller = new AbortController();
    const call = rejection(members.group().callTool('echo', {}, { signal: controller.signal }));
    await settle();
    controller.abort();
    expect((await call).kind).toBe('cancelled');
  });
});

describe('Group: health', () => {
  it('gives no calls to a member that failed, until a check passes', async () => {
    const members = new Members(['a', 'b']);
    members.answer = async (id) => {
      if (id === 'a') throw failed();
      return { content: [] };
    };
    const group = members.group();
    let changes = 0;
    group.onDidChange(() => changes++);
    for (let i = 0; i < 4; i++) await group.callTool('echo', {});
    expect(members.calls).toEqual(['a', 'b', 'b', 'b', 'b']);
    expect(group.view.members[0]).toMatchObject({ health: 'unhealthy', reason: 'refused', state: 'connected' });
    expect(changes).toBe(1);
    members.answer = async () => ({ content: [] });
    await members.clock.advance(30_000);
    expect(group.view.members[0]).toMatchObject({ health: 'healthy' });
    expect((await group.callTool('echo', {})).member).toBe('a');
  });

  it('takes out who fails a check, asks only who is connected, and starts nothing', async () => {
    const members = new Members(['a', 'b', 'c']);
    members.set('c', { state: DISCONNECTED });
    const asked: string[] = [];
    members.check = async (id) => {
      asked.push(id);
      if (id === 'a') throw failed('timeout', 'no answer');
    };
    const group = members.group();
    await members.clock.advance(30_000);
    expect(asked).toEqual(['a', 'b']);
    expect(group.view.members.map(({ health }) => health)).toEqual(['unhealthy', 'healthy', undefined]);
    expect(members.connects).toEqual([]);
  });

  it('knows nothing of a new connection', async () => {
    const members = new Members(['a']);
    members.check = async () => {
      throw failed('timeout', 'no answer');
    };
    const group = members.group();
    await members.clock.advance(30_000);
    expect(group.view.state).toEqual({
      kind: 'error',
      error: { kind: 'transport', message: '"a": no answer', retryable: true },
    });
    members.set('a', { state: { kind: 'connected', since: 2 } });
    expect(group.view.state).toEqual({ kind: 'connected', since: 2 });
  });

  it('does not blame a new connection for what happened on the one before', async () => {
    const members = new Members(['a']);
    members.answer = async () => {
      members.set('a', { state: { kind: 'connected', since: 2 } });
      throw failed('connectionClosed');
    };
    const group = members.group();
    await rejection(group.callTool('echo', {}));
    expect(group.view.members[0]?.health).toBe('healthy');
  });
});

describe('Group: members that are there and fail calls', () => {
  const busy = (retryAfterMs?: number) =>
    new PatchbayError('limit', 'Too many.', {
      code: 429,
      retryable: true,
      hint: 'Wait.',
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  const members = (ids: readonly string[], first: () => PatchbayError) => {
    const all = new Members(ids);
    all.answer = async (id, onSent) => {
      onSent();
      if (id === 'a') throw first();
      return { content: [] };
    };
    return all;
  };

  it.each([
    [5000, 5000],
    [undefined, 1000],
    [86_400_000, 3_600_000],
  ])('leave one alone that asks for %s ms, for %s ms', async (asked, restMs) => {
    const all = members(['a', 'b'], () => busy(asked));
    const group = all.group({ healthCheckIntervalMs: 0 });
    for (let i = 0; i < 3; i++) await group.callTool('echo', {});
    expect(all.calls).toEqual(['a', 'b', 'b', 'b']);
    expect(group.view.members[0]).toMatchObject({ health: 'unhealthy', reason: 'Too many. Wait.' });
    await all.clock.advance(restMs - 1);
    expect(group.view.members[0]?.health).toBe('unhealthy');
    await all.clock.advance(1);
    expect(group.view.members[0]?.health).toBe('healthy');
    await group.callTool('echo', {});
    expect(all.calls.at(-2)).toBe('a');
    group.dispose();
    expect(all.clock.pending).toBe(0);
  });

  it('leave none alone for the code of a JSON-RPC error', async () => {
    const all = members(['a', 'b'], () => new PatchbayError('protocol', 'busy', { code: 429 }));
    const group = all.group();
    await rejection(group.callTool('echo', {}));
    expect(group.view.members[0]?.health).toBe('healthy');
    expect(all.calls).toEqual(['a']);
  });

  it('say when to try again where all want to be left alone', async () => {
    const all = members(['a'], () => busy(5000));
    const group = all.group();
    await rejection(group.callTool('echo', {}));
    await all.clock.advance(2000);
    expect(await rejection(group.callTool('echo', {}))).toMatchObject({
      kind: 'limit',
      code: 429,
      retryable: true,
      retryAfterMs: 3000,
      message: 'No member of the group "g" takes calls: "a": Too many. Wait.',
    });
    expect(all.calls).toEqual(['a']);
  });

  it('try one that let a call run out of time by one call after a pause, whatever checks say', async () => {
    const all = members(['a', 'b'], () => failed('timeout'));
    const group = all.group({ healthCheckIntervalMs: 1000 });
    await rejection(group.callTool('echo', {}));
    for (let i = 0; i < 3; i++) await group.callTool('echo', {});
    await all.clock.advance(29_000);
    await group.callTool('echo', {});
    expect(all.calls).toEqual(['a', 'b', 'b', 'b', 'b']);
    await all.clock.advance(1000);
    const gate = deferred<CallToolResult>();
    all.answer = async (id, onSent) => {
      onSent();
      return id === 'a' ? gate.promise : { content: [] };
    };
    all.calls.length = 0;
    const calls = [1, 2, 3, 4].map(() => group.callTool('echo', {}));
    await settle();
    expect(all.calls.toSorted()).toEqual(['a', 'b', 'b', 'b']);
    expect(group.view.members[0]?.health).toBe('unhealthy');
    gate.resolve({ content: [] });
    await Promise.all(calls);
    expect(group.view.members[0]?.health).toBe('healthy');
  });

  it('go to one that let a call run out of time where no other is there', async () => {
    const all = members(['a'], () => failed('timeout'));
    const group = all.group();
    await rejection(group.callTool('echo', {}));
    all.answer = async () => ({ content: [] });
    expect(group.view.state.kind).toBe('connected');
    expect((await group.callTool('echo', {})).member).toBe('a');
    expect(group.view.members[0]?.health).toBe('healthy');
  });

  it('do not blame one for a call that ran out of time before it was sent', async () => {
    const all = new Members(['a', 'b']);
    all.answer = async () => {
      await all.clock.advance(30_000);
      throw failed('timeout');
    };
    const group = all.group();
    await rejection(group.callTool('echo', {}));
    expect(group.view.members[0]?.health).toBe('healthy');
  });

  it.each([
    // Time of the call, time that the first member took, whether there is time for another one.
    [undefined, 30_000, false],
    [undefined, 5000, true],
    [8000, 8000, false],
    [8000, 5000, true],
    [0, 50_000, true],
  ])('with %s ms and %s ms gone, a call that ran out of time goes on: %s', async (timeoutMs, tookMs, goesOn) => {
    const all = new Members(['a', 'b']);
    all.replay = true;
    all.answer = async (id, onSent) => {
      onSent();
      if (id === 'b') return { content: [] };
      await all.clock.advance(tookMs);
      throw failed('timeout');
    };
    const call = all.group().callTool('echo', {}, timeoutMs === undefined ? {} : { timeoutMs });
    if (!goesOn) expect(await rejection(call)).toMatchObject({ kind: 'timeout' });
    else expect((await call).member).toBe('b');
    if (goesOn && timeoutMs !== 0) expect(all.given[1]?.timeoutMs).toBe((timeoutMs ?? 30_000) - tookMs);
  });

  it('are judged by what all of them say of the tool, where all are known', async () => {
    const all = members(['a', 'b'], () => failed());
    const marked = (annotations: Tool['annotations']) => ({
      tools: [{ ...echo, ...(annotations ? { annotations } : {}) }],
    });
    all.set('a', marked({ idempotentHint: true }));
    all.set('b', marked({ idempotentHint: true, destructiveHint: true }));
    const call = () => rejection(all.group({ healthCheckIntervalMs: 0 }).callTool('echo', {}));
    await call();
    all.set('b', { catalogStatus: 'unknown' });
    await call();
    expect(all.asked).toEqual([{ idempotentHint: true, destructiveHint: true }, undefined]);
  });
});

describe('Group: view', () => {
  const error = { kind: 'auth', message: 'sign in', retryable: false } as const;
  function waiting(nextAt: number | undefined, attempt = 1) {
    return { kind: 'reconnecting', cause: 'failed', attempt, maxAttempts: 5, nextAt, error } as const;
  }
  it.each<[string, ConnectionState[], ConnectionState]>([
    ['connected where one is', [DISCONNECTED, { kind: 'connected', since: 7 }], { kind: 'connected', since: 7 }],
    ['disconnected', [DISCONNECTED, { kind: 'disabled' }], DISCONNECTED],
    [
      'connecting',
      [
        { kind: 'error', error },
        { kind: 'connecting', since: 3, step: 'x' },
      ],
      { kind: 'connecting', since: 1_000_000, step: 'waiting for m1' },
    ],
    [
      'reconnecting as the member whose attempt comes next',
      [DISCONNECTED, waiting(9000), waiting(7000, 3), waiting(8000)],
      { ...waiting(7000, 3), error: { ...error, message: '"m2": sign in' } },
    ],
    [
      'reconnecting as the member whose attempt is under way',
      [waiting(7000), waiting(undefined, 2)],
      { ...waiting(undefined, 2), error: { ...error, message: '"m1": sign in' } },
    ],
    [
      'connecting where one is on its way and others wait',
      [waiting(9000), { kind: 'connecting', since: 3, step: 'x' }],
      { kind: 'connecting', since: 1_000_000, step: 'waiting for m0, m1' },
    ],
    [
      'error with the reasons',
      [DISCONNECTED, { kind: 'authRequired', error }],
      { kind: 'error', error: { ...error, message: '"m1": sign in' } },
    ],
  ])('is %s', (_, states, expected) => {
    const members = new Members(states.map((_, index) => `m${index}`));
    for (const [index, state] of states.entries()) members.set(`m${index}`, { state });
    expect(members.group().view.state).toEqual(expected);
  });

  it('says who takes calls: a member that is paused does not', () => {
    const members = new Members(['a', 'b', 'c']);
    const open = { kind: 'open', until: 50, since: 1, reason: 'gone' } as const;
    members.set('b', { breaker: open });
    members.set('c', { state: DISCONNECTED });
    const { view } = members.group();
    expect(view.members.map(({ id, takesCalls, breaker }) => [id, takesCalls, breaker])).toEqual([
      ['a', true, undefined],
      ['b', false, open],
      ['c', false, undefined],
    ]);
    expect(view.breaker).toBeUndefined();
    expect(view.state.kind).toBe('connected');
  });

  it('is paused where all that could take calls are, until the first of them may try', () => {
    const members = new Members(['a', 'b', 'c']);
    members.set('a', { breaker: { kind: 'open', until: 80, since: 1 } });
    members.set('b', { breaker: { kind: 'open', until: 50, since: 2 } });
    members.set('c', { state: DISCONNECTED });
    const group = members.group();
    expect(group.view.breaker).toEqual({ kind: 'open', until: 50, since: 2 });
    members.set('a', { breaker: { kind: 'halfOpen', since: 1 } });
    expect(group.view.breaker).toEqual({ kind: 'halfOpen', since: 1 });
  });

  it('names the tools that are paused at every member that takes calls', () => {
    const members = new Members(['a', 'b', 'c']);
    const paused = (tool: string, until: number) => ({ tool, kind: 'open', until, since: 1 }) as const;
    members.set('a', { toolBreakers: [paused('slow', 80), paused('echo', 1)] });
    members.set('b', { toolBreakers: [paused('slow', 50)] });
    members.set('c', { breaker: { kind: 'open', until: 50, since: 2 } });
    const group = members.group();
    expect(group.view.toolBreakers).toEqual([paused('slow', 50)]);
    expect(group.view.members[0]?.toolBreakers).toHaveLength(2);
    members.set('c', { breaker: undefined as never });
    expect(group.view.toolBreakers).toBeUndefined();
  });

  it('keeps the time since when it is connecting', async () => {
    const members = new Members(['a']);
    members.set('a', { state: { kind: 'connecting', since: 1, step: 'x' } });
    const group = members.group();
    const first = group.view.state;
    await members.clock.advance(500);
    expect(group.view.state).toEqual(first);
  });

  it('shows the tools that all share, with what is left out', () => {
    const members = new Members(['a', 'b', 'c']);
    members.set('b', { tools: [echo, { ...echo, name: 'add' }], catalogStatus: 'cached' });
    members.set('c', { tools: [], catalogStatus: 'unknown' });
    const group = members.group();
    const { tools, warnings, catalogStatus } = group.view;
    expect(tools).toEqual([echo]);
    expect(warnings).toHaveLength(2);
    expect(catalogStatus).toBe('cached');
    expect(group.view.tools).toBe(tools);
    members.set('c', { tools: [], catalogStatus: 'live' });
    expect(group.view.tools).toEqual([]);
  });

  it('goes on without a member that is gone, and tells only of its own', () => {
    const members = new Members(['a', 'b']);
    const group = members.group();
    let changes = 0;
    group.onDidChange(() => changes++);
    members.changes.fire('other');
    expect(changes).toBe(0);
    members.views.delete('a');
    members.changes.fire('a');
    expect(changes).toBe(1);
    expect(group.view.members.map(({ id }) => id)).toEqual(['b']);
  });
});
