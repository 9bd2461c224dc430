import { spawn as nodeSpawn } from 'node:child_process';
import { statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { ProcessTree, type Spawn } from './stdioProcessTree';
import { buildSpawnCommand } from './stdioSpawn';

export interface ProgramOptions {
  readonly cwd: string | undefined;
  readonly env: Readonly<Record<string, string>>;
}

/** A program that runs for its output. `kill` ends what it started as well. */
export interface Program {
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  once(event: 'error', listener: (error: Error) => void): unknown;
  once(event: 'exit' | 'close', listener: (code: number | null, signal: string | null) => void): unknown;
  kill(): boolean;
}

/** Starts a program as stdio servers are started: no shell, a process group of its own, batch files quoted; no input. */
export function startProgram(
  command: string,
  args: readonly string[],
  { cwd, env }: ProgramOptions,
  platform: NodeJS.Platform = process.platform,
  spawn: Spawn = nodeSpawn,
): Program {
  const launch = { transport: 'stdio', command, args, cwd, env, shutdownGraceMs: 0, maxMessageBytes: 0 } as const;
  const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  const { file, args: all, options } = buildSpawnCommand(launch, platform, isFile);
  const child = spawn(file, [...all], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const { pid } = child;
  return {
    stdout: child.stdout,
    stderr: child.stderr,
    once: child.once.bind(child),
    kill() {
      if (pid === undefined) return false;
      new ProcessTree(pid, platform, spawn).kill();
      return true;
    },
  };
}
