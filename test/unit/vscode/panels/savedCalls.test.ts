import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createSystemClock } from '../../../../src/base/clock';
import * as core from '../../../../src/core/config/savedCalls';
import type { JsonObject } from '../../../../src/shared/json';
import type { SavedCallsMessage, SavedCallsRequest } from '../../../../src/shared/savedCalls';
import { SavedCallFiles } from '../../../../src/vscode/panels/savedCallFiles';
import { SavedCallsPart } from '../../../../src/vscode/panels/savedCallsPart';
import { secretsOf } from '../../../../src/vscode/panels/secretArguments';

interface InputOptions {
  readonly value: string;
  readonly prompt: string;
  readonly validateInput: (text: string) => string | undefined;
}

/** The part of the editor that saved calls use, with files in memory. */
const editor = vi.hoisted(() => ({
  files: new Map<string, string>(),
  folders: [] as { name: string; uri: { path: string } }[],
  isTrusted: true,
  dirty: [] as string[],
  watchers: [] as (() => void)[],
  asked: [] as InputOptions[],
  typed: undefined as string | undefined,
  messages: [] as { text: string; actions: unknown[] }[],
  answer: undefined as string | undefined,
  opened: [] as { path: string; selection: unknown }[],
  ran: [] as string[],
}));

vi.mock('vscode', () => {
  class FileSystemError extends Error {
    code = 'FileNotFound';
  }
  const uri = (path: string) => ({ path, scheme: 'file', fsPath: path, toString: () => `file://${path}` });
  const found = ({ path }: { path: string }) => {
    const text = editor.files.get(path);
    if (text === undefined) throw new FileSystemError(path);
    return new TextEncoder().encode(text);
  };
  const nothing = { dispose() {} };
  const ask = async (text: string, ...rest: unknown[]) => {
    editor.messages.push({ text, actions: rest });
    return rest.includes(editor.answer) ? editor.answer : undefined;
  };
  return {
    FileSystemError,
    RelativePattern: class {},
    Range: class {
      readonly start: unknown;
      constructor(start: unknown) {
        this.start = start;
      }
    },
    Uri: {
      joinPath: (base: { path: string }, ...parts: string[]) => {
        const segments: string[] = [];
        for (const part of [base.path, ...parts].join('/').split('/')) {
          if (part === '..') segments.pop();
          else segments.push(part);
        }
        return uri(segments.join('/'));
      },
    },
    l10n: {
      t: (text: string, ...args: unknown[]) => text.replace(/\{(\d)\}/g, (_, at: string) => String(args[Number(at)])),
    },
    commands: { executeCommand: async (command: string) => void editor.ran.push(command) },
    window: {
      showInputBox: async (options: InputOptions) => {
        editor.asked.push(options);
        return editor.typed;
      },
      showErrorMessage: ask,
      showInformationMessage: ask,
      showWarningMessage: ask,
      showWorkspaceFolderPick: async () => editor.folders[1],
      showTextDocument: async (
        document: { uri: { path: string } },
        { selection }: { selection?: { start: unknown } },
      ) => void editor.opened.push({ path: document.uri.path, selection: selection?.start }),
    },
    workspace: {
      get workspaceFolders() {
        return editor.folders;
      },
      get isTrusted() {
        return editor.isTrusted;
      },
      get textDocuments() {
        return editor.dirty.map((path) => ({ isDirty: true, uri: uri(path) }));
      },
      asRelativePath: ({ path }: { path: string }) => path,
      openTextDocument: async (at: object) => ({ uri: at, positionAt: (offset: number) => offset }),
      onDidSaveTextDocument: () => nothing,
      onDidChangeWorkspaceFolders: () => nothing,
      onDidGrantWorkspaceTrust: () => nothing,
      createFileSystemWatcher: () => {
        const on = (listener: () => void) => {
          editor.watchers.push(listener);
          return nothing;
        };
        return { onDidCreate: on, onDidChange: on, onDidDelete: on, dispose() {} };
      },
      fs: {
        stat: async (at: { path: string }) => ({ size: found(at).length }),
        readFile: async (at: { path: string }) => found(at),
        writeFile: async ({ path }: { path: string }, bytes: Uint8Array) =>
          void editor.files.set(path, new TextDecoder().decode(bytes)),
        createDirectory: async () => {},
      },
    },
  };
});

const FILE = '/app/.vscode/patchbay.calls.json';
const FOLDER = 'file:///app';
const SCHEMA = { properties: { pass: { type: 'string', format: 'password' } } };

async function folder(name: string) {
  const { Uri } = await import('vscode');
  return { name, uri: Uri.joinPath({ path: '' } as never, name) };
}

function setUp() {
  const posted: SavedCallsMessage[] = [];
  const loaded: unknown[] = [];
  const run = vi.fn(async (_args: JsonObject) => {});
  const files = new SavedCallFiles(async () => core as never, createSystemClock());
  const part = new SavedCallsPart({
    files,
    target: { server: 's', tool: 'echo' },
    post: (message) => posted.push(structuredClone(message)),
    secrets: () => secretsOf(SCHEMA),
    load: (args, name) => loaded.push({ args, name }),
    run,
  });
  const ask = (request: SavedCallsRequest) => part.handle(request);
  const listed = () => posted.findLast((message) => message.type === 'savedCalls');
  return { posted, loaded, run, files, part, ask, listed };
}

function written(...calls: object[]): void {
  editor.files.set(FILE, `// ours\n${JSON.stringify({ calls }, null, 2)}\n`);
}

const HI = { name: 'hi', server: 's', tool: 'echo', arguments: { text: 'hi' } };

beforeEach(async () => {
  editor.files.clear();
  for (const list of [editor.dirty, editor.watchers, editor.asked, editor.messages, editor.opened, editor.ran]) {
    list.length = 0;
  }
  Object.assign(editor, { isTrusted: true, typed: undefined, answer: undefined, folders: [await folder('app')] });
});

describe('saving a call', () => {
  it('asks for a name, leaves secrets out and says so', async () => {
    const { ask, posted, listed } = setUp();
    editor.typed = ' morning ';
    await ask({ do: 'save', args: { text: 'good morning', pass: 'hunter2', apiKey: 'k' } });
    expect(editor.asked[0]).toMatchObject({
      value: 'good morning',
      prompt: 'The arguments are kept in .vscode/patchbay.calls.json. Secrets are left out: pass, apiKey.',
    });
    expect(JSON.parse(editor.files.get(FILE) ?? '')).toEqual({
      calls: [{ name: 'morning', server: 's', tool: 'echo', arguments: { text: 'good morning' } }],
    });
    expect(posted).toContainEqual({ type: 'callSaved', name: 'morning', leftOut: ['pass', 'apiKey'] });
    expect(listed()).toMatchObject({ calls: [{ name: 'morning', folder: FOLDER }], restricted: false });
  });

  it('takes no empty and no long name', async () => {
    const { ask } = setUp();
    await ask({ do: 'save', args: {}, name: 'loaded' });
    expect(editor.asked[0]?.value).toBe('loaded');
    const validate = editor.asked[0]?.validateInput;
    expect([' ', 'x'.repeat(101), 'x'.repeat(100)].map((name) => validate?.(name))).toEqual([
      'Enter a name.',
      'At most 100 characters.',
      undefined,
    ]);
    for (const typed of [undefined, ' ', 'x'.repeat(101)]) {
      editor.typed = typed;
      await ask({ do: 'save', args: {} });
    }
    expect(editor.files.size).toBe(0);
  });

  it('replaces one of that name only after a question', async () => {
    const { ask } = setUp();
    written(HI);
    const before = editor.files.get(FILE);
    editor.typed = 'hi';
    await ask({ do: 'save', args: { text: 'new' } });
    expect(editor.messages[0]?.text).toBe('Replace the saved call “hi”?');
    expect(editor.files.get(FILE)).toBe(before);
    editor.answer = 'Replace';
    await ask({ do: 'save', args: { text: 'new' } });
    expect(editor.files.get(FILE)).toBe(before?.replace('"text": "hi"', '"text": "new"'));
  });

  it('never touches a file that is broken, and leads to the place', async () => {
    const { ask } = setUp();
    const text = '{\n  "calls": [\n    { "name": \n  ]\n}';
    editor.files.set(FILE, text);
    editor.answer = 'Open File';
    await ask({ do: 'save', args: {} });
    expect(editor.asked).toEqual([]);
    expect(editor.messages[0]?.text).toMatch(/cannot be read, so it was not changed\. Line 4, column 3: .+ by hand/);
    expect(editor.files.get(FILE)).toBe(text);
    expect(editor.opened).toEqual([{ path: FILE, selection: text.indexOf(']') }]);
  });

  it('does not overwrite what an editor has not saved yet', async () => {
    const { ask } = setUp();
    written(HI);
    editor.dirty.push(FILE);
    editor.typed = 'other';
    await ask({ do: 'save', args: {} });
    expect(editor.messages[0]?.text).toContain('unsaved changes');
    expect(editor.files.get(FILE)).not.toContain('other');
  });

  it('asks which folder where several are open, and offers to open one where none is', async () => {
    const { ask, listed } = setUp();
    editor.folders.push(await folder('lib'));
    editor.typed = 'x';
    await ask({ do: 'save', args: {} });
    expect([...editor.files.keys()]).toEqual(['/lib/.vscode/patchbay.calls.json']);
    expect(listed()).toMatchObject({ calls: [{ folderName: 'lib' }] });
    editor.folders.length = 0;
    editor.answer = 'Open Folder…';
    await ask({ do: 'save', args: {} });
    expect(editor.messages.at(-1)?.text).toContain('none is open');
    expect(editor.ran).toEqual(['workbench.action.files.openFolder']);
  });
});

describe('a saved call', () => {
  it('is loaded and run as it stands in the file now', async () => {
    const { ask, loaded, run } = setUp();
    written({ ...HI, tool: 'other' }, HI);
    await ask({ do: 'load', folder: FOLDER, name: 'hi' });
    expect(loaded).toEqual([{ args: { text: 'hi' }, name: 'hi' }]);
    written({ ...HI, arguments: { text: 'changed' } });
    await ask({ do: 'run', folder: FOLDER, name: 'hi' });
    expect(run).toHaveBeenCalledExactlyOnceWith({ text: 'changed' });
    run.mockRejectedValueOnce(new Error('the run shows that itself'));
    await ask({ do: 'run', folder: FOLDER, name: 'hi' });
    expect(editor.messages).toEqual([]);
  });

  it('that is gone, in a folder that was closed, or with arguments that would change is not used', async () => {
    const { ask, loaded, run, posted } = setUp();
    editor.files.set(
      FILE,
      '{ "calls": [{ "name": "n", "server": "s", "tool": "echo", "arguments": { "a": 1e400 } }] }',
    );
    await ask({ do: 'load', folder: FOLDER, name: 'hi' });
    expect(editor.messages.at(-1)?.text).toContain('“hi” is no longer in the file');
    expect(posted).toHaveLength(1);
    await ask({ do: 'run', folder: FOLDER, name: 'n' });
    expect(editor.messages.at(-1)?.text).toContain('larger than any number');
    await expect(ask({ do: 'load', folder: 'file:///etc', name: 'n' })).rejects.toThrow('no longer open');
    await expect(ask({ do: 'openFile', folder: 'file:///etc' })).rejects.toThrow('no longer open');
    expect([loaded, run.mock.calls]).toEqual([[], []]);
  });

  it('is only listed in Restricted Mode', async () => {
    const { ask, loaded, run, listed } = setUp();
    written(HI);
    editor.isTrusted = false;
    await ask({ do: 'list' });
    expect(listed()).toMatchObject({ calls: [{ name: 'hi' }], restricted: true });
    await ask({ do: 'load', folder: FOLDER, name: 'hi' });
    await ask({ do: 'run', folder: FOLDER, name: 'hi' });
    expect(editor.messages.map(({ text }) => text)).toEqual(
      Array.from({ length: 2 }, () => expect.stringContaining('In Restricted Mode')),
    );
    expect([loaded, run.mock.calls]).toEqual([[], []]);
  });

  it('gets another name, but none that is taken', async () => {
    const { ask } = setUp();
    written(HI, { ...HI, name: 'taken' });
    editor.typed = 'hello';
    await ask({ do: 'rename', folder: FOLDER, name: 'hi' });
    const validate = editor.asked[0]?.validateInput;
    expect([validate?.('taken'), validate?.(''), validate?.('hi')]).toEqual([
      'There is a saved call of that name already.',
      'Enter a name.',
      undefined,
    ]);
    expect(editor.files.get(FILE)).toContain('"name": "hello"');
    expect(editor.files.get(FILE)).toMatch(/^\/\/ ours/);
  });

  it('is deleted after a question', async () => {
    const { ask, listed } = setUp();
    written(HI);
    await ask({ do: 'delete', folder: FOLDER, name: 'hi' });
    expect(editor.files.get(FILE)).toContain('"hi"');
    editor.answer = 'Delete';
    await ask({ do: 'delete', folder: FOLDER, name: 'hi' });
    expect(editor.files.get(FILE)).not.toContain('"hi"');
    expect(listed()).toMatchObject({ calls: [] });
  });
});

describe('an edit of the file by hand', () => {
  it('shows at once, and what is wrong with it', async () => {
    const { ask, listed, part, files } = setUp();
    await ask({ do: 'list' });
    expect(listed()).toMatchObject({ calls: [], problems: [] });
    written(HI);
    editor.watchers[0]?.();
    await vi.waitFor(() => expect(listed()).toMatchObject({ calls: [{ name: 'hi' }] }));
    editor.files.set(FILE, '{ "calls": 5 }');
    editor.watchers[1]?.();
    const place = '.vscode/patchbay.calls.json:1:12';
    await vi.waitFor(() => expect(listed()).toMatchObject({ calls: [], problems: [{ place, offset: 11 }] }));
    editor.files.set(FILE, ' '.repeat(5 * 1024 * 1024 + 1));
    await ask({ do: 'list' });
    expect(listed()?.problems[0]?.message).toContain('is the limit');
    await ask({ do: 'openFile', folder: FOLDER, offset: 3 });
    expect(editor.opened).toEqual([{ path: FILE, selection: 3 }]);
    await ask({ do: 'manageTrust' });
    expect(editor.ran).toEqual(['workbench.trust.manage']);
    part.dispose();
    files.dispose();
  });
});
