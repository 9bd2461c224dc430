import { expect, test } from './support/panel';
import { DEPLOY, EDIT_FILE, PNG, result, SUM, text } from './support/tools';

test('fills in and runs by keyboard alone', async ({ panel }) => {
  await panel.open(SUM);
  const { keyboard } = panel.page;
  await expect(panel.page.getByRole('textbox', { name: 'a', exact: true })).toBeFocused();
  await keyboard.type('2');
  await keyboard.press('Tab');
  await keyboard.type('40.5');
  await keyboard.press('Control+Enter');
  const run = await panel.finish(result([text('The sum of 2 and 40.5 is 42.5.')]));
  expect(run.args).toEqual({ a: 2, b: 40.5 });
  await expect(panel.page.getByText('The sum of 2 and 40.5 is 42.5.')).toBeVisible();
  await expect(panel.status).toHaveText('The tool answered after 128 ms.');
  await panel.expectSound();
});

test('shows what is missing at the fields, focuses the first, and links to each', async ({ panel }) => {
  await panel.open(SUM);
  const a = panel.page.getByRole('textbox', { name: 'a', exact: true });
  await panel.page.keyboard.press('Tab');
  await panel.page.keyboard.press('Control+Enter');
  await expect(a).toBeFocused();
  await expect(a).toHaveAttribute('aria-invalid', 'true');
  await expect(a).toHaveAccessibleDescription(/First number.*A value is required/);
  await expect(panel.status).toHaveText('2 problems: a: A value is required.');
  await panel.page
    .getByRole('region', { name: 'Problems' })
    .getByRole('button', { name: 'b: A value is required.' })
    .click();
  await expect(panel.page.getByRole('textbox', { name: 'b', exact: true })).toBeFocused();
  expect(await panel.countPosted('run')).toBe(0);
  await panel.expectSound();
});

test('says what is wrong while typing, by the schema', async ({ panel }) => {
  await panel.open(DEPLOY);
  const replicas = panel.page.getByRole('textbox', { name: 'Replicas' });
  await replicas.fill('11');
  await expect(panel.page.getByText('Must be at most 10.')).toBeVisible();
  await replicas.fill('9007199254740993');
  await expect(panel.page.getByText('9007199254740993 is beyond 2^53 and would not arrive as typed.')).toBeVisible();
  await replicas.fill('3');
  await expect(replicas).not.toHaveAttribute('aria-invalid', 'true');
});

test('sends anyway what does not fit, but never what cannot be read', async ({ panel }) => {
  await panel.open(DEPLOY, { init: { args: { service: 'x', replicas: 99 } } });
  const more = panel.page.getByRole('button', { name: 'More ways to run' });
  await more.focus();
  await panel.page.keyboard.press('Enter');
  await expect(panel.page.getByRole('menuitem', { name: /Send anyway/ })).toBeFocused();
  await panel.page.keyboard.press('Enter');
  expect((await panel.finish(result([text('ok')]))).args).toEqual({ service: 'x', replicas: 99 });
  await panel.page.getByRole('textbox', { name: 'Replicas' }).fill('1e400');
  await more.click();
  await panel.page.getByRole('menuitem', { name: /Send anyway/ }).click();
  await expect(panel.page.getByRole('textbox', { name: 'Replicas' })).toBeFocused();
  expect(await panel.countPosted('run')).toBe(0);
});

test('draws every kind of field and sends typed values', async ({ panel }) => {
  await panel.open(DEPLOY);
  const { page } = panel;
  await page.getByRole('textbox', { name: 'Service' }).fill('billing');
  await page.getByRole('radiogroup', { name: 'Environment' }).getByText('Staging').click();
  await page.getByRole('radiogroup', { name: 'level' }).getByText('20').click();
  await page.getByRole('radiogroup', { name: 'Confirm' }).getByText('false').click();
  await page.getByRole('combobox', { name: 'Send for Owner' }).selectOption('null');
  await page.getByRole('textbox', { name: 'Item 1' }).fill('eu-west');
  await page.getByRole('button', { name: 'Add item to Regions' }).click();
  await page.keyboard.type('us-east');
  await page.getByRole('button', { name: 'Move Item 2 up' }).click();
  await page.getByRole('button', { name: 'Add Limits' }).click();
  await expect(page.getByRole('textbox', { name: 'CPU' })).toBeFocused();
  await page.keyboard.type('0.5');
  await page.getByRole('radiogroup', { name: 'Variant of Target' }).getByText('Object with host').click();
  await page.getByRole('textbox', { name: 'host' }).fill('h');
  await panel.screenshot('kinds-dark');
  await panel.expectSound();
  await page.keyboard.press('Control+Enter');
  const run = await panel.finish(result([text('ok')]));
  expect(run.args).toEqual({
    service: 'billing',
    environment: 1,
    replicas: 2,
    level: 20,
    confirm: false,
    owner: null,
    apiVersion: 'v2',
    regions: ['us-east', 'eu-west'],
    limits: { cpu: 0.5 },
    target: { host: 'h' },
  });
});

test('tells empty text from absent', async ({ panel }) => {
  await panel.open({
    name: 'echo',
    inputSchema: { type: 'object', properties: { message: { type: 'string' } }, required: ['message'] },
  });
  await panel.page.getByRole('combobox', { name: 'Send for message' }).selectOption('empty text');
  await panel.page.keyboard.press('Control+Enter');
  expect((await panel.finish(result([text('Echo: ')]))).args).toEqual({ message: '' });
});

test('keeps the arguments over a reload', async ({ panel }) => {
  await panel.open(SUM);
  await panel.page.getByRole('textbox', { name: 'a', exact: true }).fill('7');
  expect((await panel.posted('argsChanged')).args).toEqual({ a: 7 });
  await panel.page.reload();
  await panel.init(SUM);
  await expect(panel.page.getByRole('textbox', { name: 'a', exact: true })).toHaveValue('7');
});

test('keeps what cannot be read yet in a field', async ({ panel }) => {
  const inputSchema = { type: 'object', properties: { n: { type: 'number' }, any: {}, s: { type: 'string' } } };
  const tool = { name: 'half', inputSchema };
  await panel.open(tool, { init: { args: { s: 'x' } } });
  await panel.page.getByRole('textbox', { name: 'n', exact: true }).fill('1e');
  await panel.page.getByRole('combobox', { name: 'Type of any' }).selectOption('JSON');
  await panel.page.getByRole('textbox', { name: 'any' }).fill('{"half":');
  await panel.page.reload();
  await panel.init(tool, { init: { args: { s: 'x' } } });
  const unread = async () => {
    await expect(panel.page.getByRole('textbox', { name: 'n', exact: true })).toHaveValue('1e');
    await expect(panel.page.getByRole('textbox', { name: 'any' })).toHaveValue('{"half":');
    await expect(panel.page.getByRole('textbox', { name: 's' })).toHaveValue('x');
  };
  await unread();
  const changed = { ...tool, annotations: {}, sensitive: false, description: 'Described.' };
  await panel.send({ type: 'tool', tool: changed });
  await expect(panel.page.getByText('Described.')).toBeVisible();
  await unread();
});

test('keeps what was typed while the server of a window that was reloaded is not there', async ({ panel }) => {
  await panel.open(SUM);
  await panel.page.getByRole('textbox', { name: 'a', exact: true }).fill('7');
  await panel.posted('argsChanged');
  await panel.page.reload();
  await panel.init(undefined, {
    init: { toolName: 'get-sum', state: { kind: 'disconnected', label: 'not connected' } },
  });
  await expect(panel.page.getByRole('button', { name: 'Connect' })).toBeVisible();
  const tool = { name: 'get-sum', annotations: {}, sensitive: false, inputSchema: SUM.inputSchema ?? true };
  await panel.send({ type: 'tool', tool });
  await expect(panel.page.getByRole('textbox', { name: 'a', exact: true })).toHaveValue('7');
});

test('puts the focus into the first field of an item that was added', async ({ panel }) => {
  await panel.open(EDIT_FILE);
  const before = await panel.page.getByRole('textbox', { name: 'oldText' }).count();
  await panel.page.getByRole('button', { name: /^Add item to/ }).click();
  await expect(panel.page.getByRole('textbox', { name: 'oldText' }).nth(before)).toBeFocused();
});

test('shows progress, time and cancel while it runs', async ({ panel }) => {
  await panel.open(SUM, { init: { args: { a: 1, b: 2 } } });
  await panel.page.keyboard.press('Control+Enter');
  const { id } = (await panel.posted('run')) as unknown as { id: string };
  const at = await panel.page.evaluate(() => Date.now());
  await panel.send({ type: 'started', run: { id, at } });
  await panel.send({ type: 'progress', id, progress: 3, total: 5, message: 'Copying' });
  await expect(panel.page.getByRole('progressbar')).toHaveAttribute('value', '3');
  await expect(panel.page.getByText('3 of 5')).toBeVisible();
  await expect(panel.status).toHaveText('Running get-sum.');
  await panel.screenshot('running-dark');
  await panel.expectSound();
  await panel.page.keyboard.press('Control+Enter');
  expect(await panel.countPosted('run')).toBe(0);
  await panel.page.locator('.run-bar').getByRole('button', { name: 'Cancel' }).click();
  expect((await panel.posted('cancel')).id).toBe(id);
  await panel.send({
    type: 'finished',
    run: {
      id,
      at,
      durationMs: 900,
      outcome: { status: 'failed', kind: 'cancelled', message: 'The call was cancelled.' },
    },
  });
  await expect(panel.page.getByText('Cancelled', { exact: true })).toBeVisible();
  await expect(panel.status).toHaveText('Cancelled.');
});

test('shows every kind of content, newest on top, errors in words', async ({ panel }) => {
  await panel.open(SUM, { init: { args: { a: 1, b: 2 } } });
  const { page } = panel;
  const structured = {
    temperature: 22.5,
    conditions: 'Partly cloudy',
    tags: ['a', 'b'],
    wind: { speed: 3, gusts: null },
  };
  const runOnce = async (outcome: Parameters<typeof panel.finish>[0]) => {
    await page.keyboard.press('Control+Enter');
    return panel.finish(outcome);
  };
  await runOnce(result([text(JSON.stringify(structured))], { structured }));
  await expect(page.getByText('Partly cloudy')).toHaveCount(1);
  await runOnce(
    result([
      { type: 'image', mimeType: 'image/png', data: PNG },
      {
        type: 'resource',
        uri: 'demo://resource/1',
        title: 'Resource 1',
        mimeType: 'text/plain',
        text: 'Hello',
        cut: false,
      },
      { type: 'resource', uri: 'javascript:alert(1)', title: '<img src=x onerror=alert(1)>', cut: false },
      text('{"id": 9007199254740993, "ok": true}'),
      text('{"ok": true}'),
    ]),
  );
  await expect(page.locator('img')).toHaveCount(1);
  await expect(page.getByText('<img src=x onerror=alert(1)>')).toBeVisible();
  await expect(page.getByText('9007199254740993')).toBeVisible();
  await expect(page.locator('a')).toHaveCount(0);
  await panel.screenshot('content-dark');
  await panel.expectSound();
  const run = await runOnce(result([text('The disk is full.')], { isError: true }));
  await expect(page.getByText('Tool error')).toBeVisible();
  await expect(page.getByText('The disk is full.')).toBeVisible();
  await expect(page.locator('details.card[open]')).toHaveCount(1);
  await page.locator('.card').first().getByRole('button', { name: 'Open in editor' }).click();
  expect(await panel.posted('openInEditor')).toEqual({ type: 'openInEditor', id: run.id });
  await page.locator('.card').first().getByRole('button', { name: 'Copy' }).click();
  expect(await panel.posted('copy')).toEqual({ type: 'copy', id: run.id });
  await page.getByRole('button', { name: 'Raw JSON' }).first().click();
  await expect(page.locator('pre.code').first()).toContainText('"content"');
});

test('a slow pattern of a server does not freeze the form', async ({ panel }) => {
  await panel.open({
    name: 'slow',
    inputSchema: { type: 'object', properties: { x: { type: 'string', pattern: '^(a+)+$' }, y: { type: 'string' } } },
  });
  await panel.page.getByRole('textbox', { name: 'x' }).fill(`${'a'.repeat(50)}!`);
  await panel.page.getByRole('textbox', { name: 'y' }).fill('still alive');
  await expect(panel.page.getByText(/Checking took too long/)).toBeVisible();
  await panel.page.keyboard.press('Control+Enter');
  expect((await panel.posted('run')).args).toMatchObject({ y: 'still alive' });
});

test('a tool without arguments is one key away', async ({ panel }) => {
  await panel.open({ name: 'get-tiny-image', inputSchema: { type: 'object', properties: {} } });
  await expect(panel.page.getByText('This tool takes no arguments.')).toBeVisible();
  await expect(panel.page.getByRole('button', { name: 'Run', exact: true })).toBeFocused();
  await panel.page.keyboard.press('Enter');
  expect((await panel.posted('run')).args).toEqual({});
  await panel.expectSound();
});

test('offers to connect where the tool is not known yet, and follows the server', async ({ panel }) => {
  await panel.open(undefined, {
    init: { toolName: 'get-sum', state: { kind: 'disconnected', label: 'not connected' } },
  });
  await panel.screenshot('unknown-dark');
  await panel.expectSound();
  await panel.page.getByRole('button', { name: 'Connect' }).click();
  await panel.posted('connect');
  await panel.send({ type: 'serverState', state: { kind: 'connecting', label: 'connecting…' } });
  await expect(panel.page.getByText('Connecting to Everything…')).toBeVisible();
  await panel.send({ type: 'serverState', state: { kind: 'connected', label: 'ready' } });
  const tool = { name: 'get-sum', annotations: {}, sensitive: false, inputSchema: SUM.inputSchema ?? true };
  await panel.send({ type: 'tool', tool });
  await expect(panel.page.getByRole('textbox', { name: 'a', exact: true })).toBeVisible();
  await panel.page.getByRole('textbox', { name: 'a', exact: true }).fill('5');
  await panel.send({ type: 'tool' });
  await expect(panel.page.getByText('Everything no longer offers this tool.')).toBeVisible();
  await expect(panel.page.getByRole('textbox', { name: 'a', exact: true })).toHaveValue('5');
});

for (const theme of ['light', 'dark', 'highContrast'] as const) {
  test(`looks right: ${theme}`, async ({ panel }) => {
    const args = {
      service: 'billing',
      environment: 1,
      replicas: 11,
      regions: ['eu-west', ''],
      owner: 'nobody',
      apiVersion: 'v2',
    };
    await panel.open(DEPLOY, { theme, init: { args } });
    await expect(panel.page.getByText('Must be at most 10.')).toBeVisible();
    await panel.page.keyboard.press('Control+Enter');
    await expect(panel.page.getByRole('region', { name: 'Problems' })).toBeVisible();
    await panel.screenshot(`errors-${theme}`);
    await panel.expectSound();
    await panel.open(EDIT_FILE, {
      theme,
      init: { args: { path: 'notes/today.md', edits: [{ oldText: 'Tuesday', newText: 'Wednesday' }], dryRun: true } },
    });
    await panel.page.keyboard.press('Control+Enter');
    await panel.finish(
      result([
        text(
          '```diff\n--- notes/today.md\n+++ notes/today.md\n@@ -1,2 +1,2 @@\n-Tuesday\n+Wednesday\n   unchanged;\n   line;\n```',
        ),
      ]),
    );
    await expect(panel.page.locator('pre.block')).toBeVisible();
    await panel.screenshot(`result-${theme}`);
    await panel.expectSound();
    await panel.page.setViewportSize({ width: 520, height: 900 });
    await panel.screenshot(`narrow-${theme}`);
    await panel.expectSound();
  });
}
