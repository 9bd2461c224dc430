/** One echo call after the other, and over HTTP many at a time: our hub, the SDK's client and the floor. */
import { loadCore } from './support/core.mjs';
import { byTurns, compare, sum, timed } from './support/measure.mjs';
import {
  floorHttp,
  floorStdio,
  floorWebSocket,
  hubSide,
  sdkHttp,
  sdkStdio,
  sdkWebSocket,
  startServer,
  withSides,
} from './support/sides.mjs';

const CALLS_A_TURN = 20;
const TURNS = 60;
/** Until the code of all sides is compiled. */
const WARM_UP_TURNS = 250;
const ARGUMENTS = { text: 'thirty bytes of text, no more.' };

const WAYS = [
  { name: 'stdio', floor: floorStdio, sdk: sdkStdio, most: 1.8 },
  { name: 'WebSocket', kind: 'ws', floor: floorWebSocket, sdk: sdkWebSocket, most: 1.3, sdkNote: ' (own transport)' },
  { name: 'HTTP JSON', kind: 'http', floor: floorHttp, sdk: sdkHttp, most: 2.0 },
];

async function oneByOne({ call }) {
  const times = [];
  for (let count = 0; count < CALLS_A_TURN; count++) times.push(await timed(() => call('echo', ARGUMENTS)));
  return times;
}

async function sequential(core, server, { name, floor, sdk, most, sdkNote = '' }) {
  const make = { hub: () => hubSide(core, server), sdk: () => sdk(server), floor: () => floor(server) };
  const {
    hub,
    sdk: theirs,
    floor: least,
  } = await withSides(make, (sides) => byTurns(sides, { turns: TURNS, turn: oneByOne, warmUp: WARM_UP_TURNS }));
  return [
    compare(`echo over ${name}, one by one, p50 (ms), against the floor`, hub, least, { bound: most }),
    compare(`echo over ${name}, one by one, p50 (ms), against the SDK${sdkNote}`, hub, theirs, { bound: 1 }),
  ];
}

/** Calls per second with so many at a time. */
async function atOnce({ call }, width) {
  const calls = Math.max(width * 4, 100);
  let left = calls;
  const worker = async () => {
    while (left-- > 0) await call('echo', ARGUMENTS);
  };
  return timed(() => Promise.all(Array.from({ length: width }, worker)));
}

async function throughput(core, server, width) {
  const settings = { tools: { maxConcurrentCalls: width }, pool: { maxInFlightPerConnection: width } };
  const make = { hub: () => hubSide(core, server, { settings }), sdk: () => sdkHttp(server) };
  const rate = (times) => (times.length * Math.max(width * 4, 100) * 1000) / sum(times);
  const { hub, sdk } = await withSides(make, (sides) =>
    byTurns(sides, { turns: 10, turn: (side) => atOnce(side, width), of: rate }),
  );
  const name = `echo over HTTP JSON, ${width} at a time (calls a second), against the SDK`;
  return compare(name, hub, sdk, { bound: 1.5, isMost: false });
}

export async function bench() {
  const core = await loadCore();
  const rows = [];
  for (const way of WAYS) {
    const server = way.kind ? await startServer(way.kind) : undefined;
    try {
      rows.push(...(await sequential(core, server, way)));
      if (way.kind !== 'http') continue;
      for (const width of [10, 100]) rows.push(await throughput(core, server, width));
    } finally {
      await server?.close();
    }
  }
  return rows;
}
