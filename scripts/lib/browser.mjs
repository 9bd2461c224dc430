import { createRequire } from 'node:module';
import { CHROMIUM_ARGS, findChromium } from './chromium.mjs';

/** A headless Chromium. Loaded late: Playwright is there only after the set-up. */
export async function launchBrowser() {
  const { chromium } = createRequire(import.meta.url)('@playwright/test');
  return chromium.launch({ executablePath: findChromium(), args: CHROMIUM_ARGS });
}
