/**
 * `activate()` of the built extension in a real extension host, against an extension that only loads the API; and the
 * size of the bundle that it loads.
 */
import { cp, mkdir, mkdtemp, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchBrowser } from '../../scripts/lib/browser.mjs';
import { startCodeServer } from '../../scripts/lib/codeServer.mjs';
import { ROOT } from '../../scripts/lib/root.mjs';
import { waitForFile } from '../../scripts/lib/waitForFile.mjs';

const ROUNDS = 7;
const GOAL_MS = 30;
const GOAL_KB = 100;
const PATCHBAY = 'patchbay.patchbay';
const EMPTY = 'patchbay-test.empty';
const TIMED = join(ROOT, 'test/bench/activation/timed.cjs');
const MEASURE = 'patchbay-test.measure';

async function writeExtension(folder, id, main, activationEvents) {
  const [publisher, name] = id.split('.');
  await mkdir(folder, { recursive: true });
  const manifest = { name, publisher, version: '1.0.0', engines: { vscode: '^1.105.0' }, main, activationEvents };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
}

/** The real extension, but activated by nothing, so that the measurement is what activates it. */
async function writePatchbay(folder) {
  for (const part of ['dist', 'media', 'package.json', 'package.nls.json']) {
    await cp(join(ROOT, part), join(folder, part), { recursive: true });
  }
  const file = join(folder, 'package.json');
  const manifest = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify({ ...manifest, main: './dist/timed.cjs', activationEvents: [] }));
  await rename(join(folder, 'dist', 'extension.cjs'), join(folder, 'dist', 'main.cjs'));
  await cp(TIMED, join(folder, 'dist', 'timed.cjs'));
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

async function entrySize() {
  const ours = (await stat(join(ROOT, 'dist', 'extension.cjs'))).size / 1000;
  const name = 'entry bundle, dist/extension.cjs (KB), against its bound';
  return { name, ours, other: GOAL_KB, ratio: ours / GOAL_KB, goal: `under ${GOAL_KB} KB`, ok: ours < GOAL_KB };
}

export async function bench() {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'patchbay-bench-')));
  const workspace = join(home, 'workspace');
  await mkdir(workspace);
  let measureFolder = '';
  const server = await startCodeServer({
    workspace,
    async prepareExtensions(extensions) {
      measureFolder = join(extensions, `${MEASURE}-1.0.0`);
      await writePatchbay(join(extensions, `${PATCHBAY}-1.0.0`));
      const empty = join(extensions, `${EMPTY}-1.0.0`);
      await writeExtension(empty, EMPTY, './timed.cjs', []);
      await writeFile(join(empty, 'main.cjs'), "require('vscode'); exports.activate = () => ({});");
      await cp(TIMED, join(empty, 'timed.cjs'));
      await writeExtension(measureFolder, MEASURE, './measure.cjs', ['onStartupFinished']);
      await cp(join(ROOT, 'test/bench/activation/measure.cjs'), join(measureFolder, 'measure.cjs'));
    },
  });
  const browser = await launchBrowser();
  try {
    const rounds = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const report = join(home, `round-${round}.json`);
      const order = round % 2 === 0 ? [PATCHBAY, EMPTY] : [EMPTY, PATCHBAY];
      await writeFile(join(measureFolder, 'round.json'), JSON.stringify({ order, report }));
      // A page of its own: each has its own extension host.
      const page = await browser.newPage();
      await page.goto(server.url);
      await waitForFile(report, server, 60_000);
      rounds.push(JSON.parse(await readFile(report, 'utf8')));
      await page.close();
    }
    // The first one warms the file cache.
    const of = (id) => median(rounds.slice(1).map((times) => times[id]));
    const [ours, other] = [of(PATCHBAY), of(EMPTY)];
    const row = {
      name: 'activate() in a real extension host (ms, against an extension that only loads the API)',
      ours,
      other,
    };
    return [{ ...row, ratio: ours / other, goal: `under ${GOAL_MS} ms`, ok: ours < GOAL_MS }, await entrySize()];
  } finally {
    await browser.close();
    await server.stop();
    await rm(home, { recursive: true, force: true });
  }
}
