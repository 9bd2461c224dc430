import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { processTree, stillRunning } from '../../scripts/lib/processTree.mjs';
import { isAlive, testServer } from '../support/servers';

type Tree = ReturnType<typeof processTree>;

const GONE_WITHIN_MS = 2000;
const hosts: Tree[] = [];

const server = (...flags: string[]) => ({
  command: process.execPath,
  args: [testServer('echoServer.mjs'), ...flags],
  shutdownGraceMs: 300,
});
/** Neither the end of stdin nor SIGTERM ends it, and it has a child that holds its pipes. */
const STUBBORN = server('--grandchild', '--ignore-sigterm');

/** A plain Node program with these servers connected. */
async function startHost(servers: Record<string, object>) {
  const config = JSON.stringify({ version: 1, servers });
  const host = spawn(process.execPath, [testServer('hubHost.mjs'), config], { stdio: ['pipe', 'pipe', 'pipe'] });
  let log = '';
  host.stderr.on('data', (chunk) => {
    log += chunk;
  });
  const lines = createInterface({ input: host.stdout })[Symbol.asyncIterator]();
  const nextLine = async () => JSON.parse((await lines.next()).value ?? JSON.stringify({ log }));
  const greeting = await nextLine();
  const tree = processTree(host.pid as number);
  hosts.push(tree);
  expect(greeting).toMatchObject({ ready: true });
  return { host, tree, nextLine };
}

/** Resolves when none of them runs; fails when some do after the time. Processes tell no strangers of their end. */
async function expectGone(tree: Tree): Promise<number> {
  const start = performance.now();
  for (let left = stillRunning(tree); left.length > 0; left = stillRunning(tree)) {
    if (performance.now() - start > GONE_WITHIN_MS) expect(left).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return performance.now() - start;
}

afterEach(() => {
  for (const tree of hosts.splice(0)) {
    for (const { pid } of stillRunning(tree)) process.kill(pid, 'SIGKILL');
  }
});

describe.skipIf(process.platform === 'win32')('no process outlives its host', () => {
  it.each([
    ['is killed by SIGKILL', (host: ChildProcess) => host.kill('SIGKILL')],
    ['is ended by SIGTERM', (host: ChildProcess) => host.kill('SIGTERM')],
    ['exits in a hurry', (host: ChildProcess) => host.stdin?.write('exit\n')],
    ['crashes', (host: ChildProcess) => host.stdin?.write('crash\n')],
  ])('that %s', async (_, end) => {
    const { host, tree } = await startHost({ stubborn: STUBBORN, second: STUBBORN, plain: server() });
    // The host, three servers, two grandchildren and the watchdog.
    expect(tree).toHaveLength(7);
    end(host);
    await expectGone(tree);
  });

  it('that is killed after its watchdog was, once another server has brought it back', async () => {
    const { host, tree, nextLine } = await startHost({ stubborn: STUBBORN });
    const watchdog = watchdogOf(tree, host);
    process.kill(watchdog, 'SIGKILL');
    await expectGone(tree.filter(({ pid }) => pid === watchdog));
    host.stdin?.write('reconnect\n');
    expect(await nextLine()).toEqual({ reconnected: true });
    const now = processTree(host.pid as number);
    host.kill('SIGKILL');
    await expectGone([...tree, ...now]);
  });

  it('that closes its hub: the servers are gone when that resolves, the program ends by itself', async () => {
    const { host, tree, nextLine } = await startHost({ stubborn: STUBBORN, plain: server() });
    const servers = tree.filter(({ pid }) => pid !== host.pid && pid !== watchdogOf(tree, host));
    const exited = new Promise((resolve) => host.once('exit', resolve));
    host.stdin?.write('close\n');
    expect(await nextLine()).toEqual({ closed: true });
    expect(stillRunning(servers)).toEqual([]);
    expect(await exited).toBe(0);
    await expectGone(tree);
  });
});

describe.skipIf(process.platform === 'win32')('what is not ours', () => {
  it('is left alone when the host is killed', async () => {
    const bystander = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true });
    try {
      const { host, tree } = await startHost({ plain: server() });
      host.kill('SIGKILL');
      await expectGone(tree);
      expect(isAlive(bystander.pid as number)).toBe(true);
    } finally {
      bystander.kill('SIGKILL');
    }
  });
});

/** The watchdog is started before the first server. */
function watchdogOf(tree: Tree, host: ChildProcess): number {
  const children = tree.filter(({ parent }) => parent === host.pid).map(({ pid }) => pid);
  return Math.min(...children);
}
