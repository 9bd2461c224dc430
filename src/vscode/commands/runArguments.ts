import * as vscode from 'vscode';
import { PatchbayError } from '../../base/errors';
import type { CommandHandler } from './context';
import { isFromCode, readTarget } from './target';

/** Calls the tool whose arguments are written in the active editor, or the named one, and resolves to its result. */
export const runArguments: CommandHandler = async ({ services }, argument) => {
  const { server, tool } = readTarget(argument);
  const uri = vscode.window.activeTextEditor?.document.uri;
  const target = server === undefined || tool === undefined ? uri : { server, tool };
  if (target === undefined) {
    throw new PatchbayError('config', 'No arguments of a tool are open.', {
      hint: 'Open the form of a tool and choose Edit as JSON.',
    });
  }
  return (await services.panels()).runEdited(target, !isFromCode(argument));
};
