import { cp, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './root.mjs';

/** The port that demo/.vscode/patchbay.json names. */
export const DEMO_PORT = 3917;

/**
 * A copy of the demo workspace in a temporary folder of its own, so that several can be open at once.
 * @param {number} port Of the demo server over HTTP; the copy's configuration names it.
 * @returns {Promise<{ workspace: string, config: string, remove(): Promise<void> }>}
 */
export async function copyDemo(port) {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'patchbay-demo-')));
  const workspace = join(home, 'demo');
  const config = join(workspace, '.vscode', 'patchbay.json');
  const remove = () => rm(home, { recursive: true, force: true, maxRetries: 5 });
  try {
    await cp(join(ROOT, 'demo'), workspace, { recursive: true });
    // The demo names its servers by the node_modules folder beside it.
    await symlink(join(ROOT, 'node_modules'), join(home, 'node_modules'), 'junction');
    const text = await readFile(config, 'utf8');
    await writeFile(config, text.replaceAll(`127.0.0.1:${DEMO_PORT}`, `127.0.0.1:${port}`));
  } catch (error) {
    await remove();
    throw error;
  }
  return { workspace, config, remove };
}
