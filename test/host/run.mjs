// Runs the host suite in a real extension host: code-server with the packaged extension, its window in headless Chromium.
// Arguments: names of suites (default: all), --vsix FILE.

import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launchBrowser } from '../../scripts/lib/browser.mjs';
import { startCodeServer } from '../../scripts/lib/codeServer.mjs';
import { ROOT } from '../../scripts/lib/root.mjs';
import { waitForFile } from '../../scripts/lib/waitForFile.mjs';
import { SUITES, writeTestExtension } from './hostSuite.mjs';
import { printReport } from './report.mjs';

const DEADLINE_MS = 150_000;
const RESULTS = join(ROOT, 'test-results', 'host');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { vsix: { type: 'string', default: join(ROOT, 'patchbay.vsix') } },
});

async function runSuite(name, browser) {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'patchbay-host-')));
  const report = join(folder, 'report.json');
  const workspace = join(folder, 'workspace');
  await cp(SUITES[name].workspace, workspace, { recursive: true });
  const server = await startCodeServer({
    workspace,
    vsix: values.vsix,
    settings: SUITES[name].settings,
    env: { PATCHBAY_REPOSITORY: ROOT },
    prepareExtensions: (extensions) =>
      writeTestExtension(join(extensions, 'patchbay-test.host-suite-1.0.0'), name, report),
  });
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const console_ = [];
  page.on('console', (message) => console_.push(`${message.type()}: ${message.text()}`));
  try {
    await page.goto(server.url);
    await page.locator('.monaco-workbench').waitFor();
    await waitForFile(report, server, DEADLINE_MS);
    return JSON.parse(await readFile(report, 'utf8'));
  } catch (error) {
    await page.screenshot({ path: join(RESULTS, `${name}.png`) }).catch(() => {});
    throw error;
  } finally {
    await writeFile(join(RESULTS, `${name}.log`), `${server.log()}\n--- window\n${console_.join('\n')}\n`);
    await page.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const names = positionals.length > 0 ? positionals : Object.keys(SUITES);
const unknown = names.find((name) => !Object.hasOwn(SUITES, name));
if (unknown !== undefined) throw new Error(`No suite ${unknown}; there are ${Object.keys(SUITES).join(', ')}.`);
if (!existsSync(values.vsix)) throw new Error(`${values.vsix} does not exist. Run npm run package first.`);
await mkdir(RESULTS, { recursive: true });

const totals = { passed: 0, failed: 0 };
const browser = await launchBrowser();
try {
  for (const name of names) {
    const report = await runSuite(name, browser).catch((error) => ({
      passed: 0,
      failed: 1,
      tests: [{ title: 'the suite did not report', state: 'failed', error: String(error.stack) }],
    }));
    printReport(name, report);
    totals.passed += report.passed;
    totals.failed += report.failed;
  }
} finally {
  await browser.close();
}
await writeFile(join(ROOT, 'test-results', 'host.json'), JSON.stringify(totals));
console.log(`\n${totals.passed} passed, ${totals.failed} failed`);
// A run without tests is not a pass.
process.exitCode = totals.failed > 0 || totals.passed === 0 ? 1 : 0;
