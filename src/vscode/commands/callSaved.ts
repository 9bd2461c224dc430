import { PatchbayError } from '../../base/errors';
import type { CommandHandler } from './context';
import { isFromCode, readTarget } from './target';

/**
 * Opens the form with the arguments of a saved call; a person picks it, code names it as `name`. With `run: true` it runs at
 * once and resolves to the `CallToolResult`.
 */
export const callSaved: CommandHandler = async ({ services }, argument) => {
  const { server, tool, run = false } = readTarget(argument);
  const name = isFromCode(argument) ? (argument as { name?: unknown }).name : undefined;
  if (isFromCode(argument) && typeof name !== 'string') {
    throw new PatchbayError('config', 'This command takes { name, server?, tool?, run? }: expected "name" as text.');
  }
  const panels = await services.panels();
  const wanted = {
    ...(server !== undefined && { server }),
    ...(tool !== undefined && { tool }),
    ...(typeof name === 'string' && { name }),
  };
  return panels.callSaved(wanted, { run });
};
