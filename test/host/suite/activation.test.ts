/// <reference types="mocha" />
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { extension, openView } from './support';

suite('activation', () => {
  test('gives the API and has every command of the manifest', async () => {
    const api = await extension().activate();
    assert.equal(api.version, 1);
    assert.deepEqual(Object.keys(api).sort(), [
      'callTool',
      'onDidChangeServers',
      'onDidUpdateResource',
      'registerMiddleware',
      'registerTransport',
      'servers',
      'version',
    ]);
    const contributed: string[] = extension().packageJSON.contributes.commands.map(
      ({ command }: { command: string }) => command,
    );
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      contributed.filter((command) => !registered.has(command)),
      [],
    );
  });

  test('shows the servers of the workspace, none of them started', async () => {
    const api = await openView();
    const rows = api.servers().map(({ id, state, transport }) => [id, state.kind, transport]);
    assert.deepEqual(rows, [
      ['echo', 'disconnected', 'stdio'],
      ['everything', 'disconnected', 'stdio'],
      ['broken', 'disconnected', 'stdio'],
    ]);
  });
});
