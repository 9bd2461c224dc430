/** Bundles the mocha files of one suite into the test extension's folder. */
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const TIMEOUT_MS = 20_000;

/**
 * The two suites, each in a window of its own. Files of `trust` start with `trust`; the others are `main`.
 * @type {Record<string, { workspace: string, settings: Record<string, unknown>, takes: (file: string) => boolean }>}
 */
export const SUITES = {
  main: {
    workspace: join(here, 'workspace'),
    settings: { 'security.workspace.trust.enabled': false },
    takes: (file) => !file.startsWith('trust'),
  },
  trust: {
    workspace: join(here, 'restrictedWorkspace'),
    settings: {
      'security.workspace.trust.enabled': true,
      'security.workspace.trust.startupPrompt': 'never',
      'security.workspace.trust.banner': 'never',
    },
    takes: (file) => file.startsWith('trust'),
  },
};

/** Writes the test extension into `folder`. `report` is the file that it writes when it is done. */
export async function writeTestExtension(folder, suiteName, report) {
  await mkdir(folder, { recursive: true });
  for (const file of ['extension.cjs', 'desktop.cjs', 'package.json'])
    await copyFile(join(here, 'harness', file), join(folder, file));
  const files = await readdir(join(here, 'suite')).catch(() => []);
  const tests = files.filter((file) => file.endsWith('.test.ts') && SUITES[suiteName].takes(file)).sort();
  await build({
    stdin: { contents: tests.map((file) => `import './${file}';`).join('\n'), resolveDir: join(here, 'suite') },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode'],
    sourcemap: 'inline',
    logLevel: 'error',
    outfile: join(folder, 'suite.cjs'),
  });
  const mocha = createRequire(import.meta.url).resolve('mocha');
  const settings = { report, mocha, suite: 'suite.cjs', timeoutMs: TIMEOUT_MS };
  await writeFile(join(folder, 'harness.json'), JSON.stringify(settings));
  return tests;
}
