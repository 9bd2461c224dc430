/** How sides are compared: by turns in one process, so that other work on the machine hits all of them alike. */
export const ROUNDS = 7;

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Each side is first in its turn. */
function rotated(names, by) {
  return names.map((_, index) => names[(index + by) % names.length]);
}

/**
 * `turn(side)` gives one number; each of `rounds` takes `turns` of them from every side, by turns. The result has one
 * number a side and round, made of its turns by `of`. A round before them warms up.
 */
export async function byTurns(sides, { rounds = ROUNDS, turns, turn, of = median, warmUp = turns }) {
  const names = Object.keys(sides);
  const results = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    const taken = Object.fromEntries(names.map((name) => [name, []]));
    for (let count = 0; count < (round < 0 ? warmUp : turns); count++) {
      for (const name of rotated(names, count + Math.max(round, 0))) taken[name].push(await turn(sides[name], name));
    }
    if (round < 0) continue;
    for (const name of names) results[name].push(of(taken[name].flat()));
  }
  return results;
}

/** Time in ms. */
export async function timed(work) {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** CPU time of this process in µs. */
export async function cpuOf(work) {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/**
 * One row. `ratio` is the median of the rounds' own ratios: within a round both sides met the same machine. `isMost`:
 * whether `bound` is the most that the ratio may be, or the least.
 */
export function compare(name, ours, other, { bound, isMost = true, ratioOf = (a, b) => a / b }) {
  const ratio = median(ours.map((value, round) => ratioOf(value, other[round])));
  const ok = isMost ? ratio <= bound : ratio >= bound;
  const goal = `at ${isMost ? 'most' : 'least'} ${bound}`;
  return { name, ours: median(ours), other: median(other), ratio, goal, ok };
}

export const sum = (values) => values.reduce((all, value) => all + value, 0);
