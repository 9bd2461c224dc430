import { readFile } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { PatchbayError, toError } from '../../base/errors';
import type { ServerDefinition, ServerEntry } from '../config/definition';
import { parseEnvFile } from '../config/envFile';
import { resolveVariables } from '../config/variables';
import type { Logger, Ports, ValueRequest } from '../ports';
import type { Launch } from '../transports/transport';
import { NeedsInputError } from './connection';

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
 * Turns an entry into something that can be started: variables, secrets and the environment resolved.
 * Asks for missing values only where `interactive`; values of `${input:…}` are kept for the life of the hub.
 */
export async function buildLaunch(
  definition: ServerDefinition,
  ports: Ports,
  inputs: Map<string, string>,
  interactive: boolean,
  signal: AbortSignal,
): Promise<Launch> {
  const entry = await resolveEntry(definition, ports, inputs, interactive, signal);
  if (entry.url !== undefined) {
    return {
      transport: 'http',
      url: entry.url,
      headers: entry.headers,
      maxMessageBytes: entry.limits.maxMessageBytes,
    };
  }
  if (entry.command === undefined)
    throw new PatchbayError('config', `"${definition.id}" has neither a command nor a URL.`);
  const folder = workingFolder(definition, ports);
  return {
    transport: 'stdio',
    command: entry.command,
    args: entry.args,
    cwd: entry.cwd === undefined ? folder : resolve(folder, entry.cwd),
    env: await childEnvironment(entry, ports, folder),
    shutdownGraceMs: entry.shutdownGraceMs,
    maxMessageBytes: entry.limits.maxMessageBytes,
  };
}

async function resolveEntry(
  definition: ServerDefinition,
  ports: Ports,
  inputs: Map<string, string>,
  interactive: boolean,
  signal: AbortSignal,
): Promise<ServerEntry> {
  for (;;) {
    const resolved = await resolveVariables(definition, {
      env: ports.env,
      folders: ports.workspace.folders(),
      defaultFolder: workingFolder(definition, ports),
      userHome: ports.userHome,
      getSecret: (name) => ports.secrets.get(name),
      getInput: async (id) => inputs.get(id),
    });
    if ('entry' in resolved) return resolved.entry;
    for (const request of resolved.missing) {
      const value = interactive ? await ports.prompts.askValue(request, signal) : undefined;
      if (value === undefined) throw missing(resolved.missing);
      if (request.kind === 'secret') await ports.secrets.set(request.id, value);
      else inputs.set(request.id, value);
    }
  }
}

function missing(requests: readonly ValueRequest[]): NeedsInputError {
  const names = requests.map(({ kind, id }) => `\${${kind}:${id}}`);
  return new NeedsInputError(
    { kind: 'value', names },
    `Values are missing: ${names.join(', ')}.`,
    'Connect in VS Code to be asked for them; elsewhere set PATCHBAY_SECRET_… or PATCHBAY_INPUT_… .',
  );
}

function workingFolder({ source }: ServerDefinition, ports: Ports): string {
  return source.kind === 'workspace' ? source.folderPath : (ports.workspace.folders()[0]?.path ?? ports.userHome);
}

async function childEnvironment(entry: ServerEntry, ports: Ports, folder: string): Promise<Record<string, string>> {
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
    const { values, problems } = parseEnvFile(await readFile(file, 'utf8'));
    for (const { line, message } of problems) log.warn(`${file}:${line}: ${message}; the line is left out.`);
    return values;
  } catch (error) {
    throw new PatchbayError('config', `The environment file ${file} cannot be read: ${toError(error).message}.`, {
      hint: 'Check "envFile".',
      cause: error,
    });
  }
}
