/**
 * Fifty stdio servers started together: our hub against processes that are spawned and greeted by hand. On a machine
 * with fewer cores than servers that is all CPU time, most of it the servers' own.
 */
import { readFileSync } from 'node:fs';
import { loadCore } from './support/core.mjs';
import { byTurns, compare, timed } from './support/measure.mjs';
import { floorStdio, SERVER } from './support/sides.mjs';

const SERVERS = 50;
const ROUNDS = 5;
const MOST = 1.2;

/** CPU time in ms of this process and of all children that have ended; Linux only, elsewhere 0. */
function familyCpuMs() {
  if (process.platform !== 'linux') return 0;
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, text) => sum + Number(text), 0);
  return ticks * 10;
}

function hubOf(core) {
  const servers = Array.from({ length: SERVERS }, (_, index) => [
    `s${index}`,
    // The last one tells them apart: of one program there may be fewer.
    { command: process.execPath, args: [SERVER, 'stdio', String(index)] },
  ]);
  return core.createHub({ config: { servers: Object.fromEntries(servers) } });
}

async function startByHub(core) {
  const hub = hubOf(core);
  const ms = await timed(() => hub.connectAll());
  const connected = hub.servers().filter(({ state }) => state.kind === 'connected').length;
  await hub.close();
  if (connected !== SERVERS) throw new Error(`Only ${connected} of ${SERVERS} servers connected.`);
  return ms;
}

async function startByHand() {
  let started = [];
  const ms = await timed(async () => {
    // Groups of their own, as ours: some systems share the processor out by groups.
    started = await Promise.all(Array.from({ length: SERVERS }, () => floorStdio({ detached: true })));
  });
  await Promise.all(started.map((server) => server.close()));
  return ms;
}

export async function bench() {
  const core = await loadCore();
  const cpu = { hub: [], floor: [] };
  const sides = { hub: () => startByHub(core), floor: startByHand };
  const { hub, floor } = await byTurns(sides, {
    rounds: ROUNDS,
    turns: 1,
    async turn(start, name) {
      const before = familyCpuMs();
      const ms = await start();
      cpu[name].push(familyCpuMs() - before);
      return ms;
    },
  });
  const name = `${SERVERS} stdio servers started together`;
  const rows = [compare(`${name} (ms), against bare spawns and greetings`, hub, floor, { bound: MOST })];
  if (process.platform !== 'linux') return rows;
  // Without the one that warmed up.
  const [ours, other] = [cpu.hub.slice(1), cpu.floor.slice(1)];
  return [...rows, compare(`${name}, CPU time of all processes up to their end (ms)`, ours, other, { bound: MOST })];
}
