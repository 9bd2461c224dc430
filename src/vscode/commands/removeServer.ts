import * as vscode from 'vscode';
import { PatchbayError } from '../../base/errors';
import { editConfigFile } from '../adapters/configDocument';
import { confirm } from '../adapters/messages';
import { oneLine } from '../plainText';
import type { CommandHandler } from './context';
import { serverFor } from './pickServer';
import { groupRefused } from './serverDefinition';
import { isFromCode } from './target';

/** Removes a server from its file. A person confirms first; code has decided already. */
export const removeServer: CommandHandler = async (context, argument) => {
  const { t } = vscode.l10n;
  const chosen = await serverFor(context, argument, {
    placeHolder: t('Server to remove'),
    suits: ({ group }) => group === undefined,
  });
  if (!chosen) return;
  const { id, name, source, group } = chosen.server;
  if (group) throw groupRefused(id, 'Take it out of "groups" in the configuration file.');
  if (source.kind === 'adHoc') throw new PatchbayError('config', `"${id}" stands in no file.`);
  const uri = context.configFiles.uriOf(source.path);
  if (!isFromCode(argument)) {
    const question = t('Remove the server “{0}” from the configuration?', oneLine(name, 80));
    const detail = vscode.workspace.asRelativePath(uri);
    if (!(await confirm(question, detail, t('Remove')))) return;
  }
  const core = await context.services.core();
  await editConfigFile(uri, (text) => core.removeServer(text, id));
  context.configFiles.announceChange();
};
