import { PatchbayError } from '../../base/errors';
import type { Hub, ServerSnapshot } from '../../core/hubTypes';
import type { JsonObject } from '../../shared/json';
import { isTreeNode } from '../tree/treeNode';
import type { CommandContext } from './context';

/** What a command is about. Members that are not named are asked for. */
export interface CommandTarget {
  readonly server?: string;
  readonly tool?: string;
  readonly arguments?: JsonObject;
  readonly run?: boolean;
}

/** Reads a command's argument. Throws where code passed something else than `{ server, tool?, arguments?, run? }`. */
export function readTarget(argument: unknown): CommandTarget {
  if (argument === undefined || argument === null) return {};
  if (isTreeNode(argument)) {
    if (argument.kind === 'source') return {};
    return argument.kind === 'tool' ? { server: argument.server, tool: argument.tool } : { server: argument.server };
  }
  if (typeof argument !== 'object' || Array.isArray(argument)) throw wrongArgument('an object');
  const { server, tool, arguments: args, run } = argument as Record<string, unknown>;
  if (server !== undefined && typeof server !== 'string') throw wrongArgument('"server" as text');
  if (tool !== undefined && typeof tool !== 'string') throw wrongArgument('"tool" as text');
  if (run !== undefined && typeof run !== 'boolean') throw wrongArgument('"run" as true or false');
  if (args !== undefined && (typeof args !== 'object' || args === null || Array.isArray(args))) {
    throw wrongArgument('"arguments" as an object');
  }
  return {
    ...(server === undefined ? {} : { server }),
    ...(tool === undefined ? {} : { tool }),
    ...(args === undefined ? {} : { arguments: args as JsonObject }),
    ...(run === undefined ? {} : { run }),
  };
}

/** Whether a command was called by code with an object of its own, and not by a person. */
export function isFromCode(argument: unknown): boolean {
  // A menu of an editor passes the address of its document.
  const isAddress = typeof argument === 'object' && argument !== null && 'scheme' in argument;
  return typeof argument === 'object' && argument !== null && !isTreeNode(argument) && !isAddress;
}

/** The server of that id. Rejects with the nearest name where there is none. */
export async function requireServer(context: CommandContext, hub: Hub, id: string): Promise<ServerSnapshot> {
  const snapshot = hub.server(id);
  if (snapshot) return snapshot;
  const ids = hub.servers().map((server) => server.id);
  throw await unknownName(context, `There is no MCP server "${id}".`, id, ids);
}

/** A name that is not there, with the one that was most likely meant in the message: code sees no more than that. */
export async function unknownName(
  { services }: CommandContext,
  message: string,
  name: string,
  known: readonly string[],
): Promise<PatchbayError> {
  const { nearestName } = await services.core();
  const nearest = nearestName(name, known);
  const list = known.slice(0, 20).join(', ');
  const next = nearest === undefined ? (known.length > 0 ? ` Known are: ${list}.` : '') : ` Did you mean "${nearest}"?`;
  return new PatchbayError('config', message + next);
}

function wrongArgument(expected: string): PatchbayError {
  return new PatchbayError('config', `This command takes { server, tool?, arguments?, run? }: expected ${expected}.`);
}
