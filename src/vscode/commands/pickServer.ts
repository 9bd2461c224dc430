import * as vscode from 'vscode';
import type { Hub, ServerSnapshot } from '../../core/hubTypes';
import { pick, showInformation } from '../adapters/messages';
import { commandId } from '../contributions';
import { oneLine } from '../plainText';
import { type StateIcon, stateIcon, stateWords } from '../tree/stateWords';
import type { CommandContext } from './context';
import { readTarget, requireServer } from './target';

export interface ServerChoice {
  readonly placeHolder: string;
  /** Which servers a person can choose; code may name any. */
  readonly suits?: (server: ServerSnapshot) => boolean;
  /** Said where servers exist and none suits. */
  readonly none?: string;
}

/** The server that a command is about: named by its argument, else chosen by the person. Undefined: nobody chose. */
export async function serverFor(
  context: CommandContext,
  argument: unknown,
  choice: ServerChoice,
): Promise<{ hub: Hub; server: ServerSnapshot } | undefined> {
  const target = readTarget(argument);
  const hub = await context.services.hub();
  if (target.server !== undefined) return { hub, server: await requireServer(context, hub, target.server) };
  const server = await pickServer(hub.servers(), choice);
  return server && { hub, server };
}

export async function pickServer(
  servers: readonly ServerSnapshot[],
  { placeHolder, suits = () => true, none }: ServerChoice,
): Promise<ServerSnapshot | undefined> {
  if (servers.length === 0) {
    await offerAddServer();
    return undefined;
  }
  const items = servers.filter(suits).map((server) => ({
    label: server.name,
    description: stateWords(server, Date.now(), vscode.l10n.t),
    iconPath: themeIcon(stateIcon(server)),
    value: server,
  }));
  if (items.length === 0) {
    void showInformation(none ?? vscode.l10n.t('No server is in a state for this.'));
    return undefined;
  }
  return pick(items, { placeHolder, matchOnDescription: true });
}

export async function offerAddServer(): Promise<void> {
  const add = vscode.l10n.t('Add Server…');
  const answer = await showInformation(vscode.l10n.t('No MCP server is configured yet.'), add);
  if (answer === add) await vscode.commands.executeCommand(commandId('addServer'));
}

export function notReconnecting({ name }: ServerSnapshot): string {
  return vscode.l10n.t('{0} is not reconnecting.', oneLine(name, 80));
}

export function themeIcon({ id, color }: StateIcon): vscode.ThemeIcon {
  return new vscode.ThemeIcon(id, color === undefined ? undefined : new vscode.ThemeColor(color));
}
