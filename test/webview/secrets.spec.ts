import type { JsonObject } from '../../src/shared/json';
import { expect, type Panel, test } from './support/panel';

const state = (panel: Panel) => panel.page.evaluate(() => sessionStorage.getItem('state'));
const login = (token: JsonObject) => ({ type: 'object', properties: { token, port: { type: 'integer' } } });
const MARKED = { name: 'login', inputSchema: login({ type: 'string', format: 'password' }), secretNames: ['token'] };

/** The state that the host was last given to keep. */
async function kept(panel: Panel): Promise<JsonObject> {
  let state = (await panel.posted('keep')).state;
  while ((await panel.countPosted('keep')) > 0) state = (await panel.posted('keep')).state;
  return state as JsonObject;
}

test('secrets are with the host only, and there again in a panel that was hidden', async ({ panel }) => {
  await panel.open({ ...MARKED, sensitive: true }, { init: { args: { port: 1 } } });
  await panel.page.getByRole('textbox', { name: 'port' }).fill('1e');
  await panel.page.getByRole('textbox', { name: 'token' }).fill('hunter2');
  await expect(async () => expect(await kept(panel)).toMatchObject({ texts: { '/port': '1e' } })).toPass();
  await panel.page.getByRole('textbox', { name: 'token' }).fill('hunter3');
  await panel.page.keyboard.press('Control+Enter');
  const last = await kept(panel);
  expect(await state(panel)).toBe('{"server":"everything","tool":"login"}');
  await panel.open({ ...MARKED, sensitive: true }, { init: { kept: last } });
  await expect(panel.page.getByRole('textbox', { name: 'token' })).toHaveValue('hunter3');
  await expect(panel.page.getByRole('textbox', { name: 'port' })).toHaveValue('1e');
  expect(await state(panel)).not.toContain('hunter');
});

test('what was typed unseen stays unseen when its mark is taken away', async ({ panel }) => {
  await panel.open({ ...MARKED, sensitive: true });
  const field = panel.page.getByRole('textbox', { name: 'token' });
  await field.fill('hunter2');
  const tool = { ...MARKED, annotations: {}, inputSchema: login({ type: 'string' }), sensitive: false };
  await panel.send({ type: 'tool', tool: { ...tool, description: 'Changed.' } });
  await expect(panel.page.getByText('Changed.')).toBeVisible();
  await expect(field).toHaveValue('hunter2');
  await expect(field).toHaveAttribute('type', 'password');
  await panel.page.getByRole('textbox', { name: 'port' }).fill('7');
  await expect(async () => expect(await kept(panel)).toMatchObject({ args: { port: 7 } })).toPass();
  expect(await state(panel)).not.toContain('hunter2');
  await panel.screenshot('secret-dark');
});

test('an entry that is named like a secret is kept by the host while it has a text', async ({ panel }) => {
  const inputSchema = { type: 'object', properties: { note: { type: 'string' } }, additionalProperties: true };
  await panel.open({ name: 'any', inputSchema }, { init: { args: { 'api-key': 'sk-1' } } });
  await panel.page.getByRole('textbox', { name: 'note' }).fill('a');
  expect(await kept(panel)).toMatchObject({ args: { 'api-key': 'sk-1' } });
  expect(await state(panel)).toBe('{"server":"everything","tool":"any"}');
  await panel.send({ type: 'arguments', args: { note: 'b' } });
  // What it took the place of can be put back, so that it is kept too.
  expect(JSON.stringify(await kept(panel))).toContain('sk-1');
  expect(await state(panel)).not.toContain('sk-1');
});
