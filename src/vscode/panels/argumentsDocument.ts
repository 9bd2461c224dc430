import * as vscode from 'vscode';
import { changedPart } from '../../forms/text/editedText';

/** The document where it is loaded. */
export function documentOf(uri: vscode.Uri): vscode.TextDocument | undefined {
  const wanted = uri.toString();
  return vscode.workspace.textDocuments.find((document) => document.uri.toString() === wanted);
}

/** The tab that shows it. */
export function tabOf(uri: vscode.Uri): vscode.Tab | undefined {
  const wanted = uri.toString();
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  return tabs.find(({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === wanted);
}

/** Replaces the part that differs, and says whether it was: not where the document has become another meanwhile. */
export async function replaceText(document: vscode.TextDocument, text: string): Promise<boolean> {
  const part = changedPart(document.getText(), text);
  if (part === undefined) return true;
  const edit = new vscode.WorkspaceEdit();
  const range = new vscode.Range(document.positionAt(part.start), document.positionAt(part.end));
  edit.replace(document.uri, range, part.text);
  return vscode.workspace.applyEdit(edit);
}
