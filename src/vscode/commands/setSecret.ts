import * as vscode from 'vscode';
import { PatchbayError } from '../../base/errors';
import { askText, pick } from '../adapters/messages';
import type { CommandHandler } from './context';
import { isFromCode } from './target';

/** Stores the value that `${secret:name}` stands for. From code: `{ name, value }`. */
export const setSecret: CommandHandler = async ({ secrets }, argument) => {
  if (isFromCode(argument)) {
    const { name, value } = argument as { name?: unknown; value?: unknown };
    if (typeof name !== 'string' || !SECRET_NAME.test(name) || typeof value !== 'string' || value === '') {
      throw new PatchbayError('config', 'This command takes { name, value }: both texts, and neither empty.');
    }
    await secrets.set(name, value);
    return;
  }
  const { t } = vscode.l10n;
  const name = await pickName(await secrets.names());
  if (name === undefined) return;
  const value = await askText({
    title: t('Secret {0}', name),
    prompt: t('Kept in the Secret Storage of VS Code. Use it in a configuration file as {0}.', `\${secret:${name}}`),
    password: true,
    ignoreFocusOut: true,
    validateInput: (text) => (text === '' ? t('Enter a value.') : undefined),
  });
  if (value) await secrets.set(name, value);
};

const SECRET_NAME = /^[\w.-]{1,100}$/;

async function pickName(names: readonly string[]): Promise<string | undefined> {
  const { t } = vscode.l10n;
  if (names.length > 0) {
    const another = { label: t('Another secret…'), iconPath: new vscode.ThemeIcon('add'), value: { name: undefined } };
    const known = names.map((name) => ({ label: name, iconPath: new vscode.ThemeIcon('key'), value: { name } }));
    const picked = await pick<{ name: string | undefined }>([another, ...known], { placeHolder: t('Secret to set') });
    if (picked?.name !== undefined || picked === undefined) return picked?.name;
  }
  return askText({
    title: t('Name of the secret'),
    prompt: t('The name in {0}', `\${secret:name}`),
    validateInput: (text) => (SECRET_NAME.test(text) ? undefined : t('Letters, digits, “_”, “-” and “.” only.')),
  });
}
