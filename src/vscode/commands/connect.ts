import * as vscode from 'vscode';
import type { ServerSnapshot } from '../../core/hubTypes';
import { ServerNode } from '../tree/treeNode';
import type { CommandContext, CommandHandler } from './context';
import { serverFor } from './pickServer';
import { connectFor } from './progress';
import { usableDefinition } from './serverDefinition';
import { setToken, wantsOtherToken } from './setToken';
import { isFromCode } from './target';
import { tokenPlace } from './tokenPlace';

const STARTABLE = ['disconnected', 'error', 'authRequired', 'needsInput', 'reconnecting'];

export const connect: CommandHandler = async (context, argument) => {
  const chosen = await serverFor(context, argument, {
    placeHolder: vscode.l10n.t('Server to connect'),
    suits: ({ state }) => STARTABLE.includes(state.kind),
    none: vscode.l10n.t('Every enabled server is connected.'),
  });
  if (!chosen) return;
  const { hub, server } = chosen;
  // What was refused would only be refused again: the person who asks for it can give another.
  if (!isFromCode(argument) && wantsOtherToken(server) && (await keepsToken(context, server))) {
    await setToken(context, new ServerNode(server.id));
  } else await connectFor(hub, server.id);
};

/** Whether its token stands in the Secret Storage, where another can be put. */
async function keepsToken(context: CommandContext, server: ServerSnapshot): Promise<boolean> {
  if (server.source.kind === 'adHoc') return false;
  const { entry } = await usableDefinition(context, server);
  return tokenPlace(entry.auth).kind === 'secret';
}
