import * as vscode from 'vscode';
import { PatchbayError } from '../../base/errors';
import type { CommandContext, CommandHandler } from './context';
import { pickTool, pickToolOf } from './pickTool';
import { connectFor } from './progress';
import { type CommandTarget, readTarget, requireServer, unknownName } from './target';

/** Opens the form of a tool; with `run: true` runs it at once and resolves to the `CallToolResult`. */
export const callTool: CommandHandler = async (context, argument) => {
  const target = readTarget(argument);
  const chosen = target.server === undefined ? await choose(context, target) : await resolve(context, target);
  if (!chosen) return undefined;
  const panels = await context.services.panels();
  return panels.open(
    { ...chosen, ...(target.arguments === undefined ? {} : { arguments: target.arguments }) },
    { run: target.run ?? false },
  );
};

async function choose(context: CommandContext, target: CommandTarget) {
  if (target.tool !== undefined) {
    throw new PatchbayError('config', `Name the server of the tool "${target.tool}" as "server" too.`);
  }
  const hub = await context.services.hub();
  const chosen = await pickTool(hub);
  if (chosen) await connectFor(hub, chosen.server);
  return chosen;
}

async function resolve(context: CommandContext, { server: id = '', tool }: CommandTarget) {
  const hub = await context.services.hub();
  await requireServer(context, hub, id);
  await connectFor(hub, id);
  const server = await requireServer(context, hub, id);
  if (tool === undefined) return pickToolOf(server, vscode.l10n.t('Tool to call'));
  const names = server.catalog.tools.map((entry) => entry.tool.name);
  if (names.includes(tool)) return { server: id, tool };
  if (server.catalog.error !== undefined) throw new PatchbayError('protocol', server.catalog.error);
  throw await unknownName(context, `The server "${id}" has no tool "${tool}".`, tool, names);
}
