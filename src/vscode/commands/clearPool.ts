import * as vscode from 'vscode';
import { pick, showInformation } from '../adapters/messages';
import { stateIcon, stateWords } from '../tree/stateWords';
import type { CommandHandler } from './context';
import { themeIcon } from './pickServer';
import { isFromCode, readTarget, requireServer } from './target';

/** Closes the connections beyond the first one, each after its calls: of a server, of a group's members, or of all. */
export const clearPool: CommandHandler = async (context, argument) => {
  const { t } = vscode.l10n;
  const { server: named } = readTarget(argument);
  const hub = await context.services.hub();
  let id: string | undefined = named;
  if (named === undefined && !isFromCode(argument)) {
    const pooled = hub.servers().filter(({ pool }) => pool !== undefined);
    if (pooled.length === 0) {
      void showInformation(t('No server has more than one connection: see “pool” in its configuration.'));
      return;
    }
    const rows = pooled.map((server) => ({
      label: server.name,
      description: stateWords(server, undefined, t),
      iconPath: themeIcon(stateIcon(server)),
      value: { id: server.id as string | undefined },
    }));
    const all = { label: t('All servers'), value: { id: undefined } };
    const chosen = await pick([all, ...rows], { placeHolder: t('Server whose further connections to close') });
    if (!chosen) return;
    id = chosen.id;
  }
  if (id === undefined) {
    hub.clearPool();
    return;
  }
  const { group } = await requireServer(context, hub, id);
  for (const member of group?.members.map((one) => one.id) ?? [id]) hub.clearPool(member);
};
