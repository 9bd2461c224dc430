/// <reference types="mocha" />
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { CallToolResult, PatchbayApi } from '../../../src/api';
import { addUserServer, echoServer, openView, removeServers, savedCalls, stateOf } from './support';

const run = vscode.commands.executeCommand;

suite('saved calls', () => {
  let api: PatchbayApi;

  suiteSetup(async () => {
    api = await openView();
    await addUserServer('keeper', { command: 'node', args: [echoServer] });
  });

  suiteTeardown(async () => {
    await removeServers(api, 'keeper');
    await vscode.workspace.fs.delete(savedCalls());
  });

  test('a call that stands in the file is opened by name, and run only where that is asked for', async () => {
    await write(`{ "calls": [
      // by hand
      { "name": "greet", "server": "keeper", "tool": "echo", "arguments": { "text": "from the file", } },
      { "name": "lost", "server": "nobody", "tool": "echo" },
      { "name": "large", "server": "keeper", "tool": "echo", "arguments": { "text": 9007199254740993 } }
    ] }`);
    const result = await run<CallToolResult>('patchbay.callSaved', { name: 'greet', run: true });
    assert.match(JSON.stringify(result.content), /from the file/);
    assert.equal(await run('patchbay.callSaved', { name: 'greet', server: 'keeper', tool: 'echo' }), undefined);
    await assert.rejects(async () => run('patchbay.callSaved', { name: 'lost' }), /There is no server "nobody"/);
    await assert.rejects(async () => run('patchbay.callSaved', { name: 'large' }), /beyond 2\^53/);
    await assert.rejects(async () => run('patchbay.callSaved', { name: 'greet', server: 'other' }), /no saved call/);
    await assert.rejects(async () => run('patchbay.callSaved', { server: 'keeper' }), /expected "name"/);
  });

  test('an edit by hand counts at once, and a broken file names its place and is left alone', async () => {
    await write({ calls: [{ name: 'new', server: 'keeper', tool: 'echo', arguments: { text: 'edited' } }] });
    const result = await run<CallToolResult>('patchbay.callSaved', { name: 'new', run: true });
    assert.match(JSON.stringify(result.content), /edited/);
    await write('{ "calls": [ { "name": "new" ');
    await assert.rejects(
      async () => run('patchbay.callSaved', { name: 'new' }),
      /patchbay\.calls\.json cannot be read: Expected/,
    );
    assert.equal(
      new TextDecoder().decode(await vscode.workspace.fs.readFile(savedCalls())),
      '{ "calls": [ { "name": "new" ',
    );
    assert.notEqual(stateOf(api, 'keeper'), undefined);
  });

  test('the editor knows the shape of the file', async () => {
    await write({ calls: [{ name: 'x', server: 5 }] });
    const document = await vscode.workspace.openTextDocument(savedCalls());
    assert.equal(document.languageId, 'jsonc');
    await vscode.window.showTextDocument(document);
    const found = () => vscode.languages.getDiagnostics(savedCalls()).map(({ message }) => message);
    while (found().length < 2) {
      await new Promise<void>((resolve) => {
        const subscription = vscode.languages.onDidChangeDiagnostics(() => {
          subscription.dispose();
          resolve();
        });
      });
    }
    assert.match(found().join('\n'), /Missing property "tool"/);
    assert.match(found().join('\n'), /Expected "string"/);
    const text = document.getText();
    const { items } = await run<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      savedCalls(),
      document.positionAt(text.indexOf('"server"')),
    );
    const labels = items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    assert.ok(labels.includes('arguments'), labels.join(', '));
    await run('workbench.action.closeActiveEditor');
  });
});

async function write(content: string | object): Promise<void> {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  await vscode.workspace.fs.writeFile(savedCalls(), new TextEncoder().encode(text));
}
