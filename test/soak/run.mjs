/**
 * Many calls at once over stdio, HTTP and WebSocket and through a group for a long time, with middleware, rate limits and
 * the audit log, and with crashes now and then. At the end nothing may be held that was not held after the warm-up: memory
 * within 10 %, handles and listeners the same, no process left.
 *
 *   node --expose-gc test/soak/run.mjs [--seconds 600]
 *
 * Memory is looked at between two bursts, when every call has ended and every server is disconnected.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { ROOT } from '../../scripts/lib/root.mjs';
import { loadCore } from '../bench/support/core.mjs';
import { createLoad, createRandom } from './load.mjs';
import { judgeConstant, judgeMemory, takeSample } from './samples.mjs';

const SERVER = join(ROOT, 'test/servers/countingServer.mjs');
const RESULTS = join(ROOT, 'test-results');
const WORKERS = 24;
/** Bursts, the warm-up included. Each ends with a look at what is held. */
const BURSTS = 15;
const WARM_UP = 5;
const CRASHES_A_BURST = 2;

if (typeof globalThis.gc !== 'function') throw new Error('Start with: node --expose-gc test/soak/run.mjs');
const { values } = parseArgs({ options: { seconds: { type: 'string', default: '600' } } });
const burstMs = (Number(values.seconds) * 1000) / BURSTS;
const random = createRandom(20260728);
const warnings = [];
process.on('warning', ({ name, message }) => warnings.push(`${name}: ${message}`));
process.on('unhandledRejection', (error) => warnings.push(`unhandled rejection: ${error?.stack ?? error}`));

/** A server in a process of its own that comes back on its port after `kill`. */
async function startServer(kind, port = 0) {
  const child = spawn(process.execPath, [SERVER, `--${kind}`, '--port', String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const [line] = await once(lines, 'line');
  lines.close();
  return { child, port: JSON.parse(line).port };
}

async function restart(servers, kind) {
  const { child, port } = servers[kind];
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  servers[kind] = await startServer(kind, port);
}

async function crashSomething(hub, servers) {
  const draw = random();
  const pid = hub.server('stdio')?.processId;
  if (draw < 0.4 && pid !== undefined) process.kill(pid, 'SIGKILL');
  else if (draw < 0.6) await restart(servers, 'http');
  else if (draw < 0.8) await restart(servers, 'websocket');
  else hub.clearPool();
}

/** So many calls at once open the breaker with one crash: a person who connects, when all is there, lets them pass. */
async function letPass(hub) {
  for (let turn = 0; turn < 2; turn += 1) await hub.connectAll({ interactive: true });
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function soak() {
  const { createHub, createAuditFile, createNodePorts } = await loadCore();
  const servers = { http: await startServer('http'), websocket: await startServer('websocket') };
  const shared = {
    protocol: 'legacy',
    pool: { max: 3 },
    retry: { initialDelayMs: 250, maxDelayMs: 500, maxAttempts: 0 },
    shutdownGraceMs: 500,
  };
  const { clock, log } = createNodePorts();
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-soak-'));
  const sink = createAuditFile({ path: join(folder, 'audit.jsonl'), maxBytes: 1_000_000, maxFiles: 3, clock, log });
  const hub = createHub({
    ports: { audit: { sink, arguments: () => 'redacted' } },
    config: {
      servers: {
        stdio: { ...shared, command: process.execPath, args: [SERVER] },
        http: { ...shared, middleware: ['logging', 'redact'], url: `http://127.0.0.1:${servers.http.port}/mcp` },
        websocket: {
          ...shared,
          limits: { rateLimit: { maxRequests: 1000, perMs: 1000 } },
          url: `ws://127.0.0.1:${servers.websocket.port}/ws`,
        },
      },
      groups: { both: { strategy: 'leastConnections', members: [{ server: 'http' }, { server: 'websocket' }] } },
      tools: { maxConcurrentCalls: WORKERS },
      pool: { maxInFlightPerConnection: 4 },
    },
  });
  const pids = new Set();
  hub.onDidChangeServers(({ processId }) => processId !== undefined && pids.add(processId));
  const load = createLoad({ hub, servers: ['stdio', 'http', 'websocket', 'both'], workers: WORKERS, random });
  const samples = [];
  let audited = [];
  let added = 0;
  hub.calls.onDidAdd(() => {
    added += 1;
  });
  try {
    for (let burst = 1; burst <= BURSTS; burst += 1) {
      await letPass(hub);
      const running = load.run(burstMs);
      for (let crash = 0; crash < CRASHES_A_BURST; crash += 1) {
        await new Promise((resolve) => setTimeout(resolve, burstMs / (CRASHES_A_BURST + 1)));
        await crashSomething(hub, servers);
        await letPass(hub);
      }
      await running;
      await hub.disconnectAll();
      const sample = await takeSample();
      if (burst > WARM_UP) samples.push(sample);
      const megabytes = (sample.bytes / 1024 / 1024).toFixed(1);
      console.log(`${String(burst).padStart(3)} of ${BURSTS}: ${load.tally.calls} calls, ${megabytes} MB`);
    }
  } finally {
    await hub.close();
    for (const { child } of Object.values(servers)) child.kill('SIGKILL');
    audited = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
    rmSync(folder, { recursive: true });
  }
  return { audited, added, samples, tally: load.tally, left: [...pids].filter(isAlive) };
}

/** Whole lines of JSON in no more files than were allowed. */
function judgeAudit(files) {
  const lines = files.flatMap((text) => text.split('\n').slice(0, -1));
  const isWhole = lines.every((line) => JSON.parse(line).outcome !== undefined);
  return {
    ok: files.length <= 3 && lines.length > 0 && isWhole,
    text: `${lines.length} lines in ${files.length} files`,
  };
}

function judge({ samples, tally, left, audited, added }) {
  const { calls, ok, ended, wrong, slowestMs } = tally;
  const ends = [...ended].map(([kind, count]) => `${count} ${kind}`).join(', ');
  return [
    ['memory is flat within 10 %', judgeMemory(samples)],
    ['handles are constant', judgeConstant(samples, 'handles')],
    ['listeners are constant', judgeConstant(samples, 'listeners')],
    ['no process is left', { ok: left.length === 0, text: `${left.length} left` }],
    ['every call ends as it must', { ok: wrong.length === 0, text: wrong.slice(0, 5).join('; ') || `${calls} calls` }],
    ['most calls succeed', { ok: ok > calls / 2, text: `${ok} ok, ${ends}, the slowest ${Math.round(slowestMs)} ms` }],
    ['every call is in the history', { ok: added >= calls, text: `${added} entries` }],
    ['the audit log is whole', judgeAudit(audited)],
    ['nothing was warned of', { ok: warnings.length === 0, text: warnings.slice(0, 3).join('; ') || 'no warning' }],
  ];
}

const verdicts = judge(await soak());
for (const [name, { ok, text }] of verdicts) console.log(`${ok ? '✓' : '✗'} ${name}: ${text}`);
const failed = verdicts.filter(([, { ok }]) => !ok).length;
mkdirSync(RESULTS, { recursive: true });
writeFileSync(join(RESULTS, 'soak.json'), JSON.stringify({ passed: verdicts.length - failed, failed }));
process.exitCode = failed === 0 ? 0 : 1;
