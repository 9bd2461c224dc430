import * as vscode from 'vscode';
import type { CommandHandler } from './context';
import { serverFor } from './pickServer';

export const retryNow: CommandHandler = async (context, argument) => {
  const chosen = await serverFor(context, argument, {
    placeHolder: vscode.l10n.t('Server to try again now'),
    suits: ({ state }) => state.kind === 'reconnecting',
    none: vscode.l10n.t('No server is reconnecting.'),
  });
  chosen?.hub.retryNow(chosen.server.id);
};
