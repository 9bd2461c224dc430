import * as vscode from 'vscode';
import { PatchbayError } from '../../base/errors';
import { showConfigFile } from '../adapters/configDocument';
import type { CommandHandler } from './context';
import { serverFor } from './pickServer';

/** Opens the file that configures a server or a group, with its entry selected. */
export const editServer: CommandHandler = async (context, argument) => {
  const chosen = await serverFor(context, argument, { placeHolder: vscode.l10n.t('Server to edit') });
  if (!chosen) return;
  const { id, source, group } = chosen.server;
  if (source.kind === 'adHoc') throw new PatchbayError('config', `"${id}" stands in no file.`);
  const { offsetOfGroup, offsetOfServer } = await context.services.core();
  const uri = context.configFiles.uriOf(source.path);
  const document = await vscode.workspace.openTextDocument(uri);
  const offsetOf = group ? offsetOfGroup : offsetOfServer;
  await showConfigFile(uri, offsetOf(document.getText(), id));
};
