import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from './support/fixtures';

test('keeps a call by name, takes it back into the form, and follows the file', async ({ workbench, demo }) => {
  const { page, webview } = workbench;
  const file = join(demo.workspace, '.vscode/patchbay.calls.json');
  await workbench.setTheme('dark');
  await workbench.openSideBar();
  await workbench.rowAction(workbench.server('Everything'), 'Connect');
  await workbench.dialog.getByRole('button', { name: 'Allow' }).click();
  await expect(workbench.server('Everything', /ready/)).toBeVisible();
  await workbench.expand(workbench.server('Everything'));
  await workbench.row('get-sum').click();
  const [a, b] = [webview.getByLabel(/^a\b/i), webview.getByLabel(/^b\b/i)];
  await a.fill('2');
  await b.fill('40');

  await test.step('save', async () => {
    await webview.getByRole('button', { name: 'Save call…' }).press('Enter');
    const input = workbench.quickInput.getByRole('textbox');
    await expect(input).toHaveValue('a 2, b 40');
    await workbench.screenshot('save-call-dark');
    await input.fill('the answer');
    await page.keyboard.press('Enter');
    await expect(webview.getByText('Saved calls (1)')).toBeVisible();
    const { calls } = JSON.parse(await readFile(file, 'utf8'));
    expect(calls).toEqual([{ name: 'the answer', server: 'everything', tool: 'get-sum', arguments: { a: 2, b: 40 } }]);
  });

  await test.step('load, and back', async () => {
    await a.fill('5');
    await webview.getByRole('button', { name: 'the answer', exact: true }).press('Enter');
    await expect(a).toHaveValue('2');
    await workbench.screenshot('saved-calls-dark');
    await webview.getByRole('button', { name: 'Put back what was there' }).press('Enter');
    await expect(a).toHaveValue('5');
    await webview.getByRole('button', { name: 'Run “the answer”' }).press('Enter');
    await expect(webview.getByText('The sum of 2 and 40 is 42.')).toBeVisible();
    await expect(a).toHaveValue('5');
  });

  await test.step('rename, replace after a question, delete after a question', async () => {
    await webview.getByRole('button', { name: 'the answer', exact: true }).press('F2');
    await workbench.quickInput.getByRole('textbox').fill('renamed');
    await page.keyboard.press('Enter');
    await expect(webview.getByRole('button', { name: 'renamed', exact: true })).toBeVisible();
    await webview.getByRole('button', { name: 'Save call…' }).press('Enter');
    await workbench.quickInput.getByRole('textbox').fill('renamed');
    await page.keyboard.press('Enter');
    await workbench.dialog.getByRole('button', { name: 'Replace' }).click();
    await expect(webview.getByText('{"a":5,"b":40}')).toBeVisible();
    await webview.getByRole('button', { name: 'Delete “renamed”' }).press('Enter');
    await workbench.dialog.getByRole('button', { name: 'Delete' }).click();
    await expect(webview.getByText(/^Saved calls/)).toHaveCount(0);
  });

  await test.step('an edit by hand', async () => {
    const call = { name: 'by hand', server: 'everything', tool: 'get-sum', arguments: { a: 20, b: 22 } };
    const lost = { name: 'lost', server: 'nobody', tool: 'x' };
    await workbench.retrying(
      () => writeFile(file, `// shared\n${JSON.stringify({ calls: [call, lost] })}`),
      () => expect(webview.getByText('Saved calls (1)')).toBeVisible({ timeout: 3_000 }),
    );
    await workbench.runCommand('Patchbay: Run Saved Call…');
    await expect(workbench.quickInput.getByText('nobody · no such server')).toBeVisible();
    await workbench.setTheme('light');
    await workbench.screenshot('run-saved-call-light');
    await workbench.pick('by hand');
    await expect(a).toHaveValue('20');
    await expect(webview.getByText('is 42', { exact: false })).toHaveCount(1);
    await a.focus();
    await page.keyboard.press('Control+Enter');
    await expect(webview.getByText('The sum of 20 and 22 is 42.')).toBeVisible();
    await workbench.screenshot('saved-calls-light');
  });

  await test.step('a broken file', async () => {
    await workbench.retrying(
      () => writeFile(file, '{\n  "calls": [\n    { "name": \n'),
      () => expect(webview.getByText(/patchbay\.calls\.json:\d+:\d+: Expected/)).toBeVisible({ timeout: 3_000 }),
    );
    await webview.getByRole('button', { name: 'Save call…' }).press('Enter');
    await expect(page.locator('.notification-toast').getByText(/cannot be read, so it was not changed/)).toBeVisible();
    await workbench.screenshot('saved-calls-broken-light');
    await webview.getByRole('button', { name: 'Open File' }).press('Enter');
    await expect(page.getByRole('tab', { name: /patchbay\.calls\.json/ })).toBeVisible();
    expect(await readFile(file, 'utf8')).toBe('{\n  "calls": [\n    { "name": \n');
  });
});
