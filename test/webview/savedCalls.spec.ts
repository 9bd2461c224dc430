import type { HostMessage } from '../../src/shared/toolPanel';
import { expect, type Panel, test } from './support/panel';
import { result, SUM, text } from './support/tools';

type Listed = Extract<HostMessage, { type: 'savedCalls' }>;

const FOLDER = 'file:///home/me/app';
const calls = [
  { folder: FOLDER, name: 'small', label: 'small', args: '{"a":1,"b":2}' },
  { folder: FOLDER, name: 'large <b>numbers</b>', label: 'large <b>numbers</b>', args: '{"a":100000,"b":250000}' },
  {
    folder: FOLDER,
    name: 'broken',
    label: 'broken',
    args: '{"a":9007199254740993}',
    problem: '9007199254740993 is beyond 2^53.',
  },
];
const problem = { folder: FOLDER, place: '.vscode/patchbay.calls.json:3:5', message: 'Expected a comma', offset: 40 };

async function list(panel: Panel, change: Partial<Listed> = {}): Promise<void> {
  await panel.send({ type: 'savedCalls', calls, problems: [], restricted: false, ...change });
}

/** What the webview asks for next. */
async function asked(panel: Panel): Promise<unknown> {
  return (await panel.posted('savedCalls')).request;
}

const field = (panel: Panel, name: string) => panel.page.getByRole('textbox', { name, exact: true });

for (const theme of ['light', 'dark', 'highContrast'] as const) {
  test(`lists the saved calls of the tool with what can be done: ${theme}`, async ({ panel }) => {
    await panel.open(SUM, { theme, init: { args: { a: 1, b: 2 } } });
    const { page } = panel;
    expect(await asked(panel)).toEqual({ do: 'list' });
    await expect(page.locator('.saved')).toHaveCount(0);
    await list(panel, { problems: [problem] });
    await page.getByText('Saved calls (3)').press('Enter');
    await expect(page.locator('.saved li')).toHaveCount(3);
    await expect(page.getByRole('button', { name: 'large <b>numbers</b>', exact: true })).toBeVisible();
    await expect(page.locator('.saved li').nth(2)).toContainText('beyond 2^53');
    await panel.send({ type: 'arguments', args: { a: 100_000, b: 250_000 }, name: 'large <b>numbers</b>' });
    await panel.send({ type: 'callSaved', name: 'large <b>numbers</b>', leftOut: ['auth.password', 'token'] });
    await expect(page.getByText('saved without its secrets: auth.password, token.')).toBeVisible();
    await panel.screenshot(`saved-${theme}`);
    await panel.expectSound();
    await page.getByRole('button', { name: 'Open File' }).press('Enter');
    expect(await asked(panel)).toEqual({ do: 'openFile', folder: FOLDER, offset: 40 });
    await page.setViewportSize({ width: 360, height: 800 });
    await panel.screenshot(`saved-narrow-${theme}`);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  });
}

test('runs, renames and deletes by keyboard, and the focus stays in the list', async ({ panel }) => {
  await panel.open(SUM);
  const { page } = panel;
  await asked(panel);
  await list(panel);
  await page.getByText('Saved calls (3)').press('Enter');
  await page.keyboard.press('Tab');
  const small = page.getByRole('button', { name: 'small', exact: true });
  await expect(small).toBeFocused();
  await page.keyboard.press('F2');
  expect(await asked(panel)).toEqual({ do: 'rename', folder: FOLDER, name: 'small' });
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  expect(await asked(panel)).toEqual({ do: 'run', folder: FOLDER, name: 'small' });
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('button', { name: 'large <b>numbers</b>', exact: true })).toBeFocused();
  await page.keyboard.press('Delete');
  expect(await asked(panel)).toEqual({ do: 'delete', folder: FOLDER, name: 'large <b>numbers</b>' });
  await list(panel, { calls: calls.filter(({ name }) => !name.startsWith('large')) });
  await expect(page.getByRole('button', { name: 'broken', exact: true })).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  expect(await asked(panel)).toEqual({ do: 'load', folder: FOLDER, name: 'small' });
  await page.keyboard.press('Delete');
  await list(panel, { calls: [] });
  await expect(page.locator('.saved')).toHaveCount(0);
});

test('loading loses nothing that was typed, not even half of a number', async ({ panel }) => {
  await panel.open(SUM);
  const { page } = panel;
  await field(panel, 'a').fill('12e');
  await field(panel, 'b').fill('7');
  await panel.send({ type: 'arguments', args: { a: 1, b: 2 }, name: 'small' });
  await expect(field(panel, 'a')).toHaveValue('1');
  await expect(panel.status).toHaveText('“small” is in the form.');
  await panel.send({ type: 'arguments', args: { a: 3, b: 4 }, name: 'large' });
  await expect(field(panel, 'a')).toHaveValue('3');
  const back = page.getByRole('button', { name: 'Put back what was there' });
  // What came from the file and was not changed since is in the file.
  await back.press('Enter');
  await expect(field(panel, 'a')).toHaveValue('12e');
  await expect(field(panel, 'b')).toHaveValue('7');
  await expect(back).toHaveCount(0);
  await panel.send({ type: 'arguments', args: { a: 3, b: 4 } });
  await field(panel, 'b').fill('5');
  await page.getByRole('button', { name: 'More ways to run' }).press('Enter');
  await page.getByRole('menuitem', { name: /^Reset/ }).press('Enter');
  await expect(field(panel, 'b')).toHaveValue('');
  await expect(page.getByText('The defaults are in the form.')).toBeVisible();
  await back.press('Enter');
  await expect(field(panel, 'b')).toHaveValue('5');
  await back.press('Enter');
  await expect(field(panel, 'a')).toHaveValue('12e');
});

test('a form that was replaced comes back after hiding', async ({ panel }) => {
  await panel.open(SUM);
  const { page } = panel;
  await field(panel, 'a').fill('5e');
  await panel.send({ type: 'arguments', args: { a: 1, b: 2 }, name: 'small' });
  await expect(page.getByText('“small” is in the form.').last()).toBeVisible();
  await expect.poll(() => page.evaluate(() => sessionStorage.getItem('state'))).toContain('small');
  await page.reload();
  await panel.init(SUM);
  await page.getByRole('button', { name: 'Put back what was there' }).press('Enter');
  await expect(field(panel, 'a')).toHaveValue('5e');
});

test('arguments that were brought in while the form was hidden can be undone', async ({ panel }) => {
  const loaded = { name: 'small', before: { a: 8, b: 9 } };
  await panel.open(SUM, { init: { args: { a: 1, b: 2 }, loaded } });
  const { page } = panel;
  await expect(field(panel, 'a')).toHaveValue('1');
  await page.getByRole('button', { name: 'Put back what was there' }).press('Enter');
  await expect(field(panel, 'b')).toHaveValue('9');
  await panel.open(SUM, { init: { args: { a: 1, b: 2 }, loaded: {} } });
  await expect(page.getByText('Other arguments are in the form.')).toBeVisible();
  await page.getByRole('button', { name: 'Close the note on what was in the form' }).press('Enter');
  await expect(page.getByText('Other arguments are in the form.')).toHaveCount(0);
});

test('saves what can be read, under the name that it was loaded by', async ({ panel }) => {
  await panel.open(SUM);
  const { page } = panel;
  const save = page.getByRole('button', { name: 'Save call…' });
  await field(panel, 'a').fill('1x');
  await asked(panel);
  await save.press('Enter');
  await expect(field(panel, 'a')).toBeFocused();
  await field(panel, 'a').fill('1');
  await save.press('Enter');
  expect(await asked(panel)).toEqual({ do: 'save', args: { a: 1 } });
  await panel.send({ type: 'callSaved', name: 'mine', leftOut: [] });
  await expect(panel.status).toHaveText('Saved as “mine”.');
  await save.press('Enter');
  expect(await asked(panel)).toEqual({ do: 'save', args: { a: 1 }, name: 'mine' });
});

test('only lists in Restricted Mode, and waits with running while something runs', async ({ panel }) => {
  await panel.open(SUM, { init: { args: { a: 1, b: 2 } } });
  const { page } = panel;
  await asked(panel);
  await list(panel, { restricted: true });
  await page.getByText('Saved calls (3)').press('Enter');
  await expect(page.getByText('In Restricted Mode they are only listed.')).toBeVisible();
  await expect(page.getByRole('button', { name: /^Run “/ })).toHaveCount(0);
  await page.getByRole('button', { name: 'small', exact: true }).press('Enter');
  await page.getByRole('button', { name: 'Manage Workspace Trust' }).press('Enter');
  expect(await asked(panel)).toEqual({ do: 'manageTrust' });
  await list(panel);
  await page.keyboard.press('Control+Enter');
  await panel.send({ type: 'started', run: { id: 'r', at: 0 } });
  await expect(page.getByRole('button', { name: 'Run “small”' })).toBeDisabled();
  await panel.finish(result([text('3')]));
});
