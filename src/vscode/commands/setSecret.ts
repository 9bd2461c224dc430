import * as vscode from 'vscode';
import { PatchbayError } from '../../base/errors';
import { askText, pick } from '../adapters/messages';
import type { CommandContext, CommandHandler } from './context';
import { connectFor } from './progress';
import { type KnownSecret, knownSecrets, waitsForSecret } from './secretNames';
import { isFromCode } from './target';

/** Stores the value that `${secret:name}` stands for, and connects what waited for it. From code: `{ name, value }`. */
export const setSecret: CommandHandler = async (context, argument) => {
  const { secrets } = context;
  if (isFromCode(argument)) {
    const { name, value } = argument as { name?: unknown; value?: unknown };
    if (typeof name !== 'string' || !SECRET_NAME.test(name) || typeof value !== 'string' || value === '') {
      throw new PatchbayError('config', 'This command takes { name, value }: both texts, and neither empty.');
    }
    await secrets.set(name, value);
    await goOn(context, name, false);
    return;
  }
  const { t } = vscode.l10n;
  const files = await context.configFiles.readAll();
  const texts = files.map(({ text }) => text);
  const name = await pickName(knownSecrets(texts, await secrets.names()));
  if (name === undefined) return;
  const value = await askText({
    title: t('Secret {0}', name),
    prompt: t('Kept in the Secret Storage of VS Code. Use it in a configuration file as {0}.', `\${secret:${name}}`),
    password: true,
    ignoreFocusOut: true,
    validateInput: (text) => (text === '' ? t('Enter a value.') : undefined),
  });
  if (!value) return;
  await secrets.set(name, value);
  await goOn(context, name, true);
};

/** Connects the servers that lacked this secret. Each says in its own state how it went. */
async function goOn({ services }: CommandContext, name: string, isPersonThere: boolean): Promise<void> {
  const hub = services.hubIfLoaded();
  const waiting = hub?.servers().filter((server) => waitsForSecret(server, name)) ?? [];
  await Promise.allSettled(
    waiting.map(async ({ id }) => (isPersonThere ? hub && connectFor(hub, id) : hub?.connect(id))),
  );
}

const SECRET_NAME = /^[\w.-]{1,100}$/;

async function pickName(secrets: readonly KnownSecret[]): Promise<string | undefined> {
  const { t } = vscode.l10n;
  if (secrets.length > 0) {
    const another = { label: t('Another secret…'), iconPath: new vscode.ThemeIcon('add'), value: { name: undefined } };
    const known = secrets.map(({ name, isStored, isUsed }) => ({
      label: name,
      description: isStored ? (isUsed ? t('set') : t('set, not used here')) : t('not set yet'),
      iconPath: new vscode.ThemeIcon(isStored ? 'key' : 'warning'),
      value: { name },
    }));
    const picked = await pick<{ name: string | undefined }>([...known, another], { placeHolder: t('Secret to set') });
    if (picked?.name !== undefined || picked === undefined) return picked?.name;
  }
  return askText({
    title: t('Name of the secret'),
    prompt: t('The name in {0}', `\${secret:name}`),
    validateInput: (text) => (SECRET_NAME.test(text) ? undefined : t('Letters, digits, “_”, “-” and “.” only.')),
  });
}
