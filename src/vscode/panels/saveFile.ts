import * as vscode from 'vscode';
import { describeError } from '../../base/errors';
import { showError } from '../adapters/messages';
import type { SavedFile } from './savedFile';

/** Writes where the person says, in the first workspace folder by default; nothing where they give up. */
export async function saveFile({ name, bytes }: SavedFile): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const uri = await vscode.window.showSaveDialog(folder ? { defaultUri: vscode.Uri.joinPath(folder, name) } : {});
  if (uri === undefined) return;
  try {
    await vscode.workspace.fs.writeFile(uri, bytes);
  } catch (error) {
    await showError(vscode.l10n.t('The file was not written: {0}', describeError(error)));
  }
}
