import * as vscode from 'vscode';
import { showInformation } from '../adapters/messages';
import { oneLine, unlinked } from '../plainText';
import type { QuestionTurns } from '../questionTurns';
import { moreQuestions } from './requestText';

export interface DialogQuestion {
  readonly serverName: string;
  readonly message: string;
  /** Shown as it is: without links, line by line. */
  readonly detail: string;
  readonly isWarning?: boolean;
}

/**
 * What the person picks of `actions` in a dialog; undefined where they close it. Nobody else can close it: what is picked
 * after `signal` aborted counts for nothing, and the person reads so.
 */
export async function choose<T extends string>(
  { serverName, message, detail, isWarning = false }: DialogQuestion,
  actions: readonly T[],
  turns: QuestionTurns,
  signal: AbortSignal,
): Promise<T | undefined> {
  const { t } = vscode.l10n;
  const more = moreQuestions(turns.waiting, t);
  const options = { modal: true, detail: more === undefined ? detail : `${detail}\n\n${more}` };
  const show = isWarning ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
  const picked = await show<string>(unlinked(message, 300), options, ...actions);
  if (picked === undefined || !signal.aborted) return picked as T | undefined;
  void showInformation(t('“{0}” does not wait for this answer any more. Nothing was done.', oneLine(serverName, 80)));
  return undefined;
}
