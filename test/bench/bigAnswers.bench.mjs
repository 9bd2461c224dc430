/** One big answer over stdio, from the call to the parsed result: our hub and the SDK's client with its transport. */
import { loadCore } from './support/core.mjs';
import { byTurns, compare, cpuOf, timed } from './support/measure.mjs';
import { floorStdio, hubSide, sdkStdio, withSides } from './support/sides.mjs';

const ROUNDS = 5;
const MB = 1_000_000;
const LEAST = 3;
/** Linear is what grows like the floor. */
const GROWTH = 1.2;

const fetchLines = (bytes) => (side) => side.call('lines', { bytes });
const against = { bound: LEAST, isMost: false, ratioOf: (ours, other) => other / ours };

/**
 * CPU time, because how long a pipe takes depends on how often the machine changes between the two processes; and
 * against the floor, because one MB fits into the caches of the processor and fifty do not.
 */
async function growth(sides) {
  const perMb = (size, turns) => {
    const turn = async ({ call }) => (await cpuOf(() => call('lines', { bytes: size * MB }))) / size;
    return byTurns(sides, { rounds: ROUNDS, turns, warmUp: turns, turn });
  };
  const [one, fifty] = [await perMb(1, 50), await perMb(50, 1)];
  const factors = (name) => fifty[name].map((cpu, round) => cpu / one[name][round]);
  const name = 'CPU per MB of an answer over stdio, growth from 1 MB to 50 MB (times), against the floor';
  return compare(name, factors('hub'), factors('floor'), { bound: GROWTH });
}

export async function bench() {
  const core = await loadCore();
  const hub = () => hubSide(core, undefined, { more: { timeouts: { toolMs: 0 } } });
  return withSides({ hub, sdk: sdkStdio, floor: floorStdio }, async (sides) => {
    const rows = [];
    for (const [size, turns, warmUp] of [
      [8, 3, 1],
      [50, 1, 0],
    ]) {
      const fetch = fetchLines(size * MB);
      const times = await byTurns(
        { hub: sides.hub, sdk: sides.sdk },
        { rounds: ROUNDS, turns, warmUp, turn: (side) => timed(() => fetch(side)) },
      );
      const name = `answer of ${size} MB over stdio (ms), times as fast as the SDK`;
      rows.push(compare(name, times.hub, times.sdk, against));
    }
    return [...rows, await growth({ hub: sides.hub, floor: sides.floor })];
  });
}
