import * as vscode from 'vscode';
import { aboutServer } from './aboutServer';
import type { CommandHandler } from './context';
import { serverFor } from './pickServer';
import { inView } from './progress';

export const reconnect: CommandHandler = async (context, argument) => {
  const chosen = await serverFor(context, argument, {
    placeHolder: vscode.l10n.t('Server to reconnect'),
    suits: ({ state }) => state.kind !== 'disabled',
    none: vscode.l10n.t('Every server is disabled.'),
  });
  if (!chosen) return;
  const { hub, server } = chosen;
  await aboutServer(server, () => inView(() => hub.reconnect(server.id, { interactive: true })));
};
