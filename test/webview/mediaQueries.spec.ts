import { TORTURE_TOOL } from '../servers/tortureTool.mjs';
import { expect, test } from './support/panel';

test('forced colours leave every control its edge, and reduced motion nothing that moves', async ({ panel }) => {
  const { page } = panel;
  await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
  await panel.open(TORTURE_TOOL);
  await expect(page.getByRole('textbox').first()).toHaveCSS('border-top-style', 'solid');
  await panel.send({ type: 'started', run: { id: 'r', at: 0 } });
  await expect(page.getByRole('progressbar', { name: 'Progress' })).toHaveCSS('animation-name', 'none');
  await panel.screenshot('forced-colours');
});
