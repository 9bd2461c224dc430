/// <reference types="mocha" />
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { CallToolResult, PatchbayApi } from '../../../src/api';
import {
  addUserServer,
  echoServer,
  everythingServer,
  isRunning,
  openView,
  removeServers,
  serverThat,
  stateOf,
} from './support';

const run = vscode.commands.executeCommand;

suite('servers', () => {
  let api: PatchbayApi;

  suiteSetup(async () => {
    api = await openView();
    await addUserServer('mine', { command: 'node', args: [echoServer] });
    await addUserServer('gone', { command: 'patchbay-no-such-command' });
  });

  suiteTeardown(() => removeServers(api, 'mine', 'gone', 'withSecret', 'waits'));

  test('connect and disconnect start and end the process', async () => {
    await run('patchbay.connect', { server: 'mine' });
    const { processId = 0, catalog } = await serverThat(api, 'mine', ({ state }) => state.kind === 'connected');
    assert.ok(isRunning(processId));
    assert.equal(catalog.status, 'live');
    assert.ok(catalog.tools.some(({ tool }) => tool.name === 'echo'));
    await run('patchbay.disconnect', { server: 'mine' });
    assert.equal(stateOf(api, 'mine'), 'disconnected');
    assert.ok(!isRunning(processId));
  });

  test('callTool with run connects and resolves to the result', async () => {
    const target = { server: 'mine', tool: 'echo', arguments: { text: 'patch me in' }, run: true };
    const result = await run<CallToolResult>('patchbay.callTool', target);
    assert.match(JSON.stringify(result.content), /patch me in/);
    const again = await api.callTool('mine', 'echo', { text: 'once more' });
    assert.match(JSON.stringify(again.content), /once more/);
  });

  test('callTool without run opens the form', async () => {
    await run('patchbay.callTool', { server: 'mine', tool: 'add' });
    const isOpen = () => vscode.window.tabGroups.all.some(({ tabs }) => tabs.some(({ label }) => /add/.test(label)));
    while (!isOpen()) await new Promise((resolve) => once(vscode.window.tabGroups.onDidChangeTabs, resolve));
  });

  test('a server that dies is connected again', async () => {
    await run('patchbay.connect', { server: 'mine' });
    const { processId = 0 } = await serverThat(api, 'mine', ({ state }) => state.kind === 'connected');
    process.kill(processId, 'SIGKILL');
    await serverThat(api, 'mine', ({ state }) => state.kind === 'reconnecting');
    const after = await serverThat(api, 'mine', ({ state }) => state.kind === 'connected');
    assert.notEqual(after.processId, processId);
  });

  test('a command that does not exist is an error that says so', async () => {
    await assert.rejects(async () => run('patchbay.connect', { server: 'gone' }), /patchbay-no-such-command/);
    const { state } = await serverThat(api, 'gone', ({ state }) => state.kind === 'error');
    assert.match(state.error?.message ?? '', /patchbay-no-such-command/);
  });

  test('retryNow and stopRetrying do nothing where nothing is reconnecting', async () => {
    await run('patchbay.disconnect', { server: 'mine' });
    await run('patchbay.retryNow', { server: 'mine' });
    await run('patchbay.stopRetrying', { server: 'mine' });
    assert.equal(stateOf(api, 'mine'), 'disconnected');
  });

  test('a wrong name is answered with the nearest one', async () => {
    await assert.rejects(async () => run('patchbay.connect', { server: 'mines' }), /Did you mean "mine"\?/);
    await assert.rejects(
      async () => run('patchbay.callTool', { server: 'mine', tool: 'ecco', run: true }),
      /Did you mean "echo"\?/,
    );
    await assert.rejects(async () => run('patchbay.connect', { server: 5 }), /"server" as text/);
  });

  test('a server of the workspace does not start before it was approved', async () => {
    await assert.rejects(api.callTool('echo', 'echo', { text: 'x' }), /approved/);
    assert.equal(stateOf(api, 'echo'), 'needsInput');
    assert.equal(api.servers().find(({ id }) => id === 'echo')?.processId, undefined);
  });

  test('a stored secret reaches the server, and only through its name', async () => {
    await run('patchbay.setSecret', { name: 'host-suite', value: 'kept value' });
    const env = { FROM_SECRET: `\${secret:host-suite}` };
    await addUserServer('withSecret', { command: 'node', args: [everythingServer, 'stdio'], env });
    const target = { server: 'withSecret', tool: 'get-env', run: true };
    const result = await run<CallToolResult>('patchbay.callTool', target);
    assert.match(JSON.stringify(result.content), /FROM_SECRET.{1,9}kept value/);
    const server = await serverThat(api, 'withSecret', () => true);
    assert.ok(!JSON.stringify({ ...server, catalog: undefined }).includes('kept value'));
  });

  test('a server that waits for a secret goes on when the secret is set', async () => {
    const env = { FROM_SECRET: `\${secret:host-suite-late}` };
    await addUserServer('waits', { command: 'node', args: [echoServer], env });
    await assert.rejects(api.callTool('waits', 'echo', { text: 'x' }), /host-suite-late/);
    assert.equal(stateOf(api, 'waits'), 'needsInput');
    await run('patchbay.setSecret', { name: 'host-suite-late', value: 'now' });
    assert.equal(stateOf(api, 'waits'), 'connected');
  });
});

function once(event: vscode.Event<unknown>, listener: (value: unknown) => void): void {
  const subscription = event((value) => {
    subscription.dispose();
    listener(value);
  });
}
