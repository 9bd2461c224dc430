/** What a process holds at rest, and whether that stays the same. */

const MB = 1024 * 1024;
/** Heap that may grow beyond what is held, so that a small heap does not fail for the buffers of one socket. */
const SLACK_BYTES = MB;
const MOST_GROWTH = 1.1;

export const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Nothing may be under way. Garbage is collected until there is none left to speak of. */
export async function takeSample() {
  for (let round = 0; round < 4; round += 1) {
    globalThis.gc();
    // What waits for the collector's word (weak references, finalizers) goes in the next round.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { bytes: heapUsed + external, rss, handles: countHandles(), listeners: countListeners() };
}

/** What is open in the process, by kind. Timers come and go by themselves. */
function countHandles() {
  const counts = {};
  for (const kind of process.getActiveResourcesInfo()) {
    if (kind !== 'Timeout' && kind !== 'Immediate') counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

function countListeners() {
  return Object.fromEntries(process.eventNames().map((name) => [String(name), process.listenerCount(name)]));
}

/**
 * Medians of the first and the last third of what was held after the warm-up. `ok`: flat within 10 %, but for a
 * megabyte.
 */
export function judgeMemory(samples) {
  const third = Math.max(1, Math.floor(samples.length / 3));
  const first = median(samples.slice(0, third).map(({ bytes }) => bytes));
  const last = median(samples.slice(-third).map(({ bytes }) => bytes));
  return {
    ok: samples.length >= 3 && last <= Math.max(first * MOST_GROWTH, first + SLACK_BYTES),
    text: `${(first / MB).toFixed(1)} MB at first, ${(last / MB).toFixed(1)} MB at last (${(last / first).toFixed(3)})`,
  };
}

/** Whether the same is open, and the same is listened to, at every sample. */
export function judgeConstant(samples, what) {
  const seen = new Set(samples.map((sample) => JSON.stringify(Object.entries(sample[what]).sort())));
  return { ok: seen.size === 1, text: [...seen].join(' then ') };
}
