/// <reference types="mocha" />
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { PatchbayApi } from '../../../src/api';
import { addUserServer, everythingServer, openView, removeServers, serverThat } from './support';

const TOOL = 'get-structured-content';
const target = { server: 'structured', tool: TOOL };
const uri = vscode.Uri.from({
  scheme: 'patchbay-arguments',
  path: `/patchbay.arguments/structured/${TOOL}.arguments`,
  query: JSON.stringify(['structured', TOOL]),
});

suite('arguments as JSON', () => {
  let api: PatchbayApi;
  let document: vscode.TextDocument;

  suiteSetup(async () => {
    api = await openView();
    await addUserServer('structured', { command: 'node', args: [everythingServer, 'stdio'] });
    await vscode.commands.executeCommand('patchbay.connect', { server: 'structured' });
    await serverThat(api, 'structured', ({ catalog }) => catalog.tools.length > 0);
    document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
  });

  suiteTeardown(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await removeServers(api, 'structured');
  });

  test('the language server for JSON has no part in it', () => {
    assert.equal(document.languageId, 'patchbay-arguments');
  });

  test('problems come from the schema of the tool', async () => {
    await write('{"location": "Nowhere"}');
    const [problem] = await problemsThat(
      ([first]) => first !== undefined && document.getText(first.range) === '"Nowhere"',
    );
    assert.equal(problem?.source, 'Patchbay');
    assert.equal(problem?.severity, vscode.DiagnosticSeverity.Warning);
    await write('{"location": "Chicago"}');
    await problemsThat((problems) => problems.length === 0);
  });

  test('what would not arrive as written is refused by name', async () => {
    await write('{"location": "Chicago", "id": 9007199254740993}');
    const [problem] = await problemsThat(([first]) => first?.severity === vscode.DiagnosticSeverity.Error);
    assert.match(problem?.message ?? '', /9007199254740993 is beyond 2\^53/);
    assert.equal(problem && document.getText(problem.range), '9007199254740993');
  });

  test('names and values are completed by the schema', async () => {
    await write('{}');
    assert.deepEqual(await completions(1), ['location']);
    await write('{"location": }');
    assert.deepEqual(await completions('{"location": '.length), ['"New York"', '"Chicago"', '"Los Angeles"']);
  });

  test('a hover tells what a name stands for', async () => {
    await write('{"location": "Chicago"}');
    const at = document.positionAt(3);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', uri, at);
    const words = hovers.flatMap(({ contents }) => contents.map((part) => (part as vscode.MarkdownString).value));
    assert.ok(
      words.some((text) => text.includes('Choose')),
      words.join(),
    );
  });

  test('it is saved by itself', async () => {
    await write('{"location": "Los Angeles"}');
    while (document.isDirty) await new Promise((resolve) => once(vscode.workspace.onDidSaveTextDocument, resolve));
  });

  test('the command calls the tool with what is written', async () => {
    await write('{"location": "Los Angeles"}');
    const result = await vscode.commands.executeCommand<{ structuredContent: unknown }>(
      'patchbay.runArguments',
      target,
    );
    assert.ok(result.structuredContent);
  });

  async function write(text: string): Promise<void> {
    const edit = new vscode.WorkspaceEdit();
    edit.replace(uri, new vscode.Range(0, 0, document.lineCount, 0), text);
    assert.ok(await vscode.workspace.applyEdit(edit));
  }

  async function completions(offset: number): Promise<string[]> {
    const at = document.positionAt(offset);
    const command = 'vscode.executeCompletionItemProvider';
    const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(command, uri, at);
    return items.map(({ label }) => (typeof label === 'string' ? label : label.label));
  }

  async function problemsThat(isWanted: (problems: vscode.Diagnostic[]) => boolean): Promise<vscode.Diagnostic[]> {
    while (!isWanted(vscode.languages.getDiagnostics(uri))) {
      await new Promise((resolve) => once(vscode.languages.onDidChangeDiagnostics, resolve));
    }
    return vscode.languages.getDiagnostics(uri);
  }
});

function once<T>(event: vscode.Event<T>, listener: (value: T) => void): void {
  const subscription = event((value) => {
    subscription.dispose();
    listener(value);
  });
}
