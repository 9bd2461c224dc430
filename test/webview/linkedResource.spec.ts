import type { LinkView } from '../../src/shared/linkedResources';
import type { BlockView } from '../../src/shared/toolPanel';
import { expect, type Panel, test } from './support/panel';
import { PNG, result, SUM, text } from './support/tools';

const HOSTILE = '<img src=x onerror="window.pwned=1">[x](command:quit)';
const link = (title: string): BlockView => ({
  type: 'resource',
  uri: 'notes://july',
  title,
  mimeType: 'text/markdown',
  description: 'What happened in July',
  cut: false,
  linked: true,
});
const part = (more: object): BlockView => ({
  type: 'resource',
  uri: 'notes://july',
  title: 'Resource',
  cut: false,
  ...more,
});

/** A run whose result links to a resource; gives its id. */
async function ran(panel: Panel, theme: 'light' | 'dark' | 'highContrast' = 'light', title = 'Notes'): Promise<string> {
  await panel.open(SUM, { theme, init: { args: { a: 1, b: 2 } } });
  await panel.page.keyboard.press('Control+Enter');
  const { id } = await panel.finish(result([text('There are notes:'), link(title)]));
  return id as string;
}

const say = (panel: Panel, id: string, view?: LinkView) =>
  panel.send({ type: 'link', id, block: 1, ...(view && { view }) });

for (const theme of ['light', 'dark', 'highContrast'] as const) {
  test(`a linked resource is read below its link: ${theme}`, async ({ panel }) => {
    const id = await ran(panel, theme);
    const { page } = panel;
    await page.getByRole('button', { name: 'Read Notes' }).press('Enter');
    expect(await panel.posted('readLink')).toEqual({ type: 'readLink', id, block: 1 });
    await say(panel, id, { status: 'reading' });
    await expect(page.getByRole('progressbar', { name: 'Reading Notes' })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Cancel Notes' })).toBeFocused();
    await page.keyboard.press('Enter');
    expect(await panel.posted('cancelLink')).toEqual({ type: 'cancelLink', id, block: 1 });
    await say(panel, id);
    await page.getByRole('button', { name: 'Read Notes' }).press('Enter');
    await say(panel, id, { status: 'failed', message: 'The server does not have it any more.' });
    await expect(page.locator('.linked .problem')).toHaveText('The server does not have it any more.');
    await expect(page.getByRole('button', { name: 'Try again Notes' })).toBeFocused();
    await panel.expectSound();
    await panel.screenshot(`linked-failed-${theme}`);
    const blocks = [
      part({ text: '# July\n\nIt **rained**.', markdown: true, mimeType: 'text/markdown' }),
      part({ mimeType: 'image/png', blobBytes: 78, media: { type: 'image', mimeType: 'image/png', data: PNG } }),
      part({ mimeType: 'application/zip', blobBytes: 4_000 }),
    ];
    await say(panel, id, { status: 'read', id: `${id}/1`, blocks, totalBlocks: 120 });
    await expect(page.getByRole('heading', { name: 'July' })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Read again Notes' })).toBeFocused();
    await panel.expectSound();
    await panel.screenshot(`linked-read-${theme}`);
    await page.locator('.linked figcaption').getByRole('button', { name: 'Save as…' }).press('Enter');
    expect(await panel.posted('saveAs')).toEqual({ type: 'saveAs', id: `${id}/1`, block: 1 });
    await page.getByRole('button', { name: 'Open all of it in an editor' }).press('Enter');
    expect(await panel.posted('openInEditor')).toEqual({ type: 'openInEditor', id: `${id}/1` });
  });
}

test('what was read is there again in a panel that was hidden, and whatever it is is text', async ({ panel }) => {
  const { page } = panel;
  const outcome = result([text('There are notes:'), link(HOSTILE)]);
  const blocks = [part({ text: HOSTILE, uri: HOSTILE, title: HOSTILE })];
  const messages = [
    { type: 'finished', run: { id: 'later', at: 0, durationMs: 1, outcome } },
    { type: 'link', id: 'later', block: 1, view: { status: 'read', id: 'later/1', blocks } },
  ];
  await panel.open(SUM, { theme: 'dark' });
  // One after the other, as the host does.
  await page.evaluate((list) => {
    for (const message of list) window.postMessage(message, '*');
  }, messages);
  await expect(page.locator('.linked-contents')).toContainText('<img src=x onerror="window.pwned=1">');
  await expect(page.locator('.linked').locator('img, a')).toHaveCount(0);
  expect(await page.evaluate(() => (window as unknown as { pwned?: number }).pwned)).toBeUndefined();
  await say(panel, 'later', { status: 'read', id: 'later/1', blocks: [] });
  await expect(page.getByText('The resource is empty.')).toBeVisible();
});
