import { describe, expect, it } from 'vitest';
import { resolveVariables, type VariableContext } from '../../../../src/core/config/variables';
import { fc } from '../../../support/fastCheck';
import { define, workspace } from './support/definitions';

function context(overrides: Partial<VariableContext> = {}): VariableContext {
  return {
    env: { HOME: '/home/me', PORT: '80' },
    folders: [
      { name: 'one', path: '/w/one' },
      { name: 'two', path: '/w/two' },
    ],
    defaultFolder: '/w/one',
    userHome: '/home/me',
    getSecret: async () => undefined,
    getInput: () => undefined,
    ...overrides,
  };
}

async function resolve(entry: unknown, overrides?: Partial<VariableContext>, rest?: object) {
  const resolved = await resolveVariables(define(entry, rest), context(overrides));
  if (!('entry' in resolved)) throw new Error(`Missing: ${resolved.missing.map(({ id }) => id).join()}`);
  return resolved.entry;
}

describe('resolveVariables', () => {
  it('replaces variables in every string value and in no key', async () => {
    const entry = await resolve({
      command: '${userHome}/bin/x',
      args: ['--root=${workspaceFolder}', '${workspaceFolder:two}/${env:PORT}'],
      env: { '${env:PORT}': '${env:HOME}', N: 5, GONE: null },
    });
    expect(entry.command).toBe('/home/me/bin/x');
    expect(entry.args).toEqual(['--root=/w/one', '/w/two/80']);
    expect(entry.env).toEqual({ '${env:PORT}': '/home/me', N: 5, GONE: null });
  });

  it('starts in the folder of the file unless the entry says otherwise', async () => {
    expect((await resolve({ command: 'x' })).cwd).toBe('/w/one');
    expect((await resolve({ command: 'x', cwd: '${userHome}' })).cwd).toBe('/home/me');
    expect((await resolve({ command: 'x' }, { defaultFolder: undefined })).cwd).toBeUndefined();
  });

  it('asks for all missing secrets and inputs at once, each once', async () => {
    const rest = {
      inputs: [
        { id: 'key', type: 'promptString', description: 'API key', password: true, default: 'd' },
        { id: 'zone', type: 'pickString', options: ['eu', 'us'] },
      ],
    };
    const definition = define(
      {
        name: 'Demo',
        command: 'x',
        args: ['${input:key}', '${input:zone}', '${secret:s}', '${secret:s}', '${secret:have}'],
      },
      rest,
    );
    const getSecret = async (name: string) => (name === 'have' ? 'v' : undefined);
    expect(await resolveVariables(definition, context({ getSecret }))).toEqual({
      missing: [
        { kind: 'input', id: 'key', description: 'API key', password: true, default: 'd', serverName: 'Demo' },
        { kind: 'input', id: 'zone', description: 'zone', password: false, options: ['eu', 'us'], serverName: 'Demo' },
        { kind: 'secret', id: 's', description: 'Secret "s"', password: true, serverName: 'Demo' },
      ],
    });
  });

  it('looks each value up once', async () => {
    const asked: string[] = [];
    const getSecret = async (name: string) => {
      asked.push(name);
      return undefined;
    };
    await resolveVariables(
      define({ command: 'x', args: ['${secret:s}', '${secret:s}${secret:t}'] }),
      context({ getSecret }),
    );
    expect(asked).toEqual(['s', 't']);
  });

  it('takes an empty secret as a value', async () => {
    expect((await resolve({ command: 'x', args: ['${secret:s}'] }, { getSecret: async () => '' })).args).toEqual(['']);
  });

  it.each([
    ['${env:NOPE}', '${env:NOPE} in args[0] is not set.'],
    ['${env:constructor}', '${env:constructor} in args[0] is not set.'],
    ['${env:__proto__}', '${env:__proto__} in args[0] is not set.'],
    ['${foo}', '${foo} in args[0] is no known variable.'],
    ['${foo:bar}', '${foo:bar} in args[0] is no known variable.'],
    ['${env:}', '${env:} in args[0] is no known variable.'],
    ['${}', '${} in args[0] is no known variable.'],
    ['${input:nobody}', '${input:nobody} in args[0] has no definition.'],
    ['${workspaceFolder:tow}', '${workspaceFolder:tow} in args[0] names no folder of this workspace.'],
  ])('rejects %s', async (text, message) => {
    await expect(resolve({ command: 'x', args: [text] })).rejects.toMatchObject({
      kind: 'config',
      message,
      hint: expect.any(String),
    });
  });

  it('rejects ${workspaceFolder} where there is none', async () => {
    await expect(
      resolve({ command: 'x', cwd: '${workspaceFolder}' }, { defaultFolder: undefined }),
    ).rejects.toMatchObject({ kind: 'config' });
  });

  it('rejects an entry with errors, naming them', async () => {
    await expect(resolve({})).rejects.toThrow('Server "demo" needs "url" or "command"');
  });

  it('never expands what a variable gave, and leaves other text alone', async () => {
    const definition = define({ command: 'x', args: ['<${secret:s}|${env:E}>'] }, {}, workspace('one'));
    await fc.assert(
      fc.asyncProperty(
        fc.string(),
        fc.constantFrom('${env:E}', '${secret:s}', '$&', '$1', '${foo}'),
        async (random, trap) => {
          const value = `${trap}${random}${trap}`;
          const resolved = await resolveVariables(
            definition,
            context({ env: { E: value }, getSecret: async () => value }),
          );
          expect(resolved).toMatchObject({ entry: { args: [`<${value}|${value}>`] } });
        },
      ),
    );
    expect((await resolve({ command: 'x', args: ['$HOME ${', '$$', '}'] })).args).toEqual(['$HOME ${', '$$', '}']);
  });
});
