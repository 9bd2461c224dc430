import { expect, test } from './support/panel';
import { PNG, result, SUM, text } from './support/tools';

const ARGS = { init: { args: { a: 1, b: 2 } } };
const MARKDOWN = [
  '# Report <script>alert(1)</script>',
  '',
  'All **done**, see [the log](https://example.test/log) and ![chart](https://example.test/c.png).',
  '',
  '- one',
  '  - below one',
  '- two with `code`',
  '',
  '| Name | Count |',
  '|------|------:|',
  '| a | 1 |',
  '',
  '```',
  '<b>not bold</b>',
  '```',
].join('\n');
const ORDERS = {
  orders: [
    { id: 1, customer: 'Ada', paid: true },
    { id: 2, customer: '<b>Bob</b>', note: null },
  ],
  total: 2,
};
const ORDERS_SCHEMA = {
  type: 'object',
  properties: { total: { type: 'string' }, orders: { type: 'array', items: { required: ['id'] } } },
};

for (const theme of ['light', 'dark', 'highContrast'] as const) {
  test(`draws Markdown, tables and the check of the output: ${theme}`, async ({ panel }) => {
    await panel.open(SUM, { ...ARGS, theme });
    const { page } = panel;
    await page.keyboard.press('Control+Enter');
    const outcome = result([text(MARKDOWN)], { structured: ORDERS, output: { schema: ORDERS_SCHEMA } });
    await panel.finish(outcome);
    await expect(page.getByRole('heading', { name: 'Report <script>alert(1)</script>' })).toBeVisible();
    await expect(page.locator('.markdown strong')).toHaveText('done');
    await expect(page.locator('.markdown .address').first()).toHaveText('the log https://example.test/log');
    await expect(page.locator('.markdown pre')).toHaveText('<b>not bold</b>');
    await expect(page.locator('.results a, .results img, .results script')).toHaveCount(0);
    const table = page.getByRole('table', { name: 'orders: 2 rows' });
    await expect(table.getByRole('cell', { name: '<b>Bob</b>' })).toBeVisible();
    await expect(page.getByText('does not fit the output schema')).toBeVisible();
    await expect(page.locator('.output-problem li').first()).toContainText('/total');
    await panel.screenshot(`results-${theme}`);
    await panel.expectSound();
    await page.getByRole('button', { name: 'As tree' }).press('Enter');
    await expect(table).toHaveCount(0);
    await expect(page.locator('.tree .name').first()).toHaveText('orders');
    await page.getByRole('button', { name: 'Plain text' }).press('Enter');
    await expect(page.locator('.card pre.block').first()).toContainText('# Report');
  });
}

test('says that the output fits, and why it was not checked', async ({ panel }) => {
  await panel.open(SUM, ARGS);
  const { page } = panel;
  await page.keyboard.press('Control+Enter');
  await panel.finish(result([], { structured: { sum: 3 }, output: { schema: { required: ['sum'] } } }));
  await expect(page.getByText('Fits the output schema of the tool.')).toBeVisible();
  await page.keyboard.press('Control+Enter');
  await panel.finish(
    result([text('3')], { output: { problem: 'The tool promises structured content and sent none.' } }),
  );
  await expect(page.getByText('The tool promises structured content and sent none.')).toBeVisible();
  await page.keyboard.press('Control+Enter');
  const schema = { properties: { x: { pattern: '^(a+)+$' } } };
  await panel.finish(result([], { structured: { x: `${'a'.repeat(50)}!` }, output: { schema } }));
  await expect(page.getByText(/was not checked: that took too long/)).toBeVisible();
});

test('shows many blocks part by part', async ({ panel }) => {
  await panel.open(SUM, ARGS);
  const { page } = panel;
  await page.keyboard.press('Control+Enter');
  const part = (from: number) => Array.from({ length: 100 }, (_, i) => text(`block ${from + i}`));
  const run = await panel.finish(result(part(0), { totalBlocks: 10_000 }));
  await expect(page.getByText('100 of 10000 blocks are shown.')).toBeVisible();
  await page.getByRole('button', { name: 'Show more' }).press('Enter');
  expect(await panel.posted('more')).toEqual({ type: 'more', id: run.id, from: 100 });
  await panel.send({ type: 'blocks', id: run.id as string, from: 100, blocks: part(100) });
  await expect(page.getByText('200 of 10000 blocks are shown.')).toBeVisible();
  await expect(page.getByText('block 199')).toBeAttached();
  await panel.send({ type: 'blocks', id: run.id as string, from: 100, blocks: part(100) });
  await expect(page.getByText('200 of 10000 blocks are shown.')).toBeVisible();
});

test('draws binary resources, names the member that answered, and saves what is asked for', async ({ panel }) => {
  await panel.open(SUM, ARGS);
  const { page } = panel;
  await page.keyboard.press('Control+Enter');
  const { id } = (await panel.posted('run')) as unknown as { id: string };
  const outcome = result(
    [
      {
        type: 'resource',
        uri: 'demo://chart',
        title: 'Chart',
        mimeType: 'image/png',
        cut: false,
        blobBytes: 78,
        media: { type: 'image', mimeType: 'image/png', data: PNG },
      },
      { type: 'resource', uri: 'demo://log', title: 'Log', cut: false, linked: true },
    ],
    { truncated: true },
  );
  await panel.send({ type: 'finished', run: { id, at: 0, durationMs: 5, member: 'Replica 2', outcome } });
  await expect(page.getByRole('img', { name: 'Part 1 of the result' })).toBeVisible();
  await expect(page.getByText('link to a resource')).toBeVisible();
  await expect(page.locator('.card summary')).toContainText('Replica 2');
  await page.locator('figcaption').getByRole('button', { name: 'Save as…' }).click();
  expect(await panel.posted('saveAs')).toEqual({ type: 'saveAs', id, block: 0 });
  await page.locator('.toolbar').getByRole('button', { name: 'Save as…' }).click();
  expect(await panel.posted('saveAs')).toEqual({ type: 'saveAs', id });
  await page.getByRole('button', { name: 'Open all of it in an editor' }).click();
  expect(await panel.posted('openInEditor')).toEqual({ type: 'openInEditor', id });
  await panel.expectSound();
});

test('lists earlier runs, runs them again and takes them into the form', async ({ panel }) => {
  await panel.open(SUM, ARGS);
  const { page } = panel;
  await panel.posted('history');
  const entry = { at: 0, durationMs: 3, status: 'done' as const };
  await panel.send({
    type: 'history',
    entries: [
      { ...entry, id: 'h1', args: '{"a":5,"b":<b>6</b>}' },
      { ...entry, id: 'h2', status: 'toolError' },
    ],
  });
  await page.getByText('Earlier runs (2)').press('Enter');
  await expect(page.getByText('{"a":5,"b":<b>6</b>}')).toBeVisible();
  await expect(page.getByText('arguments were not kept')).toBeVisible();
  await panel.screenshot('history-dark');
  await panel.expectSound();
  await page.getByRole('button', { name: 'Run again' }).press('Enter');
  expect(await panel.posted('again')).toEqual({ type: 'again', id: 'h1' });
  await page.getByRole('button', { name: 'Edit and run' }).press('Enter');
  expect(await panel.posted('edit')).toEqual({ type: 'edit', id: 'h1' });
  await panel.send({ type: 'arguments', args: { a: 5, b: 6 } });
  const a = page.getByRole('textbox', { name: 'a', exact: true });
  await expect(a).toBeFocused();
  await expect(a).toHaveValue('5');
  await panel.send({ type: 'started', run: { id: 'h9', at: 0 } });
  await expect(page.getByRole('button', { name: 'Run again' })).toHaveAttribute('aria-disabled', 'true');
  await page.getByRole('button', { name: 'Run again' }).press('Enter');
  expect(await panel.countPosted('again')).toBe(0);
  await page.getByRole('button', { name: 'Clear the earlier runs' }).click();
  await panel.posted('clearHistory');
});

test('copies the call by keyboard, as curl only where that works', async ({ panel }) => {
  await panel.open(SUM, {
    init: { args: { a: 1, b: 2 }, server: { id: 'web', name: 'Web', curl: true, shell: 'PowerShell' } },
  });
  const { page } = panel;
  const more = page.getByRole('button', { name: 'More ways to run' });
  await more.press('Enter');
  await panel.screenshot('copy-dark');
  await panel.expectSound();
  await page.getByRole('menuitem', { name: 'Copy as curl for PowerShell' }).press('Enter');
  expect(await panel.posted('copyAs')).toEqual({ type: 'copyAs', format: 'curl', args: { a: 1, b: 2 } });
  expect(await panel.status.textContent()).toBe('');
  await panel.send({ type: 'copied', format: 'curl' });
  await expect(panel.status).toHaveText('Copied as curl.');
  await expect(more).toBeFocused();
  await panel.open(SUM);
  await more.press('Enter');
  await expect(page.getByRole('menuitem', { name: 'Copy as curl' })).toHaveCount(0);
  await page.getByRole('menuitem', { name: 'Copy as TypeScript' }).press('Enter');
  expect(await panel.posted('copyAs')).toMatchObject({ format: 'typescript', args: {} });
});

test('shows the log of the server while the call runs and after', async ({ panel }) => {
  await panel.open(SUM);
  const { page } = panel;
  await panel.send({ type: 'started', run: { id: 'r', at: 0 } });
  const lines = [{ level: 'warning', text: '<b>low</b> on disk', shared: true as const }];
  await expect(page.getByRole('article', { name: 'Running' })).toBeVisible();
  await panel.send({ type: 'log', id: 'r', lines });
  await expect(page.getByText('<b>low</b> on disk')).toBeVisible();
  await expect(page.getByText('Several calls ran at the same time')).toBeVisible();
  await panel.expectSound();
  await panel.screenshot('log-shared');
  await panel.send({ type: 'finished', run: { id: 'r', at: 0, durationMs: 5, log: lines, outcome: result([]) } });
  await page.getByText('Log of the server (1)').press('Enter');
  await expect(page.getByText('<b>low</b> on disk')).toBeVisible();
});

const ROWS = [
  { id: 1, name: 'Alpha', price: 12.5, nested: ['x', 'y'], maybe: null, created: '2026-03-31T09:30:00Z', state: true },
  { id: 2, name: 'Beta '.repeat(30), price: 1, nested: { a: 1 }, maybe: 'w'.repeat(90), created: '', state: false },
];

for (const theme of ['light', 'dark'] as const) {
  test(`breaks no name of a column and no short cell, and scrolls a wide table: ${theme}`, async ({ panel }) => {
    await panel.open(SUM, { ...ARGS, theme, width: 920 });
    const { page } = panel;
    await page.keyboard.press('Control+Enter');
    await panel.finish(result([], { structured: ROWS }));
    const table = page.getByRole('region', { name: '2 rows' });
    await expect(table).toBeVisible();
    await panel.screenshot(`results-table-${theme}`);
    const tall = await table.locator('th, tbody tr:first-child td').evaluateAll((cells) =>
      cells.flatMap((cell) => {
        const range = document.createRange();
        range.selectNodeContents(cell);
        const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size;
        return lines > 1 ? [`${cell.textContent}: ${lines} lines`] : [];
      }),
    );
    expect(tall).toEqual([]);
    expect(await table.evaluate(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)).toBe(true);
    expect(await page.locator('.results').evaluate((it) => it.scrollWidth <= it.clientWidth)).toBe(true);
  });
}

for (const theme of ['light', 'dark'] as const) {
  test(`shows the beginning of what is large, and offers a file for what cannot be drawn: ${theme}`, async ({
    panel,
  }) => {
    await panel.open(SUM, { ...ARGS, theme, height: 1000 });
    const { page } = panel;
    await page.keyboard.press('Control+Enter');
    const rows = Array.from({ length: 300 }, (_, id) => ({ id, name: `row ${id}` }));
    const blocks = [
      { type: 'image', mimeType: 'image/png', data: 'AAAA' },
      { type: 'note', text: 'An image of image/svg+xml is not shown here.', savable: true },
      { type: 'resource', uri: 'file:///a.bin', title: 'a.bin', cut: false, blobBytes: 4 },
    ] as const;
    const structured = { rows };
    const rest = {
      structured,
      structuredCut: { lengths: { rows: 17_476 } },
      truncated: true,
      isForFile: true,
    } as const;
    const { id } = await panel.finish(result(blocks, rest));
    await expect(page.getByText('This image cannot be shown')).toBeVisible();
    await expect(page.getByText('image/png · 3 B')).toBeVisible();
    await expect(page.getByText('rows: 17476 rows, the first 200 shown')).toBeVisible();
    await expect(page.getByText('all of it is too much for an editor')).toBeVisible();
    await expect(page.getByRole('button', { name: /editor/ })).toHaveCount(0);
    const save = page.locator('.card-body .block.notice').getByRole('button', { name: 'Save as…' });
    await save.press('Enter');
    expect(await panel.posted('saveAs')).toEqual({ type: 'saveAs', id, block: 1 });
    await panel.screenshot(`results-large-${theme}`);
    await panel.expectSound();
  });
}

for (const theme of ['light', 'dark'] as const) {
  test(`shows code and data of an error of the protocol, to be copied: ${theme}`, async ({ panel }) => {
    await panel.open(SUM, { ...ARGS, theme });
    const { page } = panel;
    await page.keyboard.press('Control+Enter');
    const raw = JSON.stringify(
      { code: -32602, message: 'Invalid params: the moon', data: { moon: '<b>full</b>' } },
      null,
      2,
    );
    const message = 'The tool "get-sum" was refused by the server: Invalid params: the moon';
    const fault = { code: -32602, hasData: true, raw, isCut: false };
    const { id } = await panel.finish({ status: 'failed', kind: 'protocol', message, fault });
    await expect(page.getByText('Code -32602')).toBeVisible();
    await expect(page.locator('.card pre.block')).toHaveText(raw);
    await page.getByRole('button', { name: 'Copy', exact: true }).press('Enter');
    expect(await panel.posted('copy')).toEqual({ type: 'copy', id });
    await panel.screenshot(`results-fault-${theme}`);
    await panel.expectSound();
    await page.getByRole('button', { name: 'Raw JSON' }).press('Enter');
    await expect(page.locator('.card pre.block')).toHaveCount(0);
  });
}
