import * as vscode from 'vscode';
import type { Workspace } from '../../core/ports';

/** The open folders. A folder without a path on disk keeps its URI as text: nothing can be started in it. */
export function createWorkspace(): Workspace {
  return {
    folders: () => (vscode.workspace.workspaceFolders ?? []).map(({ name, uri }) => ({ name, path: pathOf(uri) })),
    isTrusted: () => vscode.workspace.isTrusted,
  };
}

/** The path of a file on disk, else the URI as text. */
export function pathOf(uri: vscode.Uri): string {
  return uri.scheme === 'file' ? uri.fsPath : uri.toString();
}
