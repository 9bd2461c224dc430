import { expect, test } from './support/panel';
import { result, SUM, text } from './support/tools';

for (const theme of ['light', 'dark', 'highContrast'] as const) {
  test(`every state of a run is announced by keyboard alone, and is sound: ${theme}`, async ({ panel }) => {
    const { page } = panel;
    await panel.open(SUM, { theme });
    await panel.expectSound();
    const said = page.getByRole('status');
    await expect(said).toHaveAttribute('aria-live', 'polite');
    await page.keyboard.press('Control+Enter');
    await expect(said).toHaveText('2 problems: a: A value is required.');
    await page.keyboard.type('1');
    await page.keyboard.press('Tab');
    await page.getByRole('textbox', { name: 'b' }).focus();
    await page.keyboard.type('2');
    await page.keyboard.press('Control+Enter');
    const run = await panel.posted('run');
    await panel.send({ type: 'started', run: { id: run.id as string, at: Date.now() } });
    await expect(said).toHaveText('Running get-sum.');
    await panel.expectSound();
    const failed = { status: 'failed', kind: 'timeout', message: 'The call took too long.' } as const;
    await panel.send({ type: 'finished', run: { id: run.id as string, at: 0, durationMs: 9, outcome: failed } });
    await expect(said).toHaveText('The call failed: The call took too long.');
    await panel.expectSound();
    await page.keyboard.press('Control+Enter');
    await panel.finish(result([text('3')]));
    await expect(said).toHaveText('The tool answered after 128 ms.');
    await panel.expectSound();
  });
}
