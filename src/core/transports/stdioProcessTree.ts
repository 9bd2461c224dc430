import type { ChildProcess, spawn as nodeSpawn } from 'node:child_process';

export type Spawn = typeof nodeSpawn;

/** The processes that a spawned server leads: its process group on POSIX, its descendants on Windows. */
export class ProcessTree {
  readonly #pid: number;
  readonly #platform: NodeJS.Platform;
  readonly #spawn: Spawn;

  constructor(pid: number, platform: NodeJS.Platform, spawn: Spawn) {
    this.#pid = pid;
    this.#platform = platform;
    this.#spawn = spawn;
  }

  /** Sends SIGTERM to the group. False where nothing was there to get it, or the platform has no such signal. */
  terminate(): boolean {
    return this.#platform !== 'win32' && this.#signal('SIGTERM');
  }

  /** Ends every process of the tree, synchronously as far as the platform allows. */
  kill(): void {
    if (this.#platform !== 'win32') {
      this.#signal('SIGKILL');
      return;
    }
    const root = process.env.SystemRoot ?? 'C:\\Windows';
    const options = { stdio: 'ignore', windowsHide: true, detached: true } as const;
    const killer: ChildProcess = this.#spawn(
      `${root}\\System32\\taskkill.exe`,
      ['/PID', String(this.#pid), '/T', '/F'],
      options,
    );
    // A tree that is gone already makes taskkill fail, which is what was wanted.
    killer.on('error', () => {});
    killer.unref();
  }

  #signal(signal: NodeJS.Signals): boolean {
    try {
      return process.kill(-this.#pid, signal);
    } catch {
      // ESRCH: the group is empty. EPERM: only processes of other users or zombies are left in it.
      return false;
    }
  }
}
