import { isAbsolute, resolve } from 'node:path';
import { PatchbayError, toError } from '../../base/errors';
import type { ServerEntry } from '../config/definition';
import { parseEnvFile } from '../config/envFile';
import { readSmallFile } from '../config/launchFacts';
import type { Logger, Ports } from '../ports';

/** What a child process needs to run at all where the configuration lets it inherit nothing else. */
const SAFE_ENV = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'TERM',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'APPDATA',
  'LOCALAPPDATA',
  'COMSPEC',
  'HOMEDRIVE',
  'HOMEPATH',
  'PATHEXT',
  'PROGRAMDATA',
  'PROGRAMFILES',
  'SYSTEMDRIVE',
  'SYSTEMROOT',
  'TEMP',
  'TMP',
  'USERNAME',
  'USERPROFILE',
  'WINDIR',
];

/**
 * The whole environment of a child process: what it inherits, then the file's variables, then the entry's own; null
 * deletes. `folder` is where a relative `envFile` is looked for. Rejects with a `config` error where that cannot be read.
 */
export async function childEnvironment(
  entry: ServerEntry,
  ports: Ports,
  folder: string,
): Promise<Record<string, string>> {
  const layers: Record<string, string | number | null | undefined>[] = [
    inherited(entry.inheritEnv, ports.env),
    entry.envFile === undefined ? {} : await readEnvFile(entry.envFile, folder, ports.log),
    entry.env,
  ];
  const merged = new Map<string, string>();
  for (const layer of layers) {
    for (const [name, value] of Object.entries(layer)) {
      if (value === null || value === undefined) merged.delete(name);
      else merged.set(name, String(value));
    }
  }
  return Object.fromEntries(merged);
}

function inherited(mode: ServerEntry['inheritEnv'], env: Ports['env']): Record<string, string | undefined> {
  if (mode === 'none') return {};
  if (mode === 'all') return { ...env };
  return Object.fromEntries(Object.entries(env).filter(([name]) => SAFE_ENV.includes(name.toUpperCase())));
}

async function readEnvFile(path: string, folder: string, log: Logger): Promise<Record<string, string>> {
  const file = isAbsolute(path) ? path : resolve(folder, path);
  try {
    const { values, problems } = parseEnvFile(await readSmallFile(file));
    for (const { line, message } of problems) log.warn(`${file}:${line}: ${message}; the line is left out.`);
    return values;
  } catch (error) {
    throw new PatchbayError('config', `The environment file ${file} cannot be read: ${toError(error).message}.`, {
      hint: 'Check "envFile".',
      cause: error,
    });
  }
}
