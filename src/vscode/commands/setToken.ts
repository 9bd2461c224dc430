import * as vscode from 'vscode';
import { PatchbayError } from '../../base/errors';
import type { ServerDefinition } from '../../core/config/definition';
import type { ServerSnapshot } from '../../core/hubTypes';
import { editConfigFile } from '../adapters/configDocument';
import { askText, pick } from '../adapters/messages';
import { oneLine } from '../plainText';
import type { CommandContext, CommandHandler } from './context';
import { serverFor } from './pickServer';
import { connectFor, inView } from './progress';
import { usableDefinition } from './serverDefinition';
import { isFromCode } from './target';
import { suggestSecretName, tokenPlace } from './tokenPlace';

/**
 * Sets what a server is given to let this client in, in the Secret Storage, and connects again where that was waited for.
 * A server that signs in with a browser is signed in. From code: `{ server, value }`; a person with a server that sends
 * no credentials yet chooses between the two.
 */
export const setToken: CommandHandler = async (context, argument) => {
  const { t } = vscode.l10n;
  const chosen = await serverFor(context, argument, {
    placeHolder: t('Server to set the token of'),
    suits: ({ transport, group }) => transport !== 'stdio' && group === undefined,
    none: t('No server takes a token: those that run as a program get theirs from their environment.'),
  });
  if (!chosen) return;
  const { hub, server } = chosen;
  const definition = await usableDefinition(context, server);
  const place = tokenPlace(definition.entry.auth);
  if (place.kind === 'program') {
    throw new PatchbayError('config', `The token of "${server.id}" comes from a program.`, {
      hint: 'Connect again to run it, or change "auth".',
    });
  }
  if (place.kind === 'browser') {
    await connectFor(hub, server.id);
    return;
  }
  if (definition.entry.url === undefined) {
    throw new PatchbayError(
      'config',
      `"${server.id}" runs as a program and gets its credentials from its environment.`,
      {
        hint: 'Use ${secret:name} in "env" and "Set Secret".',
      },
    );
  }
  if (place.kind === 'none' && !isFromCode(argument)) {
    const way = await askWay(server.name);
    if (way === undefined) return;
    if (way === 'browser') {
      await writeAuth(context, definition, (text, { setServerKey }) =>
        setServerKey(text, server.id, ['auth'], { type: 'oauth' }),
      );
      await connectFor(hub, server.id);
      return;
    }
  }
  const isRefused = place.kind === 'secret' && wantsOtherToken(server);
  const value = isFromCode(argument) ? givenToken(argument) : await askToken(server.name, isRefused);
  if (value === undefined) return;
  if (value === '') {
    await connectFor(hub, server.id);
    return;
  }
  const name = place.kind === 'secret' ? place.name : suggestSecretName(server.id, await context.secrets.names());
  const before = hub.server(server.id)?.state ?? server.state;
  await context.secrets.set(name, value);
  if (place.kind !== 'secret') await writeReference(context, definition, name);
  // An entry of a workspace that is another one now is approved anew by the person who is there.
  if (before.kind === 'connected') await inView(() => hub.reconnect(server.id, { interactive: true }));
  if (GOES_ON.includes(before.kind)) await connectFor(hub, server.id);
};

/** States, beside the connected one, in which the server is wanted. */
const GOES_ON: readonly string[] = ['authRequired', 'needsInput', 'connecting', 'reconnecting'];

function askWay(serverName: string): Promise<'browser' | 'token' | undefined> {
  const { t } = vscode.l10n;
  return pick<'browser' | 'token'>(
    [
      {
        label: t('Sign in with your browser'),
        description: t('OAuth: the server says where'),
        iconPath: new vscode.ThemeIcon('globe'),
        value: 'browser',
      },
      {
        label: t('Enter a token'),
        description: t('Bearer, kept in the Secret Storage of VS Code'),
        iconPath: new vscode.ThemeIcon('key'),
        value: 'token',
      },
    ],
    { title: t('Credentials for {0}', oneLine(serverName, 80)), placeHolder: t('How does this server let you in?') },
  );
}

/** Whether what a server was given to let this client in was refused. */
export function wantsOtherToken({ state }: ServerSnapshot): boolean {
  return state.kind === 'authRequired' && state.error.code === 401;
}

/** Empty, which only one that was refused may be: the same is to be sent once more. */
async function askToken(serverName: string, isRefused: boolean): Promise<string | undefined> {
  const { t } = vscode.l10n;
  const value = await askText({
    title: t('Token for {0}', oneLine(serverName, 80)),
    prompt: isRefused
      ? t('The server refused the one that is stored. Enter another one, or nothing to send the same once more.')
      : t('Kept in the Secret Storage of VS Code.'),
    password: true,
    ignoreFocusOut: true,
    validateInput: (text) => (text.trim() === '' && !isRefused ? t('Enter a value.') : undefined),
  });
  return value?.trim() || (isRefused && value !== undefined ? '' : undefined);
}

function givenToken(argument: unknown): string {
  const { value } = argument as { value?: unknown };
  if (typeof value === 'string' && value.trim() !== '') return value.trim();
  throw new PatchbayError('config', 'This command takes { server, value }: both texts, and neither empty.');
}

/** Puts the reference to the secret where the token stood, or asks for a bearer token where the entry names none. */
function writeReference(context: CommandContext, definition: ServerDefinition, name: string): Promise<void> {
  const { id, entry } = definition;
  const reference = `\${secret:${name}}`;
  const keys = { bearer: 'token', apiKey: 'key', basic: 'password' } as const;
  const type = entry?.auth.type;
  return writeAuth(context, definition, (text, { setServerKey }) =>
    type === 'bearer' || type === 'apiKey' || type === 'basic'
      ? setServerKey(text, id, ['auth', keys[type]], reference)
      : setServerKey(text, id, ['auth'], { type: 'bearer', token: reference }),
  );
}

type Core = Awaited<ReturnType<CommandContext['services']['core']>>;

/** Resolves when the engine knows the entry as it was edited. */
async function writeAuth(
  { services, configFiles }: CommandContext,
  { id, source }: ServerDefinition,
  edit: (text: string, core: Core) => ReturnType<Core['setServerKey']>,
): Promise<void> {
  if (source.kind === 'adHoc') throw new PatchbayError('config', `"${id}" stands in no file.`);
  const core = await services.core();
  await editConfigFile(configFiles.uriOf(source.path), (text) => edit(text, core));
  configFiles.announceChange();
  await services.reload();
}
