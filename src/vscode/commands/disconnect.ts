import * as vscode from 'vscode';
import type { CommandHandler } from './context';
import { serverFor } from './pickServer';
import { inView } from './progress';

const CONNECTED = ['connected', 'connecting', 'reconnecting'];

export const disconnect: CommandHandler = async (context, argument) => {
  const chosen = await serverFor(context, argument, {
    placeHolder: vscode.l10n.t('Server to disconnect'),
    suits: ({ state }) => CONNECTED.includes(state.kind),
    none: vscode.l10n.t('No server is connected.'),
  });
  if (chosen) await inView(() => chosen.hub.disconnect(chosen.server.id));
};
