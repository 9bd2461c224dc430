import * as vscode from 'vscode';
import { PatchbayError } from '../../base/errors';
import { showInformation } from '../adapters/messages';
import type { CommandHandler } from './context';
import { isFromCode, readTarget } from './target';

/**
 * Makes the last call of this workspace again, or the last one of the named tool, and resolves to its result. A person is
 * asked first where the server's policy says so; code is not.
 */
export const callAgain: CommandHandler = async ({ services }, argument) => {
  const { server, tool } = readTarget(argument);
  const fromCode = isFromCode(argument);
  const panels = await services.panels();
  const target = server === undefined || tool === undefined ? panels.lastCall(server) : { server, tool };
  const result = target && (await panels.again(target, { byPerson: !fromCode }));
  if (result !== undefined) return result;
  if (fromCode) {
    throw new PatchbayError('config', 'There is no call that could be made again.', {
      hint: 'Arguments with secrets are not kept: call the tool with its arguments.',
    });
  }
  await showInformation(vscode.l10n.t('There is no call yet that could be made again.'));
  return undefined;
};
