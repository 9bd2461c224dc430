import { expect, type Panel, test } from './support/panel';
import { EDIT_FILE, result, SUM, text } from './support/tools';

const edit = (panel: Panel) => panel.page.getByRole('button', { name: 'Edit as JSON' });
const field = (panel: Panel, name: string) => panel.page.getByRole('textbox', { name, exact: true });

test('the editor gets all arguments, and the form follows it', async ({ panel }) => {
  await panel.open(EDIT_FILE, { init: { args: { path: 'a.txt', edits: [{ oldText: 'a', newText: 'b' }], more: 1 } } });
  await edit(panel).press('Enter');
  const args = { path: 'a.txt', edits: [{ oldText: 'a', newText: 'b' }], more: 1 };
  expect(await panel.posted('editAsJson')).toEqual({ type: 'editAsJson', args });
  await panel.send({ type: 'jsonEditor', open: true, revision: 0, text: JSON.stringify(args) });
  const typed = { path: 'b.txt', edits: [{ oldText: 'x', newText: 'y' }] };
  await panel.send({ type: 'jsonEditor', open: true, revision: 1, text: JSON.stringify(typed) });
  await expect(field(panel, 'path')).toHaveValue('b.txt');
  await expect(panel.page.getByRole('textbox', { name: 'newText' })).toHaveValue('y');
  await panel.page.keyboard.press('Control+Enter');
  expect((await panel.finish(result([text('ok')]))).args).toEqual(typed);
});

test('what cannot be read in a field is shown before the editor opens', async ({ panel }) => {
  await panel.open(SUM);
  await field(panel, 'a').fill('1e');
  await edit(panel).press('Enter');
  await expect(field(panel, 'a')).toBeFocused();
  expect(await panel.countPosted('editAsJson')).toBe(0);
});

for (const theme of ['light', 'dark', 'highContrast'] as const) {
  test(`the form says that the JSON cannot be read, and leads to it by keyboard: ${theme}`, async ({ panel }) => {
    await panel.open(SUM, { theme, init: { args: { a: 1, b: 2 } } });
    const { page } = panel;
    await panel.send({ type: 'jsonEditor', open: true, revision: 0, text: '{"a": 1, "b": 2}' });
    await edit(panel).focus();
    const problem = 'Line 1, column 7: A value is missing.';
    await panel.send({ type: 'jsonEditor', open: true, revision: 1, text: '{"a": 1, "b": 2}', problem });
    const open = page.getByRole('button', { name: 'Open JSON' });
    await expect(open).toBeFocused();
    await expect(page.getByText('The JSON has an error', { exact: true })).toBeVisible();
    await expect(page.getByText('The JSON in the editor has an error.')).toBeAttached();
    await panel.screenshot(`json-error-${theme}`);
    await panel.expectSound();
    await page.setViewportSize({ width: 420, height: 600 });
    await panel.screenshot(`json-error-narrow-${theme}`);
    // A closed editor keeps its text; half a number in the form does not stand in the way of it.
    await panel.send({ type: 'jsonEditor', open: false, revision: 1, problem });
    await field(panel, 'a').fill('1e');
    await open.press('Enter');
    expect(await panel.posted('editAsJson')).toEqual({ type: 'editAsJson' });
    await field(panel, 'a').fill('1');
    await panel.send({ type: 'jsonEditor', open: true, revision: 2, text: '{"a": 1, "b": 2}' });
    await expect(edit(panel)).toBeVisible();
    await expect(field(panel, 'b')).toHaveValue('2');
  });
}

test('arguments of a tool that is not known yet are written as JSON', async ({ panel }) => {
  const state = { kind: 'disconnected', label: 'not connected' };
  await panel.open(undefined, { init: { toolName: 'get-sum', state, args: { a: 1 } } });
  await edit(panel).press('Enter');
  expect(await panel.posted('editAsJson')).toEqual({ type: 'editAsJson', args: { a: 1 } });
  await panel.screenshot('json-unknown-dark');
  await panel.expectSound();
  await panel.send({ type: 'jsonEditor', open: true, revision: 0, text: '{"a": 1}' });
  await panel.send({ type: 'jsonEditor', open: true, revision: 1, text: '{"a": 1, "b": 2}' });
  const tool = { name: 'get-sum', annotations: {}, sensitive: false, inputSchema: SUM.inputSchema ?? true };
  await panel.send({ type: 'tool', tool });
  await expect(field(panel, 'b')).toHaveValue('2');
});

test('arguments brought in before the tool is known come before the text of the editor', async ({ panel }) => {
  await panel.open(undefined, { init: { toolName: 'get-sum', args: { a: 7 }, loaded: { name: 'mine' } } });
  await panel.send({ type: 'jsonEditor', open: true, revision: 3, text: '{"a": 1}' });
  expect(await panel.countPosted('argsChanged')).toBe(0);
  const tool = { name: 'get-sum', annotations: {}, sensitive: false, inputSchema: SUM.inputSchema ?? true };
  await panel.send({ type: 'tool', tool });
  await expect(field(panel, 'a')).toHaveValue('7');
  expect(await panel.posted('argsChanged')).toEqual({ type: 'argsChanged', args: { a: 7 }, revision: 3 });
});
