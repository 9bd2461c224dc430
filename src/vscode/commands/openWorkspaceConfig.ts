import * as vscode from 'vscode';
import { PatchbayError } from '../../base/errors';
import { showConfigFile } from '../adapters/configDocument';
import type { CommandHandler } from './context';

export const openWorkspaceConfig: CommandHandler = async ({ configFiles }) => {
  const folder = await pickFolder();
  if (folder) await showConfigFile(configFiles.workspaceUri(folder));
};

async function pickFolder(): Promise<vscode.WorkspaceFolder | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 0) {
    throw new PatchbayError('config', 'No folder is open, so there is no workspace configuration.', {
      hint: 'Open a folder, or use the user configuration.',
    });
  }
  return folders.length === 1 ? folders[0] : vscode.window.showWorkspaceFolderPick();
}
