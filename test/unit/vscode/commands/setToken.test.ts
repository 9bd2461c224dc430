import { beforeEach, describe, expect, it, vi } from 'vitest';
import * as core from '../../../../src/core/index';
import { connect } from '../../../../src/vscode/commands/connect';
import type { CommandContext } from '../../../../src/vscode/commands/context';
import { setToken } from '../../../../src/vscode/commands/setToken';
import { ServerNode } from '../../../../src/vscode/tree/treeNode';

const editor = vi.hoisted(() => ({ entered: undefined as string | undefined, prompts: [] as string[], text: '' }));
vi.mock('vscode', () => ({
  l10n: { t: (text: string, ...args: unknown[]) => text.replace(/\{(\d)\}/g, (_, index) => String(args[index])) },
  window: {
    showInputBox: async ({ prompt }: { prompt: string }) => {
      editor.prompts.push(prompt);
      return editor.entered;
    },
    withProgress: (_options: object, work: () => unknown) => work(),
  },
  workspace: {
    textDocuments: [],
    fs: {
      stat: async () => ({}),
      readFile: async () => new TextEncoder().encode(editor.text),
      createDirectory: async () => {},
      writeFile: async (_uri: object, bytes: Uint8Array) => {
        editor.text = new TextDecoder().decode(bytes);
      },
    },
  },
  Uri: { joinPath: () => ({}) },
}));

const SOURCE = { kind: 'user', path: '/patchbay.json' } as const;
const row = new ServerNode('s');
let did: string[];
let state: object;

function context(): CommandContext {
  const hub = {
    server: () => ({ id: 's', name: 'S', source: SOURCE, transport: 'http', state }),
    servers: () => [],
    connect: async (_id: string, { interactive }: { interactive: boolean }) => did.push(`connect ${interactive}`),
    reconnect: async (_id: string, { interactive }: { interactive: boolean }) => did.push(`reconnect ${interactive}`),
    retryNow: () => did.push('retry'),
  };
  return {
    services: { hub: async () => hub, core: async () => core, reload: async () => void did.push('reload') },
    configFiles: {
      readAll: async () => [{ source: SOURCE, text: editor.text }],
      uriOf: () => ({ toString: () => SOURCE.path }),
      announceChange: () => {},
    },
    secrets: {
      names: async () => [],
      set: async (name: string, value: string) => void did.push(`set ${name} ${value}`),
    },
  } as unknown as CommandContext;
}

const entryWith = (token: string) =>
  JSON.stringify({ servers: { s: { url: 'https://x.example/mcp', auth: { type: 'bearer', token } } } });

beforeEach(() => {
  did = [];
  editor.prompts = [];
  editor.entered = 'new';
});

describe('a token that the server refused', () => {
  beforeEach(() => {
    editor.text = entryWith('${secret:mine}');
    state = { kind: 'authRequired', error: { kind: 'auth', message: 'm', code: 401 } };
  });

  it.each([
    ['Connect', connect],
    ['Set Token', setToken],
  ])('is asked for anew by %s', async (_name, command) => {
    await command(context(), row);
    expect(editor.prompts).toEqual([expect.stringContaining('refused')]);
    expect(did).toEqual(['set mine new', 'connect true']);
  });

  it('is sent once more where nothing is entered, and not where the person leaves', async () => {
    editor.entered = '';
    await connect(context(), row);
    expect(did).toEqual(['connect true']);
    editor.entered = undefined;
    await connect(context(), row);
    expect(did).toEqual(['connect true']);
  });

  it('is not asked for by code', async () => {
    await connect(context(), { server: 's' });
    expect(editor.prompts).toEqual([]);
    expect(did).toEqual(['connect true']);
  });
});

describe('Connect', () => {
  it.each([
    ['a sign-in is missing', '${secret:mine}', { kind: 'authRequired', error: { code: 'signInRequired' } }],
    ['the token stands in the file', 'abc', { kind: 'authRequired', error: { code: 401 } }],
  ])('connects where %s', async (_what, token, wanted) => {
    editor.text = entryWith(token);
    state = wanted;
    await connect(context(), row);
    expect(did).toEqual(['connect true']);
  });
});

describe('a token that moves out of the file', () => {
  it.each([
    [{ kind: 'connected' }, 'reconnect true'],
    [{ kind: 'authRequired', error: { code: 401 } }, 'connect true'],
  ])('lets the person approve the changed entry: %j', async (before, then) => {
    editor.text = entryWith('abc');
    state = before;
    await setToken(context(), row);
    expect(did).toEqual(['set s-token new', 'reload', then]);
    expect(editor.text).toContain('${secret:s-token}');
  });

  it('connects nothing that was not wanted', async () => {
    editor.text = entryWith('abc');
    state = { kind: 'disconnected' };
    await setToken(context(), row);
    expect(did).toEqual(['set s-token new', 'reload']);
  });
});
