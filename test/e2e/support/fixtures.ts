import { existsSync } from 'node:fs';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test as base } from '@playwright/test';
import { type CodeServer, startCodeServer } from '../../../scripts/lib/codeServer.mjs';
import { ROOT } from '../../../scripts/lib/root.mjs';
import { type Demo, startDemo } from './demo';
import { Workbench } from './workbench';

interface WorkerFixtures {
  demo: Demo;
  codeServer: CodeServer;
}

/** The theme follows the colour scheme that a test gives the page. */
const SETTINGS = {
  'window.autoDetectColorScheme': true,
  'window.autoDetectHighContrast': true,
  // Pictures show what is there, not how it comes.
  'workbench.reduceMotion': 'on',
};

/** `workbench`: a window on a copy of the demo workspace, with the packaged extension. One VS Code for a whole file. */
export const test = base.extend<{ workbench: Workbench }, WorkerFixtures>({
  demo: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures that are needed from this pattern.
    async ({}, use) => {
      const demo = await startDemo();
      await use(demo);
      await demo.stop();
    },
    { scope: 'worker' },
  ],
  codeServer: [
    async ({ demo }, use) => {
      const vsix = join(ROOT, 'patchbay.vsix');
      if (!existsSync(vsix)) throw new Error('patchbay.vsix does not exist. Run npm run package first.');
      const server = await startCodeServer({
        workspace: demo.workspace,
        vsix,
        settings: SETTINGS,
        prepareExtensions: (folder) =>
          cp(join(ROOT, 'test/e2e/support/model'), join(folder, 'patchbay-test.parrot-1.0.0'), { recursive: true }),
      });
      await use(server);
      await mkdir(join(ROOT, 'test-results'), { recursive: true });
      await writeFile(join(ROOT, 'test-results', 'e2e-code-server.log'), server.log());
      await server.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  workbench: async ({ page, codeServer }, use, info) => {
    const workbench = new Workbench(page, codeServer);
    await workbench.open();
    await use(workbench);
    if (info.status !== info.expectedStatus) {
      await workbench.screenshot(`failed-${info.title.replace(/\W+/g, '-').toLowerCase()}`);
    }
  },
});

/** Writes the configuration file of the user, for windows that are opened afterwards; undefined: deletes it. */
export async function setUserServers(
  { userData }: CodeServer,
  servers: object | undefined,
  settings: object = {},
): Promise<void> {
  const file = join(userData, 'User/globalStorage/patchbay.patchbay/patchbay.json');
  await mkdir(dirname(file), { recursive: true });
  if (servers) await writeFile(file, JSON.stringify({ version: 1, ...settings, servers }, null, 2));
  else await rm(file, { force: true });
}

export { expect } from '@playwright/test';
