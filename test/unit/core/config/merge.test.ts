import { describe, expect, it } from 'vitest';
import type { ServerDefinition } from '../../../../src/core/config/definition';
import { diffConfigurations } from '../../../../src/core/config/diff';
import { describeLaunch, launchFingerprint } from '../../../../src/core/config/fingerprint';
import { mergeConfigFiles } from '../../../../src/core/config/merge';
import { read, USER, workspace } from './support/definitions';

const server = (command: string) => ({ servers: { a: { command } } });

describe('mergeConfigFiles', () => {
  it('gives defaults where there is no file', () => {
    const { servers, settings, diagnostics } = mergeConfigFiles([]);
    expect([servers.size, diagnostics.length]).toEqual([0, 0]);
    expect(settings).toMatchObject({
      groups: {},
      pool: { maxTotal: 50 },
      tools: { maxConcurrentCalls: 10 },
      gateway: { enabled: false, paths: { ws: '/ws' } },
    });
  });

  it('lets a workspace entry override the user entry with the same id', () => {
    const merged = mergeConfigFiles([read(server('user')), read(server('one'), workspace('one'))]);
    expect(merged.servers.get('a')).toMatchObject({ entry: { command: 'one' }, source: { folder: 'one' } });
    expect(merged.diagnostics).toEqual([]);
  });

  it('says which workspace entry replaces one of the user, and asks for that by itself', () => {
    const files = [
      read(server('user')),
      read({ servers: { a: { command: 'x' }, b: { command: 'x' } } }, workspace('one')),
    ];
    const { servers } = mergeConfigFiles(files);
    const [a, b] = ['a', 'b'].map((id) => servers.get(id) as ServerDefinition);
    expect([a?.overrides, b?.overrides]).toEqual(['user', undefined]);
    expect(a && describeLaunch(a).details).toContain('Replaces: your own entry “a”');
    const alone = mergeConfigFiles(files.slice(1)).servers.get('a') as ServerDefinition;
    expect(a && launchFingerprint(a)).not.toBe(launchFingerprint(alone));
  });

  it('takes a server of a workspace with the id of a group of the user as one that replaces it', () => {
    const groups = { g: { members: [{ server: 'a' }] } };
    const files = [read({ ...server('x'), groups }), read({ servers: { g: { command: 'y' } } }, workspace('one'))];
    expect(mergeConfigFiles(files).servers.get('g')?.overrides).toBe('user');
    const { servers, groups: kept, diagnostics } = mergeConfigFiles(files, { trusted: false });
    expect([servers.has('g'), kept.has('g')]).toEqual([false, true]);
    expect(diagnostics).toMatchObject([{ severity: 'warning', code: 'conflict', pointer: '/servers/g' }]);
  });

  it('keeps the user entry in a workspace that is not trusted, and warns in the file of the workspace', () => {
    const both = read({ servers: { a: { command: 'evil' }, b: { command: 'x' } } }, workspace('one'));
    const files = [read(server('user')), both, read(server('two'), workspace('two'))];
    const merged = mergeConfigFiles(files, { trusted: false });
    expect([...merged.servers.values()].map(({ entry, source }) => [entry?.command, source.kind])).toEqual([
      ['user', 'user'],
      ['x', 'workspace'],
    ]);
    const at = { severity: 'warning', code: 'conflict', pointer: '/servers/a' };
    expect(merged.diagnostics).toMatchObject([
      { ...at, path: '/w/one/.vscode/patchbay.json' },
      { ...at, path: '/w/two/.vscode/patchbay.json' },
    ]);
    expect(mergeConfigFiles(files, { trusted: true }).servers.get('a')?.entry?.command).toBe('evil');
  });

  it('lets the first of two workspace folders win and warns in the second', () => {
    const second = read('{ "servers": {\n  "a": { "command": "two" } } }', workspace('two'));
    const merged = mergeConfigFiles([read(server('user')), read(server('one'), workspace('one')), second]);
    expect(merged.servers.get('a')?.entry?.command).toBe('one');
    expect(merged.diagnostics).toMatchObject([
      { severity: 'warning', code: 'conflict', path: '/w/two/.vscode/patchbay.json', line: 1, column: 2, length: 3 },
    ]);
  });

  it('keeps every diagnostic of every file', () => {
    const merged = mergeConfigFiles([read('{'), read('[]', workspace('one'))]);
    expect(merged.diagnostics.map(({ path }) => path)).toEqual([
      USER.kind === 'user' && USER.path,
      '/w/one/.vscode/patchbay.json',
    ]);
  });
});

describe('diffConfigurations', () => {
  const configuration = (file: unknown) => mergeConfigFiles([read(file)]);

  it('sorts servers by what happened to them', () => {
    const before = configuration({
      servers: { same: { command: 'x' }, gone: { command: 'x' }, other: { command: 'x' } },
    });
    const after = configuration({
      servers: { fresh: { command: 'x' }, same: { command: 'x' }, other: { command: 'y' } },
    });
    expect(diffConfigurations(before, after)).toEqual({
      added: ['fresh'],
      removed: ['gone'],
      changed: ['other'],
      unchanged: ['same'],
    });
  });

  it('does not see comments, places and the order of keys', () => {
    const before = configuration('{"servers":{"a":{"command":"x","env":{"A":"1","B":"2"}}}}');
    const after = configuration('// hello\n{"servers":{"a":{"env":{"B":"2","A":"1"}, /* x */ "command":"x"}}}');
    expect(diffConfigurations(before, after).unchanged).toEqual(['a']);
  });

  it('takes null and a key that is left out as the same', () => {
    const before = configuration({ servers: { a: { command: 'x' } } });
    const after = configuration({ servers: { a: { command: 'x', url: null, limits: { rateLimit: null } } } });
    expect(diffConfigurations(before, after).unchanged).toEqual(['a']);
  });

  it('sees a change of the file defaults and of an input', () => {
    const before = configuration({ servers: { a: { command: 'x' } } });
    expect(
      diffConfigurations(
        before,
        configuration({ defaults: { timeouts: { toolMs: 1 } }, servers: { a: { command: 'x' } } }),
      ).changed,
    ).toEqual(['a']);
    expect(
      diffConfigurations(
        before,
        configuration({ inputs: [{ id: 'i', type: 'promptString' }], servers: { a: { command: 'x' } } }),
      ).changed,
    ).toEqual(['a']);
  });
});
