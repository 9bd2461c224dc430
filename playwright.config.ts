import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

const systemChromium = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path));

export default defineConfig({
  outputDir: 'test-results/playwright',
  workers: 1,
  // How long an expectation waits for the window to catch up, on a busy machine.
  expect: { timeout: 15_000 },
  reporter: [
    ['list'],
    ['json', { outputFile: process.env.PLAYWRIGHT_JSON_OUTPUT_FILE ?? 'test-results/playwright.json' }],
  ],
  use: {
    viewport: { width: 1280, height: 800 },
    launchOptions: {
      // Without one of the system's, Playwright's own (`npx playwright install chromium`) is used.
      ...(systemChromium === undefined ? {} : { executablePath: systemChromium }),
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    },
    trace: 'off',
  },
  projects: [
    { name: 'webview', testDir: 'test/webview', timeout: 60_000 },
    { name: 'e2e', testDir: 'test/e2e', timeout: 180_000 },
  ],
});
