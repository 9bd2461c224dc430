/**
 * How many times longer the work takes with eight times as much: about 8 where it is linear, 64 where it is quadratic.
 * Work below a millisecond counts as one, so that a fast machine and a busy one say the same.
 */
export function growth(work: (size: number) => void, size: number): number {
  return fastest(work, size * 8) / Math.max(1, fastest(work, size));
}

/** Above it, work is taken to be worse than linear. */
export const LINEAR = 20;

function fastest(work: (size: number) => void, size: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round++) {
    const start = performance.now();
    work(size);
    best = Math.min(best, performance.now() - start);
  }
  return best;
}
