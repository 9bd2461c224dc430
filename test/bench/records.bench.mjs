/** CPU of this process for one call with all that watches it (tap, history, numbers), against a core without them. */
import { loadCore } from './support/core.mjs';
import { byTurns, compare, cpuOf, sum } from './support/measure.mjs';
import { hubSide, startServer, withSides } from './support/sides.mjs';

const CALLS_A_TURN = 50;
const TURNS = 60;
const WARM_UP_TURNS = 100;
const MOST = 1.1;
const ARGUMENTS = { text: 'thirty bytes of text, no more.' };

function cpuOfCalls({ call }) {
  return cpuOf(async () => {
    for (let count = 0; count < CALLS_A_TURN; count++) await call('echo', ARGUMENTS);
  });
}

async function compareOver(cores, name, server) {
  const make = {
    on: () => hubSide(cores.on, server),
    off: () => hubSide(cores.off, server, { settings: { metrics: { enabled: false } } }),
  };
  const of = (turns) => sum(turns) / turns.length / CALLS_A_TURN;
  const { on, off } = await withSides(make, (sides) =>
    byTurns(sides, { turns: TURNS, warmUp: WARM_UP_TURNS, turn: cpuOfCalls, of }),
  );
  const what = `CPU for a call over ${name} with tap, numbers and history (µs), against all of them off`;
  return compare(what, on, off, { bound: MOST });
}

export async function bench() {
  const cores = { on: await loadCore(), off: await loadCore({ silent: true }) };
  const server = await startServer('http');
  try {
    return [await compareOver(cores, 'stdio'), await compareOver(cores, 'HTTP JSON', server)];
  } finally {
    await server.close();
  }
}
