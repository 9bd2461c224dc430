import * as vscode from 'vscode';
import { PatchbayError } from '../../base/errors';
import { confirm } from '../adapters/messages';
import { oneLine } from '../plainText';
import type { CommandHandler } from './context';
import { serverFor } from './pickServer';
import { inView } from './progress';
import { usableDefinition } from './serverDefinition';
import { isFromCode } from './target';
import { tokenPlace } from './tokenPlace';

/** Forgets the token of a server or signs out of it, and disconnects. A person confirms first. */
export const clearToken: CommandHandler = async (context, argument) => {
  const { t } = vscode.l10n;
  const chosen = await serverFor(context, argument, {
    placeHolder: t('Server to clear the token of'),
    suits: ({ transport, group }) => transport !== 'stdio' && group === undefined,
    none: t('No server has a token.'),
  });
  if (!chosen) return;
  const { hub, server } = chosen;
  const { entry } = await usableDefinition(context, server);
  const place = tokenPlace(entry.auth);
  if (place.kind !== 'secret' && place.kind !== 'browser') {
    throw new PatchbayError('config', `"${server.id}" has no token in the Secret Storage.`, {
      hint:
        place.kind === 'file' ? 'It stands in the configuration file: use "Edit Server".' : 'Nothing is to be cleared.',
    });
  }
  if (!isFromCode(argument)) {
    const clear = place.kind === 'browser' ? t('Sign Out') : t('Clear');
    const name = oneLine(server.name, 80);
    const question =
      place.kind === 'browser'
        ? t('Sign out of the server “{0}”?', name)
        : t('Forget the token of the server “{0}”?', name);
    if (!(await confirm(question, undefined, clear))) return;
  }
  await inView(async () => {
    if (place.kind === 'browser') await hub.signOut(server.id);
    else await context.secrets.delete(place.name);
    await hub.disconnect(server.id);
  });
};
