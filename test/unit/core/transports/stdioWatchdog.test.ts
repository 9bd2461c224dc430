import { type ChildProcess, spawn } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { buildWatchdogCommand, createProcessGuard } from '../../../../src/core/transports/stdioWatchdog';
import { isAlive } from '../../../support/servers';

const children: ChildProcess[] = [];
/** Ignores everything but SIGKILL. Leads a group of its own, as servers do. */
const STUBBORN = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log("ready")';

/** Spawns for real and remembers what it spawned. */
const recording: typeof spawn = ((...args: Parameters<typeof spawn>) => {
  const child = spawn(...args);
  children.push(child);
  return child;
}) as typeof spawn;

async function startServer(): Promise<number> {
  const child = recording(process.execPath, ['-e', STUBBORN], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  return child.pid as number;
}

function exitOf(child: ChildProcess | undefined): Promise<void> {
  return new Promise((resolve) => child?.once('exit', () => resolve()));
}

afterEach(() => {
  for (const { pid } of children.splice(0)) {
    try {
      process.kill(-(pid as number), 'SIGKILL');
    } catch {
      // Gone, as it should be.
    }
  }
});

describe('the watchdog', () => {
  it('ends the groups that are left when its pipe ends, and no other', async () => {
    const [kept, left, other] = [await startServer(), await startServer(), await startServer()];
    const guard = createProcessGuard({ spawn: recording });
    const [first, second] = [guard.open(), guard.open()];
    const watchdog = children.at(-1);
    first.watch(kept);
    second.watch(left);
    first.dispose();
    const gone = Promise.all([exitOf(watchdog), exitOf(children[1])]);
    // The end of this process ends the pipe in the same way.
    watchdog?.stdin?.destroy();
    await gone;
    expect([kept, left, other].map(isAlive)).toEqual([true, false, true]);
  });

  it('is one for all servers, ends with the last one and kills nothing then', async () => {
    const pid = await startServer();
    const guard = createProcessGuard({ spawn: recording });
    const [first, second] = [guard.open(), guard.open()];
    expect(children).toHaveLength(2);
    const gone = exitOf(children[1]);
    first.watch(pid);
    first.dispose();
    first.dispose();
    second.dispose();
    await gone;
    expect(isAlive(pid)).toBe(true);
  });

  it('is started again for the next server, and told about those that run', async () => {
    const pid = await startServer();
    const guard = createProcessGuard({ spawn: recording });
    guard.open().watch(pid);
    const killed = exitOf(children[1]);
    children[1]?.kill('SIGKILL');
    await killed;
    guard.open();
    const gone = exitOf(children[0]);
    children[2]?.stdin?.destroy();
    await gone;
  });

  it('does not keep a server from starting where it cannot run itself', async () => {
    const spawnNothing = ((_file: string, args: string[], options: object) =>
      spawn('/no/such/shell', args, options)) as typeof spawn;
    const ward = createProcessGuard({ spawn: spawnNothing }).open();
    ward.watch(1_000_000);
    await new Promise(setImmediate);
    ward.dispose();
  });
});

describe('buildWatchdogCommand', () => {
  it('is a shell without the environment of the host on POSIX, in a group of its own', () => {
    for (const platform of ['linux', 'darwin'] as const) {
      expect(buildWatchdogCommand(platform, '/usr/bin/node')).toMatchObject({
        file: '/bin/sh',
        args: ['-c', expect.stringContaining('kill -s KILL')],
        options: { detached: true, cwd: '/', stdio: ['pipe', 'ignore', 'ignore'], env: { PATH: '/usr/bin:/bin' } },
      });
    }
  });

  it('is the host as plain Node on Windows, which takes down each tree', () => {
    const { file, args, options } = buildWatchdogCommand('win32', 'C:\\Code.exe');
    expect(file).toBe('C:\\Code.exe');
    expect(args[0]).toBe('-e');
    expect(args[1]).toContain("'\\\\System32\\\\taskkill.exe'");
    expect(args[1]).toContain("['/PID', pid, '/T', '/F']");
    expect(options).toMatchObject({ windowsHide: true, env: { ELECTRON_RUN_AS_NODE: '1' } });
    expect(() => new Function(args[1] ?? '')).not.toThrow();
  });
});
