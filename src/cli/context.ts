import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { PatchbayError, toError } from '../base/errors';
import {
  type ConfigDiagnostic,
  type Configuration,
  createHub,
  createNodePorts,
  type Hub,
  mergeConfigFiles,
  type Ports,
  readConfigFile,
} from '../core/index';
import { type CliOptions, type Origin, usageError } from './options';
import { logLine } from './plain';

/** Where a command writes. Nothing but the answer goes to `out`. */
export interface Streams {
  out(text: string): void;
  err(text: string): void;
}

export interface CliContext {
  readonly options: CliOptions;
  readonly streams: Streams;
  readonly hub: Hub;
  readonly signal: AbortSignal;
}

/** Reads the configuration that the options name and makes a hub of it. Findings go to stderr. */
export function openHub(options: CliOptions, streams: Streams): Hub {
  const { origin } = options;
  if (!origin) throw usageError('Name the servers by --config FILE, --url URL or -- COMMAND.');
  const config = origin.kind === 'config' ? readFile(origin.file, streams) : readAdHoc(origin);
  const log = (level: string) => (message: string) => {
    if (options.verbose) streams.err(`${level} ${logLine(message)}\n`);
  };
  const ports = {
    log: { trace: () => {}, debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    validate: async (...check: Parameters<NonNullable<Ports['validate']>>) =>
      (await import('../forms/node')).findProblems(...check),
    ...(origin.kind === 'config' ? { workspace: workspaceOf(origin.file) } : {}),
  };
  return createHub({ config, ports: createNodePorts(ports) });
}

function readFile(file: string, streams: Streams): Configuration {
  const path = resolve(file);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new PatchbayError('config', `The configuration cannot be read: ${toError(error).message}.`, { cause: error });
  }
  // Whoever names the file on the command line has approved it.
  const configuration = mergeConfigFiles([readConfigFile(text, { kind: 'user', path })]);
  for (const { severity, line, column, message } of configuration.diagnostics) {
    streams.err(`${file}:${line + 1}:${column + 1}: ${severity}: ${logLine(message)}\n`);
  }
  const fatal = configuration.diagnostics.find(({ code }: ConfigDiagnostic) => code === 'syntax');
  if (fatal && configuration.servers.size === 0)
    throw new PatchbayError('config', `${file} is not JSON: ${fatal.message}`);
  return configuration;
}

/** An ad hoc server is a configuration like any other, so that it obeys the same rules and gives the same errors. */
function readAdHoc(origin: Exclude<Origin, { kind: 'config' }>): Record<string, unknown> {
  const server = origin.kind === 'url' ? { url: escapeVariables(origin.url) } : commandOf(origin);
  return { version: 1, servers: { server } };
}

function commandOf({ command, args }: Extract<Origin, { kind: 'command' }>) {
  return { command: escapeVariables(command), args: args.map(escapeVariables) };
}

/** What the shell gave is final: a `${…}` in it is text. */
function escapeVariables(text: string): string {
  if (!text.includes('${')) return text;
  throw usageError(`"${text}" holds a variable; use --config for those.`);
}

/** `${workspaceFolder}` of `<folder>/.vscode/patchbay.json` is `<folder>`, of any other file the folder it is in. */
function workspaceOf(file: string) {
  const folder = dirname(resolve(file));
  const path = basename(folder) === '.vscode' ? dirname(folder) : folder;
  return { folders: () => [{ name: basename(path), path }], isTrusted: () => true };
}
