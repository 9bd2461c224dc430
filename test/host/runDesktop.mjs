// Runs the host suite in desktop VS Code, which @vscode/test-electron downloads (on Linux without a screen: xvfb-run).
// Arguments: names of suites (default: all), --version VERSION (default: stable).
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runTests } from '@vscode/test-electron';
import { QUIET_SETTINGS } from '../../scripts/lib/codeServer.mjs';
import { ROOT } from '../../scripts/lib/root.mjs';
import { SUITES, writeTestExtension } from './hostSuite.mjs';
import { printReport } from './report.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { version: { type: 'string', default: 'stable' } },
});

async function runSuite(name) {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'patchbay-host-')));
  const report = join(folder, 'report.json');
  const extension = join(folder, 'test-extension');
  try {
    await cp(SUITES[name].workspace, join(folder, 'workspace'), { recursive: true });
    await mkdir(join(folder, 'user-data', 'User'), { recursive: true });
    const settings = { ...QUIET_SETTINGS, ...SUITES[name].settings };
    await writeFile(join(folder, 'user-data', 'User', 'settings.json'), JSON.stringify(settings));
    await writeTestExtension(extension, name, report);
    const trust = settings['security.workspace.trust.enabled'] ? [] : ['--disable-workspace-trust'];
    await runTests({
      version: values.version,
      cachePath: join(ROOT, '.vscode-test', 'desktop'),
      extensionDevelopmentPath: [ROOT, extension],
      extensionTestsPath: join(extension, 'desktop.cjs'),
      extensionTestsEnv: { PATCHBAY_REPOSITORY: ROOT },
      launchArgs: [
        join(folder, 'workspace'),
        ...['--user-data-dir', join(folder, 'user-data'), '--extensions-dir', join(folder, 'extensions')],
        ...['--disable-extensions', '--disable-gpu', '--skip-welcome', '--skip-release-notes', ...trust],
      ],
    }).catch((error) => {
      // A suite that failed has its report; without one, VS Code could not be downloaded or started.
      if (!existsSync(report)) throw error;
    });
    return JSON.parse(await readFile(report, 'utf8'));
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

if (!existsSync(join(ROOT, 'dist', 'extension.cjs'))) throw new Error('dist/ is empty. Run npm run build first.');
let [passed, failed] = [0, 0];
for (const name of positionals.length > 0 ? positionals : Object.keys(SUITES)) {
  const report = await runSuite(name);
  printReport(name, report);
  passed += report.passed;
  failed += report.failed;
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
