import { afterEach, describe, expect, it, vi } from 'vitest';
import { nextEvent } from '../../src/base/event';
import { createHub, type Hub, mergeConfigFiles, readConfigFile } from '../../src/core/index';
import { isAlive, testServer } from '../support/servers';

let hub: Hub;

afterEach(async () => {
  await hub.close();
});

const echo = (...flags: string[]) => ({
  command: process.execPath,
  args: [testServer('echoServer.mjs'), ...flags],
  shutdownGraceMs: 200,
});

const configuration = (servers: Record<string, unknown>) =>
  mergeConfigFiles([readConfigFile(JSON.stringify({ servers }), { kind: 'adHoc' })]);

const open = (servers: Record<string, unknown>, ports = {}) => {
  hub = createHub({ config: configuration(servers), ports });
  return hub;
};

describe('a caller who gives up', () => {
  it('leaves a connection alone that is there, and is told so', async () => {
    open({ s: echo() });
    await hub.connect('s');
    const call = hub.callTool('s', 'slow', { ms: 300 });
    await expect(hub.connect('s', { signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: 'cancelled' });
    expect((await call).isError).toBeFalsy();
    expect(hub.server('s')?.state.kind).toBe('connected');
  });

  it('ends the attempt it began', async () => {
    open({ s: echo('--silent') });
    const abort = new AbortController();
    const connecting = expect(hub.connect('s', { signal: abort.signal })).rejects.toMatchObject({ kind: 'cancelled' });
    const ended = nextEvent(hub.onDidChangeServers, ({ state }) => state.kind === 'disconnected');
    abort.abort();
    await connecting;
    await ended;
  });

  it('reads an error with a kind from a call that never began', async () => {
    open({ s: echo() });
    const call = hub.callTool('s', 'echo', {}, { signal: AbortSignal.abort() });
    await expect(call).rejects.toMatchObject({ name: 'PatchbayError', kind: 'cancelled' });
  });
});

describe('an entry that changes', () => {
  it('may have errors, and the others are applied', () => {
    open({ s: echo(), t: echo() });
    hub.update(configuration({ s: { url: 5 }, bad: { url: 5 }, u: echo() }));
    const states = hub.servers().map(({ id, state }) => [id, state.kind]);
    expect(states).toEqual([
      ['s', 'error'],
      ['bad', 'error'],
      ['u', 'disconnected'],
    ]);
  });

  it('keeps connection and calls where it starts the same thing', async () => {
    open({ s: echo() });
    await hub.connect('s');
    const pid = hub.server('s')?.processId;
    const call = hub.callTool('s', 'slow', { ms: 300 });
    hub.update(configuration({ s: { ...echo(), name: 'Renamed', tools: { exclude: ['add'] } } }));
    expect((await call).isError).toBeFalsy();
    expect(hub.server('s')).toMatchObject({ name: 'Renamed', processId: pid, state: { kind: 'connected' } });
    expect(hub.server('s')?.catalog.tools.map(({ tool }) => tool.name)).not.toContain('add');
  });

  it('lets calls finish and comes back with the other command', async () => {
    open({ s: echo() });
    await hub.connect('s');
    const pid = hub.server('s')?.processId as number;
    const call = hub.callTool('s', 'slow', { ms: 300 });
    const back = nextEvent(hub.onDidChangeServers, ({ processId }) => processId !== undefined && processId !== pid);
    hub.update(configuration({ s: echo('--page-size', '2') }));
    expect((await call).isError).toBeFalsy();
    await back;
    expect(isAlive(pid)).toBe(false);
  });

  it('is not started where it was not connected', async () => {
    open({ s: echo() });
    hub.update(configuration({ s: echo('--page-size', '2') }));
    expect(hub.server('s')?.state.kind).toBe('disconnected');
  });

  it('says of a hub that was closed that it is, for servers and groups', async () => {
    hub = createHub({ config: { servers: { s: echo() }, groups: { g: { members: [{ server: 's' }] } } } });
    await hub.close();
    for (const id of ['s', 'g', 'nobody']) {
      await expect(hub.callTool(id, 'echo', {})).rejects.toMatchObject({
        kind: 'cancelled',
        message: 'This hub was closed.',
      });
      await expect(hub.connect(id)).rejects.toThrow('This hub was closed.');
    }
    expect(() => hub.traffic('s')).toThrow('This hub was closed.');
  });

  it('forgets the numbers of servers that are gone, and keeps those of servers that changed', async () => {
    open({ s0: echo() });
    await hub.callTool('s0', 'echo', { text: 'x' });
    hub.update(configuration({ s1: echo() }));
    await hub.callTool('s1', 'echo', { text: 'x' });
    await vi.waitFor(() => expect(hub.metrics().servers.map(({ server }) => server)).toEqual(['s1']));
    expect(hub.metrics()).toMatchObject({ total_requests: 2, active_connections: 1 });
    hub.update(configuration({ s1: echo('--page-size', '2') }));
    await hub.callTool('s1', 'echo', { text: 'x' });
    expect(hub.metrics().servers).toMatchObject([{ server: 's1', total_requests: 2 }]);
  });

  it('shows in the order of the file', () => {
    open({ a: echo(), b: echo() });
    let lists = 0;
    hub.onDidChangeServerList(() => {
      lists += 1;
    });
    hub.update(configuration({ b: echo(), a: echo() }));
    expect(hub.servers().map(({ id }) => id)).toEqual(['b', 'a']);
    expect(lists).toBe(1);
  });
});

describe('the end', () => {
  it('adds nothing to a hub that was closed', async () => {
    open({ s: echo() });
    await hub.close();
    hub.update(configuration({ t: echo() }));
    expect(hub.server('t')).toBeUndefined();
  });

  it('is forced by a second close, also in the middle of an attempt', async () => {
    open({ s: { ...echo('--silent', '--ignore-sigterm'), shutdownGraceMs: 60_000 } });
    const connecting = hub.connect('s').catch((error) => error.kind);
    await nextEvent(hub.onDidChangeServers, ({ state }) => state.kind === 'connecting' && state.step !== 'starting');
    const closing = hub.close();
    await hub.close();
    await closing;
    expect(await connecting).toBe('cancelled');
  }, 10_000);
});

describe('rules', () => {
  it('refuses a tool that the entry leaves out', async () => {
    open({ s: { ...echo(), tools: { exclude: ['add'] } } });
    await expect(hub.callTool('s', 'add', { a: 1, b: 2 })).rejects.toMatchObject({ kind: 'security' });
  });

  it('rejects a refresh when the server dies while it lists', async () => {
    open({ s: { ...echo('--die-after', '2'), protocol: 'legacy', retry: { enabled: false } } });
    await hub.connect('s');
    await expect(hub.refreshTools('s')).rejects.toMatchObject({ kind: 'connectionClosed' });
  });

  it('shows no secret in state, error or log', async () => {
    const lines: string[] = [];
    const log = (message: string) => void lines.push(message);
    const secrets = { get: async () => 'hunter2-SECRET\n', set: async () => {}, delete: async () => {} };
    open(
      {
        // Variables of the configuration.
        command: { command: '/no/such/${secret:a}' },
        folder: { ...echo(), cwd: '/no/such/${secret:a}' },
        url: { url: 'http://127.0.0.1:9/${secret:a}/mcp' },
        header: { url: 'http://127.0.0.1:9/mcp', headers: { 'X-Key': '${secret:a}' } },
        file: { ...echo(), envFile: '/no/such/${secret:a}' },
      },
      { secrets, log: { trace: log, debug: log, info: log, warn: log, error: log } },
    );
    await hub.connectAll({ interactive: true });
    const seen = JSON.stringify([hub.servers(), lines]);
    expect(hub.servers().map(({ state }) => state.kind)).toEqual(['error', 'error', 'error', 'error', 'error']);
    expect(seen).not.toContain('hunter2');
    expect(seen).toContain('••••');
  });

  it('does not hand what was typed for one file to another', async () => {
    const asked: string[] = [];
    const prompts = {
      askValue: async ({ serverName }: { serverName: string }) => {
        asked.push(serverName);
        return `value for ${serverName}`;
      },
      approve: async () => true,
    };
    const file = (kind: 'user' | 'workspace', id: string) => {
      const inputs = [{ id: 'key', type: 'promptString', description: 'Key', password: true }];
      const text = JSON.stringify({ inputs, servers: { [id]: { ...echo(), env: { KEY: '${input:key}' } } } });
      const path = `/projects/${kind}.json`;
      return readConfigFile(
        text,
        kind === 'user' ? { kind, path } : { kind, path, folder: 'f', folderPath: process.cwd() },
      );
    };
    hub = createHub({
      config: mergeConfigFiles([file('user', 'mine'), file('workspace', 'theirs')]),
      ports: { prompts },
    });
    await hub.connect('mine', { interactive: true });
    await hub.connect('theirs', { interactive: true });
    expect(asked).toEqual(['mine', 'theirs']);
  });

  it('runs a program of the person outside of a folder that nobody trusts', async () => {
    const workspace = { folders: () => [{ name: 'hostile', path: '/no/such/hostile/folder' }], isTrusted: () => false };
    const script = 'process.stderr.write("cwd " + process.cwd() + "\\n"); process.exit(1)';
    const file = readConfigFile(
      JSON.stringify({
        servers: {
          mine: { command: process.execPath, args: ['-e', script] },
          named: { command: process.execPath, args: ['${workspaceFolder}/x.js'] },
        },
      }),
      { kind: 'user', path: '/projects/user.json' },
    );
    hub = createHub({ config: mergeConfigFiles([file]), ports: { workspace } });
    await expect(hub.connect('mine')).rejects.toMatchObject({ message: expect.stringContaining('cwd ') });
    await expect(hub.connect('named')).rejects.toMatchObject({ kind: 'security' });
    expect(hub.server('named')?.state).toEqual({ kind: 'needsInput', needed: { kind: 'trust' } });
  });
});
