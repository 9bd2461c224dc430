/// <reference types="mocha" />
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as vscode from 'vscode';
import { resultPath } from '../../../src/vscode/panels/resultPath';

const SCHEME = 'patchbay-result-test';

suite('results in an editor', () => {
  let text = '';
  let provider: vscode.Disposable;

  suiteSetup(() => {
    provider = vscode.workspace.registerTextDocumentContentProvider(SCHEME, { provideTextDocumentContent: () => text });
  });

  teardown(async () => {
    await vscode.workspace.getConfiguration('files').update('associations', undefined, true);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  suiteTeardown(() => provider.dispose());

  test('the language server for JSON has no part in them, whatever *.json is associated with', async () => {
    await vscode.workspace.getConfiguration('files').update('associations', { '*.json': 'jsonc' }, true);
    const language = async (name: string, shown: string) => (await open(resultPath(name, shown, 1), shown)).languageId;
    assert.equal(await language('tool', '{"a": 1}'), 'patchbay-result');
    assert.equal(await language('tool.json', '[{"a": 1}]'), 'patchbay-result');
    assert.equal(await language('patchbay.json', 'plain'), 'plaintext');
  });

  test('a $schema in one is not fetched, although that of a JSON document is', async () => {
    const asked: (string | undefined)[] = [];
    const http = createServer((request, response) => {
      asked.push(request.url);
      response.end('{}');
    }).listen(0, '127.0.0.1');
    await once(http, 'listening');
    const { port } = http.address() as AddressInfo;
    const naming = (path: string) => JSON.stringify({ $schema: `http://127.0.0.1:${port}${path}` });
    const answered = once(http, 'request');
    await open(resultPath('tool', naming('/result'), 2), naming('/result'));
    await open('/other.json', naming('/other'));
    await answered;
    assert.deepEqual(asked, ['/other']);
    http.close();
  });

  async function open(path: string, shown: string): Promise<vscode.TextDocument> {
    text = shown;
    const document = await vscode.workspace.openTextDocument(vscode.Uri.from({ scheme: SCHEME, path }));
    await vscode.window.showTextDocument(document, { preview: false });
    return document;
  }
});
