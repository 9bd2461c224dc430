import { type ChildProcess, spawn as nodeSpawn } from 'node:child_process';
import type { Disposable } from '../../base/disposable';
import { toDisposable } from '../../base/disposable';
import type { Spawn } from './stdioProcessTree';
import type { SpawnCommand } from './stdioSpawn';

/**
 * Ends the server processes that this process cannot end itself any more: after a SIGKILL, a crash, an exit in a hurry.
 */
export interface ProcessGuard {
  /** For one server, before it is spawned, so that it never runs unguarded for the time that the guard needs to start. */
  open(): ProcessWard;
}

/** One server's place at the guard. Disposed when nothing of the server is left. */
export interface ProcessWard extends Disposable {
  /** Guards the tree that `pid` leads. */
  watch(pid: number): void;
}

export interface ProcessGuardDependencies {
  readonly spawn?: Spawn;
  readonly platform?: NodeJS.Platform;
  /** A Node program, or Electron; used on Windows only. */
  readonly execPath?: string;
}

/**
 * A guard outside of this process: a small one that reads which process groups run from a pipe that only we hold. When
 * the pipe ends while groups are left, we are gone: they get SIGTERM, and SIGKILL a second later. It is started with the
 * first server, ends with the last one, and is started again where somebody killed it. A process that has left its
 * server's group is beyond its reach, as it is beyond ours.
 *
 * On Windows Node takes the place of the shell and taskkill that of the signals.
 */
export function createProcessGuard(dependencies: ProcessGuardDependencies = {}): ProcessGuard {
  const { spawn = nodeSpawn, platform = process.platform, execPath = process.execPath } = dependencies;
  return new Watchdog(spawn, buildWatchdogCommand(platform, execPath));
}

class Watchdog implements ProcessGuard {
  readonly #spawn: Spawn;
  readonly #command: SpawnCommand;
  readonly #pids = new Set<number>();
  #wards = 0;
  #child: ChildProcess | undefined;

  constructor(spawn: Spawn, command: SpawnCommand) {
    this.#spawn = spawn;
    this.#command = command;
  }

  open(): ProcessWard {
    this.#wards++;
    this.#ensure();
    let watched: number | undefined;
    const leave = toDisposable(() => this.#leave(watched));
    return {
      watch: (pid) => {
        watched = pid;
        this.#pids.add(pid);
        this.#tell('+', pid);
      },
      dispose: () => leave.dispose(),
    };
  }

  #leave(pid: number | undefined): void {
    this.#wards--;
    if (pid !== undefined) {
      this.#pids.delete(pid);
      this.#tell('-', pid);
    }
    if (this.#wards > 0) return;
    this.#child?.stdin?.end();
    this.#child = undefined;
  }

  #ensure(): void {
    if (this.#child) return;
    const { file, args, options } = this.#command;
    let child: ChildProcess;
    try {
      child = this.#spawn(file, [...args], options);
    } catch {
      // Servers run unguarded then, as they would without any guard; their own start says what is wrong.
      return;
    }
    const forget = () => {
      if (this.#child === child) this.#child = undefined;
    };
    child.once('exit', forget);
    child.once('error', forget);
    child.stdin?.on('error', forget);
    // Neither the process nor the pipe keeps a plain Node program alive.
    child.unref();
    (child.stdin as { unref?(): void } | null)?.unref?.();
    this.#child = child;
    for (const pid of this.#pids) this.#tell('+', pid);
  }

  #tell(sign: '+' | '-', pid: number): void {
    this.#child?.stdin?.write(`${sign} ${pid}\n`);
  }
}

/** `read` fails at the end of the pipe. The list has a blank around each id, so that 12 is not taken for part of 123. */
const SHELL_SCRIPT = `
groups=' '
while read -r sign group; do
  case $sign in
    +) groups="$groups$group ";;
    -) case $groups in *" $group "*) groups="\${groups%% $group *} \${groups#* $group }";; esac;;
  esac
done
[ "$groups" = ' ' ] && exit 0
for group in $groups; do kill -s TERM -- "-$group"; done
sleep 1
for group in $groups; do kill -s KILL -- "-$group"; done
`;

const WINDOWS_SCRIPT = `
const pids = new Set();
require('node:readline').createInterface({ input: process.stdin })
  .on('line', (line) => (line[0] === '+' ? pids.add(line.slice(2)) : pids.delete(line.slice(2))))
  .on('close', () => {
    const taskkill = (process.env.SystemRoot || 'C:\\\\Windows') + '\\\\System32\\\\taskkill.exe';
    for (const pid of pids) require('node:child_process').spawnSync(taskkill, ['/PID', pid, '/T', '/F']);
  });
`;

/** What the watchdog is spawned with: a group of its own, so that what ends the host's group leaves it alone. */
export function buildWatchdogCommand(platform: NodeJS.Platform, execPath: string): SpawnCommand {
  const options = { stdio: ['pipe', 'ignore', 'ignore'], detached: true, windowsHide: true } as const;
  if (platform === 'win32') {
    const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
    return { file: execPath, args: ['-e', WINDOWS_SCRIPT], options: { ...options, stdio: [...options.stdio], env } };
  }
  const env = { PATH: '/usr/bin:/bin' };
  return {
    file: '/bin/sh',
    args: ['-c', SHELL_SCRIPT],
    options: { ...options, stdio: [...options.stdio], cwd: '/', env },
  };
}
