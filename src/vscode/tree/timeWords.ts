import type { Translate } from '../localize';

/** Time that is left, rounded up, as a countdown says it. */
export function remaining(ms: number, t: Translate): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return seconds < 100 ? t('{0} s', seconds) : t('{0} min', Math.ceil(seconds / 60));
}

/** How long something took: `3.2 ms`, `148 ms`, `1.5 s`. */
export function duration(ms: number, t: Translate): string {
  if (ms >= 1000) return t('{0} s', tenths(ms / 1000));
  return t('{0} ms', ms < 10 ? tenths(ms) : Math.round(ms));
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
