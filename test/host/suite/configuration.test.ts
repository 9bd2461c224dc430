/// <reference types="mocha" />
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { PatchbayApi } from '../../../src/api';
import { addUserServer, echoServer, openView, removeServers, serverThat, stateOf, workspaceConfig } from './support';

suite('configuration', () => {
  let api: PatchbayApi;
  let original: Uint8Array;

  suiteSetup(async () => {
    api = await openView();
    original = await vscode.workspace.fs.readFile(workspaceConfig());
  });

  teardown(async () => {
    await vscode.workspace.fs.writeFile(workspaceConfig(), original);
    await serverThat(api, 'broken', () => true);
    await editorsFollow(original);
  });

  test('a file changed outside of the editor is applied, and unchanged servers keep their connection', async () => {
    await addUserServer('steady', { command: 'node', args: [echoServer] });
    await vscode.commands.executeCommand('patchbay.connect', { server: 'steady' });
    const before = await serverThat(api, 'steady', ({ state }) => state.kind === 'connected');
    await write({ version: 1, servers: { added: { url: 'http://127.0.0.1:9/mcp' } } });
    await serverThat(api, 'added', ({ transport }) => transport === 'http');
    assert.deepEqual(
      api.servers().map(({ id }) => id),
      ['steady', 'added'],
    );
    assert.equal(stateOf(api, 'steady'), 'connected');
    assert.equal((await serverThat(api, 'steady', () => true)).processId, before.processId);
    await removeServers(api, 'steady');
  });

  test('what is wrong shows at its place, and other servers still work', async () => {
    const shown = diagnosticsThat((all) => all.some(({ severity }) => severity === vscode.DiagnosticSeverity.Error));
    await write('{\n  "servers": {\n    "bad": { "url": 5 },\n    "good": { "command": "node" }\n  }\n}\n');
    const [error] = await shown;
    assert.ok(error);
    assert.equal(error.range.start.line, 2);
    assert.equal(error.source, 'Patchbay');
    await serverThat(api, 'good', ({ state }) => state.kind === 'disconnected');
    await serverThat(api, 'bad', ({ state }) => state.kind === 'error');
  });

  test('a secret in the file can be moved to the Secret Storage', async () => {
    const shown = diagnosticsThat((all) => all.some(({ code }) => code === 'literalSecret'));
    const headers = '"headers": { "Authorization": "Bearer abc" }';
    await write(`{\n  "servers": {\n    "a": { "url": "https://x.example/mcp",\n      ${headers} }\n  }\n}\n`);
    const [diagnostic] = (await shown).filter(({ code }) => code === 'literalSecret');
    assert.ok(diagnostic);
    const document = await vscode.workspace.openTextDocument(workspaceConfig());
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      diagnostic.range,
    );
    const move = actions.find(({ title }) => title === 'Move to Secret Storage');
    assert.ok(move?.edit && move.command, actions.map(({ title }) => title).join(', '));
    await vscode.workspace.applyEdit(move.edit);
    assert.match(document.getText(), /"Authorization": "\$\{secret:Authorization\}"/);
    assert.deepEqual(move.command.arguments, [{ name: 'Authorization', value: 'Bearer abc' }]);
    assert.ok(await document.save());
  });

  test('a server is added and removed without touching the rest of the file', async () => {
    await vscode.commands.executeCommand('patchbay.addServer', {
      server: 'extra',
      entry: { url: 'http://127.0.0.1:9/mcp' },
      where: 'workspace',
    });
    await serverThat(api, 'extra', () => true);
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(workspaceConfig()));
    assert.match(text, /^\/\/ The workspace/);
    await vscode.commands.executeCommand('patchbay.removeServer', { server: 'extra' });
    const after = new TextDecoder().decode(await vscode.workspace.fs.readFile(workspaceConfig()));
    assert.equal(after, new TextDecoder().decode(original));
  });

  test('editServer opens the file with the entry selected', async () => {
    await vscode.commands.executeCommand('patchbay.editServer', { server: 'broken' });
    const editor = vscode.window.activeTextEditor;
    assert.equal(editor?.document.uri.toString(), workspaceConfig().toString());
    assert.equal(editor?.document.languageId, 'jsonc');
    assert.equal(editor?.document.getText(editor.selection), '"broken"');
  });
});

async function write(content: string | object): Promise<void> {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  await vscode.workspace.fs.writeFile(workspaceConfig(), new TextEncoder().encode(text));
}

/** Resolves with the findings of this extension in the workspace's file once they are as wanted. */
function diagnosticsThat(areWanted: (all: vscode.Diagnostic[]) => boolean): Promise<vscode.Diagnostic[]> {
  return new Promise((resolve) => {
    const subscription = vscode.languages.onDidChangeDiagnostics(() => {
      const all = vscode.languages.getDiagnostics(workspaceConfig()).filter(({ source }) => source === 'Patchbay');
      if (!areWanted(all)) return;
      subscription.dispose();
      resolve(all);
    });
  });
}

/** Resolves when every editor of the workspace's file shows what is on disk. */
async function editorsFollow(content: Uint8Array): Promise<void> {
  const text = new TextDecoder().decode(content);
  const isBehind = (document: vscode.TextDocument) =>
    document.uri.toString() === workspaceConfig().toString() && document.getText() !== text;
  while (vscode.workspace.textDocuments.some(isBehind)) {
    await new Promise<void>((resolve) => {
      const subscription = vscode.workspace.onDidChangeTextDocument(() => {
        subscription.dispose();
        resolve();
      });
    });
  }
}
