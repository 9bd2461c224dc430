import type { SpawnOptions } from 'node:child_process';
import { posix, win32 } from 'node:path';
import { PatchbayError } from '../../base/errors';
import type { StdioLaunch } from './transport';

/** What `child_process.spawn` is called with. */
export interface SpawnCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly options: SpawnOptions;
}

/**
 * Arguments for a spawn without a shell, in a process group of its own on POSIX. On Windows a command that is found as a
 * batch file (npx.cmd) goes through cmd.exe with every argument quoted, because Windows runs those with a shell anyway.
 * `isFile` tells whether a file exists. Throws a `config` error where an argument cannot be passed safely.
 */
export function buildSpawnCommand(
  launch: StdioLaunch,
  platform: NodeJS.Platform,
  isFile: (path: string) => boolean,
): SpawnCommand {
  const options: SpawnOptions = {
    cwd: launch.cwd,
    env: { ...launch.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
    detached: platform !== 'win32',
  };
  if (platform !== 'win32') return { file: launch.command, args: launch.args, options };
  const file = findWindowsCommand(launch, isFile) ?? launch.command;
  if (!/\.(cmd|bat)$/i.test(file)) return { file, args: launch.args, options };
  const line = [quoteScript(file), ...launch.args.map(quoteBatchArgument)].join(' ');
  const root = windowsEnv(launch.env, 'SystemRoot') ?? 'C:\\Windows';
  return {
    file: `${root}\\System32\\cmd.exe`,
    args: ['/d', '/e:ON', '/v:OFF', '/s', '/c', `"${line}"`],
    options: { ...options, windowsVerbatimArguments: true },
  };
}

/** The file that Windows would run for `command`: PATH and PATHEXT as cmd.exe reads them, the current folder left out. */
function findWindowsCommand(launch: StdioLaunch, isFile: (path: string) => boolean): string | undefined {
  const { command } = launch;
  const extensions = (windowsEnv(launch.env, 'PATHEXT') ?? '.COM;.EXE;.BAT;.CMD').split(';').filter(Boolean);
  const names = win32.extname(command) === '' ? [] : [command];
  names.push(...extensions.map((extension) => command + extension.toLowerCase()));
  const hasFolder = /[\\/]/.test(command);
  const folders = hasFolder
    ? [launch.cwd ?? '']
    : (windowsEnv(launch.env, 'PATH') ?? '')
        .split(';')
        .map((folder) => folder.replace(/^"(.*)"$/, '$1'))
        .filter((folder) => win32.isAbsolute(folder));
  for (const folder of folders) {
    for (const name of names) {
      const path = hasFolder ? win32.resolve(folder, name) : win32.join(folder, name);
      if (isFile(path)) return path;
    }
  }
  return undefined;
}

/** Names of Windows variables do not differ by case. */
function windowsEnv(env: Readonly<Record<string, string>>, name: string): string | undefined {
  const key = Object.keys(env).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : env[key];
}

function quoteScript(path: string): string {
  if (/["\r\n\0]/.test(path)) throw unsafeArgument(path);
  return `"${escapePercent(path)}"`;
}

/**
 * One argument for a batch file. Always in quotes, an inner quote doubled: the quotes then balance however often cmd.exe
 * reads the line, so that `&`, `|` and `^` stay text (CVE-2024-27980).
 */
function quoteBatchArgument(argument: string): string {
  if (/[\r\n\0]/.test(argument)) throw unsafeArgument(argument);
  const backslashes = argument.replace(/(\\+)(?="|$)/g, '$1$1');
  return `"${escapePercent(backslashes.replace(/"/g, '""'))}"`;
}

/** `%cd:~,%` expands to nothing and breaks up `%NAME%`, which cmd.exe would expand even in quotes. */
function escapePercent(text: string): string {
  return text.replace(/%/g, '%%cd:~,%');
}

function unsafeArgument(argument: string): PatchbayError {
  return new PatchbayError(
    'config',
    `This argument cannot be passed to a Windows batch file: ${JSON.stringify(argument.slice(0, 200))}`,
    { hint: 'Take out line breaks, or name the program that the batch file starts as the command.' },
  );
}

/** What a spawn error means for the person who wrote the entry. `isFile` tells whether a file exists. */
export function describeSpawnError(
  error: unknown,
  launch: StdioLaunch,
  isFile: (path: string) => boolean,
): PatchbayError {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const { command } = launch;
  if (code === 'ENOENT') {
    const path = /[\\/]/.test(command) ? posix.resolve(launch.cwd ?? '', command) : undefined;
    if (path && isFile(path)) {
      return new PatchbayError('config', `Cannot run ${command}: the interpreter in its first line was not found.`, {
        code,
        cause: error,
        hint: 'Install that interpreter, or correct the first line of the file.',
      });
    }
    return new PatchbayError('config', `Command not found: ${command}`, {
      code,
      cause: error,
      hint: installHint(command),
    });
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new PatchbayError('config', `Not executable: ${command}`, {
      code,
      cause: error,
      hint: 'Make the file executable (chmod +x), or name an interpreter as the command.',
    });
  }
  const reason = error instanceof Error ? error.message : String(error);
  const retryable = code === 'EAGAIN' || code === 'EMFILE' || code === 'ENFILE' || code === 'ENOMEM';
  return new PatchbayError(retryable ? 'transport' : 'config', `Cannot start ${command}: ${reason}`, {
    code,
    cause: error,
    retryable,
  });
}

function installHint(command: string): string {
  const name = command.replace(/\.(cmd|exe|bat)$/i, '');
  if (name === 'npx' || name === 'npm' || name === 'node') return 'Install Node.js, or check PATH.';
  if (name === 'uvx' || name === 'uv') return 'Install uv (docs.astral.sh/uv), or check PATH.';
  if (name === 'docker' || name === 'podman') return `Install ${name} and start it, or check PATH.`;
  if (name === 'python' || name === 'python3') return 'Install Python, or check PATH.';
  if (name === 'bunx' || name === 'bun') return 'Install Bun, or check PATH.';
  if (name === 'deno') return 'Install Deno, or check PATH.';
  return 'Check the spelling, install it, or check PATH.';
}
