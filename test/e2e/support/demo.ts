import { cp, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEMO_PORT, startDemoServer } from '../../../scripts/lib/demoServer.mjs';
import { ROOT } from '../../../scripts/lib/root.mjs';

export interface Demo {
  readonly workspace: string;
  /** Path of its .vscode/patchbay.json. */
  readonly config: string;
  stop(): Promise<void>;
}

/** A copy of the demo workspace with its HTTP server, on a port of its own. */
export async function startDemo(): Promise<Demo> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'patchbay-e2e-')));
  const workspace = join(home, 'demo');
  const port = await freePort();
  await cp(join(ROOT, 'demo'), workspace, { recursive: true });
  // The demo names its servers by the node_modules folder beside it.
  await symlink(join(ROOT, 'node_modules'), join(home, 'node_modules'), 'junction');
  const config = join(workspace, '.vscode', 'patchbay.json');
  await writeFile(config, (await readFile(config, 'utf8')).replaceAll(String(DEMO_PORT), String(port)));
  const server = await startDemoServer(port);
  return {
    workspace,
    config,
    async stop() {
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
