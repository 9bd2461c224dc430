import * as vscode from 'vscode';
import { describeError, PatchbayError } from '../../base/errors';
import { nextEvent } from '../../base/event';
import type { Hub } from '../../core/hubTypes';
import type { JsonObject } from '../../shared/json';
import { editConfigFile } from '../adapters/configDocument';
import { askServer, type ServerToAdd } from './addServerSteps';
import type { CommandContext, CommandHandler } from './context';
import { connectFor } from './progress';
import { isFromCode } from './target';

/** How long the saved file may take to arrive in the hub. */
const ARRIVAL_MS = 10_000;

/**
 * Asks for a server, writes it into a configuration file, shows it in the tree and connects it.
 * From code: `{ server, entry, where?: "user" | "workspace" }`, without the connection; resolves to the server's id.
 */
export const addServer: CommandHandler = async (context, argument) => {
  const byCode = isFromCode(argument);
  const server = byCode ? readServer(context, argument) : await askServer(context);
  if (!server) return undefined;
  const core = await context.services.core();
  await editConfigFile(server.uri, (text) => core.setServer(text, server.id, server.entry));
  context.configFiles.announceChange();
  const hub = await context.services.hub();
  await arrival(hub, server.id);
  if (byCode) return server.id;
  await show(context, server.id);
  await connectFor(hub, server.id);
  return server.id;
};

function readServer(context: CommandContext, argument: unknown): ServerToAdd {
  const { server, entry, where = 'workspace' } = argument as Record<string, unknown>;
  if (typeof server !== 'string' || typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    throw new PatchbayError('config', 'This command takes { server, entry, where? }: an id and an entry of the file.');
  }
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  const uri = where === 'workspace' && folder ? context.configFiles.workspaceUri(folder) : context.configFiles.userUri;
  return { id: server, entry: entry as JsonObject, uri };
}

/** A row that cannot be shown must not keep its server from being connected. */
async function show({ reveal, services }: CommandContext, id: string): Promise<void> {
  try {
    await reveal(id, { expand: true });
  } catch (error) {
    services.output.warn(`The row of "${id}" could not be shown: ${describeError(error)}`);
  }
}

async function arrival(hub: Hub, id: string): Promise<void> {
  if (hub.server(id)) return;
  try {
    await nextEvent(hub.onDidChangeServerList, () => hub.server(id) !== undefined, AbortSignal.timeout(ARRIVAL_MS));
  } catch (cause) {
    throw new PatchbayError('config', `"${id}" was saved and does not show up.`, {
      hint: 'Look into the configuration file for problems.',
      cause,
    });
  }
}
