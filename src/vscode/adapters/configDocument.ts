import * as vscode from 'vscode';
import { PatchbayError } from '../../base/errors';
import { oneLine } from '../plainText';

/** What a configuration file holds when it is opened for the first time. */
export const EMPTY_CONFIG = `{
  // MCP servers by id. Completion and hover know every key.
  "version": 1,
  "servers": {
  }
}
`;

/** Opens a configuration file in an editor; makes it first where it does not exist. */
export async function showConfigFile(
  uri: vscode.Uri,
  select?: { readonly offset: number; readonly length: number },
): Promise<void> {
  if (!(await exists(uri))) await write(uri, EMPTY_CONFIG);
  const document = await vscode.workspace.openTextDocument(uri);
  const options: vscode.TextDocumentShowOptions = {};
  if (select) {
    options.selection = new vscode.Range(
      document.positionAt(select.offset),
      document.positionAt(select.offset + select.length),
    );
  }
  await vscode.window.showTextDocument(document, options);
}

/**
 * Rewrites a configuration file by `edit`, which gets the text on disk: an open editor may not have read it yet, and
 * follows by itself. Rejects where an editor has unsaved changes, because one of both would be lost.
 */
export async function editConfigFile(uri: vscode.Uri, edit: (text: string) => string): Promise<void> {
  const isOpenAndDirty = ({ isDirty, uri: open }: vscode.TextDocument) => isDirty && open.toString() === uri.toString();
  if (vscode.workspace.textDocuments.some(isOpenAndDirty)) {
    const name = oneLine(vscode.workspace.asRelativePath(uri), 100);
    throw new PatchbayError('config', `${name} has unsaved changes.`, { hint: 'Save or revert them, then try again.' });
  }
  if (!(await exists(uri))) {
    await write(uri, edit(''));
    return;
  }
  const before = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  const after = edit(before);
  if (after !== before) await write(uri, after);
}

async function write(uri: vscode.Uri, text: string): Promise<void> {
  await vscode.workspace.fs.createDirectory(vscode.Uri.joinPath(uri, '..'));
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
