/** Eight connections in parallel to a server that answers one call in 50 ms on each, against one connection. */
import { loadCore } from './support/core.mjs';
import { byTurns, compare, timed } from './support/measure.mjs';
import { hubSide, startServer, withSides } from './support/sides.mjs';

const ROUNDS = 5;
const WIDTH = 8;
/** On each connection. */
const CALLS = 16;
const LEAST = 7.5;

/** Calls per second. */
async function rate({ call }, count) {
  const calls = () => Promise.all(Array.from({ length: count }, () => call('turn', {})));
  return (count * 1000) / (await timed(calls));
}

async function compareOver(core, name, server) {
  const side = (max) => () =>
    hubSide(core, server, { more: { pool: { max } }, settings: { pool: { maxInFlightPerConnection: 1 } } });
  const { many, one } = await withSides({ many: side(WIDTH), one: side(1) }, (sides) =>
    byTurns(sides, {
      rounds: ROUNDS,
      turns: 1,
      turn: (them, which) => rate(them, which === 'many' ? WIDTH * CALLS : CALLS),
    }),
  );
  const what = `${WIDTH} connections over ${name}, one answer in 50 ms on each (calls a second), against one`;
  return compare(what, many, one, { bound: LEAST, isMost: false });
}

export async function bench() {
  const core = await loadCore();
  const rows = [await compareOver(core, 'stdio')];
  for (const [name, kind] of Object.entries({ WebSocket: 'ws', 'HTTP JSON': 'http' })) {
    const server = await startServer(kind);
    try {
      rows.push(await compareOver(core, name, server));
    } finally {
      await server.close();
    }
  }
  return rows;
}
