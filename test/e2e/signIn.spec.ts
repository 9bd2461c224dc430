import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AuthTestServer, startAuthServer } from '../servers/authServer.mjs';
import { type GuardedServer, startGuardedServer } from './support/authorizationServer';
import { expect, setUserServers, test } from './support/fixtures';

let server: GuardedServer;
let local: AuthTestServer;

test.beforeAll(async ({ codeServer }) => {
  server = await startGuardedServer();
  local = await startAuthServer();
  await setUserServers(codeServer, {
    guarded: { name: 'Guarded', url: server.url, auth: { type: 'oauth' } },
    token: { name: 'Token', url: server.url },
    local: { name: 'Local', url: local.url, auth: { type: 'oauth' } },
  });
});

test.afterAll(async ({ codeServer }) => {
  await setUserServers(codeServer, undefined);
  await server.close();
  await local.close();
});

test('a sign-in that this window would spoil is refused at once', async ({ workbench }) => {
  await workbench.openSideBar();
  await workbench.rowAction(workbench.server('Local'), 'Connect');
  const notification = workbench.page
    .locator('.notification-toast')
    .filter({ hasText: 'is on the machine of the editor' });
  await expect(notification).toContainText('set a token for this server');
  await expect(workbench.server('Local', /sign-in needed/)).toBeVisible();
  expect(local.counts.authorize).toBe(0);
  expect(workbench.page.context().pages()).toHaveLength(1);
  await workbench.screenshot('sign-in-refused');
  await notification.hover();
  await notification.getByRole('button', { name: /^Clear/ }).click();
});

test('signs in with the browser, calls a tool and signs out', async ({ workbench }) => {
  const { page, webview, dialog } = workbench;
  await workbench.setTheme('light');
  await workbench.openSideBar();
  const context = page.context();
  const first = context.waitForEvent('page');
  await workbench.rowAction(workbench.server('Guarded'), 'Connect');
  await (await first).close();
  const notification = page.locator('.notification-toast').filter({ hasText: 'Signing in to “Guarded”' });
  await notification.getByRole('button', { name: 'Cancel' }).click();
  await expect(workbench.server('Guarded', /sign-in needed/)).toBeVisible();
  await expect(page.locator('.notification-toast')).toHaveCount(0);
  await workbench.expand(workbench.server('Guarded'));
  await workbench.screenshot('sign-in-needed-light');

  const opened = context.waitForEvent('page');
  await workbench.row('Sign in').click();
  const browser = await opened;
  await expect(notification).toBeVisible();
  await workbench.screenshot('signing-in-light');
  await workbench.setTheme('dark');
  await workbench.screenshot('signing-in-dark');
  await browser.getByRole('link', { name: 'Agree' }).click();
  await expect(workbench.server('Guarded', /ready/)).toBeVisible();
  expect(server.counts).toMatchObject({ authorize: 1, code: 1 });
  await workbench.screenshot('signed-in-dark');

  await workbench.row('echo').click();
  await webview.getByRole('textbox', { name: /text/i }).focus();
  await page.keyboard.type('let me in');
  await page.keyboard.press('Control+Enter');
  await expect(webview.getByText('let me in').first()).toBeVisible();

  await workbench.server('Guarded').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Clear Token' }).click();
  await expect(dialog).toContainText('Sign out of the server “Guarded”?');
  await workbench.screenshot('sign-out-dark');
  await page.keyboard.press('Enter');
  await expect(workbench.server('Guarded', /not connected/)).toBeVisible();
  expect(server.counts.revoke).toBeGreaterThan(0);
});

test('a server that answers 401 takes a token, which stays out of the file', async ({ workbench, codeServer }) => {
  const { page, quickInput } = workbench;
  server.acceptToken('secret-token-of-the-test');
  await workbench.setTheme('light');
  await workbench.openSideBar();
  await workbench.rowAction(workbench.server('Token'), 'Connect');
  await expect(workbench.server('Token', /sign-in needed/)).toBeVisible();
  await workbench.expand(workbench.server('Token'));
  await workbench.screenshot('token-needed-light');
  await workbench.row('Set token or sign in').click();
  await expect(quickInput).toContainText('Credentials for Token');
  await workbench.screenshot('token-way-light');
  // A key before the list has its lines would be lost.
  const line = quickInput.locator('.monaco-list-row.focused');
  await expect(line).toContainText('Sign in with your browser');
  await page.keyboard.press('ArrowDown');
  await expect(line).toContainText('Enter a token');
  await page.keyboard.press('Enter');
  await expect(quickInput).toContainText('Token for Token');
  const box = quickInput.locator('input[type=password]');
  await expect(box).toBeFocused();
  await page.keyboard.type('secret-token-of-the-test');
  await expect(box).toHaveValue('secret-token-of-the-test');
  await page.keyboard.press('Enter');
  await expect(workbench.server('Token', /ready/)).toBeVisible();
  const text = await readFile(join(codeServer.userData, 'User/globalStorage/patchbay.patchbay/patchbay.json'), 'utf8');
  expect(text).toContain('${secret:token-token}');
  expect(text).not.toContain('secret-token-of-the-test');
});
