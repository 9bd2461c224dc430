import * as vscode from 'vscode';
import type { Hub, ServerSnapshot } from '../../core/hubTypes';
import { type PickRow, pick, showInformation } from '../adapters/messages';
import { firstLine, oneLine } from '../plainText';
import { stateIcon, stateWords } from '../tree/stateWords';
import { offerAddServer, themeIcon } from './pickServer';
import { connectFor } from './progress';

/** Without `tool` the row connects a server whose tools are not known. */
type ToolPick = PickRow<{ readonly server: string; readonly tool?: string }>;

export interface PickedTool {
  readonly server: string;
  readonly tool: string;
}

/** Lets a person choose among the tools of all servers; servers never seen before are connected on the way. */
export async function pickTool(hub: Hub): Promise<PickedTool | undefined> {
  const servers = hub.servers().filter(({ state }) => state.kind !== 'disabled');
  if (servers.length === 0) {
    await offerAddServer();
    return undefined;
  }
  const items = servers.flatMap((server) => [separator(server), ...rowsOf(server)]);
  const picked = await pick(items, { placeHolder: vscode.l10n.t('Tool to call'), matchOnDescription: true });
  if (picked === undefined) return undefined;
  if (picked.tool !== undefined) return { server: picked.server, tool: picked.tool };
  await connectFor(hub, picked.server);
  const connected = hub.server(picked.server);
  return connected && pickToolOf(connected, vscode.l10n.t('Tool of {0} to call', oneLine(connected.name, 80)));
}

export async function pickToolOf(server: ServerSnapshot, placeHolder: string): Promise<PickedTool | undefined> {
  const rows = toolRows(server);
  if (rows.length === 0) {
    const name = oneLine(server.name, 80);
    void showInformation(server.catalog.error ?? vscode.l10n.t('{0} has no tools.', name));
    return undefined;
  }
  const picked = await pick(rows, { placeHolder, matchOnDescription: true });
  return picked?.tool === undefined ? undefined : { server: server.id, tool: picked.tool };
}

function separator(server: ServerSnapshot): ToolPick {
  return { label: `${oneLine(server.name, 80)} · ${stateWords(server, Date.now(), vscode.l10n.t)}` };
}

function rowsOf(server: ServerSnapshot): ToolPick[] {
  const rows = toolRows(server);
  if (rows.length > 0 || server.state.kind === 'connected') return rows;
  const label = vscode.l10n.t('Connect {0}…', oneLine(server.name, 80));
  return [
    {
      label,
      description: vscode.l10n.t('to see its tools'),
      iconPath: themeIcon(stateIcon(server)),
      value: { server: server.id },
    },
  ];
}

function toolRows(server: ServerSnapshot): ToolPick[] {
  return server.catalog.tools.map(({ tool }) => ({
    label: oneLine(tool.name, 100),
    description: firstLine(tool.description, 150),
    iconPath: new vscode.ThemeIcon('symbol-method'),
    value: { server: server.id, tool: tool.name },
  }));
}
