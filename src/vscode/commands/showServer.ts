import * as vscode from 'vscode';
import type { CommandHandler } from './context';
import { serverFor } from './pickServer';

/** Shows a server's own row in the tree, opened. */
export const showServer: CommandHandler = async (context, argument) => {
  const chosen = await serverFor(context, argument, { placeHolder: vscode.l10n.t('Server to show') });
  if (chosen) await context.reveal(chosen.server.id, { expand: true });
};
