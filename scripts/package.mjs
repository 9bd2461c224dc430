// Builds and packages patchbay.vsix, then checks what is in it. Options: --no-build (dist/ is up to date), --out FILE.
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BUNDLES, SCHEMAS } from './build/bundles.mjs';
import { sizeTable } from './build/report.mjs';
import { NODE, ROOT, toolEnvironment } from './lib/root.mjs';

/** All that belongs into the package; anything else is a mistake in .vscodeignore. */
const ALLOWED =
  /^(dist\/.+\.(cjs|js|css|json)|media\/.+\.(svg|png|css|md|json)|package(\.nls(\.[\w-]+)?)?\.json|README\.md|CHANGELOG\.md|LICENSE)$/;
const GOAL_KB = 2000;

const { values } = parseArgs({
  options: { 'no-build': { type: 'boolean', default: false }, out: { type: 'string', default: 'patchbay.vsix' } },
});

function run(script, args, stdio = ['ignore', 'pipe', 'inherit']) {
  return execFileSync(NODE, [join(ROOT, script), ...args], {
    cwd: ROOT,
    env: toolEnvironment(),
    encoding: 'utf8',
    stdio,
  });
}

function problemsIn(files) {
  const strangers = files.filter((file) => !ALLOWED.test(file)).map((file) => `${file} does not belong into it`);
  const needed = [...BUNDLES, ...SCHEMAS].map(({ name }) => `dist/${name}`);
  const absent = [...needed, 'package.json', 'README.md', 'CHANGELOG.md', 'LICENSE'].filter(
    (file) => !files.includes(file),
  );
  return [...strangers, ...absent.map((file) => `${file} is not in it`)];
}

try {
  if (!values['no-build']) run('esbuild.mjs', [], 'inherit');
  const files = run('node_modules/@vscode/vsce/vsce', ['ls', '--no-dependencies'])
    .split(/\r?\n/)
    .filter((line) => line !== '');
  const problems = problemsIn(files);
  if (problems.length > 0) throw new Error(`The package is not as it should be:\n  ${problems.join('\n  ')}`);
  const flags = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '--out', values.out];
  run('node_modules/@vscode/vsce/vsce', ['package', ...flags]);
  const out = existsSync(values.out) ? values.out : join(ROOT, values.out);
  console.log(`Packaged\n${sizeTable([{ name: values.out, bytes: statSync(out).size, goalKb: GOAL_KB }])}`);
} catch (error) {
  // A program that failed has printed why.
  if (error.status === undefined) console.error(error.message);
  else if (error.stdout) console.error(error.stdout);
  process.exitCode = 1;
}
