import * as vscode from 'vscode';
import { PatchbayError } from '../../base/errors';
import { oneLine } from '../plainText';
import { changedPart } from './changedPart';

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
  if (!(await exists(uri))) await writeNew(uri, EMPTY_CONFIG);
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
 * Rewrites a configuration file by `edit` and saves it, through the editor's own document, so that undo works.
 * Rejects where the file has unsaved changes: saving them is the person's decision.
 */
export async function editConfigFile(uri: vscode.Uri, edit: (text: string) => string): Promise<void> {
  if (!(await exists(uri))) {
    await writeNew(uri, edit(''));
    return;
  }
  const document = await vscode.workspace.openTextDocument(uri);
  if (document.isDirty) {
    const name = oneLine(vscode.workspace.asRelativePath(uri), 100);
    throw new PatchbayError('config', `${name} has unsaved changes.`, { hint: 'Save or revert them, then try again.' });
  }
  const before = document.getText();
  const after = edit(before);
  if (after === before) return;
  const change = new vscode.WorkspaceEdit();
  const { start, end, text } = changedPart(before, after);
  change.replace(uri, new vscode.Range(document.positionAt(start), document.positionAt(end)), text);
  if (!(await vscode.workspace.applyEdit(change)) || !(await document.save())) {
    throw new PatchbayError('config', `${oneLine(uri.path, 200)} could not be saved.`, {
      hint: 'Check that the file can be written.',
    });
  }
}

async function writeNew(uri: vscode.Uri, text: string): Promise<void> {
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
