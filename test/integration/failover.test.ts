import { afterEach, describe, expect, it } from 'vitest';
import type { PatchbayError } from '../../src/base/errors';
import { createHub, type Hub } from '../../src/core/index';
import { startWilful, type Verdict, type WilfulServer } from '../support/wilfulServer';

let hub: Hub;
let servers: WilfulServer[] = [];
/** Of the audit log. */
let lines: string[] = [];

afterEach(async () => {
  await hub.close();
  for (const server of servers) await server.close();
  servers = [];
});

type Marks = Parameters<typeof startWilful>[0];

/** The group `ops` of these servers, named `a`, `b`, …; all connected. The first one gets the first call. */
async function open(members: readonly { marks?: Marks; verdict?: Verdict; entry?: object }[], group: object = {}) {
  servers = await Promise.all(members.map(({ marks, verdict }) => startWilful(marks, verdict)));
  const ids = members.map((_, index) => 'abcdef'[index] as string);
  const entries = ids.map((id, i) => [id, { url: servers[i]?.url, transport: 'http', ...members[i]?.entry }]);
  lines = [];
  const sink = { append: (line: string) => void lines.push(line), flush: async () => {} };
  hub = createHub({
    ports: { audit: { sink, arguments: () => 'hash' } },
    config: {
      version: 1,
      servers: Object.fromEntries(entries),
      groups: { ops: { members: ids.map((server) => ({ server })), ...group } },
    },
  });
  for (const id of ids) await hub.connect(id);
}

const runs = () => servers.map((server) => server.runs);

/** Who answered, or the error. */
async function call(id = 'ops', options: object = {}): Promise<string | PatchbayError> {
  let by = '';
  const onMember = (member: string) => {
    by = member;
  };
  return hub.callTool(id, 'wipe', {}, { timeoutMs: 8000, ...options, onMember }).then(
    () => by,
    (error) => error,
  );
}

describe('a call of a group that may have run', () => {
  const idempotent = { idempotentHint: true };
  const always = { retry: { calls: 'always' } };
  it.each<[string, Parameters<typeof open>[0], 'b' | 'nobody']>([
    ['says it of itself alone', [{ marks: idempotent }, {}], 'nobody'],
    ['is allowed it alone', [{ entry: always }, {}], 'nobody'],
    [
      'is idempotent, and the next one destructive',
      [{ marks: idempotent }, { marks: { destructiveHint: true } }],
      'nobody',
    ],
    [
      'is idempotent, and the next one both',
      [{ marks: idempotent }, { marks: { ...idempotent, destructiveHint: true } }],
      'nobody',
    ],
    [
      'is idempotent like the next one, which wants nothing twice',
      [{ marks: idempotent }, { marks: idempotent, entry: { retry: { calls: 'never' } } }],
      'nobody',
    ],
    ['is idempotent like all others', [{ marks: idempotent }, { marks: idempotent }], 'b'],
    ['is allowed it like all others', [{ entry: always }, { entry: always }], 'b'],
  ])('of a member that %s', async (_, members, by) => {
    await open(members.map((member, index) => (index === 0 ? { ...member, verdict: 'break' } : member)));
    const outcome = await call();
    if (by === 'b') expect(outcome).toBe('b');
    else expect(outcome).toMatchObject({ kind: 'transport' });
    expect(runs()).toEqual([1, by === 'b' ? 1 : 0]);
  });
});

describe('a destructive tool', () => {
  const marks = { destructiveHint: true };

  it.each<Record<string, string>>([{}, { 'retry-after': '0' }])(
    'runs once where the server then answers 503 with %o',
    async (headers) => {
      await open([{ marks, verdict: { status: 503, headers } }, { marks }]);
      expect(await call()).toMatchObject({ kind: 'transport', code: 503 });
      expect(await call('a')).toMatchObject({ kind: 'transport', code: 503 });
      expect(runs()).toEqual([2, 0]);
    },
  );

  it('runs a second time in a new session where the server forgot the first, and no third time', async () => {
    await open([{ marks, verdict: { status: 404 } }, { marks }]);
    expect(await call('a')).toMatchObject({ code: 'sessionLost' });
    expect(runs()).toEqual([2, 0]);
    expect(servers[0]?.sessions).toBeGreaterThanOrEqual(2);
  });

  it('goes nowhere else where a member forgot the session', async () => {
    await open([{ marks, verdict: { status: 404 } }, { marks }]);
    expect(await call()).toMatchObject({ code: 'sessionLost' });
    expect(runs()).toEqual([2, 0]);
  });

  it('asks first whatever the order of the members, and says that they differ', async () => {
    await open([{ marks: { readOnlyHint: true, destructiveHint: false } }, { marks }]);
    const { catalog, group } = hub.server('ops') ?? {};
    expect(catalog?.tools[0]?.tool.annotations).toEqual({ destructiveHint: true });
    expect(group?.warnings).toEqual(['"wipe" is marked in another way by "b": the strictest marks hold.']);
  });
});

describe('the records of a call of a group', () => {
  it('name the group and the member, for each member that it was given to', async () => {
    const marks = { readOnlyHint: true };
    await open([{ marks, verdict: 'break' }, { marks }]);
    expect(await call()).toBe('b');
    await call('b');
    const entries = hub.calls
      .entries()
      .map(({ server, group, member, outcome }) => ({ server, group, member, outcome }));
    expect(entries).toEqual([
      { server: 'b', outcome: 'ok' },
      { server: 'b', group: 'ops', member: 'b', outcome: 'ok' },
      { server: 'a', group: 'ops', member: 'a', outcome: 'transport' },
    ]);
    expect(lines.map((line) => JSON.parse(line)).map(({ server, group, member }) => [server, group, member])).toEqual([
      ['a', 'ops', 'a'],
      ['b', 'ops', 'b'],
      ['b', undefined, undefined],
    ]);
  });
});

describe('a member that wants to be left alone', () => {
  it('is, for as long as it asks, and its calls go on to the next at once', async () => {
    await open([{ verdict: { status: 429, headers: { 'retry-after': '3600' } } }, {}]);
    const outcomes = [];
    for (let i = 0; i < 6; i += 1) outcomes.push(await call());
    expect(outcomes).toEqual(['b', 'b', 'b', 'b', 'b', 'b']);
    expect(runs()).toEqual([1, 6]);
    expect(hub.server('ops')?.group?.members[0]).toMatchObject({ health: 'unhealthy' });
  });
});

describe('a member that answers to checks and to no call', () => {
  it('gets no further call while another one is well', async () => {
    const marks = { readOnlyHint: true };
    const entry = { timeouts: { toolMs: 200, requestMs: 1000 } };
    await open(
      [
        { marks, verdict: 'hang', entry },
        { marks, entry },
      ],
      { healthCheckIntervalMs: 20 },
    );
    const outcomes = [await call('ops', { timeoutMs: undefined })];
    expect(outcomes[0]).toMatchObject({ kind: 'timeout' });
    for (let i = 0; i < 4; i += 1) outcomes.push(await call('ops', { timeoutMs: undefined }));
    expect(outcomes.slice(1)).toEqual(['b', 'b', 'b', 'b']);
    expect(runs()).toEqual([1, 4]);
  });
});
