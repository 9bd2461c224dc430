import { join } from 'node:path';
import { ROOT } from '../../scripts/lib/root.mjs';
import { expect, setUserServers, test } from './support/fixtures';
import type { Workbench } from './support/workbench';

const echo = { command: 'node', args: [join(ROOT, 'test/servers/echoServer.mjs')] };
/** By them one server's process is known. */
const FLAGS = ['--page-size', '50'];
const SERVERS = {
  alpha: { ...echo, name: 'Alpha', pool: { min: 2, max: 3 } },
  beta: { ...echo, name: 'Beta', timeouts: { toolMs: 100 } },
  gamma: { name: 'Gamma', command: 'patchbay-no-such-command', autoConnect: 'manual' },
  fragile: {
    ...echo,
    args: [...echo.args, ...FLAGS],
    name: 'Fragile',
    retry: { initialDelayMs: 1, factor: 1, maxAttempts: 20 },
  },
};
const GROUPS = {
  pair: { strategy: 'weighted', members: [{ server: 'alpha', weight: 3 }, { server: 'beta' }, { server: 'gamma' }] },
};
const FAILURES = 5;

test.beforeAll(({ codeServer }) => setUserServers(codeServer, SERVERS, { groups: GROUPS }));
test.afterAll(({ codeServer }) => setUserServers(codeServer, undefined));

/** Runs the tool whose form is open until that has failed often enough. */
async function failOften({ webview, page }: Workbench, beforeEach: () => Promise<void>): Promise<void> {
  for (let count = 1; count <= FAILURES; count++) {
    await beforeEach();
    const button = webview.getByRole('button', { name: 'Run', exact: true });
    await expect(button).toBeEnabled();
    await button.focus();
    await page.keyboard.press('Control+Enter');
    await expect(webview.locator('details.card')).toHaveCount(count);
  }
}

test('a group, its members, connections, and what is paused after failures show in the tree', async ({ workbench }) => {
  const { page, webview } = workbench;
  const group = (state = /.*/) => workbench.row(new RegExp(`^pair, group of servers, .*${state.source}`));
  await workbench.setTheme('light');
  await workbench.openSideBar();
  for (const folder of await workbench.row(/^Servers of (?!User)/).all()) await workbench.collapse(folder);

  await test.step('a server that dies again and again is paused', async () => {
    const ready = workbench.server('Fragile', /ready/);
    await workbench.rowAction(workbench.server('Fragile'), 'Connect');
    await workbench.expand(workbench.server('Fragile'));
    await workbench.row('crash').click();
    let last: number | undefined;
    await failOften(workbench, async () => {
      // The row of the process before may still be there.
      await expect.poll(() => workbench.processes(FLAGS.join(' '))[0] ?? last).not.toBe(last);
      last = workbench.processes(FLAGS.join(' '))[0];
      await expect(ready).toBeVisible();
    });
    await expect(workbench.server('Fragile', /paused · one try in \d+ s/)).toBeVisible();
    await workbench.collapse(workbench.server('Fragile'));
  });

  await test.step('a group is connected as far as its members can be', async () => {
    await workbench.rowAction(group(), 'Connect');
    await expect(group(/ready · 2\/3 members · \d+ tools/)).toBeVisible();
    await workbench.expand(group());
    await expect(workbench.row('Alpha, member of pair, weight 3 · healthy')).toBeVisible();
    await expect(workbench.row(/^Gamma, member of pair, weight 1 · error/)).toBeVisible();
  });

  await test.step('a member leads to its own row', async () => {
    await workbench.row('Alpha, member of pair').click();
    await expect(workbench.server('Alpha')).toHaveAttribute('aria-selected', 'true');
    await expect(workbench.row(/^Connections, of Alpha, 2 open · 2 idle/)).toBeVisible();
    await workbench.screenshot('groups-pool-light');
    await workbench.rowAction(workbench.row('Connections, of Alpha'), 'Clear Pool');
    await expect(workbench.row(/^Connections, of Alpha, 1 open/)).toBeVisible();
    await workbench.collapse(workbench.server('Alpha'));
    await workbench.collapse(group());
  });

  await test.step('a tool that is too slow is paused, and its server is not', async () => {
    await workbench.expand(workbench.server('Beta'));
    await workbench.row('slow').click();
    const ms = webview.getByLabel(/^ms/i);
    await ms.waitFor();
    await ms.focus();
    await page.keyboard.type('60000');
    await failOften(workbench, async () => {});
    await expect(workbench.row(/^slow, tool of Beta, paused · one try in \d+ s/)).toBeVisible();
    await expect(workbench.server('Beta', /ready/)).toBeVisible();
    await workbench.screenshot('paused-light');
    const hover = page.locator('.monaco-hover').getByText('one call may try at');
    await page.mouse.move(900, 600);
    await workbench.row(/^slow, tool of Beta, paused/).hover();
    await expect(hover).toBeVisible();
    await workbench.screenshot('paused-hover-light');
    // The countdown takes three steps meanwhile.
    const shownAt = Date.now();
    await expect.poll(() => Date.now() - shownAt).toBeGreaterThan(3000);
    await expect(hover).toBeVisible();
    await workbench.setTheme('dark');
    await workbench.screenshot('paused-dark');
    await workbench.collapse(workbench.server('Beta'));
    await workbench.expand(workbench.server('Alpha'));
    await workbench.expand(group());
    await workbench.screenshot('groups-pool-dark');
    await page.mouse.move(900, 600);
    await group().hover();
    await expect(page.locator('.monaco-hover').getByText('by weight')).toBeVisible();
    await workbench.screenshot('group-hover-dark');
  });

  await test.step('all numbers show as tables', async () => {
    await workbench.runCommand('Patchbay: Show Metrics');
    await expect(webview.getByRole('heading', { name: 'Calls by tool' })).toBeVisible();
    await workbench.screenshot('metrics-dark');
  });
});
