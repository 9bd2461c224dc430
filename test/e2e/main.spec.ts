import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { ROOT } from '../../scripts/lib/root.mjs';
import { expect, test } from './support/fixtures';
import type { Workbench } from './support/workbench';

const STDIO_SERVER = 'server-everything/dist/index.js stdio';

/** By its plug in the tree. An entry of the workspace runs only after the person allowed it. */
async function connect(workbench: Workbench, name: string): Promise<void> {
  await workbench.rowAction(workbench.server(name), 'Connect');
  await workbench.dialog.getByRole('button', { name: 'Allow' }).click();
  await expect(workbench.server(name, /ready/)).toBeVisible();
}

/** Types over what stands in the field that has the focus. `Control+A` would come back late, by way of the workbench. */
async function replaceText(page: Page, text: string): Promise<void> {
  await page.keyboard.press('End');
  await page.keyboard.press('Shift+Home');
  await page.keyboard.type(text);
}

test('connects servers, fills forms by keyboard and shows the answers', async ({ workbench }) => {
  const { page, webview } = workbench;
  await workbench.setTheme('light');
  await workbench.openSideBar();
  await connect(workbench, 'Everything (HTTP)');
  await connect(workbench, 'Everything');
  await workbench.expand(workbench.server('Everything'));
  await workbench.screenshot('tree-light');

  await test.step('echo', async () => {
    await workbench.row('echo').click();
    const message = webview.getByRole('textbox', { name: /message/i });
    await message.waitFor();
    await workbench.screenshot('form-light');
    await message.focus();
    await page.keyboard.type('hello, patch bay');
    await page.keyboard.press('Control+Enter');
    await expect(webview.getByText('Echo: hello, patch bay')).toBeVisible();
    await workbench.screenshot('result-light');
  });

  await test.step('numbers, checked before anything is sent', async () => {
    await workbench.row('get-sum').click();
    const [a, b] = [webview.getByLabel(/^a\b/i), webview.getByLabel(/^b\b/i)];
    await a.waitFor();
    await a.focus();
    await page.keyboard.type('2');
    await page.keyboard.press('Tab');
    await b.focus();
    await page.keyboard.type('forty');
    await page.keyboard.press('Control+Enter');
    await expect(b).toBeFocused();
    await expect(b).toHaveAttribute('aria-invalid', 'true');
    await expect(webview.getByText('The result appears here.')).toBeVisible();
    await workbench.setTheme('dark');
    await workbench.screenshot('invalid-dark');
    await replaceText(page, '40');
    await page.keyboard.press('Control+Enter');
    await expect(webview.getByText('The sum of 2 and 40 is 42.')).toBeVisible();
    await workbench.screenshot('result-dark');
  });

  await test.step('a tool of the HTTP server, with progress', async () => {
    await workbench.collapse(workbench.server('Everything'));
    await workbench.expand(workbench.server('Everything (HTTP)'));
    await workbench.row('trigger-long-running-operation').click();
    const duration = webview.getByLabel(/^duration/i);
    await duration.waitFor();
    await workbench.screenshot('form-dark');
    await duration.focus();
    await replaceText(page, '3');
    await page.keyboard.press('Control+Enter');
    await expect(webview.getByRole('progressbar')).toBeVisible();
    await workbench.screenshot('progress-dark');
    await expect(webview.getByText(/Long running operation completed/)).toBeVisible();
    await workbench.screenshot('tree-dark');
    await workbench.setTheme('highContrast');
    await workbench.screenshot('result-high-contrast');
  });
});

test('a server whose process was killed comes back by itself', async ({ workbench }) => {
  await workbench.openSideBar();
  await workbench.setTheme('dark');
  const before = workbench.processes(STDIO_SERVER);
  await connect(workbench, 'Everything');
  const started = workbench.processes(STDIO_SERVER).filter((pid) => !before.includes(pid));
  expect(started).toHaveLength(1);
  for (const pid of started) process.kill(pid, 'SIGKILL');
  await expect(workbench.server('Everything', /reconnecting/)).toBeVisible();
  await workbench.screenshot('reconnecting-dark');
  await expect(workbench.server('Everything', /ready/)).toBeVisible();
  const again = workbench.processes(STDIO_SERVER).filter((pid) => !before.includes(pid));
  expect(again).toHaveLength(1);
  expect(again).not.toEqual(started);
});

test('a server that cannot start says why', async ({ workbench }) => {
  await workbench.openSideBar();
  await workbench.setTheme('dark');
  await workbench.rowAction(workbench.server('Broken on purpose'), 'Connect');
  await workbench.dialog.getByRole('button', { name: 'Allow' }).click();
  await expect(workbench.server('Broken on purpose', /error.*no-such-mcp-server/)).toBeVisible();
  await workbench.screenshot('error-dark');
});

test('a saved file changes only what changed', async ({ workbench, demo, codeServer }) => {
  await workbench.openSideBar();
  const before = workbench.processes(STDIO_SERVER);
  await connect(workbench, 'Everything');
  const started = workbench.processes(STDIO_SERVER).filter((pid) => !before.includes(pid));
  const text = await readFile(demo.config, 'utf8');
  try {
    await workbench.retrying(
      () => writeFile(demo.config, text.replace('"name": "Memory"', '"name": "Notes"')),
      () => expect(workbench.server('Notes')).toBeVisible({ timeout: 3_000 }),
    );
    await expect(workbench.server('Memory')).toHaveCount(0);
    await expect(workbench.server('Everything', /ready/)).toBeVisible();
    expect(workbench.processes(STDIO_SERVER)).toEqual(expect.arrayContaining(started));
  } finally {
    await writeFile(demo.config, text);
  }
  expect(codeServer.log()).not.toContain('Uncaught');
});

test('an extension host that is killed leaves no server behind', async ({ workbench }) => {
  await workbench.openSideBar();
  const before = workbench.processes(STDIO_SERVER);
  await connect(workbench, 'Everything');
  const started = workbench.processes(STDIO_SERVER).filter((pid) => !before.includes(pid));
  expect(started).toHaveLength(1);
  const host = workbench.ancestors(started[0] ?? 0).find((pid) => workbench.processes('extensionHost').includes(pid));
  expect(host).toBeDefined();
  process.kill(host ?? 0, 'SIGKILL');
  await expect.poll(() => started.filter(isRunning)).toEqual([]);
});

test('a server that is added is shown and connected, also where it brings the first group', async ({ workbench }) => {
  const { page } = workbench;
  await workbench.openSideBar();
  await expect(workbench.server('Everything')).toBeVisible();
  for (const id of ['mine', 'other']) {
    await workbench.runCommand('Patchbay: Add Server');
    await workbench.pick('A program that Patchbay starts');
    const input = page.locator('.quick-input-widget input[type="text"]');
    for (const [title, text] of [
      ['Add MCP Server (2/4)', `node ${join(ROOT, 'test/servers/echoServer.mjs')}`],
      ['Add MCP Server (3/4)', id],
    ] as const) {
      await page.locator('.quick-input-title').filter({ hasText: title }).waitFor();
      await input.fill(text);
      await page.keyboard.press('Enter');
    }
    await workbench.pick('For you, in every workspace');
    const row = workbench.server(id, /ready/);
    await expect(row).toBeVisible();
    await expect(row).toHaveAttribute('aria-selected', 'true');
    // Below the group of its file.
    await expect(row).toHaveAttribute('aria-level', '2');
  }
  await expect(page.getByText('Cannot resolve tree item')).toHaveCount(0);
  await workbench.screenshot('added-light');
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
