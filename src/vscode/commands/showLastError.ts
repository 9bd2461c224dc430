import * as vscode from 'vscode';
import type { ServerSnapshot } from '../../core/hubTypes';
import { showError, showInformation } from '../adapters/messages';
import { commandId } from '../contributions';
import { oneLine } from '../plainText';
import { lastError } from '../tree/viewModel';
import type { CommandHandler } from './context';
import { serverFor } from './pickServer';

export const showLastError: CommandHandler = async (context, argument) => {
  const { t } = vscode.l10n;
  const chosen = await serverFor(context, argument, {
    placeHolder: t('Server whose error to show'),
    suits: (server) => errorOf(server) !== undefined,
    none: t('No server is in error.'),
  });
  if (!chosen) return;
  const { server } = chosen;
  const name = oneLine(server.name, 80);
  const error = errorOf(server);
  if (error === undefined) {
    void showInformation(t('{0} has no error.', name));
    return;
  }
  const reconnect = t('Reconnect');
  const edit = t('Edit Server');
  const output = t('Show Output');
  const answer = await showError(`${name}: ${oneLine(error, 1500)}`, reconnect, edit, output);
  if (answer === reconnect)
    await vscode.commands.executeCommand(commandId('reconnect'), argument ?? { server: server.id });
  if (answer === edit) await vscode.commands.executeCommand(commandId('editServer'), argument ?? { server: server.id });
  if (answer === output) context.services.output.show(true);
};

function errorOf(server: ServerSnapshot): string | undefined {
  return lastError(server) ?? server.catalog.error;
}
