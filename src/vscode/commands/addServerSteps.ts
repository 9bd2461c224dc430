import * as vscode from 'vscode';
import type { JsonObject } from '../../shared/json';
import { askText, pick } from '../adapters/messages';
import { workspaceConfigName } from '../contributions';
import { splitCommandLine, suggestServerId } from './commandLine';
import type { CommandContext } from './context';

/** A server entry and the file that it goes to. */
export interface ServerToAdd {
  readonly id: string;
  readonly entry: JsonObject;
  readonly uri: vscode.Uri;
}

const SERVER_ID = /^[A-Za-z0-9_.-]{1,64}$/;
const STEPS = 4;

/** Four short questions: kind, command or URL, id, file. Undefined where the person leaves one. */
export async function askServer(context: CommandContext): Promise<ServerToAdd | undefined> {
  const transport = await askTransport();
  if (!transport) return undefined;
  const entry = transport === 'stdio' ? await askCommand() : await askUrl();
  if (!entry) return undefined;
  const taken = (await context.services.hub()).servers().map(({ id }) => id);
  const id = await askId(suggestServerId(entry.names, taken), taken);
  if (id === undefined) return undefined;
  const uri = await askPlace(context);
  return uri && { id, entry: entry.value, uri };
}

async function askTransport(): Promise<'stdio' | 'http' | undefined> {
  const { t } = vscode.l10n;
  const stdio = {
    label: t('Command'),
    description: 'stdio',
    detail: t('A program that Patchbay starts on this machine, such as “npx -y some-server”'),
    iconPath: new vscode.ThemeIcon('terminal'),
    value: 'stdio' as const,
  };
  const http = {
    label: t('URL'),
    description: 'HTTP',
    detail: t('A server that runs already, such as “https://example.com/mcp”'),
    iconPath: new vscode.ThemeIcon('globe'),
    value: 'http' as const,
  };
  return pick<'stdio' | 'http'>([stdio, http], {
    title: stepTitle(1),
    placeHolder: t('How is the server reached?'),
  });
}

async function askCommand() {
  const { t } = vscode.l10n;
  const escapes = process.platform !== 'win32';
  const line = await askText({
    title: stepTitle(2),
    prompt: t('The command line that starts the server'),
    placeHolder: 'npx -y @modelcontextprotocol/server-everything',
    ignoreFocusOut: true,
    validateInput(text) {
      const words = splitCommandLine(text, escapes);
      if (words === undefined) return t('A quote is not closed.');
      return words[0] ? undefined : t('Enter a command.');
    },
  });
  const words = line === undefined ? undefined : splitCommandLine(line, escapes);
  const [command, ...args] = words ?? [];
  return words && command ? { value: { command, ...(args.length > 0 ? { args } : {}) }, names: words } : undefined;
}

async function askUrl() {
  const { t } = vscode.l10n;
  const text = await askText({
    title: stepTitle(2),
    prompt: t('The address of the MCP endpoint'),
    placeHolder: 'https://example.com/mcp',
    ignoreFocusOut: true,
    validateInput: (value) => (httpUrl(value) ? undefined : t('Enter a URL that begins with http:// or https://.')),
  });
  const url = text === undefined ? undefined : httpUrl(text);
  return url && { value: { url: text?.trim() ?? '' }, names: url };
}

function httpUrl(text: string): URL | undefined {
  const url = URL.parse(text.trim());
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : undefined;
}

async function askId(value: string, taken: readonly string[]): Promise<string | undefined> {
  const { t } = vscode.l10n;
  return askText({
    title: stepTitle(3),
    prompt: t('A short id, the key in the configuration file'),
    value,
    ignoreFocusOut: true,
    validateInput(text) {
      if (!SERVER_ID.test(text)) return t('1 to 64 letters, digits, “_”, “-” or “.”.');
      return taken.includes(text) ? t('There is a server with this id.') : undefined;
    },
  });
}

async function askPlace({ configFiles }: CommandContext): Promise<vscode.Uri | undefined> {
  const { t } = vscode.l10n;
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 0) return configFiles.userUri;
  const workspace = folders.map((folder) => ({
    label: folders.length > 1 ? t('Workspace folder {0}', folder.name) : t('Workspace'),
    description: workspaceConfigName,
    detail: t('For everyone who opens this folder. Each person approves it once.'),
    iconPath: new vscode.ThemeIcon('root-folder'),
    value: configFiles.workspaceUri(folder),
  }));
  const user = {
    label: t('User'),
    detail: t('For you, in every workspace'),
    iconPath: new vscode.ThemeIcon('account'),
    value: configFiles.userUri,
  };
  return pick<vscode.Uri>([...workspace, user], {
    title: stepTitle(STEPS),
    placeHolder: t('Where to keep the server?'),
  });
}

function stepTitle(step: number): string {
  return vscode.l10n.t('Add MCP Server ({0}/{1})', step, STEPS);
}
