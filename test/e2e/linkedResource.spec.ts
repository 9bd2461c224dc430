import { expect, test } from './support/fixtures';

test('what a result only links to is read from its server, opened and read again, by keyboard', async ({
  workbench,
}) => {
  const { page, webview } = workbench;
  await workbench.setTheme('light');
  await workbench.openSideBar();
  await workbench.rowAction(workbench.server('Everything'), 'Connect');
  await workbench.dialog.getByRole('button', { name: 'Allow' }).click();
  await expect(workbench.server('Everything', /ready/)).toBeVisible();
  await workbench.expand(workbench.server('Everything'));
  await workbench.row('get-resource-links').click();
  await webview.getByRole('button', { name: 'Run', exact: true }).press('Enter');

  const read = webview.getByRole('button', { name: 'Read Text Resource 2' });
  await read.press('Enter');
  const again = webview.getByRole('button', { name: 'Read again Text Resource 2' });
  await expect(again).toBeFocused();
  await expect(webview.locator('.linked-contents')).toContainText('Resource 2: This is a plaintext resource');
  await webview.getByRole('button', { name: 'Read Blob Resource 1' }).press('Enter');
  await expect(webview.locator('.linked-contents')).toHaveCount(2);
  await workbench.screenshot('linked-resource-light');

  // The webview of a hidden panel is gone.
  await workbench.row('echo').click();
  await expect(webview.getByRole('heading', { name: 'Echo Tool' })).toBeVisible();
  await page.getByRole('tab', { name: /^get-resource-links/ }).click();
  await expect(webview.locator('.linked-contents')).toHaveCount(2);
  await workbench.setTheme('dark');
  await workbench.screenshot('linked-resource-dark');
  await again.press('Enter');
  await expect(webview.locator('.linked-contents')).toHaveCount(2);
});
