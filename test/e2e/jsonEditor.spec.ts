import { expect, test } from './support/fixtures';

test('arguments are written as JSON in an editor that knows the schema, by keyboard', async ({ workbench }) => {
  const { page, webview } = workbench;
  const editor = page.locator('.part.editor .monaco-editor').last();
  const lines = editor.locator('.view-lines');
  const suggestions = page.locator('.suggest-widget.visible');
  const suggestion = (name: string) => suggestions.getByRole('option', { name: new RegExp(`^"?${name}`) });
  await workbench.setTheme('light');
  await workbench.openSideBar();
  await workbench.rowAction(workbench.server('Everything'), 'Connect');
  await workbench.dialog.getByRole('button', { name: 'Allow' }).click();
  await expect(workbench.server('Everything', /ready/)).toBeVisible();
  await workbench.expand(workbench.server('Everything'));
  await workbench.row('get-structured-content').click();
  const edit = webview.getByRole('button', { name: 'Edit as JSON' });
  await edit.focus();
  await page.keyboard.press('Enter');
  await expect(lines).toContainText('{');
  await expect(page.getByRole('tab', { name: /get-structured-content\.arguments/ })).toBeVisible();

  await test.step('completes names and values', async () => {
    await page.keyboard.press('Control+Space');
    await expect(suggestion('location')).toBeVisible();
    await workbench.screenshot('json-editor-names-light');
    await page.keyboard.press('Enter');
    await expect(lines).toContainText('"location": ');
    await expect(suggestion('Chicago')).toBeVisible();
    await workbench.setTheme('dark');
    await workbench.screenshot('json-editor-values-dark');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect(lines).toContainText('"Chicago"');
  });

  await test.step('the form follows', async () => {
    await expect(webview.getByRole('radio', { name: 'Chicago' })).toBeChecked();
  });

  await test.step('an error is shown at its place, and mended', async () => {
    await page.keyboard.press('End');
    await page.keyboard.type(', ');
    await expect(editor.locator('.squiggly-error')).toBeVisible();
    await expect(webview.getByText('The JSON has an error')).toBeVisible();
    await expect(webview.getByRole('radio', { name: 'Chicago' })).toBeChecked();
    await page.keyboard.press('Control+Enter');
    await expect(page.getByText(/The arguments cannot be sent/).first()).toBeVisible();
    await workbench.screenshot('json-editor-error-dark');
  });

  await test.step('a text that cannot be read outlives its editor, and is mended', async () => {
    await workbench.runCommand('View: Close Editor');
    await expect(page.getByRole('tab', { name: /get-structured-content\.arguments/ })).toBeHidden();
    await expect(workbench.dialog).toBeHidden();
    await workbench.screenshot('json-editor-closed-dark');
    await webview.getByRole('button', { name: 'Open JSON' }).focus();
    await page.keyboard.press('Enter');
    await expect(lines).toContainText('"Chicago", ');
    await page.keyboard.press('Control+End');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('End');
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Backspace');
    await expect(webview.getByText('The JSON has an error')).toBeHidden();
    await expect(edit).toBeVisible();
  });

  await test.step('runs what is written', async () => {
    await page.keyboard.press('Control+Enter');
    await expect(webview.getByText('The tool answered').first()).toBeAttached();
    await expect(webview.getByText('"Chicago"').or(webview.getByText('temperature')).first()).toBeVisible();
    await expect(editor.locator('textarea, .native-edit-context').first()).toBeFocused();
    await workbench.setTheme('light');
    await workbench.screenshot('json-editor-result-light');
  });

  await test.step('follows the form, and closes without a question', async () => {
    await webview.getByText('New York').first().click();
    await expect(lines).toContainText('"New York"');
    await editor.click();
    await page.keyboard.press('Control+Z');
    await expect(lines).toContainText('"Chicago"');
    await expect(webview.getByRole('radio', { name: 'Chicago' })).toBeChecked();
    await workbench.runCommand('View: Close Editor');
    await expect(page.getByRole('tab', { name: /get-structured-content\.arguments/ })).toBeHidden();
    await expect(workbench.dialog).toBeHidden();
    await expect(webview.getByRole('radio', { name: 'Chicago' })).toBeChecked();
  });
});
