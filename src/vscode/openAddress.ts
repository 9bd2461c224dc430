import * as vscode from 'vscode';

/** Opens an address in the browser of the person, exactly as it was shown. Resolves to whether it was opened. */
export async function openAddress(url: string): Promise<boolean> {
  // As text: a parsed URI would be encoded anew, and another address than the one that was shown would open.
  return vscode.env.openExternal(url as unknown as vscode.Uri);
}
