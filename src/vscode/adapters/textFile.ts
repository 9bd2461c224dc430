import * as vscode from 'vscode';
import { PatchbayError } from '../../base/errors';
import { pathOf } from './workspace';

/** The text of a file as it is saved; undefined where there is none. Rejects where it cannot be read or is longer than that. */
export async function readTextFile(uri: vscode.Uri, maxBytes: number): Promise<string | undefined> {
  try {
    const { size } = await vscode.workspace.fs.stat(uri);
    if (size > maxBytes) {
      throw new PatchbayError('config', `${pathOf(uri)} has ${size} bytes, and ${maxBytes} is the limit.`);
    }
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return undefined;
    throw error;
  }
}
