import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { PatchbayApi, ServerSnapshot } from '../../../src/api';

/** The root of the repository, where the test servers are. */
export const repository = process.env.PATCHBAY_REPOSITORY ?? '';
export const echoServer = join(repository, 'test/servers/echoServer.mjs');
export const sdkServer = join(repository, 'test/servers/sdkServer.mjs');
export const everythingServer = join(repository, 'node_modules/@modelcontextprotocol/server-everything/dist/index.js');

export function extension(): vscode.Extension<PatchbayApi> {
  const found = vscode.extensions.getExtension<PatchbayApi>('patchbay.patchbay');
  assert.ok(found, 'Patchbay is not installed');
  return found;
}

/** The API, with the configuration loaded as it is when somebody looks at the tree. */
export async function openView(): Promise<PatchbayApi> {
  const api = await extension().activate();
  await vscode.commands.executeCommand('patchbay.servers.focus');
  await until(api, () => api.servers().length > 0);
  return api;
}

/** Resolves with a server as soon as it is as wanted. The test's own time limit ends the wait. */
export async function serverThat(
  api: PatchbayApi,
  id: string,
  isWanted: (server: ServerSnapshot) => boolean,
): Promise<ServerSnapshot> {
  const find = () => api.servers().find((server) => server.id === id && isWanted(server));
  await until(api, () => find() !== undefined);
  return find() ?? assert.fail();
}

export function stateOf(api: PatchbayApi, id: string): string | undefined {
  return api.servers().find((server) => server.id === id)?.state.kind;
}

/** Puts a server into the user's configuration, where no approval is asked for. */
export async function addUserServer(id: string, entry: object): Promise<void> {
  assert.equal(await vscode.commands.executeCommand('patchbay.addServer', { server: id, entry, where: 'user' }), id);
}

export async function removeServers(api: PatchbayApi, ...ids: string[]): Promise<void> {
  for (const server of ids) {
    if (stateOf(api, server) !== undefined) await vscode.commands.executeCommand('patchbay.removeServer', { server });
  }
  await until(api, () => ids.every((id) => stateOf(api, id) === undefined));
}

export function workspaceConfig(): vscode.Uri {
  return inFolder('.vscode/patchbay.json');
}

export function savedCalls(): vscode.Uri {
  return inFolder('.vscode/patchbay.calls.json');
}

function inFolder(path: string): vscode.Uri {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(folder, 'no folder is open');
  return vscode.Uri.joinPath(folder.uri, path);
}

/** The text of the user's configuration file. */
export async function userConfigText(): Promise<string> {
  await vscode.commands.executeCommand('patchbay.openUserConfig');
  const document = vscode.window.activeTextEditor?.document ?? assert.fail('The file did not open.');
  return new TextDecoder().decode(await vscode.workspace.fs.readFile(document.uri));
}

/**
 * Changes the user's configuration on disk. It is read with the next server that is added or removed: an open editor may not
 * have followed yet, and a file watcher may miss it.
 */
export async function editUserConfig(change: (config: Record<string, unknown>) => object): Promise<void> {
  await vscode.commands.executeCommand('patchbay.openUserConfig');
  const { uri } = vscode.window.activeTextEditor?.document ?? assert.fail('The file did not open.');
  const config = JSON.parse(new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)));
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(JSON.stringify(change(config), null, 2)));
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Asks again at every change of a server and, as a removal changes none, every 50 ms. */
async function until(api: PatchbayApi, isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, 50);
      const subscription = api.onDidChangeServers(done);
      function done() {
        clearTimeout(timer);
        subscription.dispose();
        resolve();
      }
    });
  }
}
