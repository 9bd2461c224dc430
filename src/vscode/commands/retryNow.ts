import * as vscode from 'vscode';
import { showInformation } from '../adapters/messages';
import type { CommandHandler } from './context';
import { notReconnecting, serverFor } from './pickServer';
import { isFromCode } from './target';

export const retryNow: CommandHandler = async (context, argument) => {
  const chosen = await serverFor(context, argument, {
    placeHolder: vscode.l10n.t('Server to try again now'),
    suits: ({ state }) => state.kind === 'reconnecting',
    none: vscode.l10n.t('No server is reconnecting.'),
  });
  if (!chosen) return;
  const { hub, server } = chosen;
  if (server.state.kind === 'reconnecting') hub.retryNow(server.id);
  else if (!isFromCode(argument)) void showInformation(notReconnecting(server));
};
