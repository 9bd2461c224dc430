/**
 * Runs the client scenarios of the official conformance suite (modelcontextprotocol.io) over the built core and counts
 * them strictly: a scenario passes with exit 0 of the driver, no failure, no warning and at least one success besides
 * the validity of the messages (`wire-schema-valid`), which a client that does nothing has as well.
 *
 * All: `node test/conformance/run.mjs`. Some, with the output of each: `node test/conformance/run.mjs <part of a name>`.
 * Needs dist/ (`npm run build`) and the Node of node_modules (`npm run test:conformance` uses it).
 * Everything that a run wrote is in test-results/conformance/.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../scripts/lib/root.mjs';
import { judge, listScenarios } from './judge.mjs';
import { ALONE, NOT_PASSING, SETS } from './scenarios.mjs';

const RESULTS = join(ROOT, 'test-results');
const LANES = 2;
/** The earlier one first: a scenario of both runs at it by default. */
const REVISIONS = ['2025-11-25', '2026-07-28'];

/** The runs of all sets, each once: a scenario of several sets at the same version is judged once. */
async function plan() {
  const listings = new Map();
  const list = (suite, requirements) => {
    const key = `${suite} ${requirements}`;
    if (!listings.has(key)) listings.set(key, listScenarios(suite, requirements));
    return listings.get(key);
  };
  const runs = new Map();
  const sets = [];
  for (const set of SETS) {
    const { suite, bridge, requirements } = set;
    const names = set.scenarios ?? (await list(suite, requirements));
    const keys = names.map((scenario) => {
      const key = keyOf(suite, scenario, requirements ?? bridge);
      // What a revision requires is judged at that version already, and the first of them is the default of the suite.
      const known = REVISIONS.map((revision) => keyOf(suite, scenario, revision)).find((each) => runs.has(each));
      if (!requirements && !bridge && known !== undefined) return known;
      if (!runs.has(key)) runs.set(key, { key, suite, scenario, version: requirements, bridge });
      return key;
    });
    sets.push({ ...set, keys });
  }
  return { sets, runs: [...runs.values()] };
}

function keyOf(...parts) {
  return parts.filter((part) => part !== undefined).join(' ');
}

function reasonFor({ suite, scenario, bridge }) {
  return NOT_PASSING[`${suite} ${scenario}`] ?? (bridge && NOT_PASSING[`${bridge} ${scenario}`]);
}

async function inLanes(runs, lanes, work) {
  const waiting = [...runs];
  const lane = async () => {
    for (let run = waiting.shift(); run; run = waiting.shift()) await work(run);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

async function main(filter) {
  rmSync(join(RESULTS, 'conformance'), { recursive: true, force: true });
  const { sets, runs } = await plan();
  const wanted = runs.filter(({ key }) => filter === undefined || key.includes(filter));
  const outcomes = new Map();
  const judgeOne = async (run) => {
    const outcome = await judge(run, join(RESULTS, 'conformance', run.key.replace(/[ /]+/g, '_')));
    outcomes.set(run.key, outcome);
    const reason = reasonFor(run);
    const mark = outcome.ok ? '✓' : reason ? '-' : '✗';
    console.log(`${mark} ${run.key}${outcome.ok === (reason !== undefined) ? problemText(outcome, reason) : ''}`);
    if (filter !== undefined && !outcome.ok) console.log(outcome.output);
  };
  await inLanes(
    wanted.filter(({ scenario }) => !ALONE.includes(scenario)),
    LANES,
    judgeOne,
  );
  await inLanes(
    wanted.filter(({ scenario }) => ALONE.includes(scenario)),
    1,
    judgeOne,
  );
  return report(sets, wanted, outcomes, filter !== undefined);
}

function problemText(outcome, reason) {
  return outcome.ok
    ? `\n    passes now, though it is named as failing: ${reason}`
    : `\n    ${outcome.problems.join('\n    ')}`;
}

/** Prints the counts and writes them down. True where everything is as expected. */
function report(sets, wanted, outcomes, isPart) {
  const problems = [];
  for (const run of wanted) if (outcomes.get(run.key).ok === (reasonFor(run) !== undefined)) problems.push(run.key);
  if (!isPart) {
    for (const { name, keys, count } of sets) {
      const passed = keys.filter((key) => outcomes.get(key).ok).length;
      console.log(`${name}: ${passed} of ${keys.length}`);
      if (keys.length !== count) problems.push(`${name} has ${keys.length} scenarios, not ${count}`);
    }
    const used = new Set(
      wanted.flatMap(({ suite, scenario, bridge }) => [`${suite} ${scenario}`, `${bridge} ${scenario}`]),
    );
    for (const key of Object.keys(NOT_PASSING))
      if (!used.has(key)) problems.push(`NOT_PASSING names ${key}, which is no scenario`);
  }
  for (const problem of problems) console.log(`Not as expected: ${problem}`);
  const passed = wanted.filter(({ key }) => outcomes.get(key).ok).length;
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(join(RESULTS, 'conformance.json'), JSON.stringify({ passed, failed: problems.length }));
  return problems.length === 0 && wanted.length > 0;
}

process.exitCode = (await main(process.argv[2])) ? 0 : 1;
