// Sets up everything and runs every check and suite, each with its log in test-results/. Arguments: names of stages
// (default: all). Quiet where a stage passes, its whole output where it does not.
import { mkdirSync } from 'node:fs';
import { RESULTS, runStage } from './lib/stages.mjs';
import { setUp } from './setup.mjs';

const MINUTE = 60_000;
const vitest = (name) => ({
  name,
  commands: [
    [
      'vitest',
      'run',
      '--project',
      name,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=test-results/${name}.json`,
    ],
  ],
  report: 'vitest',
  deadlineMs: 6 * MINUTE,
});
const playwright = (name) => ({
  name,
  commands: [['playwright', 'test', '--project', name]],
  report: 'playwright',
  deadlineMs: 8 * MINUTE,
});

/** In this order: what is quick and tells most comes first. `needs`: stages without whose success this one cannot run. */
const STAGES = [
  {
    name: 'types',
    commands: [
      ['tsc', '-p', '.'],
      ['tsc', '-p', 'src/webview'],
    ],
    deadlineMs: 2 * MINUTE,
  },
  { name: 'lint', commands: [['biome', 'ci', '--colors=off']], deadlineMs: MINUTE },
  { name: 'package', commands: [['node', 'scripts/package.mjs']], deadlineMs: 2 * MINUTE },
  { ...vitest('unit'), needs: ['package'] },
  vitest('contract'),
  { ...vitest('integration'), needs: ['package'] },
  {
    name: 'soak',
    commands: [['node', '--expose-gc', 'test/soak/run.mjs', '--seconds', '30']],
    report: 'totals',
    deadlineMs: 3 * MINUTE,
  },
  {
    name: 'conformance',
    commands: [['node', 'test/conformance/run.mjs']],
    report: 'totals',
    deadlineMs: 8 * MINUTE,
    needs: ['package'],
  },
  playwright('webview'),
  {
    name: 'host',
    commands: [['node', 'test/host/run.mjs']],
    report: 'totals',
    deadlineMs: 5 * MINUTE,
    needs: ['package'],
  },
  { ...playwright('e2e'), needs: ['package'] },
];

function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}

function print(name, { ok, passed, failed, durationMs, output }, isSuite) {
  const counts = isSuite ? `${passed} passed${failed > 0 ? `, ${failed} failed` : ''}` : ok ? 'ok' : 'failed';
  console.log(`${ok ? '✓' : '✗'} ${name.padEnd(12)} ${seconds(durationMs).padStart(8)}  ${counts}`);
  if (!ok) console.log(`${output.trimEnd().replace(/^/gm, '    ')}\n`);
}

async function main() {
  const wanted = process.argv.slice(2);
  const unknown = wanted.find((name) => !STAGES.some((stage) => stage.name === name));
  if (unknown !== undefined)
    throw new Error(`No stage ${unknown}. There are: ${STAGES.map(({ name }) => name).join(', ')}.`);
  setUp();
  mkdirSync(RESULTS, { recursive: true });
  const totals = { passed: 0, failed: 0 };
  const failedStages = new Set();
  for (const stage of STAGES.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
    const missing = stage.needs?.find((name) => failedStages.has(name));
    if (missing !== undefined) {
      console.log(`- ${stage.name.padEnd(12)} not run: ${missing} failed`);
      totals.failed += 1;
      continue;
    }
    const outcome = await runStage(stage);
    print(stage.name, outcome, stage.report !== undefined);
    if (!outcome.ok) failedStages.add(stage.name);
    totals.passed += outcome.passed;
    totals.failed += outcome.failed;
  }
  console.log(`${totals.passed} passed, ${totals.failed} failed`);
  return totals.failed === 0;
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
