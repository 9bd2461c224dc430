import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { nextEvent } from '../../src/base/event';
import { createHub, type Hub } from '../../src/core/index';
import type { CallToolResult } from '../../src/shared/mcp';
import { freePort, isAlive, packageServer, type RunningServer, startEverythingHttp } from '../support/servers';

let http: RunningServer;
let folder: string;
let hub: Hub;

beforeAll(async () => {
  http = await startEverythingHttp(await freePort());
  folder = await mkdtemp(join(tmpdir(), 'patchbay-'));
  await writeFile(join(folder, 'hello.txt'), 'hello from a file');
});

afterEach(async () => {
  const pids = hub.servers().flatMap(({ processId }) => processId ?? []);
  await hub.close();
  expect(pids.filter(isAlive)).toEqual([]);
});

afterAll(async () => {
  await http.stop();
  await rm(folder, { recursive: true });
});

function open(servers: Record<string, unknown>): Hub {
  hub = createHub({ config: { version: 1, servers } });
  return hub;
}

const everything = { command: process.execPath, args: [packageServer('everything'), 'stdio'], shutdownGraceMs: 300 };
const textOf = ({ content }: CallToolResult) => content.map(({ text }) => text).join('');

describe.each([
  ['stdio', () => everything],
  ['http', () => ({ url: http.url })],
])('server-everything over %s', (transport, entry) => {
  it('connects, lists and answers', async () => {
    open({ everything: entry() });
    await hub.connect('everything');
    const server = hub.server('everything');
    expect(server).toMatchObject({
      transport,
      state: { kind: 'connected' },
      catalog: { status: 'live' },
      negotiated: { era: 'legacy', protocolVersion: '2025-11-25' },
    });
    const tools = server?.catalog.tools.map(({ tool }) => tool.name);
    expect(tools).toEqual(expect.arrayContaining(['echo', 'get-sum', 'get-tiny-image']));
    const echo = await hub.callTool('everything', 'echo', { message: 'Grüße, 世界' });
    expect(textOf(echo)).toContain('Grüße, 世界');
    const sum = await hub.callTool('everything', 'get-sum', { a: 2, b: 40 });
    expect(textOf(sum)).toContain('42');
    const image = await hub.callTool('everything', 'get-tiny-image', {});
    expect(image.content.find(({ type }) => type === 'image')).toMatchObject({ mimeType: 'image/png' });
  });

  it('reports progress, and tells the server when a call is cancelled', async () => {
    open({ everything: entry() });
    const progress: number[] = [];
    const abort = new AbortController();
    const call = hub.callTool(
      'everything',
      'trigger-long-running-operation',
      { duration: 60, steps: 600 },
      {
        signal: abort.signal,
        onProgress: (update) => {
          progress.push(update.progress);
          if (progress.length === 3) abort.abort();
        },
      },
    );
    await expect(call).rejects.toMatchObject({ kind: 'cancelled' });
    expect(progress).toHaveLength(3);
    expect(textOf(await hub.callTool('everything', 'echo', { message: 'still here' }))).toContain('still here');
  });

  it('times out with the setting named, and keeps the connection', async () => {
    open({ everything: { ...entry(), timeouts: { toolMs: 150, resetOnProgress: false } } });
    const call = hub.callTool('everything', 'trigger-long-running-operation', { duration: 60, steps: 2 });
    await expect(call).rejects.toMatchObject({ kind: 'timeout', hint: expect.stringContaining('timeouts.toolMs') });
    expect(hub.server('everything')?.state.kind).toBe('connected');
  });

  it('hands on what the tool calls an error', async () => {
    open({ everything: entry() });
    const result = await hub.callTool('everything', 'get-sum', { a: 'no number' });
    expect(result.isError).toBe(true);
  });
});

describe('a stdio server that dies', () => {
  it('comes back by itself, with its tools, and was never shown as connected meanwhile', async () => {
    open({ everything: { ...everything, retry: { initialDelayMs: 50 } } });
    await hub.connect('everything');
    const pid = hub.server('everything')?.processId as number;
    const states: string[] = [];
    hub.onDidChangeServers(({ state }) => {
      if (states.at(-1) !== state.kind) states.push(state.kind);
    });
    const back = nextEvent(hub.onDidChangeServers, ({ state, catalog }) => {
      return state.kind === 'connected' && catalog.status === 'live' && states.includes('reconnecting');
    });
    process.kill(pid, 'SIGKILL');
    await back;
    expect(states).toEqual(['reconnecting', 'connected']);
    expect(hub.server('everything')?.processId).not.toBe(pid);
    expect(textOf(await hub.callTool('everything', 'echo', { message: 'back' }))).toContain('back');
  });

  it('fails the calls that wait at once, with the signal named', async () => {
    open({ everything: { ...everything, retry: { calls: 'never' } } });
    await hub.connect('everything');
    const pid = hub.server('everything')?.processId as number;
    const call = hub.callTool(
      'everything',
      'trigger-long-running-operation',
      { duration: 60, steps: 60 },
      { onProgress: () => process.kill(pid, 'SIGKILL') },
    );
    await expect(call).rejects.toMatchObject({ kind: 'connectionClosed', message: expect.stringContaining('SIGKILL') });
  });
});

describe('an HTTP server that goes away', () => {
  it('is reconnecting at the first call that finds nobody, and connected again once it is back', async () => {
    const port = await freePort();
    const first = await startEverythingHttp(port);
    open({ everything: { url: first.url, retry: { initialDelayMs: 100, maxDelayMs: 100, maxAttempts: 0 } } });
    await hub.connect('everything');
    await first.stop();
    await expect(hub.callTool('everything', 'echo', { message: 'x' })).rejects.toMatchObject({ retryable: true });
    expect(hub.server('everything')?.state.kind).toBe('reconnecting');
    const back = nextEvent(hub.onDidChangeServers, ({ state }) => state.kind === 'connected');
    const second = await startEverythingHttp(port);
    try {
      await back;
      expect(textOf(await hub.callTool('everything', 'echo', { message: 'back' }))).toContain('back');
      await hub.close();
    } finally {
      await second.stop();
    }
  });
});

describe('several servers at once', () => {
  it('connects them side by side; a broken one harms no other', async () => {
    open({
      everything,
      http: { url: http.url },
      files: { command: process.execPath, args: [packageServer('filesystem'), folder] },
      memory: {
        command: process.execPath,
        args: [packageServer('memory')],
        env: { MEMORY_FILE_PATH: join(folder, 'memory.json') },
      },
      broken: { command: 'patchbay-no-such-command' },
      invalid: { args: ['no command'] },
      off: { ...everything, enabled: false },
    });
    await hub.connectAll();
    const states = Object.fromEntries(hub.servers().map(({ id, state }) => [id, state.kind]));
    expect(states).toEqual({
      everything: 'connected',
      http: 'connected',
      files: 'connected',
      memory: 'connected',
      broken: 'error',
      invalid: 'error',
      off: 'disabled',
    });
    expect(hub.server('broken')?.state).toMatchObject({
      error: { kind: 'config', message: expect.stringContaining('patchbay-no-such-command') },
    });
    const read = await hub.callTool('files', 'read_text_file', { path: join(folder, 'hello.txt') });
    expect(textOf(read)).toContain('hello from a file');
    const created = await hub.callTool('memory', 'create_entities', {
      entities: [{ name: 'Ada', entityType: 'person', observations: ['wrote a program'] }],
    });
    expect(created.isError).toBeFalsy();
    expect(textOf(await hub.callTool('memory', 'read_graph', {}))).toContain('Ada');
    const names = hub.servers().flatMap(({ catalog }) => catalog.tools.map(({ callName }) => callName));
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('everything_echo');
  });
});
