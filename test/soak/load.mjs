/** Mixed calls, as many at once as there are workers, each held against the answer that it must get. */

const TIMEOUT_MS = 10_000;
/** How much later than its timeout a call may end. */
const GRACE_MS = 3000;
const TEXTS = [10, 1000, 20_000].map((length) => 'x'.repeat(length));
/** How a call may end while servers crash, links break and calls are given up. */
const EXPECTED = new Set(['connectionClosed', 'transport', 'timeout', 'cancelled', 'limit']);

/** The same row of numbers in [0, 1) for the same seed (mulberry32). */
export function createRandom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const same = (expected) => (text) => text === expected;

/** [tool, arguments, whether the answer is right, options] */
function pickCall(id, random) {
  const draw = random();
  if (draw < 0.4) return ['run', { id }, same(id)];
  if (draw < 0.6) return ['read', { id }, same(id)];
  if (draw < 0.75) {
    const text = TEXTS[Math.floor(random() * TEXTS.length)];
    return ['echo', { text }, same(text)];
  }
  if (draw < 0.8) return ['wait', { id, ms: 10 }, same(id)];
  if (draw < 0.85) return ['progress', { steps: 5 }, same('done')];
  if (draw < 0.9) return ['big', { bytes: 50_000 }, (text) => text.length === 50_000];
  if (draw < 0.95) return ['fail', {}, (_text, result) => result.isError === true];
  if (draw < 0.975) return ['slow', { ms: 60_000 }, () => false, { timeoutMs: 20 }];
  const abort = new AbortController();
  setTimeout(() => abort.abort(), random() * 20).unref();
  return ['slow', { ms: 60_000 }, () => false, { signal: abort.signal }];
}

export function createLoad({ hub, servers, workers, random }) {
  const tally = { calls: 0, ok: 0, ended: new Map(), wrong: [], slowestMs: 0 };
  let isRunning = false;

  async function callOnce(worker) {
    const server = servers[Math.floor(random() * servers.length)];
    // Servers that count keep each id.
    const id = `${worker}-${tally.calls % 1000}`;
    const [tool, args, isRight, options = {}] = pickCall(id, random);
    const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    const started = performance.now();
    tally.calls += 1;
    try {
      const result = await hub.callTool(server, tool, args, { timeoutMs, ...options, onProgress: () => {} });
      if (isRight(result.content.map(({ text }) => text).join(''), result)) tally.ok += 1;
      else tally.wrong.push(`${server}.${tool} ${JSON.stringify(args).slice(0, 100)}`);
    } catch ({ kind, message }) {
      tally.ended.set(kind, (tally.ended.get(kind) ?? 0) + 1);
      if (!EXPECTED.has(kind)) tally.wrong.push(`${server}.${tool}: ${kind} ${message}`);
      // An open breaker refuses at once: what asks again without a pause would only be busy with that.
      if (kind === 'limit') await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const tookMs = performance.now() - started;
    tally.slowestMs = Math.max(tally.slowestMs, tookMs);
    if (tookMs > timeoutMs + GRACE_MS) tally.wrong.push(`${server}.${tool} took ${Math.round(tookMs)} ms`);
  }

  async function work(worker) {
    while (isRunning) await callOnce(worker);
  }

  return {
    tally,
    /** Calls for so long (ms), then resolves when every call has ended. */
    async run(ms) {
      isRunning = true;
      const working = Array.from({ length: workers }, (_, worker) => work(worker));
      const timer = setTimeout(() => {
        isRunning = false;
      }, ms);
      await Promise.all(working);
      clearTimeout(timer);
    },
  };
}
