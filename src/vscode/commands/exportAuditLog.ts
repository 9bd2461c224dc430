import * as vscode from 'vscode';
import { PatchbayError } from '../../base/errors';
import { showInformation } from '../adapters/messages';
import type { CommandHandler } from './context';
import { isFromCode } from './target';

/**
 * Writes the audit log, all of its files in the order of the calls, as one JSONL file: to `{ target }`, a path or a `Uri`,
 * else to where the person says. Resolves to `{ target, records }`; undefined where nothing was written.
 */
export const exportAuditLog: CommandHandler = async ({ services: { audit } }, argument) => {
  const { t } = vscode.l10n;
  const isCode = isFromCode(argument);
  const given = targetOf(argument);
  const { readAuditFiles } = await import('../reports/index');
  await audit.flush();
  const found = await readAuditFiles(audit.path);
  if (!found) {
    const off = audit.isOff ? ` ${t('The setting “{0}” is “off”.', audit.setting)}` : '';
    const message = t('There is no audit log: no tool call was written down yet.') + off;
    if (isCode) throw new PatchbayError('config', message);
    void showInformation(message);
    return undefined;
  }
  const target = given ?? (await askTarget());
  if (!target) return undefined;
  await vscode.workspace.fs.writeFile(target, found.bytes);
  if (!isCode) void tell(target, found.records);
  return { target: target.scheme === 'file' ? target.fsPath : target.toString(), records: found.records };
};

function targetOf(argument: unknown): vscode.Uri | undefined {
  if (!isFromCode(argument)) return undefined;
  const { target } = argument as { target?: unknown };
  if (target === undefined) return undefined;
  if (target instanceof vscode.Uri) return target;
  if (typeof target === 'string' && target !== '') return vscode.Uri.file(target);
  throw new PatchbayError('config', 'This command takes { target?: string | Uri }.');
}

async function askTarget(): Promise<vscode.Uri | undefined> {
  const { t } = vscode.l10n;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  return vscode.window.showSaveDialog({
    title: t('Export Audit Log'),
    filters: { [t('JSON Lines')]: ['jsonl'] },
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, 'patchbay-audit.jsonl') } : {}),
  });
}

async function tell(target: vscode.Uri, records: number): Promise<void> {
  const { t } = vscode.l10n;
  const open = t('Open');
  const words = records === 1 ? t('1 tool call was written down.') : t('{0} tool calls were written down.', records);
  const answer = await showInformation(words, open);
  if (answer === open) await vscode.window.showTextDocument(target);
}
