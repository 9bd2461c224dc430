import { TORTURE_TOOL } from '../servers/tortureTool.mjs';
import { expect, test } from './support/panel';

const START = { text: 'ab', whole: 1, flag: true, version: 'v2', tags: ['a'] };
const object = (properties: object, rest: object = {}) => ({
  name: 't',
  inputSchema: { type: 'object', properties, ...rest } as never,
});

test('a map is filled, renamed and emptied by keyboard', async ({ panel }) => {
  const { page } = panel;
  await panel.open(TORTURE_TOOL, { init: { args: START } });
  await page.getByRole('button', { name: 'Add headers' }).press('Enter');
  await page.getByRole('button', { name: 'Add entry to headers' }).press('Enter');
  await page.keyboard.type('accept');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('textbox', { name: 'accept', exact: true })).toBeFocused();
  await page.keyboard.type('text/plain');
  await page.getByRole('button', { name: 'Add entry to headers' }).press('Enter');
  await page.keyboard.type('accept');
  await page.keyboard.press('Enter');
  const name = page.getByRole('textbox', { name: 'Name of the new entry' });
  await expect(name).toBeFocused();
  await expect(name).toHaveAccessibleDescription('There is a property of this name already.');
  await page.keyboard.type('-charset');
  await page.keyboard.press('Enter');
  await page.keyboard.type('utf-8');
  // What is typed as a name counts when it is sent.
  await page.getByRole('textbox', { name: 'Name of entry accept', exact: true }).fill('range');
  await page.keyboard.press('Control+Enter');
  expect((await panel.posted('run')).args).toEqual({
    ...START,
    headers: { range: 'text/plain', 'accept-charset': 'utf-8' },
  });
  await page.getByRole('textbox', { name: 'Name of entry range' }).fill('accept-charset');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('region', { name: 'Problems' })).toContainText(
    'There is a property of this name already.',
  );
  expect(await panel.countPosted('run')).toBe(0);
  await page.getByRole('button', { name: 'Remove range' }).press('Enter');
  await expect(page.getByRole('textbox', { name: 'accept-charset', exact: true })).toBeFocused();
  await expect(panel.status).toContainText('range removed.');
  await page.getByRole('textbox', { name: 'Name of entry accept-charset' }).fill('BAD');
  await page.keyboard.press('Enter');
  await expect(page.locator('.entry .problem')).toHaveText('The tool does not accept a property of this name.');
});

test('names that the schema knows are offered', async ({ panel }) => {
  const { page } = panel;
  await panel.open(TORTURE_TOOL, { init: { args: { ...START, regions: { 'eu-west': 1 } } } });
  await page.getByRole('button', { name: 'Add entry to regions' }).press('Enter');
  await page.keyboard.press('ArrowDown');
  await expect(page.locator('.option')).toHaveText(['eu-north', 'us-east']);
  await page.keyboard.type('us');
  await expect(page.locator('.option')).toHaveText(['us-east']);
  await panel.screenshot('names-dark');
  await panel.expectSound();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.keyboard.type('2');
  await page.keyboard.press('Control+Enter');
  expect((await panel.posted('run')).args).toMatchObject({ regions: { 'eu-west': 1, 'us-east': 2 } });
});

test('items are added, copied, moved and removed with the focus kept', async ({ panel }) => {
  const { page } = panel;
  await panel.open(TORTURE_TOOL, { init: { args: { ...START, edits: [{ from: 'a', to: 'b' }] } } });
  await page.getByRole('button', { name: 'Duplicate Item 1' }).nth(1).press('Enter');
  await expect(page.getByRole('textbox', { name: 'from' }).nth(1)).toBeFocused();
  await page.keyboard.type('2');
  const edits = page.getByRole('group', { name: 'edits' });
  await edits.getByRole('button', { name: 'Move Item 2 up' }).press('Enter');
  await expect(edits.getByRole('button', { name: 'Move Item 1 down' })).toBeFocused();
  await expect(panel.status).toHaveText('Moved to place 1 of 2.');
  await page.keyboard.press('Control+Enter');
  const { args } = await panel.posted('run');
  expect((args as { edits: object[] }).edits[1]).toEqual({ from: 'a', to: 'b' });
  expect((args as { edits: object[] }).edits).toHaveLength(2);
  await edits.getByRole('button', { name: 'Remove Item 2' }).press('Enter');
  await edits.getByRole('button', { name: 'Remove Item 1' }).press('Enter');
  await expect(edits.getByRole('button', { name: 'Add item to edits' })).toBeFocused();
  await expect(edits.locator('.unset-note')).toHaveText('empty list');
});

test('a tuple has its places, and items after them', async ({ panel }) => {
  const { page } = panel;
  await panel.open(TORTURE_TOOL, { init: { args: START } });
  await page.getByRole('button', { name: 'Add item to pair' }).press('Enter');
  await expect(page.getByRole('textbox', { name: 'Latitude' })).toBeFocused();
  await page.keyboard.type('48.4');
  await page.getByRole('textbox', { name: 'Longitude' }).fill('10');
  await page.getByRole('button', { name: 'Add item to pair' }).press('Enter');
  await page.keyboard.type('home');
  await page.getByRole('button', { name: 'Add item to range' }).press('Enter');
  await page.keyboard.type('1');
  await page.keyboard.press('Tab');
  await page.keyboard.type('2');
  await expect(page.getByRole('button', { name: 'Add item to range' })).toHaveCount(0);
  await page.keyboard.press('Control+Enter');
  expect((await panel.posted('run')).args).toMatchObject({ pair: [48.4, 10, 'home'], range: [1, 2] });
});

test('variants and types are picked by keyboard, and keep what they share', async ({ panel }) => {
  const { page } = panel;
  await panel.open(TORTURE_TOOL, { init: { args: { ...START, target: { kind: 'mail', to: 'a@b.de', timeout: 5 } } } });
  await page.getByRole('radio', { name: 'Mail' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('radio', { name: 'Web hook' })).toBeFocused();
  await expect(panel.status).toHaveText('Variant: Web hook');
  await expect(page.getByRole('textbox', { name: 'timeout' })).toHaveValue('5');
  await page.getByRole('textbox', { name: 'url' }).fill('https://example.com/');
  await page.getByRole('combobox', { name: 'Type of any' }).selectOption('List');
  await expect(page.getByRole('combobox', { name: 'Type of any' })).toBeFocused();
  await page.getByRole('button', { name: 'Add item to any' }).press('Enter');
  await page.keyboard.type('x');
  await page.keyboard.press('Control+Enter');
  expect((await panel.posted('run')).args).toMatchObject({
    target: { kind: 'hook', url: 'https://example.com/', timeout: 5 },
    any: ['x'],
  });
});

test('many choices are filtered by typing', async ({ panel }) => {
  const { page } = panel;
  await panel.open(TORTURE_TOOL, { init: { args: START } });
  const colour = page.getByRole('combobox', { name: 'colour' });
  await colour.focus();
  await page.keyboard.type('tea');
  await page.keyboard.press('Enter');
  await expect(colour).toHaveValue('teal');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await panel.screenshot('choices-dark');
  await panel.expectSound();
  await page.keyboard.press('Escape');
  await colour.fill('nothing like it');
  await page.keyboard.press('Tab');
  await expect(colour).toHaveValue('teal');
  await page.keyboard.press('Control+Enter');
  expect((await panel.posted('run')).args).toMatchObject({ colour: 'teal' });
});

test('absent, null, empty and the default are told apart', async ({ panel }) => {
  const { page } = panel;
  await panel.open(
    object({
      text: { type: ['string', 'null'] },
      list: { type: 'array', items: { type: 'string' } },
      thing: { type: ['object', 'null'], properties: { a: { type: 'string' } } },
      port: { type: 'integer', default: 8080 },
      none: { type: 'string' },
    }),
  );
  await page.getByRole('combobox', { name: 'Send for text' }).selectOption('empty text');
  await page.getByRole('combobox', { name: 'Send for list' }).selectOption('empty list');
  await page.getByRole('combobox', { name: 'Send for thing' }).selectOption('null');
  await page.getByRole('textbox', { name: 'port' }).fill('1');
  await page.getByRole('combobox', { name: 'Send for port' }).selectOption('default');
  await expect(page.getByRole('textbox', { name: 'port' })).toHaveValue('8080');
  await page.keyboard.press('Control+Enter');
  expect((await panel.posted('run')).args).toEqual({ text: '', list: [], thing: null, port: 8080 });
});

test('a time keeps the zone that was typed', async ({ panel }) => {
  const { page } = panel;
  await panel.open(object({ at: { type: 'string', format: 'date-time' }, day: { type: 'string', format: 'date' } }), {
    init: { args: { at: '2026-03-31T09:30:00+05:45' } },
  });
  await page.getByLabel('at', { exact: true }).fill('2026-04-01T10:00');
  await page.getByLabel('day', { exact: true }).fill('2026-02-28');
  await page.keyboard.press('Control+Enter');
  expect((await panel.posted('run')).args).toEqual({ at: '2026-04-01T10:00:00+05:45', day: '2026-02-28' });
  await page.getByRole('textbox', { name: 'Time zone of at' }).fill('Z');
  await page.getByRole('button', { name: 'Type day as text' }).click();
  await page.getByRole('textbox', { name: 'day' }).fill('soon');
  await expect(page.getByText('Must be a valid date.')).toBeVisible();
  await page.getByRole('button', { name: 'More ways to run' }).click();
  await page.getByRole('menuitem', { name: /Send anyway/ }).click();
  await expect.poll(() => panel.countPosted('run')).toBe(1);
  expect((await panel.posted('run')).args).toEqual({ at: '2026-04-01T10:00:00Z', day: 'soon' });
});

test('a file becomes base64, up to a bound', async ({ panel }) => {
  const { page } = panel;
  await panel.open(object({ file: { type: 'string', contentEncoding: 'base64' } }));
  const choose = async (name: string, buffer: Buffer) => {
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Choose file… for file' }).press('Enter');
    await (await chooser).setFiles({ name, mimeType: 'application/octet-stream', buffer });
  };
  await choose('big.bin', Buffer.alloc(6 * 1024 * 1024));
  await expect(page.getByRole('alert')).toHaveText('big.bin has 6.0 MiB; at most 5.0 MiB can be sent.');
  await choose('<b>small</b>.bin', Buffer.from([0, 255, 128]));
  await expect(page.locator('.picked-name')).toHaveText('<b>small</b>.bin');
  await panel.screenshot('file-dark');
  await panel.expectSound();
  await page.keyboard.press('Control+Enter');
  expect((await panel.posted('run')).args).toEqual({ file: 'AP+A' });
});

test('a group is folded, and opened where a problem is in it', async ({ panel }) => {
  const { page } = panel;
  await panel.open(TORTURE_TOOL, {
    init: { args: { ...START, address: { street: 'x', city: { name: 'Ulm', zip: 'y' } } } },
  });
  const fold = page.getByRole('button', { name: 'Fold address' });
  await fold.press('Enter');
  await expect(fold).toHaveAttribute('aria-expanded', 'false');
  await expect(page.getByRole('textbox', { name: 'zip' })).toHaveCount(0);
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('textbox', { name: 'zip' })).toBeFocused();
  await panel.expectSound();
});

test('a field far down a long form is found from the list of problems', async ({ panel }) => {
  const properties = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`p${index}`, { type: 'string' }]));
  await panel.open(object(properties, { required: ['p390'] }));
  await panel.page.keyboard.press('Control+Enter');
  await expect(panel.page.getByRole('textbox', { name: 'p390' })).toBeFocused();
});
