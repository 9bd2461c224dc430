import * as vscode from 'vscode';
import { wellFormed } from '../plainText';

const SCHEME = 'patchbay-dimmed';

/** A `resourceUri` for a row whose label is drawn in the colour of disabled things. Names no file. */
export function dimmedUri(id: string): vscode.Uri {
  return vscode.Uri.from({ scheme: SCHEME, path: `/${encodeURIComponent(wellFormed(id))}` });
}

export function registerDimmedItems(): vscode.Disposable {
  const decoration = new vscode.FileDecoration(undefined, undefined, new vscode.ThemeColor('disabledForeground'));
  return vscode.window.registerFileDecorationProvider({
    provideFileDecoration: (uri) => (uri.scheme === SCHEME ? decoration : undefined),
  });
}
