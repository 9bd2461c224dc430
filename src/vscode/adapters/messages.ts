/**
 * The only place that opens notifications, input boxes and pickers. VS Code draws `[text](command:…)` in them as links
 * that run commands, and `$(name)` as icons; server names, errors and what servers said must stay text.
 */
import * as vscode from 'vscode';
import { escapeIcons, manyLines, unlinked } from '../plainText';

const MAX_MESSAGE = 2000;
const MAX_LABEL = 200;

/** Resolves to the chosen action; undefined where the person closed the message. */
export async function showError(message: string, ...actions: string[]): Promise<string | undefined> {
  return vscode.window.showErrorMessage(unlinked(message, MAX_MESSAGE), ...actions);
}

export async function showInformation(message: string, ...actions: string[]): Promise<string | undefined> {
  return vscode.window.showInformationMessage(unlinked(message, MAX_MESSAGE), ...actions);
}

/** Asks before something happens. `detail` is shown whole, line by line: a dialog draws no links in it. */
export async function confirm(question: string, detail: string | undefined, action: string): Promise<boolean> {
  const options = {
    modal: true,
    ...(detail === undefined ? {} : { detail: manyLines(detail, Number.POSITIVE_INFINITY) }),
  };
  return (await vscode.window.showWarningMessage(unlinked(question, MAX_MESSAGE), options, action)) === action;
}

export interface AskOptions {
  readonly title: string;
  readonly prompt: string;
  readonly placeHolder?: string;
  readonly value?: string;
  readonly password?: boolean;
  readonly ignoreFocusOut?: boolean;
  /** What is wrong with a text, in words of this extension; undefined where it may be sent. */
  readonly validateInput?: (text: string) => string | undefined;
}

export async function askText(options: AskOptions, token?: vscode.CancellationToken): Promise<string | undefined> {
  return vscode.window.showInputBox({ ...options, ...headTexts(options) }, token);
}

/** A row of a picker. One without a `value` key separates those above from those below it. */
export type PickRow<T> =
  | {
      readonly label: string;
      readonly description?: string;
      readonly detail?: string;
      readonly iconPath?: vscode.ThemeIcon;
      readonly value: T;
    }
  | { readonly label: string };

export interface PickOptions {
  readonly title?: string;
  readonly placeHolder: string;
  readonly ignoreFocusOut?: boolean;
  readonly matchOnDescription?: boolean;
}

/** Resolves to the value of the chosen row; undefined where the person chose none. */
export async function pick<T>(
  rows: readonly PickRow<T>[],
  options: PickOptions,
  token?: vscode.CancellationToken,
): Promise<T | undefined> {
  const items = rows.map((row): vscode.QuickPickItem => {
    const label = rowText(row.label);
    if (!('value' in row)) return { label, kind: vscode.QuickPickItemKind.Separator };
    const { description, detail, iconPath } = row;
    return {
      label,
      ...(description === undefined ? {} : { description: rowText(description) }),
      ...(detail === undefined ? {} : { detail: rowText(detail) }),
      ...(iconPath === undefined ? {} : { iconPath }),
    };
  });
  const picked = await vscode.window.showQuickPick(items, { ...options, ...headTexts(options) }, token);
  const row = picked && rows[items.indexOf(picked)];
  return row && 'value' in row ? row.value : undefined;
}

function headTexts({ title, prompt, placeHolder }: { title?: string; prompt?: string; placeHolder?: string }) {
  return {
    ...(title === undefined ? {} : { title: unlinked(title, MAX_LABEL) }),
    ...(prompt === undefined ? {} : { prompt: escapeIcons(unlinked(prompt, MAX_MESSAGE)) }),
    ...(placeHolder === undefined ? {} : { placeHolder: unlinked(placeHolder, MAX_MESSAGE) }),
  };
}

function rowText(text: string): string {
  return escapeIcons(unlinked(text, MAX_LABEL));
}
