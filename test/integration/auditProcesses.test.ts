import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';

const RECORDS = 1500;
const PROCESSES = ['a', 'b', 'c'];

/** Appends its records a few at a time, so that the processes meet often. */
const PROGRAM = `
  import { createSystemClock } from './src/base/clock';
  import { createAuditFile } from './src/core/calls/auditFile';
  const [path, name] = process.argv.slice(2);
  const log = { warn: (text) => process.stderr.write(text), info() {} };
  const sink = createAuditFile({ path, maxBytes: 10_000, maxFiles: 100, clock: createSystemClock(), log });
  for (let n = 0; n < ${RECORDS}; n++) {
    sink.append(JSON.stringify({ name, n, text: 'x'.repeat(n % 90) }));
    if (n % 5 === 0) await sink.flush();
  }
  await sink.flush();
`;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'audit-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('lets processes append to one audit log: no record is lost, torn or out of its order', async () => {
  const program = join(folder, 'append.mjs');
  const resolveDir = fileURLToPath(new URL('../..', import.meta.url));
  const stdin = { contents: PROGRAM, resolveDir, loader: 'ts' as const };
  await build({ stdin, outfile: program, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
  const path = join(folder, 'log', 'audit.jsonl');
  const ends = await Promise.all(PROCESSES.map((name) => promisify(execFile)(process.execPath, [program, path, name])));
  expect(ends.map(({ stderr }) => stderr)).toEqual(PROCESSES.map(() => ''));
  const files = await readdir(join(folder, 'log'));
  const numberOf = (file: string) => Number(/\.(\d+)\./.exec(file)?.[1] ?? 0);
  const oldestFirst = files.sort((a, b) => numberOf(b) - numberOf(a));
  expect(files.length).toBeGreaterThan(5);
  const texts = await Promise.all(oldestFirst.map((file) => readFile(join(folder, 'log', file), 'utf8')));
  // None was put aside before its time.
  expect(texts.slice(0, -1).filter((text) => text.length < 10_000)).toEqual([]);
  const records = texts
    .flatMap((text) => text.split('\n').filter((line) => line !== ''))
    .map((line) => JSON.parse(line));
  for (const name of PROCESSES) {
    expect(records.filter((record) => record.name === name).map(({ n }) => n)).toEqual([...Array(RECORDS).keys()]);
  }
});
