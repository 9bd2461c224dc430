import { beforeEach, describe, expect, it, vi } from 'vitest';
import { deferred } from '../../../../src/base/deferred';
import { PatchbayError } from '../../../../src/base/errors';
import { Emitter } from '../../../../src/base/event';
import type { CallToolOptions, Hub, ServerSnapshot } from '../../../../src/core/hubTypes';
import { BEYOND_ARGUMENT_LIMITS } from '../../../../src/forms/limits';
import type { CallToolResult, Tool } from '../../../../src/shared/mcp';
import type { HostMessage } from '../../../../src/shared/toolPanel';
import { createToolPanels } from '../../../../src/vscode/panels/index';

/** The part of the editor that the panels use. */
class FakePanel {
  readonly posted: HostMessage[] = [];
  readonly received = new Emitter<unknown>();
  readonly disposed = new Emitter<void>();
  revealed = 0;
  readonly webview = {
    html: '',
    options: {},
    cspSource: 'https://csp.test',
    asWebviewUri: (uri: { path: string }) => ({ toString: () => `https://csp.test${uri.path}` }),
    onDidReceiveMessage: this.received.event,
    postMessage: (message: HostMessage) => {
      this.posted.push(structuredClone(message));
      return Promise.resolve(true);
    },
  };
  readonly onDidDispose = this.disposed.event;
  reveal() {
    this.revealed++;
  }
  dispose() {
    this.disposed.fire();
  }
  of<T extends HostMessage['type']>(type: T) {
    return this.posted.filter((message): message is Extract<HostMessage, { type: T }> => message.type === type);
  }
}

const editor = vi.hoisted(() => ({
  panels: [] as unknown[],
  titles: [] as string[],
  documents: [] as { path: string; text: unknown }[],
  provider: undefined as { provideTextDocumentContent(uri: unknown): unknown } | undefined,
  clipboard: '',
  errors: [] as string[],
  written: [] as { path: string; text: string }[],
  asked: [] as { question: string; detail: string }[],
  answer: undefined as string | undefined,
}));
vi.mock('vscode', () => ({
  Uri: {
    from: (parts: { scheme: string; path: string }) => ({ ...parts, toString: () => `${parts.scheme}:${parts.path}` }),
    joinPath: (base: { path: string }, ...parts: string[]) => ({ path: [base.path, ...parts].join('/') }),
  },
  ViewColumn: { Active: -1, Beside: -2 },
  window: {
    activeTextEditor: undefined,
    createWebviewPanel: (_type: string, title: string) => {
      editor.titles.push(title);
      const panel = new FakePanel();
      editor.panels.push(panel);
      return panel;
    },
    showTextDocument: () => Promise.resolve(),
    showWarningMessage: (question: string, options: { detail: string }) => {
      editor.asked.push({ question, detail: options.detail });
      return Promise.resolve(editor.answer);
    },
    showErrorMessage: (message: string) => {
      editor.errors.push(message);
      return Promise.resolve(undefined);
    },
    showSaveDialog: () => Promise.resolve({ path: '/chosen' }),
  },
  workspace: {
    fs: {
      writeFile: (uri: { path: string }, bytes: Uint8Array) => {
        editor.written.push({ path: uri.path, text: new TextDecoder().decode(bytes) });
        return Promise.resolve();
      },
    },
    registerTextDocumentContentProvider: (_scheme: string, provider: typeof editor.provider) => {
      editor.provider = provider;
      return { dispose() {} };
    },
    onDidCloseTextDocument: () => ({ dispose() {} }),
    openTextDocument: (uri: { path: string }) => {
      editor.documents.push({ path: uri.path, text: editor.provider?.provideTextDocumentContent(uri) });
      return Promise.resolve(uri);
    },
  },
  l10n: {
    t: (text: string, ...args: unknown[]) => text.replace(/\{(\d)\}/g, (_, at: string) => String(args[Number(at)])),
  },
  env: {
    clipboard: {
      writeText: (text: string) => {
        editor.clipboard = text;
        return Promise.resolve();
      },
    },
  },
}));

const ECHO: Tool = { name: 'echo', inputSchema: { type: 'object', properties: { message: { type: 'string' } } } };

function snapshot(change: Partial<ServerSnapshot> = {}): ServerSnapshot {
  return {
    id: 's',
    name: 'Server',
    state: { kind: 'connected', since: 0 },
    catalog: { status: 'live', tools: [{ tool: ECHO, callName: 'echo' }] },
    ...change,
  } as ServerSnapshot;
}

class FakeHub {
  current: ServerSnapshot | undefined = snapshot();
  readonly changed = new Emitter<ServerSnapshot>();
  readonly onDidChangeServers = this.changed.event;
  readonly onDidChangeServerList = new Emitter<void>().event;
  readonly exchanges = new Emitter<unknown>();
  readonly ended = new Emitter<unknown>();
  earlier: readonly unknown[] = [];
  traffic() {
    return { snapshot: () => this.earlier, onDidAdd: this.exchanges.event, onDidFinish: this.ended.event };
  }
  readonly calls: { args: unknown; options: CallToolOptions }[] = [];
  readonly connect = vi.fn(() => Promise.resolve());
  answer = deferred<CallToolResult>();
  server(id: string) {
    return id === 's' ? this.current : undefined;
  }
  callTool(_id: string, _tool: string, args: unknown, options: CallToolOptions) {
    this.calls.push({ args, options });
    options.signal?.addEventListener('abort', () => this.answer.reject(options.signal?.reason));
    return this.answer.promise;
  }
  set(next: ServerSnapshot) {
    this.current = next;
    this.changed.fire(next);
  }
}

function setUp() {
  const hub = new FakeHub();
  const memory = new Map<string, unknown>();
  const warn = vi.fn();
  const panels = createToolPanels({
    hub: () => Promise.resolve(hub as unknown as Hub),
    argumentsFiles: {} as never,
    validate: () => Promise.reject(new Error('Nothing is validated here.')),
    extensionUri: { path: '/ext' } as never,
    workspaceState: {
      get: (key: string) => memory.get(key),
      update: (key: string, value: unknown) => Promise.resolve(void memory.set(key, value)),
      keys: () => [],
    } as never,
    log: { trace: warn, debug: warn, info: warn, warn, error: warn },
    nonce: () => 'nonce-1',
    now: () => 1_000,
    platform: 'linux',
  });
  const panel = (index = 0) => {
    const found = editor.panels[index];
    if (!(found instanceof FakePanel)) throw new Error('No panel was opened.');
    return found;
  };
  return { hub, memory, warn, panels, panel };
}

/** What is on disk. */
const kept = (memory: Map<string, unknown>) =>
  Object.fromEntries([...memory].filter(([key, value]) => key.startsWith('patchbay.arguments') && value !== undefined));

const settled = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => {
  editor.panels.length = 0;
  editor.titles.length = 0;
  editor.documents.length = 0;
  editor.asked.length = 0;
  editor.answer = undefined;
});

describe('tool panels', () => {
  it('opens one panel for each tool, under a strict policy', async () => {
    const { panels, panel } = setUp();
    await panels.open({ server: 's', tool: 'echo' });
    await panels.open({ server: 's', tool: 'echo', arguments: { message: 'again' } });
    expect(editor.titles).toEqual(['echo — Server']);
    expect(panel().revealed).toBe(1);
    expect(panel().of('arguments')).toEqual([{ type: 'arguments', args: { message: 'again' } }]);
    expect(panel().webview.html).toContain('default-src &#39;none&#39;; script-src &#39;nonce-nonce-1&#39;');
    expect(panel().webview.html).not.toMatch(/unsafe|<style|onload/);
    panel().dispose();
    await panels.open({ server: 's', tool: 'echo' });
    expect(editor.titles).toHaveLength(2);
  });

  it('refuses arguments by name that no form can hold, and calls nothing without them', async () => {
    const { hub, panels } = setUp();
    const deep = JSON.parse('['.repeat(402) + ']'.repeat(402));
    const target = { server: 's', tool: 'echo', arguments: { deep } };
    await expect(panels.open(target, { run: true })).rejects.toThrow('nested deeper than 400 levels');
    expect(hub.calls).toEqual([]);
  });

  it('has a title of one line with nothing hidden in it', async () => {
    const { panels, hub } = setUp();
    hub.set(snapshot({ name: `Ser\nver\u202e${'x'.repeat(300)}` }));
    await panels.open({ server: 's', tool: 'ec\u200bho\n!' });
    expect(editor.titles[0]).toMatch(/^ec\\u\{200b\}ho ! — Ser ver\\u\{202e\}x+…$/);
    expect(editor.titles[0]?.length).toBeLessThan(200);
  });

  it('escapes what a server named', async () => {
    const { panels, panel } = setUp();
    await panels.open({ server: 's', tool: '"><script>alert(1)</script>' });
    expect(panel().webview.html).not.toContain('<script>alert');
  });

  it('says which server is not there', async () => {
    const { panels } = setUp();
    await expect(panels.open({ server: 'nope', tool: 'echo' })).rejects.toMatchObject({ kind: 'config' });
  });

  it('answers ready with the tool and the last arguments', async () => {
    const { panels, panel, memory } = setUp();
    await panels.open({ server: 's', tool: 'echo' });
    panel().received.fire({ type: 'argsChanged', args: { message: 'kept' } });
    expect([...memory.values()]).toEqual([{ message: 'kept' }]);
    panel().dispose();
    await panels.open({ server: 's', tool: 'echo' });
    panel(1).received.fire({ type: 'ready' });
    await settled();
    expect(panel(1).of('init')[0]).toMatchObject({
      server: { id: 's', name: 'Server' },
      toolName: 'echo',
      state: { kind: 'connected', label: 'ready' },
      tool: { name: 'echo', inputSchema: ECHO.inputSchema, sensitive: false },
      args: { message: 'kept' },
    });
  });

  it('never keeps arguments of a schema with secrets', async () => {
    const { panels, panel, memory, hub } = setUp();
    const tool: Tool = { name: 'echo', inputSchema: { properties: { p: { type: 'string', format: 'password' } } } };
    hub.current = snapshot({ catalog: { status: 'live', tools: [{ tool, callName: 'echo' }] } });
    await panels.open({ server: 's', tool: 'echo' });
    panel().received.fire({ type: 'argsChanged', args: { p: 'hunter2' } });
    expect(kept(memory)).toEqual({});
    hub.set(snapshot());
    panel().received.fire({ type: 'argsChanged', args: { p: 'hunter3' } });
    panel().received.fire({ type: 'run', id: 'r', args: { p: 'hunter4' } });
    hub.answer.resolve({ content: [] });
    await settled();
    expect(JSON.stringify([...memory.values()])).not.toContain('hunter');
    panel().received.fire({ type: 'ready' });
    await settled();
    expect(panel().of('init')[0]?.tool).toMatchObject({ sensitive: true, secretNames: ['p'] });
    panel().dispose();
    await panels.open({ server: 's', tool: 'echo' });
    panel(1).received.fire({ type: 'ready' });
    await settled();
    expect(panel(1).of('init')[0]?.tool?.sensitive).toBe(false);
  });

  it('keeps no arguments that are named like secrets, nor of a schema too large to be looked at', async () => {
    const { panels, panel, memory, hub } = setUp();
    await panels.open({ server: 's', tool: 'echo' });
    panel().received.fire({ type: 'argsChanged', args: { apiKey: '', message: 'a' } });
    expect(Object.keys(kept(memory))).toHaveLength(1);
    panel().received.fire({ type: 'argsChanged', args: { apiKey: 'sk-1', message: 'a' } });
    expect(kept(memory)).toEqual({});
    let inputSchema: Tool['inputSchema'] = { properties: { x: { format: 'password' } } };
    for (let i = 0; i < 401; i++) inputSchema = { not: inputSchema };
    hub.set(snapshot({ catalog: { status: 'live', tools: [{ tool: { ...ECHO, inputSchema }, callName: 'echo' }] } }));
    panel().received.fire({ type: 'argsChanged', args: { x: 'hunter2' } });
    expect(kept(memory)).toEqual({});
  });

  it('gives a webview that was hidden back what may not be on disk, until the panel is closed', async () => {
    const { panels, panel, memory } = setUp();
    await panels.open({ server: 's', tool: 'echo', arguments: { message: 'from elsewhere' } });
    const state = { server: 's', tool: 'echo', args: { apiKey: 'sk-1' }, texts: { '/n': '1e' } };
    const inits = async () => {
      panel().received.fire({ type: 'ready' });
      await settled();
      return panel().of('init').at(-1);
    };
    panel().received.fire({ type: 'keep', state });
    panel().received.fire({ type: 'argsChanged', args: state.args });
    expect(await inits()).toMatchObject({ kept: state });
    expect(await inits()).not.toHaveProperty('args');
    panel().received.fire({ type: 'keep' });
    expect(await inits()).not.toHaveProperty('kept');
    expect(kept(memory)).toEqual({});
  });

  it('keeps nothing older than arguments that are too long', async () => {
    const { panels, panel, memory } = setUp();
    await panels.open({ server: 's', tool: 'echo' });
    panel().received.fire({ type: 'argsChanged', args: { message: 'old' } });
    panel().received.fire({ type: 'argsChanged', args: { message: 'x'.repeat(70_000) } });
    expect(kept(memory)).toEqual({});
  });

  it('calls again what was called last, or nothing', async () => {
    const { panels, panel, hub } = setUp();
    hub.answer.resolve({ content: [] });
    await panels.open({ server: 's', tool: 'echo' });
    for (const [id, args] of Object.entries({ first: { message: 'a' }, last: { apiKey: 'sk-1' } })) {
      panel().received.fire({ type: 'run', id, args });
      await settled();
    }
    await panels.again({ server: 's', tool: 'echo' }, { byPerson: false });
    expect(hub.calls.at(-1)?.args).toEqual({ apiKey: 'sk-1' });
    panel().dispose();
    expect(await panels.again({ server: 's', tool: 'echo' }, { byPerson: false })).toBeUndefined();
    expect(hub.calls).toHaveLength(3);
  });

  it('drops messages that are not of the panel', async () => {
    const { panels, panel, warn, hub } = setUp();
    await panels.open({ server: 's', tool: 'echo' });
    for (const message of [
      null,
      'run',
      { type: 'run' },
      { type: 'run', id: 'x', args: [] },
      { type: 'eval', code: '1' },
    ]) {
      panel().received.fire(message);
    }
    expect(hub.calls).toEqual([]);
    expect(warn).toHaveBeenCalledTimes(5);
  });

  it('runs for the webview, and keeps the result for the editor and the clipboard', async () => {
    const { panels, panel, hub } = setUp();
    await panels.open({ server: 's', tool: 'echo' });
    panel().received.fire({ type: 'run', id: 'r1', args: { message: 'hi' } });
    panel().received.fire({ type: 'run', id: 'r1', args: { message: 'twice' } });
    hub.answer.resolve({ content: [{ type: 'text', text: 'Echo: hi' }] });
    await settled();
    expect(hub.calls.map(({ args }) => args)).toEqual([{ message: 'hi' }]);
    expect(panel().of('finished')[0]?.run).toMatchObject({
      id: 'r1',
      outcome: { status: 'done', result: { blocks: [{ type: 'text', text: 'Echo: hi' }] } },
    });
    panel().received.fire({ type: 'openInEditor', id: 'r1' });
    panel().received.fire({ type: 'copy', id: 'r1', block: 0 });
    await settled();
    expect(editor.documents).toEqual([
      { path: '/patchbay.result/echo-1.result', text: expect.stringContaining('"Echo: hi"') },
    ]);
    expect(editor.clipboard).toBe('Echo: hi');
    panel().received.fire({ type: 'ready' });
    await settled();
    expect(panel().of('init')[0]?.runs).toHaveLength(1);
  });

  it('says that a call was copied, else why not', async () => {
    const { panels, panel, hub } = setUp();
    await panels.open({ server: 's', tool: 'echo' });
    panel().received.fire({ type: 'copyAs', format: 'jsonRpc', args: { message: 'hi' } });
    await settled();
    expect(panel().of('copied')).toEqual([{ type: 'copied', format: 'jsonRpc' }]);
    expect(editor.clipboard).toContain('"hi"');
    let deep: unknown = 1;
    for (let level = 0; level < 500; level++) deep = [deep];
    panel().received.fire({ type: 'copyAs', format: 'jsonRpc', args: { deep } });
    hub.current = undefined;
    panel().received.fire({ type: 'copyAs', format: 'jsonRpc', args: {} });
    await settled();
    expect(editor.errors).toEqual([
      `The call was not copied. ${BEYOND_ARGUMENT_LIMITS}`,
      'The call was not copied. The server is no longer configured.',
    ]);
    expect(panel().of('copied')).toHaveLength(1);
  });

  it('names the member of a group that answered, gives further blocks, and saves a block', async () => {
    const { panels, panel, hub } = setUp();
    await panels.open({ server: 's', tool: 'echo' });
    panel().received.fire({ type: 'run', id: 'r1', args: {} });
    await settled();
    hub.calls[0]?.options.onMember?.('replica-2');
    hub.answer.resolve({ content: Array.from({ length: 150 }, (_, i) => ({ type: 'text', text: `${i}` })) });
    await settled();
    expect(panel().of('finished')[0]?.run).toMatchObject({ member: 'replica-2' });
    panel().received.fire({ type: 'more', id: 'r1', from: 100 });
    panel().received.fire({ type: 'more', id: 'unknown', from: 100 });
    panel().received.fire({ type: 'saveAs', id: 'r1', block: 120 });
    await settled();
    expect(panel().of('blocks')).toMatchObject([{ id: 'r1', from: 100, blocks: { length: 50 } }]);
    expect(editor.written).toEqual([{ path: '/chosen', text: '120' }]);
  });

  it('asks before a call that a person makes where the policy says so, and never asks code', async () => {
    const destructive: Tool = {
      ...ECHO,
      inputSchema: { properties: { code: { type: 'string', format: 'password' }, path: { type: 'string' } } },
      annotations: { destructiveHint: true },
    };
    const cases = [
      { tool: ECHO, confirm: 'always', asks: true },
      { tool: ECHO, confirm: undefined, asks: false },
      { tool: destructive, confirm: undefined, asks: true },
      { tool: destructive, confirm: 'never', asks: false },
    ] as const;
    for (const { tool, confirm, asks } of cases) {
      const { panels, panel, hub } = setUp();
      editor.panels.length = 0;
      editor.asked.length = 0;
      hub.current = snapshot({
        ...(confirm && { confirm }),
        catalog: { status: 'live', tools: [{ tool, callName: 'echo' }] },
      });
      await panels.open({ server: 's', tool: 'echo' });
      panel().received.fire({ type: 'run', id: 'r1', args: { path: '/x', code: 'hunter2', apiKey: 'k-1' } });
      await settled();
      expect(editor.asked.length, `${confirm}`).toBe(asks ? 1 : 0);
      expect(hub.calls.length).toBe(asks ? 0 : 1);
      if (!asks) continue;
      expect(editor.asked[0]?.question).toBe('Call “echo” of “Server”?');
      expect(editor.asked[0]?.detail).toContain('"path": "/x"');
      expect(editor.asked[0]?.detail).not.toMatch(/k-1/);
      expect(panel().of('finished')[0]?.run.outcome).toMatchObject({ status: 'failed', kind: 'cancelled' });
      if (tool === destructive) expect(editor.asked[0]?.detail).not.toMatch(/hunter2/);
      editor.answer = 'Call';
      panel().received.fire({ type: 'run', id: 'r2', args: {} });
      await settled();
      expect(hub.calls).toHaveLength(1);
      editor.answer = undefined;
      hub.answer.resolve({ content: [] });
      await panels.open({ server: 's', tool: 'echo' }, { run: true });
      expect(hub.calls).toHaveLength(2);
      expect(editor.asked).toHaveLength(2);
    }
  });

  it('remembers runs over restarts, without results and secrets, and makes them again', async () => {
    const { panels, panel, hub, memory } = setUp();
    hub.answer.resolve({ content: [] });
    await panels.open({ server: 's', tool: 'echo' });
    for (let i = 0; i < 25; i++) {
      panel().received.fire({ type: 'run', id: `r${i}`, args: { message: `m${i}` } });
      await settled();
    }
    panel().received.fire({ type: 'run', id: 'secret', args: { apiKey: 'hunter2' } });
    await settled();
    expect(JSON.stringify([...memory.values()])).not.toContain('hunter2');
    expect(panels.lastCall(undefined)).toEqual({ server: 's', tool: 'echo' });
    expect(panels.lastCall('other')).toBeUndefined();
    panel().dispose();

    await panels.open({ server: 's', tool: 'echo' });
    panel(1).received.fire({ type: 'history' });
    await settled();
    const entries = panel(1).of('history')[0]?.entries ?? [];
    expect(entries).toHaveLength(20);
    expect(entries[0]).toEqual({ id: 'secret', at: 1_000, durationMs: 0, status: 'done' });
    expect(entries[1]).toMatchObject({ id: 'r24', args: '{"message":"m24"}' });
    panel(1).received.fire({ type: 'edit', id: 'r20' });
    panel(1).received.fire({ type: 'again', id: 'r10' });
    panel(1).received.fire({ type: 'again', id: 'secret' });
    panel(1).received.fire({ type: 'again', id: 'r0' });
    await settled();
    expect(panel(1).of('arguments')).toEqual([{ type: 'arguments', args: { message: 'm20' } }]);
    expect(hub.calls.slice(26).map(({ args }) => args)).toEqual([{ message: 'm10' }]);
    expect(await panels.again({ server: 's', tool: 'echo' }, { byPerson: false })).toEqual({ content: [] });
    expect(hub.calls.at(-1)?.args).toEqual({ message: 'm10' });
    expect(await panels.again({ server: 's', tool: 'never' }, { byPerson: false })).toBeUndefined();
    panel(1).received.fire({ type: 'clearHistory' });
    await settled();
    expect(panel(1).of('history').at(-1)?.entries).toEqual([]);
  });

  it('reads only its own from a history that somebody else wrote', async () => {
    const { panels, panel, memory } = setUp();
    memory.set('patchbay.runs:["s","echo"]', [
      null,
      { id: 1 },
      { id: 'a', at: 1, durationMs: 1, status: 'done', args: [] },
    ]);
    await panels.open({ server: 's', tool: 'echo' });
    panel().received.fire({ type: 'history' });
    await settled();
    expect(panel().of('history')[0]?.entries).toEqual([]);
  });

  it('shows what the server reports while the call runs, bounded, and keeps it with the run', async () => {
    const { panels, panel, hub } = setUp();
    await panels.open({ server: 's', tool: 'echo' });
    panel().received.fire({ type: 'run', id: 'r1', args: {} });
    await settled();
    const logged = (params: unknown, direction = 'received') =>
      hub.exchanges.fire({ direction, method: 'notifications/message', request: { message: { params } } });
    for (let i = 0; i < 300; i++) logged({ level: 'warning', data: `line ${i}` });
    logged({ level: 'info', data: 'mine' }, 'sent');
    logged({ level: 1, data: { a: 1 } });
    hub.exchanges.fire({ direction: 'received', method: 'notifications/message' });
    await vi.waitFor(() => expect(panel().of('log')).toHaveLength(1));
    hub.answer.resolve({ content: [] });
    await settled();
    const log = panel().of('finished')[0]?.run.log ?? [];
    expect(log).toHaveLength(200);
    expect(log.slice(-3)).toEqual([
      { level: 'warning', text: 'line 299' },
      { level: 'info', text: '{"a":1}' },
      { level: 'info', text: '' },
    ]);
    expect(panel().of('log')[0]?.lines).toEqual(log);
    expect(hub.exchanges.size).toBe(0);
  });

  it('marks what the server reports while several calls run as shared', async () => {
    const { panels, panel, hub } = setUp();
    const call = (number: number, state: string) => ({ direction: 'sent', method: 'tools/call', number, state });
    const logged = (data: string) =>
      hub.exchanges.fire({
        direction: 'received',
        method: 'notifications/message',
        request: { message: { params: { data } } },
      });
    hub.earlier = [call(1, 'done'), call(2, 'pending')];
    await panels.open({ server: 's', tool: 'echo' });
    panel().received.fire({ type: 'run', id: 'r1', args: {} });
    await settled();
    hub.exchanges.fire(call(3, 'pending'));
    logged('of one of them');
    hub.ended.fire(call(2, 'cancelled'));
    logged('mine');
    hub.answer.resolve({ content: [] });
    await settled();
    expect(panel().of('finished')[0]?.run.log).toEqual([
      { level: 'info', text: 'of one of them', shared: true },
      { level: 'info', text: 'mine' },
    ]);
    expect(hub.ended.size).toBe(0);
  });

  it('shortens long arguments in the question', async () => {
    const { panels, panel, hub } = setUp();
    hub.current = snapshot({ confirm: 'always' });
    await panels.open({ server: 's', tool: 'echo' });
    panel().received.fire({ type: 'run', id: 'r1', args: { message: `\u202e${'x'.repeat(1_000_000)}` } });
    await settled();
    expect(editor.asked[0]?.detail).toMatch(/^Arguments: \{\n {2}"message": "\\u\{202e\}x+…$/);
    expect(editor.asked[0]?.detail.length).toBeLessThan(1_100);
  });

  it('resolves to the result when it is asked to run', async () => {
    const { panels, hub, panel } = setUp();
    const run = panels.open({ server: 's', tool: 'echo', arguments: { message: 'x' } }, { run: true });
    hub.answer.resolve({ content: [], isError: true });
    expect(await run).toEqual({ content: [], isError: true });
    expect(panel().of('finished')).toHaveLength(1);
  });

  it('rejects as the call does when it is asked to run, and shows the failure', async () => {
    const { panels, hub, panel } = setUp();
    const run = panels.open({ server: 's', tool: 'echo' }, { run: true });
    hub.answer.reject(new PatchbayError('timeout', 'No answer.', { hint: 'Raise it.' }));
    await expect(run).rejects.toMatchObject({ kind: 'timeout' });
    expect(panel().of('finished')[0]?.run.outcome).toEqual({
      status: 'failed',
      kind: 'timeout',
      message: 'No answer. Raise it.',
    });
  });

  it('keeps the error that the server answered with, bounded in the panel and whole for copies', async () => {
    const { panels, hub, panel } = setUp();
    const data = { moon: 'full', text: 'x'.repeat(300_000) };
    const refused = Object.assign(new Error('the moon'), { name: 'ProtocolError', code: -32602, data });
    const member = new PatchbayError('protocol', 'Refused by the member.', { cause: refused });
    const run = panels.open({ server: 's', tool: 'echo' }, { run: true });
    hub.answer.reject(new PatchbayError('protocol', 'Refused.', { cause: member }));
    await expect(run).rejects.toMatchObject({ kind: 'protocol' });
    const { id, outcome } = panel().of('finished')[0]?.run ?? {};
    expect(outcome).toMatchObject({ fault: { code: -32602, hasData: true, isCut: true } });
    expect(JSON.stringify(outcome).length).toBeLessThan(300_000);
    panel().received.fire({ type: 'copy', id });
    await vi.waitFor(() => expect(JSON.parse(editor.clipboard)).toEqual({ code: -32602, message: 'the moon', data }));
    panel().received.fire({ type: 'openInEditor', id });
    await vi.waitFor(() => expect(editor.documents.at(-1)?.text).toBe(editor.clipboard));
  });

  it('connects first where the server is not connected', async () => {
    const { panels, hub } = setUp();
    hub.current = snapshot({ state: { kind: 'disconnected' } });
    const run = panels.open({ server: 's', tool: 'echo' }, { run: true });
    hub.answer.resolve({ content: [] });
    await run;
    expect(hub.connect).toHaveBeenCalledWith('s', expect.objectContaining({ interactive: true }));
  });

  it('cancels on request and when the panel is closed', async () => {
    const { panels, panel, hub } = setUp();
    await panels.open({ server: 's', tool: 'echo' });
    panel().received.fire({ type: 'run', id: 'r1', args: {} });
    await settled();
    panel().received.fire({ type: 'cancel', id: 'r1' });
    await settled();
    expect(panel().of('finished')[0]?.run.outcome).toMatchObject({ status: 'failed', kind: 'cancelled' });
    hub.answer = deferred();
    panel().received.fire({ type: 'run', id: 'r2', args: {} });
    await settled();
    panel().dispose();
    await settled();
    expect(hub.calls[1]?.options.signal?.aborted).toBe(true);
    expect(hub.changed.size).toBe(0);
  });

  it('follows the state and the tool, without repeating itself', async () => {
    const { panels, panel, hub } = setUp();
    await panels.open({ server: 's', tool: 'echo' });
    panel().received.fire({ type: 'ready' });
    await settled();
    hub.set(snapshot());
    expect(panel().posted).toHaveLength(1);
    hub.set(
      snapshot({
        state: { kind: 'reconnecting', cause: 'failed', attempt: 2, maxAttempts: 5, nextAt: 9, error: {} as never },
      }),
    );
    expect(panel().of('serverState')).toEqual([
      { type: 'serverState', state: { kind: 'reconnecting', label: 'reconnecting 2/5' } },
    ]);
    hub.set(snapshot({ catalog: { status: 'live', tools: [] } }));
    expect(panel().of('tool')).toEqual([{ type: 'tool' }]);
  });

  it('restores a panel after a reload without connecting', async () => {
    const { panels, hub, panel } = setUp();
    hub.current = snapshot({ state: { kind: 'disconnected' } });
    await panels.open({ server: 's', tool: 'echo' });
    panel().received.fire({ type: 'argsChanged', args: { message: 'kept' } });
    await settled();
    panel().dispose();
    hub.connect.mockClear();
    const kept = new FakePanel();
    await panels.restore(kept as never, { server: 's', tool: 'echo' });
    kept.received.fire({ type: 'ready' });
    await settled();
    expect(kept.of('init')[0]).toMatchObject({
      toolName: 'echo',
      state: { label: 'not connected' },
      args: { message: 'kept' },
    });
    expect(hub.connect).not.toHaveBeenCalled();
    const twice = [new FakePanel(), new FakePanel()];
    const gone: FakePanel[] = [];
    for (const panel of twice) panel.onDidDispose(() => gone.push(panel));
    kept.dispose();
    await Promise.all(twice.map((panel) => panels.restore(panel as never, { server: 's', tool: 'echo' })));
    expect(gone).toEqual([twice[1]]);
    await panels.open({ server: 's', tool: 'echo' });
    expect([editor.panels.length, twice[0]?.revealed]).toEqual([1, 1]);
    const strange = new FakePanel();
    const closed = vi.fn();
    strange.onDidDispose(closed);
    await panels.restore(strange as never, { nothing: true });
    expect(closed).toHaveBeenCalled();
  });

  it('sends a schema too deep for a form as one that allows anything', async () => {
    const { panels, panel, hub } = setUp();
    let inputSchema: Tool['inputSchema'] = {};
    for (let i = 0; i < 5_000; i++) inputSchema = { not: inputSchema };
    hub.current = snapshot({
      catalog: { status: 'live', tools: [{ tool: { name: 'echo', inputSchema }, callName: 'echo' }] },
    });
    await panels.open({ server: 's', tool: 'echo' });
    panel().received.fire({ type: 'ready' });
    await settled();
    expect(panel().of('init')[0]?.tool?.inputSchema).toBe(true);
  });
});
