// Runs test/bench/*.bench.mjs one after the other and prints one table. Each exports `bench()`, which gives rows of
// { name, ours, other, ratio, goal, ok }. Arguments: names (default: all), --json FILE for the rows.
import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { ROOT } from './lib/root.mjs';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' } } });
const folder = join(ROOT, 'test', 'bench');
const files = readdirSync(folder).filter((file) => file.endsWith('.bench.mjs'));
const wanted = files.filter(
  (file) => positionals.length === 0 || positionals.includes(file.slice(0, -'.bench.mjs'.length)),
);
if (wanted.length === 0) throw new Error(`No such measurement. There are: ${files.join(', ')}.`);

const number = (value) => (typeof value === 'number' ? value.toPrecision(3) : String(value ?? ''));
const rows = [];
for (const file of wanted.sort()) {
  const { bench } = await import(pathToFileURL(join(folder, file)).href);
  for (const row of await bench()) {
    rows.push(row);
    console.log(
      `${row.ok ? '✓' : '✗'} ${row.name}: ${number(row.ours)} against ${number(row.other)}, ratio ${number(row.ratio)} (goal ${row.goal})`,
    );
  }
}
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(rows, null, 2)}\n`);
