import { startDemoServer } from '../../../scripts/lib/demoServer.mjs';
import { copyDemo } from '../../../scripts/lib/demoWorkspace.mjs';
import { freePort } from '../../../scripts/lib/ports.mjs';

export interface Demo {
  readonly workspace: string;
  /** Path of its .vscode/patchbay.json. */
  readonly config: string;
  stop(): Promise<void>;
}

/** A copy of the demo workspace with its HTTP server, on a port of its own. */
export async function startDemo(): Promise<Demo> {
  const port = await freePort();
  const { workspace, config, remove } = await copyDemo(port);
  const server = await startDemoServer(port);
  return {
    workspace,
    config,
    async stop() {
      await server.stop();
      await remove();
    },
  };
}
