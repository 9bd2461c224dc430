import { afterEach, describe, expect, it } from 'vitest';
import { nextEvent } from '../../src/base/event';
import { createHub, type Hub } from '../../src/core/index';
import type { CallToolResult } from '../../src/shared/mcp';
import { freePort, packageServer, startEverythingHttp, testServer } from '../support/servers';

let hub: Hub;

afterEach(async () => {
  await hub.close();
});

function open(config: Record<string, unknown>): Hub {
  hub = createHub({ config: { version: 1, ...config } });
  return hub;
}

const echo = { command: process.execPath, args: [testServer('echoServer.mjs')], shutdownGraceMs: 300 };
const everything = { command: process.execPath, args: [packageServer('everything'), 'stdio'], shutdownGraceMs: 300 };
const textOf = ({ content }: CallToolResult) => content.map(({ text }) => text).join('');
const membersOf = (...ids: string[]) => ids.map((server) => ({ server }));

async function answering(tool: string, args: Record<string, unknown> = {}): Promise<string> {
  const members: string[] = [];
  await hub.callTool('pair', tool, args, { onMember: (server) => members.push(server) });
  return members.join();
}

describe('a group of servers', () => {
  it('is called like a server, and shares the calls between its members', async () => {
    open({ servers: { a: echo, b: echo }, groups: { pair: { members: membersOf('a', 'b') } } });
    await hub.connect('pair');
    expect(hub.servers().map(({ id, transport }) => [id, transport])).toEqual([
      ['a', 'stdio'],
      ['b', 'stdio'],
      ['pair', 'group'],
    ]);
    const group = hub.server('pair');
    expect(group).toMatchObject({ state: { kind: 'connected' }, group: { strategy: 'roundRobin', warnings: [] } });
    expect(group?.catalog.tools.map(({ tool }) => tool.name)).toContain('echo');
    expect(group?.catalog.tools.find(({ tool }) => tool.name === 'echo')?.callName).toBe('pair_echo');
    const answers = [];
    for (let call = 0; call < 4; call += 1) answers.push(await answering('echo', { text: 'x' }));
    expect([...answers].sort()).toEqual(['a', 'a', 'b', 'b']);
    expect(answers[0]).not.toBe(answers[1]);
    const [counted] = hub.metrics().groups;
    expect(counted).toMatchObject({ group: 'pair', total_requests: 4, failed_requests: 0 });
    expect(counted?.members.map(({ server, total_requests }) => [server, total_requests]).toSorted()).toEqual([
      ['a', 2],
      ['b', 2],
    ]);
  });

  it('asks before calls as the strictest of its members does', () => {
    const asking = (confirm: string) => ({ ...echo, tools: { confirm } });
    open({
      servers: { a: asking('never'), b: echo, c: asking('always'), d: asking('never') },
      groups: {
        pair: { members: membersOf('a', 'b') },
        strict: { members: membersOf('b', 'c') },
        free: { members: membersOf('a', 'd') },
      },
    });
    expect(['a', 'b', 'pair', 'strict', 'free'].map((id) => hub.server(id)?.confirm)).toEqual([
      'never',
      undefined,
      'destructive',
      'always',
      'never',
    ]);
  });

  it('goes on with the others when a member dies, and takes it back when it is there again', async () => {
    const retry = { initialDelayMs: 300, maxDelayMs: 300 };
    open({
      servers: { a: { ...echo, retry }, b: echo },
      groups: { pair: { members: membersOf('a', 'b'), healthCheckIntervalMs: 1000 } },
    });
    await hub.connect('pair');
    const gone = nextEvent(hub.onDidChangeServers, ({ id, state }) => id === 'a' && state.kind === 'reconnecting');
    process.kill(hub.server('a')?.processId as number, 'SIGKILL');
    await gone;
    expect(hub.server('pair')?.state.kind).toBe('connected');
    expect([await answering('echo'), await answering('echo')]).toEqual(['b', 'b']);
    const isBack = () => hub.server('pair')?.group?.members.find(({ id }) => id === 'a')?.health === 'healthy';
    if (!isBack()) await nextEvent(hub.onDidChangeServers, isBack);
    expect([await answering('echo'), await answering('echo')].sort()).toEqual(['a', 'b']);
  });

  it('mixes transports, and offers only what all members have alike, with a warning for the rest', async () => {
    const http = await startEverythingHttp(await freePort());
    try {
      open({
        servers: { a: everything, b: { url: http.url }, c: echo },
        groups: {
          pair: { strategy: 'leastConnections', members: membersOf('a', 'b') },
          odd: { members: membersOf('a', 'c') },
        },
      });
      await Promise.all([hub.connect('pair'), hub.connect('c')]);
      expect(hub.server('pair')?.catalog.tools.map(({ tool }) => tool.name)).toContain('get-sum');
      expect(textOf(await hub.callTool('pair', 'get-sum', { a: 1, b: 2 }))).toContain('3');
      expect(hub.server('odd')?.catalog.tools.map(({ tool }) => tool.name)).not.toContain('get-sum');
      expect(hub.server('odd')?.group?.warnings.join(' ')).toMatch(/get-sum|echo/);
      await expect(hub.callTool('odd', 'get-sum', { a: 1, b: 2 })).rejects.toMatchObject({ kind: 'config' });
      await hub.close();
    } finally {
      await http.stop();
    }
  });

  it('wakes members that connect on demand, and says why nobody answers where nobody does', async () => {
    open({
      servers: {
        a: { ...echo, autoConnect: 'onDemand' },
        b: { command: 'no-such-program-here', autoConnect: 'onDemand' },
      },
      groups: { pair: { members: membersOf('b', 'a') }, alone: { members: membersOf('b') } },
    });
    expect(await answering('echo', { text: 'x' })).toBe('a');
    await expect(hub.callTool('alone', 'echo', {})).rejects.toMatchObject({
      message: expect.stringContaining('no-such-program-here'),
    });
  });

  it('follows the configuration', async () => {
    const servers = { a: echo, b: echo };
    open({ servers });
    const { mergeConfigFiles, readConfigFile } = await import('../../src/core/index');
    const update = (groups: unknown) => {
      const text = JSON.stringify({ version: 1, servers, groups });
      hub.update(mergeConfigFiles([readConfigFile(text, { kind: 'adHoc' })]));
    };
    let lists = 0;
    hub.onDidChangeServerList(() => {
      lists += 1;
    });
    update({ pair: { members: membersOf('a') } });
    await hub.connect('pair');
    expect(await answering('echo')).toBe('a');
    update({ pair: { members: membersOf('b') } });
    await hub.connect('pair');
    expect(await answering('echo')).toBe('b');
    expect(hub.metrics().groups).toMatchObject([{ group: 'pair', total_requests: 1, members: [{ server: 'b' }] }]);
    update({});
    expect([hub.server('pair'), lists]).toEqual([undefined, 2]);
    expect(hub.metrics().groups).toEqual([]);
    await expect(hub.callTool('pair', 'echo', {})).rejects.toMatchObject({ kind: 'config' });
  });
});
