import * as vscode from 'vscode';
import type { CommandHandler } from './context';
import { serverFor } from './pickServer';
import { connectFor } from './progress';

const STARTABLE = ['disconnected', 'error', 'authRequired', 'needsInput', 'reconnecting'];

export const connect: CommandHandler = async (context, argument) => {
  const chosen = await serverFor(context, argument, {
    placeHolder: vscode.l10n.t('Server to connect'),
    suits: ({ state }) => STARTABLE.includes(state.kind),
    none: vscode.l10n.t('Every enabled server is connected.'),
  });
  if (chosen) await connectFor(chosen.hub, chosen.server.id);
};
