import * as vscode from 'vscode';
import { aboutServer } from './aboutServer';
import type { CommandHandler } from './context';
import { serverFor } from './pickServer';
import { inView } from './progress';

export const refreshTools: CommandHandler = async (context, argument) => {
  const chosen = await serverFor(context, argument, {
    placeHolder: vscode.l10n.t('Server whose tools to list again'),
    suits: ({ state }) => state.kind === 'connected',
    none: vscode.l10n.t('No server is connected.'),
  });
  if (!chosen) return;
  const { hub, server } = chosen;
  await aboutServer(server, () => inView(() => hub.refreshTools(server.id)));
};
