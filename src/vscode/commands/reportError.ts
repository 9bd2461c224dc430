import * as vscode from 'vscode';
import { describeError, isPatchbayError } from '../../base/errors';
import { SIGN_IN_UNSET_CODE } from '../../shared/errorCodes';
import { showError } from '../adapters/messages';
import { commandId, SIGN_IN_GIVEN_UP } from '../contributions';
import { oneLine } from '../plainText';
import { ServerNode } from '../tree/treeNode';
import { causeOf, ServerFailure } from './aboutServer';
import type { CommandContext } from './context';
import { readTarget } from './target';

/** Codes of refusals after which "Set Token" offers what the server may want: a token or a sign-in. */
const TAKES_TOKEN: readonly unknown[] = [401, SIGN_IN_UNSET_CODE];

/** Tells the person who asked for something why it did not happen, with the next step as a button. */
export async function reportError(context: CommandContext, failure: unknown, argument: unknown): Promise<void> {
  const error = causeOf(failure);
  if (isPatchbayError(error) && (error.kind === 'cancelled' || error.code === SIGN_IN_GIVEN_UP)) return;
  const { t } = vscode.l10n;
  const message = oneLine(describeError(failure), 1000);
  context.services.output.error(message);
  const showOutput = t('Show Output');
  const openConfiguration = t('Open Configuration');
  const manageTrust = t('Manage Workspace Trust');
  const setToken = t('Set Token…');
  const about = failure instanceof ServerFailure ? { server: failure.server } : argument;
  const actions = [showOutput];
  if (isNeeded(error, 'trust')) actions.unshift(manageTrust);
  else if (isNeeded(error)) return;
  else if (isPatchbayError(error) && error.kind === 'config') actions.unshift(openConfiguration);
  else if (isPatchbayError(error) && error.kind === 'auth' && TAKES_TOKEN.includes(error.code))
    actions.unshift(setToken);
  const answer = await showError(message, ...actions);
  if (answer === showOutput) context.services.output.show(true);
  if (answer === manageTrust) await vscode.commands.executeCommand('workbench.trust.manage');
  const { server } = readTarget(about);
  // As a row of the tree: an object of its own would pass for code, which is asked nothing.
  if (answer === setToken && server)
    await vscode.commands.executeCommand(commandId('setToken'), new ServerNode(server));
  if (answer === openConfiguration) await openConfigurationOf(context, about);
}

/** The person was asked and said "not now": the tree says what is missing, a message would only repeat it. */
function isNeeded(error: unknown, kind?: 'trust'): boolean {
  if (!(error instanceof Error) || !('needed' in error)) return false;
  const needed = error.needed as { kind?: unknown };
  return kind === undefined || needed.kind === kind;
}

async function openConfigurationOf(context: CommandContext, argument: unknown): Promise<void> {
  const { server } = readTarget(argument);
  if (server !== undefined && context.services.hubIfLoaded()?.server(server)) {
    await vscode.commands.executeCommand(commandId('editServer'), argument);
  } else if (vscode.workspace.workspaceFolders?.length) {
    await vscode.commands.executeCommand(commandId('openWorkspaceConfig'));
  } else {
    await vscode.commands.executeCommand(commandId('openUserConfig'));
  }
}
