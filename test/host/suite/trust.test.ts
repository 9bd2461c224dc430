/// <reference types="mocha" />
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { addUserServer, echoServer, openView, removeServers, savedCalls, serverThat, stateOf } from './support';

suite('restricted mode', () => {
  test('lists the servers of the workspace and starts none', async () => {
    assert.equal(vscode.workspace.isTrusted, false);
    const api = await openView();
    await serverThat(api, 'startup', ({ state }) => state.kind === 'needsInput');
    await assert.rejects(
      async () => vscode.commands.executeCommand('patchbay.connect', { server: 'manual' }),
      /Restricted Mode/,
    );
    assert.equal(stateOf(api, 'manual'), 'needsInput');
    await assert.rejects(api.callTool('manual', 'anything', {}), /Restricted Mode/);
    for (const server of api.servers()) assert.equal(server.processId, undefined);
    assert.deepEqual(await vscode.workspace.findFiles('**/spawned.txt'), []);
  });

  test('uses no saved call of the workspace', async () => {
    const api = await openView();
    const calls = [{ name: 'own', server: 'manual', tool: 'anything' }];
    await vscode.workspace.fs.writeFile(savedCalls(), new TextEncoder().encode(JSON.stringify({ calls })));
    for (const run of [true, false]) {
      await assert.rejects(
        async () => vscode.commands.executeCommand('patchbay.callSaved', { name: 'own', run }),
        /In Restricted Mode the saved calls of this workspace are only listed/,
      );
    }
    assert.equal(stateOf(api, 'manual'), 'needsInput');
    assert.deepEqual(
      vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).filter(({ label }) => /anything/.test(label)),
      [],
    );
  });

  test('uses neither groups nor settings of the workspace, and leaves the servers of the user alone', async () => {
    const api = await openView();
    await addUserServer('mine', { command: 'node', args: [echoServer] });
    await serverThat(api, 'borrowed', ({ group }) => group?.members.length === 2);
    assert.equal(stateOf(api, 'borrowed'), 'needsInput');
    await assert.rejects(api.callTool('borrowed', 'echo', { text: 'x' }), /Restricted Mode/);
    await assert.rejects(
      async () => vscode.commands.executeCommand('patchbay.connect', { server: 'borrowed' }),
      /Restricted Mode/,
    );
    assert.equal(stateOf(api, 'mine'), 'disconnected');
    assert.match(JSON.stringify(await api.callTool('mine', 'echo', { text: 'mine' })), /mine/);
    const found = vscode.languages.getDiagnostics().flatMap(([, diagnostics]) => diagnostics);
    assert.match(found.map(({ message }) => message).join('\n'), /"pool.maxTotal".*not trusted/);
    await removeServers(api, 'mine');
  });
});
