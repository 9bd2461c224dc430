import { TORTURE_TOOL } from '../servers/tortureTool.mjs';
import { expect, test } from './support/panel';
import { result, text } from './support/tools';

/** Something in each kind of field, some of it wrong. */
const ARGS = {
  text: 'Not lower case',
  whole: 11,
  flag: true,
  version: 'v2',
  maybe: null,
  plain: 'Two\nlines',
  email: 'nobody',
  date: '2026-03-31',
  time: '09:30:00Z',
  moment: '2026-03-31T09:30:00+02:00',
  amount: 2.5,
  password: 'open sesame',
  nullableFlag: null,
  colour: 'teal',
  level: 2,
  address: { street: 'Main', city: { name: 'Ulm', zip: 'x' } },
  tags: ['a', 'a'],
  matrix: [[1, 2], [3]],
  edits: [{ from: 'a', to: 'b' }],
  pair: [48.4, 10, 'home'],
  headers: { accept: 'text/plain', 'Bad Name': 'x' },
  quotas: { maxItems: 5, isFast: true },
  regions: { 'eu-west': 1 },
  free: { anything: [1, { deep: null }] },
  any: { a: 1 },
  target: { kind: 'hook', url: 'https://example.com/', timeout: 5 },
  tree: { name: 'root', child: { name: 'child', child: { name: 'grandchild', child: { name: 'deep', others: [] } } } },
  delivery: 'express',
  server: 'abc',
  old: 'still there',
};

const LOOKS = [
  ['light', 1280],
  ['dark', 1280],
  ['highContrast', 1280],
  ['light', 300],
  ['dark', 300],
  ['highContrast', 300],
] as const;

for (const [theme, width] of LOOKS) {
  test(`every kind of field looks right: ${theme}, ${width} px`, async ({ panel }) => {
    await panel.open(TORTURE_TOOL, { theme, width, height: width === 300 ? 9_000 : 6_000, init: { args: ARGS } });
    await expect(panel.page.getByText('Must be at most 10.')).toBeVisible();
    await panel.page.keyboard.press('Control+Enter');
    await expect(panel.page.getByRole('region', { name: 'Problems' })).toBeVisible();
    await panel.screenshot(`torture-${theme}-${width}`);
    // Nothing is wider than the panel.
    expect(await panel.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await panel.expectSound();
  });
}

const WIDTHS = [
  { width: 1280, zoom: 1 },
  { width: 700, zoom: 1 },
  { width: 400, zoom: 1 },
  // What a person sees of 1280 px at 200 %.
  { width: 640, zoom: 2 },
] as const;

for (const theme of ['light', 'dark'] as const) {
  for (const { width, zoom } of WIDTHS) {
    test(`parts of the form out of sight are as wide as the pane: ${theme}, ${width} px × ${zoom}`, async ({
      panel,
    }) => {
      const { page } = panel;
      const devTools = await page.context().newCDPSession(page);
      await panel.open(TORTURE_TOOL, { theme, width, height: 800, init: { args: ARGS } });
      const metrics = { width, height: 800, deviceScaleFactor: zoom, mobile: false };
      await devTools.send('Emulation.setDeviceMetricsOverride', metrics);
      await expect(page.locator('.part').nth(1)).toBeAttached();
      const overflow = () =>
        page.evaluate(() =>
          [document.documentElement, ...document.querySelectorAll('.body, .form-pane, .form-scroll, .results')]
            .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
            .map(({ className, scrollWidth, clientWidth }) => `${className}: ${scrollWidth} > ${clientWidth}`),
        );
      await expect.poll(overflow).toEqual([]);
      // Each part, also below the one that was scrolled to.
      for (const part of await page.locator('.form-scroll .part').all()) {
        await part.evaluate((element) => element.scrollIntoView());
        expect(await overflow()).toEqual([]);
      }
      await page
        .locator('.form-scroll .part')
        .first()
        .evaluate((element) => element.scrollIntoView());
      await panel.screenshot(`torture-wide-${theme}-${width}x${zoom}`);
    });
  }
}

for (const [width, height] of [
  [700, 800],
  [400, 600],
] as const) {
  test(`the start of a result comes into view below a long form, until the person acts: ${width} px`, async ({
    panel,
  }) => {
    const { page } = panel;
    await panel.open(TORTURE_TOOL, { width, height, init: { args: { ...ARGS, text: 'lower' } } });
    const top = () =>
      page.evaluate(() => {
        const at = (selector: string) => document.querySelector(selector)?.getBoundingClientRect().top ?? Number.NaN;
        return Math.abs(Math.round(at('.results') - at('.body')));
      });
    await page.getByRole('button', { name: 'More ways to run' }).press('Enter');
    await page.getByRole('menuitem', { name: /Send anyway/ }).press('Enter');
    const lines = Array.from({ length: 100 }, (_, line) => `line ${line}`).join('\n');
    const { id } = (await panel.posted('run')) as unknown as { id: string };
    await panel.send({ type: 'started', run: { id, at: 0 } });
    await expect(page.getByRole('article', { name: 'Running' })).toBeInViewport();
    // What settles above moves nothing away.
    await page.locator('.form-scroll').evaluate((form) => form.setAttribute('style', 'padding-bottom: 900px'));
    await expect(page.getByRole('article', { name: 'Running' })).toBeInViewport();
    await panel.send({
      type: 'finished',
      run: { id, at: 0, durationMs: 9, outcome: result([text(lines)]) },
    });
    await expect(page.getByText('line 0')).toBeInViewport();
    await expect.poll(top).toBe(0);
    await panel.screenshot(`result-in-view-${width}`);
    await page.mouse.move(width / 2, height / 2);
    await page.mouse.wheel(0, -200);
    await expect.poll(top).toBeGreaterThan(0);
    await page.locator('.results').evaluate(async (results) => {
      results.setAttribute('style', 'padding-bottom: 90px');
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    });
    expect(await top()).toBeGreaterThan(0);
  });
}
