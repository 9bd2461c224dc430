import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ArgumentsFiles } from '../../../../src/vscode/adapters/argumentsFiles';
import { ArgumentsEditors, type TypedArguments } from '../../../../src/vscode/panels/argumentsEditors';
import { argumentsTarget, argumentsUri } from '../../../../src/vscode/panels/argumentsUri';

type Listener = (value: never) => void;
const editor = vi.hoisted(() => ({
  documents: [] as FakeDocument[],
  tabs: [] as unknown[],
  listeners: {} as Record<string, Listener>,
  edits: 0,
  load: (): void => {},
  /** Called where an edit would be applied; the edit is then refused. */
  instead: undefined as (() => void) | undefined,
  forgotten: [] as unknown[],
}));

interface FakeUri {
  readonly scheme: string;
  readonly path: string;
  readonly query: string;
}
interface FakeDocument {
  readonly uri: FakeUri;
  version: number;
  readonly isClosed: boolean;
  text: string;
  getText(): string;
  positionAt(offset: number): number;
}

vi.mock('vscode', () => {
  const on = (name: string) => (listener: Listener) => {
    editor.listeners[name] = listener;
    return { dispose() {} };
  };
  const registered = () => ({ dispose() {} });
  return {
    Uri: { from: (parts: object) => ({ ...parts, toString: () => JSON.stringify(parts) }) },
    Range: class {
      constructor(
        readonly start: number,
        readonly end: number,
      ) {}
    },
    TabInputText: class {
      constructor(readonly uri: unknown) {}
    },
    Diagnostic: class {},
    DiagnosticSeverity: {},
    WorkspaceEdit: class {
      readonly replaced: unknown[][] = [];
      replace(...args: unknown[]) {
        this.replaced.push(args);
      }
    },
    languages: {
      createDiagnosticCollection: () => ({
        set() {},
        delete: (uri: unknown) => editor.forgotten.push(uri),
        dispose() {},
      }),
      registerCompletionItemProvider: registered,
      registerHoverProvider: registered,
      registerDocumentFormattingEditProvider: registered,
    },
    window: {
      tabGroups: {
        get all() {
          return [{ tabs: editor.tabs }];
        },
        onDidChangeTabs: on('tabs'),
      },
      showTextDocument: () => Promise.resolve(),
    },
    workspace: {
      get textDocuments() {
        return editor.documents;
      },
      onDidChangeTextDocument: on('text'),
      onDidOpenTextDocument: on('open'),
      onDidCloseTextDocument: on('close'),
      openTextDocument: () => {
        if (editor.documents.length === 0) editor.load();
        return Promise.resolve(editor.documents[0]);
      },
      applyEdit: ({ replaced }: { replaced: [unknown, { start: number; end: number }, string][] }) => {
        const { instead } = editor;
        editor.instead = undefined;
        if (instead) {
          instead();
          return Promise.resolve(false);
        }
        for (const [, { start, end }, text] of replaced) {
          const [document] = editor.documents;
          if (document) type(document.text.slice(0, start) + text + document.text.slice(end));
        }
        editor.edits++;
        return Promise.resolve(true);
      },
    },
  };
});

const TARGET = { server: 's', tool: 'a/b "c"' };

/** As a person, or an edit of the extension. */
function type(text: string): void {
  const [document] = editor.documents;
  if (document === undefined) throw new Error('No document is open.');
  document.text = text;
  document.version++;
  editor.listeners.text?.({ document, contentChanges: [{}] } as never);
}

type Kept = Pick<TypedArguments, 'args' | 'text'>;

function create(kept?: Kept) {
  const typed: TypedArguments[] = [];
  const onView = vi.fn();
  const uri = argumentsUri(TARGET) as unknown as FakeUri;
  const onDone = vi.fn();
  const onClosed = vi.fn();
  const forgotten: unknown[] = [];
  const files = {
    text: () => undefined,
    put: (_: unknown, text: string) => show(uri, text),
    forget: (closed: unknown) => forgotten.push(closed),
  };
  const editors = new ArgumentsEditors({
    files: files as unknown as ArgumentsFiles,
    hub: { server: () => undefined, onDidChangeServers: () => ({ dispose() {} }) } as never,
    validate: () => Promise.reject(new Error('Nothing is validated here.')),
    onTyped: (_, entry) => typed.push(entry),
    onView,
    kept: () => kept,
    onDone,
    onSchema: () => {},
    onClosed,
  });
  return { editors, typed, onView, onDone, onClosed, forgotten, uri };
}

async function open(args: object) {
  const opened = create();
  await opened.editors.edit(TARGET, args as never, 1);
  return opened;
}

function closeTab(): void {
  editor.tabs = [];
  editor.listeners.tabs?.(undefined as never);
}

function show(uri: FakeUri, text: string): void {
  const document = {
    uri,
    text,
    version: 1,
    isClosed: false,
    getText: () => document.text,
    positionAt: (at: number) => at,
  };
  editor.documents = [document];
}

const text = () => editor.documents[0]?.text;

describe('ArgumentsEditors', () => {
  beforeEach(async () => {
    vi.useFakeTimers();
    Object.assign(editor, { documents: [], edits: 0, instead: undefined, forgotten: [] });
    const { TabInputText } = await import('vscode');
    editor.tabs = [{ input: new TabInputText(argumentsUri(TARGET)), group: { viewColumn: 1 } }];
    return () => vi.useRealTimers();
  });

  it('passes on what was typed once it can be read', async () => {
    const { editors, typed } = await open({ a: 1 });
    type('{"a": 2');
    vi.runAllTimers();
    expect(editors.view(TARGET)).toMatchObject({
      open: true,
      revision: 1,
      problem: expect.any(String),
      text: '{"a":1}',
    });
    type('{"a": 2}');
    vi.runAllTimers();
    expect(editors.view(TARGET)).toEqual({ open: true, revision: 2, text: '{"a":2}' });
    expect(typed.map(({ args }) => args)).toEqual([undefined, { a: 2 }]);
  });

  it('holds nothing of a document that was closed, but for a text that cannot be read', async () => {
    const { editors, onClosed, forgotten, uri } = await open({ a: 1 });
    const close = () => {
      closeTab();
      const [document] = editor.documents;
      editor.documents = [];
      editor.listeners.close?.(document as never);
    };
    type('{"a": ');
    close();
    expect([forgotten, onClosed.mock.calls]).toEqual([[], [[TARGET]]]);
    editor.tabs = [{ input: new (await import('vscode')).TabInputText(uri as never), group: { viewColumn: 1 } }];
    editor.load = () => show(uri, '{"a": ');
    await editors.edit(TARGET, { a: 2 }, 1);
    vi.runAllTimers();
    expect(editors.isOpen(TARGET)).toBe(true);
    close();
    expect(forgotten).toEqual([uri]);
    expect(editors.isOpen(TARGET)).toBe(false);
    // What another tab says of it is not known from before.
    editor.tabs = [{ input: new (await import('vscode')).TabInputText(uri as never), group: { viewColumn: 1 } }];
    editor.listeners.tabs?.(undefined as never);
    expect(editors.value(TARGET)).toBeUndefined();
  });

  it('edits only what differs, and hears no echo of it', async () => {
    const { editors, onView } = await open({});
    type('{ "b":1, "a" : 2 }');
    vi.runAllTimers();
    onView.mockClear();
    await editors.follow(TARGET, { a: 3, b: 1 }, 1);
    expect(text()).toBe('{ "b":1, "a" : 3 }');
    vi.runAllTimers();
    expect(onView).not.toHaveBeenCalled();
    await editors.follow(TARGET, { b: 1, a: 3 }, 1);
    expect(editor.edits).toBe(1);
  });

  it('never writes over somebody who types, nor follows a form that is behind', async () => {
    const { editors } = await open({ a: 1 });
    type('{"a": 12}');
    await editors.follow(TARGET, { a: 5 }, 0);
    expect(text()).toBe('{"a": 12}');
    vi.runAllTimers();
    await editors.follow(TARGET, { a: 5 }, 0);
    expect(text()).toBe('{"a": 12}');
    await editors.follow(TARGET, { a: 5 }, 1);
    expect(text()).toBe('{"a": 5}');
  });

  it('follows the form at once, however soon after the last time', async () => {
    const { editors, onView } = await open({ a: 1 });
    vi.runAllTimers();
    onView.mockClear();
    const both = [editors.follow(TARGET, { a: 2 }, 0), editors.follow(TARGET, { a: 3 }, 0)];
    await Promise.all(both);
    await editors.follow(TARGET, { a: 4 }, 0);
    expect(text()).toBe('{\n  "a": 4\n}');
    vi.runAllTimers();
    expect(onView).not.toHaveBeenCalled();
    expect(editors.view(TARGET)).toEqual({ open: true, revision: 0, text: '{"a":4}' });
  });

  it('follows the form after the pause of somebody who typed no other arguments', async () => {
    const { editors, typed } = await open({ a: 1 });
    type('{"a":1}');
    await editors.follow(TARGET, { a: 5 }, 0);
    expect(text()).toBe('{"a":1}');
    await vi.runAllTimersAsync();
    expect(text()).toBe('{"a":5}');
    expect(typed.map(({ args }) => args)).toEqual([{ a: 5 }, { a: 5 }]);
    expect(editors.view(TARGET)).toMatchObject({ revision: 0, text: '{"a":5}' });
    type('{"a":');
    vi.runAllTimers();
    type('{"a":5}');
    await editors.follow(TARGET, { a: 6 }, 1);
    await vi.runAllTimersAsync();
    expect(text()).toBe('{"a":6}');
    expect(editors.view(TARGET)).toEqual({ open: true, revision: 2, text: '{"a":6}' });
  });

  it('knows what was entered in the form while a text became unreadable', async () => {
    const { editors } = await open({ a: 1 });
    type('{"a":');
    await editors.follow(TARGET, { a: 5 }, 0);
    await vi.runAllTimersAsync();
    expect(text()).toBe('{"a":');
    expect(editors.view(TARGET)).toMatchObject({ revision: 1, problem: expect.any(String), text: '{"a":5}' });
    // The same again, as a form says it that starts: nothing was entered since.
    await editors.follow(TARGET, { a: 5 }, 1);
    expect(text()).toBe('{"a":');
  });

  it('edits again where somebody typed before the edit arrived', async () => {
    const { editors } = await open({ a: 1 });
    vi.runAllTimers();
    editor.instead = () => type('{"a":1}');
    await editors.follow(TARGET, { a: 5 }, 0);
    expect(text()).toBe('{"a":1}');
    await vi.runAllTimersAsync();
    expect(text()).toBe('{"a":5}');
    editor.instead = () => type('{"a":8}');
    await editors.follow(TARGET, { a: 6 }, 0);
    await vi.runAllTimersAsync();
    expect(text()).toBe('{"a":8}');
    expect(editors.view(TARGET)).toEqual({ open: true, revision: 1, text: '{"a":8}' });
  });

  it('sends what stands in the document, and what was entered in the form last', async () => {
    const { editors, typed } = await open({ a: 1 });
    type('{"a": 2}');
    expect(await editors.argumentsToSend(TARGET)).toEqual({ a: 2 });
    expect(typed.at(-1)?.args).toEqual({ a: 2 });
    expect(editors.view(TARGET)).toMatchObject({ revision: 1, text: '{"a":2}' });
    void editors.follow(TARGET, { a: 3 }, 1);
    expect(await editors.argumentsToSend(TARGET)).toEqual({ a: 3 });
    type('{"a":3}');
    void editors.follow(TARGET, { a: 4 }, 1);
    expect(await editors.argumentsToSend(TARGET)).toEqual({ a: 4 });
  });

  it('says that the last editor was closed, and takes its problems off', async () => {
    const { onDone, uri } = await open({ a: 1 });
    expect(onDone).not.toHaveBeenCalled();
    closeTab();
    expect(onDone.mock.calls).toEqual([[TARGET]]);
    expect(editor.forgotten.map(String)).toEqual([String(uri)]);
  });

  it('brings an unreadable text back, and replaces it only for what was entered since', async () => {
    const { editors } = await open({ a: 1 });
    type('{"a": ');
    vi.runAllTimers();
    closeTab();
    expect(editors.view(TARGET).open).toBe(false);
    await editors.edit(TARGET, { a: 1 }, 1);
    expect(text()).toBe('{"a": ');
    await editors.edit(TARGET, { a: 7 }, 1);
    expect(text()).toBe('{\n  "a": 7\n}');
  });

  it('says of a closed editor that its text cannot be read, and shows it as it stands', async () => {
    const { editors, onDone } = await open({ a: 1 });
    type('{"a": ');
    vi.runAllTimers();
    closeTab();
    expect(onDone).not.toHaveBeenCalled();
    await editors.follow(TARGET, { a: 1 }, 1);
    expect(editors.view(TARGET)).toEqual({ open: false, revision: 1, problem: expect.any(String) });
    await editors.edit(TARGET, undefined, 1);
    expect(text()).toBe('{"a": ');
    type('{"a": 2}');
    vi.runAllTimers();
    expect(editors.view(TARGET).problem).toBeUndefined();
    expect(onDone).not.toHaveBeenCalled();
  });

  it('lets a closed text go once the form has other arguments, which undo brings back', async () => {
    const { editors, onDone } = await open({ a: 1 });
    type('{"a": ');
    vi.runAllTimers();
    closeTab();
    await editors.follow(TARGET, { a: 3 }, 1);
    expect(editors.view(TARGET).problem).toBeUndefined();
    expect(onDone).toHaveBeenCalledOnce();
    await editors.edit(TARGET, { a: 3 }, 1);
    expect(text()).toBe('{\n  "a": 3\n}');
    expect(editor.edits).toBe(1);
  });

  it('has the text of an earlier window that could not be read, and no other', async () => {
    const { editors, uri } = create({ text: '{"a": ', args: { a: 1 } as never });
    closeTab();
    expect(editors.view(TARGET)).toMatchObject({ open: false, problem: expect.any(String) });
    editor.load = () => show(uri, '{"a": ');
    await editors.edit(TARGET, { a: 1 } as never, 1);
    expect(text()).toBe('{"a": ');
    editor.documents = [];
    const { editors: others } = create({ text: '{"a": 2}', args: { a: 1 } as never });
    expect(others.view(TARGET).problem).toBeUndefined();
    await others.edit(TARGET, { a: 5 } as never, 1);
    expect(text()).toBe('{\n  "a": 5\n}');
  });

  it('names its documents for people and knows their tools again', () => {
    const uri = argumentsUri(TARGET);
    expect(uri.path).toBe('/patchbay.arguments/s/a-b -c-.arguments');
    expect(argumentsTarget(uri)).toEqual(TARGET);
    expect(argumentsTarget({ ...uri, scheme: 'file' } as never)).toBeUndefined();
    expect(argumentsTarget({ ...uri, query: '{' } as never)).toBeUndefined();
  });
});
