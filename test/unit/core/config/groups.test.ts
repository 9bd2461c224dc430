import { describe, expect, it } from 'vitest';
import { mergeConfigFiles } from '../../../../src/core/config/merge';
import { read, USER, workspace } from './support/definitions';

const servers = { one: { command: 'x' }, two: { command: 'x' }, three: { command: 'x' } };

function group(members: unknown, more: object = {}) {
  return { g: { members, ...more } };
}

/** Errors and warnings, without that of a feature that is not built. */
function merge(groups: unknown) {
  const merged = mergeConfigFiles([read({ servers, groups })]);
  return { ...merged, diagnostics: merged.diagnostics.filter(({ code }) => code !== 'notSupported') };
}

describe('groups', () => {
  it('are read with their defaults', () => {
    const { groups, diagnostics } = merge(group([{ server: 'one' }, { server: 'two', weight: 2.5 }]));
    expect([...groups.values()]).toEqual([
      {
        id: 'g',
        source: USER,
        strategy: 'roundRobin',
        healthCheckIntervalMs: 30_000,
        members: [
          { server: 'one', weight: 1 },
          { server: 'two', weight: 2.5 },
        ],
      },
    ]);
    expect(diagnostics).toMatchObject([
      {
        severity: 'warning',
        message: '"weight" does nothing where calls go in turn: set "strategy" to "weighted" or "leastConnections"',
        pointer: '/groups/g/members/1/server',
      },
    ]);
    for (const strategy of ['weighted', 'leastConnections']) {
      const weighted = { g: { strategy, members: [{ server: 'one', weight: 2 }] } };
      expect(merge(weighted).diagnostics).toEqual([]);
    }
  });

  it('go on without a member that is no server, with the nearest name at its place', () => {
    const { groups, diagnostics } = merge(group([{ server: 'one' }, { server: 'twoo' }, { server: 'far away' }]));
    expect(groups.get('g')?.members).toEqual([{ server: 'one', weight: 1 }]);
    expect(diagnostics).toMatchObject([
      {
        severity: 'error',
        message: 'There is no server "twoo". Did you mean "two"?',
        pointer: '/groups/g/members/1/server',
        path: USER.kind === 'user' ? USER.path : '',
        length: '"twoo"'.length,
      },
      { message: 'There is no server "far away".' },
    ]);
    expect(diagnostics[0]?.offset).toBe(
      JSON.stringify({ servers, groups: group([{ server: 'one' }, { server: 'twoo' }]) }, null, 2).indexOf('"twoo"'),
    );
  });

  it('count a member once', () => {
    const { groups, diagnostics } = merge({
      g: { strategy: 'weighted', members: [{ server: 'one', weight: 3 }, { server: 'one' }] },
    });
    expect(groups.get('g')?.members).toEqual([{ server: 'one', weight: 3 }]);
    expect(diagnostics).toMatchObject([{ severity: 'warning', pointer: '/groups/g/members/1/server' }]);
    expect(diagnostics[0]?.message).toContain('stands twice');
  });

  it('hold no groups, themselves included', () => {
    const { groups, diagnostics } = merge({
      a: { members: [{ server: 'b' }, { server: 'one' }] },
      b: { members: [{ server: 'b' }] },
    });
    expect([...groups.keys()]).toEqual(['a']);
    expect(diagnostics.map(({ message, pointer }) => [message, pointer])).toEqual([
      ['"b" is a group: the members of a group are servers', '/groups/a/members/0/server'],
      ['"b" is a group: the members of a group are servers', '/groups/b/members/0/server'],
      ['Group "b" is ignored: it has no member that is a server', '/groups/b'],
    ]);
  });

  it('do not have the id of a server', () => {
    const { groups, diagnostics, servers } = merge({ one: { members: [{ server: 'two' }] } });
    expect(groups.size).toBe(0);
    expect(servers.has('one')).toBe(true);
    expect(diagnostics).toMatchObject([{ severity: 'error', code: 'conflict', pointer: '/groups/one', length: 5 }]);
  });

  it.each<[string, unknown, object, string]>([
    ['no members', [], {}, 'a list of at least one member'],
    ['too many members', Array(101).fill({ server: 'one' }), {}, 'at most 100 members'],
    ['no list', undefined, {}, 'groups.g.members is missing'],
    ['a weight of nothing', [{ server: 'one', weight: 0 }], {}, 'a number from 0.01 to 1000; found 0'],
    ['a weight below', [{ server: 'one', weight: -1 }], {}, 'a number from 0.01 to 1000'],
    ['a weight that is text', [{ server: 'one', weight: '2' }], {}, 'a number from 0.01 to 1000'],
    ['a weight beyond', [{ server: 'one', weight: 1e300 }], {}, 'a number from 0.01 to 1000'],
  ])('are refused with %s', (_, members, more, message) => {
    const { groups, diagnostics } = merge({ ...group(members, more), h: { members: [{ server: 'two' }] } });
    expect([...groups.keys()]).toEqual(['h']);
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]?.message).toContain(message);
  });

  it('have ids like servers', () => {
    const { groups, diagnostics } = merge({ 'a b': { members: [{ server: 'one' }] } });
    expect(groups.size).toBe(0);
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]?.message).toContain('1 to 64 letters');
  });

  it('know the strategies', () => {
    const { groups, diagnostics } = merge(group([{ server: 'one' }], { strategy: 'random' }));
    expect(groups.get('g')?.strategy).toBe('roundRobin');
    expect(diagnostics[0]?.message).toContain('"leastConnections"');
  });

  it('of a workspace take the servers of the user too, and stand whole in the place of the ones of the user', () => {
    const mine = read({ servers, groups: group([{ server: 'one' }], { strategy: 'weighted' }) });
    const theirs = read({ groups: group([{ server: 'two' }]) }, workspace('w'));
    const { groups } = mergeConfigFiles([mine, theirs]);
    expect(groups.get('g')).toMatchObject({
      strategy: 'roundRobin',
      members: [{ server: 'two' }],
      source: { folder: 'w' },
      overrides: 'user',
      borrows: ['two'],
    });
  });

  it('of a workspace without trust replace nothing, and of two folders the first wins', () => {
    const mine = read({ servers, groups: group([{ server: 'one' }]) });
    const first = read(
      { groups: { ...group([{ server: 'two' }]), h: { members: [{ server: 'two' }] } } },
      workspace('1'),
    );
    const second = read({ groups: { h: { members: [{ server: 'three' }] } } }, workspace('2'));
    const { groups, diagnostics } = mergeConfigFiles([mine, first, second], { trusted: false });
    expect(groups.get('g')?.members).toEqual([{ server: 'one', weight: 1 }]);
    expect(groups.get('h')?.members).toEqual([{ server: 'two', weight: 1 }]);
    const ignored = diagnostics.filter(({ code }) => code === 'conflict');
    expect(ignored.map(({ path, pointer, severity }) => [path, pointer, severity])).toEqual([
      ['/w/1/.vscode/patchbay.json', '/groups/g', 'warning'],
      ['/w/2/.vscode/patchbay.json', '/groups/h', 'warning'],
    ]);
  });

  it('of a workspace say which members the folder does not bring itself', () => {
    const mine = read({ servers });
    const first = read(
      { servers: { own: { command: 'x' } }, groups: group([{ server: 'own' }, { server: 'two' }]) },
      workspace('1'),
    );
    const second = read({ groups: { h: { members: [{ server: 'own' }] } } }, workspace('2'));
    const third = read(
      { servers: { last: { command: 'x' } }, groups: { i: { members: [{ server: 'last' }] } } },
      workspace('3'),
    );
    const { groups } = mergeConfigFiles([mine, first, second, third]);
    expect([...groups.values()].map(({ id, borrows, overrides }) => [id, borrows, overrides])).toEqual([
      ['g', ['two'], undefined],
      ['h', ['own'], undefined],
      ['i', undefined, undefined],
    ]);
  });

  it('of the user hold no server of a workspace, not even in the place of a member', () => {
    const mine = read({ servers, groups: group([{ server: 'one' }, { server: 'two' }, { server: 'theirs' }]) });
    const theirs = read({ servers: { one: { command: 'evil' }, theirs: { command: 'evil' } } }, workspace('w'));
    const { groups, diagnostics } = mergeConfigFiles([mine, theirs]);
    expect(groups.get('g')).toMatchObject({ source: USER, members: [{ server: 'two' }] });
    expect(diagnostics.map(({ pointer, message }) => [pointer, message])).toEqual([
      ['/groups/g/members/0/server', '"one" is the server of folder "w": your own groups consist of your own servers'],
      ['/groups/g/members/2/server', expect.stringContaining('"theirs"')],
    ]);
    const { groups: kept } = mergeConfigFiles([mine, theirs], { trusted: false });
    expect(kept.get('g')?.members).toMatchObject([{ server: 'one' }, { server: 'two' }]);
  });

  it('of a workspace stand in the place of one of the user that lost its members too', () => {
    const mine = read({ servers, groups: group([{ server: 'one' }]) });
    const theirs = read({ servers: { one: { command: 'evil' } }, groups: group([{ server: 'one' }]) }, workspace('w'));
    expect(mergeConfigFiles([mine, theirs]).groups.get('g')).toMatchObject({ overrides: 'user' });
  });

  it.each([
    [0, 0],
    [1000, 1000],
    [1, 30_000],
    [999, 30_000],
    [2 ** 31, 30_000],
  ])('are checked at most once in a second: %d', (healthCheckIntervalMs, expected) => {
    const { groups, diagnostics } = merge(group([{ server: 'one' }], { healthCheckIntervalMs }));
    expect(groups.get('g')?.healthCheckIntervalMs).toBe(expected);
    expect(diagnostics.map(({ pointer, message }) => [pointer, message])).toEqual(
      expected === healthCheckIntervalMs
        ? []
        : [['/groups/g/healthCheckIntervalMs', expect.stringContaining('must be 0 or a whole number')]],
    );
  });

  it('do not flood the list of problems', () => {
    const members = Array.from({ length: 100 }, (_, i) => ({ server: `nobody${i}` }));
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`g${i}`, { members }]));
    const { groups, diagnostics } = merge(many);
    expect([groups.size, diagnostics.length]).toEqual([0, 200]);
  });

  it('are nothing in a file that states none', () => {
    expect(mergeConfigFiles([read({})]).groups.size).toBe(0);
    expect(mergeConfigFiles([]).groups.size).toBe(0);
  });
});
