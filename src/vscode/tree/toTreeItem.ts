import * as vscode from 'vscode';
import { commandId } from '../contributions';
import { dimmedUri } from './dimmedItems';
import type { TreeNode } from './treeNode';
import type { ItemModel } from './viewModel';

/** The row as VS Code draws it; choosing it runs its command with `node`. */
export function toTreeItem(model: ItemModel, node: TreeNode): vscode.TreeItem {
  const item = new vscode.TreeItem(model.label, COLLAPSIBLE[model.collapsible]);
  item.id = model.id;
  item.contextValue = model.contextValue;
  item.accessibilityInformation = { label: model.accessibilityLabel };
  if (model.description !== undefined) item.description = model.description;
  if (model.icon) {
    const color = model.icon.color === undefined ? undefined : new vscode.ThemeColor(model.icon.color);
    item.iconPath = new vscode.ThemeIcon(model.icon.id, color);
  }
  if (model.dimmed) item.resourceUri = dimmedUri(model.id);
  if (model.command === 'manageTrust') {
    item.command = { command: 'workbench.trust.manage', title: vscode.l10n.t('Manage Workspace Trust') };
  } else if (model.command) {
    item.command = { command: commandId(model.command), title: model.label, arguments: [node] };
  }
  return item;
}

/** A hover. Nothing in it can be a link to a command or HTML. */
export function markdown(source: string): vscode.MarkdownString {
  const text = new vscode.MarkdownString(source, false);
  text.isTrusted = false;
  text.supportHtml = false;
  return text;
}

const COLLAPSIBLE = {
  none: vscode.TreeItemCollapsibleState.None,
  collapsed: vscode.TreeItemCollapsibleState.Collapsed,
  expanded: vscode.TreeItemCollapsibleState.Expanded,
} as const;
