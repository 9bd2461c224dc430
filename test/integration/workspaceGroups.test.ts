import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHub, type Hub, mergeConfigFiles, readConfigFile } from '../../src/core/index';
import type { ApprovalRequest } from '../../src/core/ports';
import { testServer } from '../support/servers';

let folder = '';
let hub: Hub;
let trusted = true;
let answer = true;
let asked: ApprovalRequest[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patchbay-'));
  trusted = true;
  answer = true;
  asked = [];
});
afterEach(async () => {
  await hub.close();
  await rm(folder, { recursive: true });
});

const echo = { command: process.execPath, args: [testServer('echoServer.mjs')], shutdownGraceMs: 300 };
const membersOf = (...ids: string[]) => ({ members: ids.map((server) => ({ server })) });

function configuration(user: object, workspace: object) {
  const read = (content: object, source: Parameters<typeof readConfigFile>[1]) =>
    readConfigFile(JSON.stringify(content), source);
  return mergeConfigFiles(
    [
      read(user, { kind: 'user', path: join(folder, 'user.json') }),
      read(workspace, { kind: 'workspace', folder: 'w', folderPath: folder, path: join(folder, 'patchbay.json') }),
    ],
    { trusted },
  );
}

function open(user: object, workspace: object): Hub {
  const approve = async (requests: readonly ApprovalRequest[]) => {
    asked.push(...requests);
    return answer;
  };
  hub = createHub({
    config: configuration(user, workspace),
    ports: {
      workspace: { folders: () => [{ name: 'w', path: folder }], isTrusted: () => trusted },
      prompts: { askValue: async () => undefined, approve },
    },
  });
  return hub;
}

/** Methods that a server got, from the record of its traffic. */
const sentTo = (id: string) =>
  hub
    .traffic(id)
    .snapshot()
    .map(({ method }) => method);

describe('a group of a workspace', () => {
  it('touches nobody without trust, and says that it needs it', async () => {
    trusted = false;
    open({ servers: { prod: echo } }, { groups: { ops: membersOf('prod') } });
    expect(hub.server('ops')).toMatchObject({
      state: { kind: 'needsInput', needed: { kind: 'trust' } },
      group: { members: [{ id: 'prod', state: 'disconnected' }] },
      catalog: { tools: [] },
    });
    const refused = { kind: 'security', message: expect.stringContaining('Restricted Mode') };
    await expect(hub.callTool('ops', 'echo', {})).rejects.toMatchObject(refused);
    await expect(hub.connect('ops', { interactive: true })).rejects.toMatchObject(refused);
    await expect(hub.refreshTools('ops')).rejects.toMatchObject(refused);
    expect([hub.server('prod')?.state.kind, asked]).toEqual(['disconnected', []]);

    await hub.connect('prod');
    expect(hub.server('ops')?.group?.members).toMatchObject([{ id: 'prod', state: 'connected' }]);
    await hub.disconnect('ops');
    hub.retryNow('ops');
    hub.stopRetrying('ops');
    expect(hub.server('prod')?.state.kind).toBe('connected');
    await expect(hub.callTool('ops', 'echo', {})).rejects.toMatchObject(refused);

    trusted = true;
    hub.update(configuration({ servers: { prod: echo } }, { groups: { ops: membersOf('prod') } }));
    expect(hub.server('ops')?.state).toMatchObject({ kind: 'needsInput', needed: { kind: 'approval' } });
  });

  it('uses servers of the user only after an approval that names them, which is kept for these members', async () => {
    const user = { servers: { prod: echo, other: echo } };
    const workspace = (...ids: string[]) => ({ servers: { fmt: echo }, groups: { ops: membersOf(...ids) } });
    open(user, workspace('prod', 'fmt'));
    await hub.connect('prod');
    const before = sentTo('prod').length;
    const refused = { kind: 'security', message: expect.stringContaining('not approved') };
    await expect(hub.callTool('ops', 'echo', {})).rejects.toMatchObject(refused);
    await expect(hub.connect('ops')).rejects.toMatchObject(refused);
    expect(asked).toEqual([]);
    answer = false;
    await expect(hub.connect('ops', { interactive: true })).rejects.toMatchObject(refused);
    expect(asked).toMatchObject([
      {
        kind: 'group',
        serverId: 'ops',
        summary: expect.stringContaining('“ops” connects, checks and calls a server'),
        details: ['Uses: prod', 'Other members: fmt'],
      },
    ]);
    expect([sentTo('prod').length, hub.server('fmt')?.state.kind]).toEqual([before, 'disconnected']);

    answer = true;
    await hub.connect('ops', { interactive: true });
    expect(hub.server('ops')?.state.kind).toBe('connected');
    expect((await hub.callTool('ops', 'echo', { text: 'x' })).isError).toBeFalsy();
    expect(asked.map(({ kind, serverId }) => [kind, serverId])).toEqual([
      ['group', 'ops'],
      ['group', 'ops'],
      [undefined, 'fmt'],
    ]);

    hub.update(configuration(user, workspace('fmt', 'prod')));
    expect(hub.server('ops')?.state.kind).toBe('connected');
    hub.update(configuration(user, workspace('fmt', 'prod', 'other')));
    expect(hub.server('ops')?.state).toMatchObject({ kind: 'needsInput', needed: { kind: 'approval' } });
    await expect(hub.callTool('ops', 'echo', {})).rejects.toMatchObject(refused);
    expect(hub.server('other')?.state.kind).toBe('disconnected');
  });

  it('needs no approval of its own where it consists of servers of its folder', async () => {
    open({ servers: { prod: echo } }, { servers: { fmt: echo }, groups: { ops: membersOf('fmt') } });
    expect(hub.server('ops')?.state.kind).toBe('disconnected');
    await hub.connect('ops', { interactive: true });
    expect(asked.map(({ serverId }) => serverId)).toEqual(['fmt']);
  });

  it('takes the place of a group of the user only after an approval that says so', async () => {
    const user = { servers: { prod: echo }, groups: { search: membersOf('prod') } };
    open(user, { servers: { fmt: echo }, groups: { search: membersOf('fmt') } });
    await hub.connect('fmt', { interactive: true });
    expect(hub.server('search')).toMatchObject({ overrides: 'user', state: { kind: 'needsInput' } });
    await expect(hub.callTool('search', 'echo', {})).rejects.toMatchObject({ kind: 'security' });
    expect(sentTo('fmt')).not.toContain('tools/call');
    await hub.connect('search', { interactive: true });
    expect(asked.at(-1)).toMatchObject({
      serverId: 'search',
      details: ['Replaces: your own group “search”', 'Members: fmt'],
    });
    await hub.callTool('search', 'echo', {});
    expect(sentTo('fmt')).toContain('tools/call');
  });
});
