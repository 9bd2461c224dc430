// Runs test/bench/*.bench.mjs one after the other and prints one table. Each exports `bench()`, which gives rows of
// { name, ours, other, ratio, goal, ok }. Arguments: names (default: all), --json FILE for the rows. A run of all of
// them puts the table into docs/benchmarks.md. Run it on a machine that does nothing else.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { describeMachine, printTable, withTable } from './lib/benchTable.mjs';
import { NODE, ROOT, toolEnvironment } from './lib/root.mjs';

const DOCUMENT = join(ROOT, 'docs', 'benchmarks.md');

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' } } });
const folder = join(ROOT, 'test', 'bench');
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.bench.mjs'))
  .map((file) => file.slice(0, -'.bench.mjs'.length))
  .sort();
const unknown = positionals.filter((name) => !names.includes(name));
if (unknown.length > 0) throw new Error(`No such measurement: ${unknown.join(', ')}. There are: ${names.join(', ')}.`);
const wanted = positionals.length === 0 ? names : positionals;

if (wanted.includes('activation')) {
  execFileSync(NODE, ['esbuild.mjs', '--quiet'], { cwd: ROOT, env: toolEnvironment(), stdio: 'inherit' });
}
// The SDK's client holds a listener for each request on one signal until they are collected, and Node warns of each.
process.removeAllListeners('warning');
const rows = [];
for (const name of wanted) {
  console.error(`Measuring ${name} …`);
  const { bench } = await import(pathToFileURL(join(folder, `${name}.bench.mjs`)).href);
  rows.push(...(await bench()));
}
console.log(printTable(rows));
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(rows, null, 2)}\n`);
if (positionals.length === 0) {
  const text = withTable(readFileSync(DOCUMENT, 'utf8'), { rows, machine: describeMachine() });
  await writeFile(DOCUMENT, text);
}
