/** CPU of this process for one call over stdio, with the tap and without, in turns. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import { ROOT } from '../../scripts/lib/root.mjs';

const ROUNDS = 5;
/** Each round changes between the two this often, so that other work on the machine hits both alike. */
const TURNS = 20;
const CALLS_A_TURN = 200;
const AT_ONCE = 100;
const GOAL = 1.1;
const SERVER = join(ROOT, 'test/servers/echoServer.mjs');

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** CPU time in µs. */
async function measure(client, text) {
  const before = process.cpuUsage();
  for (let done = 0; done < CALLS_A_TURN; done += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, () => client.callTool({ name: 'echo', arguments: { text } })));
  }
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

async function round(plain, tapped, text) {
  const sum = { plain: 0, tapped: 0 };
  for (let turn = 0; turn < TURNS; turn++) {
    if (turn % 2 === 0) sum.plain += await measure(plain, text);
    sum.tapped += await measure(tapped, text);
    if (turn % 2 === 1) sum.plain += await measure(plain, text);
  }
  return { plain: sum.plain / (TURNS * CALLS_A_TURN), tapped: sum.tapped / (TURNS * CALLS_A_TURN) };
}

async function compare(connect, name, text) {
  const [plain, tapped] = [await connect(SERVER, false), await connect(SERVER, true)];
  const rounds = [];
  try {
    await round(plain, tapped, text);
    for (let count = 0; count < ROUNDS; count++) rounds.push(await round(plain, tapped, text));
  } finally {
    await Promise.all([plain.close(), tapped.close()]);
  }
  const ours = median(rounds.map((times) => times.tapped));
  const other = median(rounds.map((times) => times.plain));
  const ratio = ours / other;
  return {
    name: `CPU for a call with the tap against without, ${name} (µs)`,
    ours,
    other,
    ratio,
    goal: `at most ${GOAL}`,
    ok: ratio <= GOAL,
  };
}

export async function bench() {
  const folder = await mkdtemp(join(ROOT, 'node_modules/.patchbay-bench-'));
  try {
    const outfile = join(folder, 'measured.cjs');
    await esbuild.build({
      entryPoints: [join(ROOT, 'test/bench/tap/measured.ts')],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      minifySyntax: true,
      logLevel: 'error',
    });
    const { connect } = createRequire(import.meta.url)(outfile);
    return [
      await compare(connect, '30 bytes', 'thirty bytes of text, no more.'),
      await compare(connect, '10 KB', 'x'.repeat(10_000)),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
