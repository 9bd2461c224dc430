import type * as vscode from 'vscode';
import type { PatchbayApi } from './api';
import { compose } from './compose';

let composed: ReturnType<typeof compose> | undefined;

/** Entry point of the extension. Connects to nothing and reads no file: that happens on first use. */
export function activate(context: vscode.ExtensionContext): PatchbayApi {
  composed = compose(context);
  return composed.api;
}

/** Resolves when every server has been closed and no process is left. */
export async function deactivate(): Promise<void> {
  await composed?.dispose();
  composed = undefined;
}
