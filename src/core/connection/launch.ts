import { resolve } from 'node:path';
import { raceAbort } from '../../base/abort';
import { PatchbayError } from '../../base/errors';
import type { ServerDefinition, ServerEntry } from '../config/definition';
import { variableName } from '../config/environmentNames';
import { readPem } from '../config/launchFacts';
import { resolveVariables } from '../config/variables';
import type { Ports, ValueRequest } from '../ports';
import { proxySecrets, secretValues } from '../traffic/redactor';
import type { AnyLaunch, Authenticator, NetworkLaunch, TlsLaunch } from '../transports/transport';
import { NeedsInputError } from './connection';
import { childEnvironment } from './environment';

export interface LaunchOptions {
  readonly ports: Ports;
  /** Values given for `${input:…}` by file and id, kept for the life of the hub. */
  readonly inputs: Map<string, string>;
  /** Whether a person is there to be asked for missing values. */
  readonly interactive: boolean;
  readonly signal: AbortSignal;
  /** Told of each value that must not be shown. */
  readonly onSecret: (value: string) => void;
  /** Credentials for the resolved entry. `program` is where a program that prints a token runs. */
  readonly authenticate: (
    entry: ServerEntry,
    launch: NetworkLaunch,
    program: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
  ) => Authenticator | undefined;
}

/**
 * Turns an entry into something that can be started: variables, secrets, files and the environment resolved. Rejects at
 * once where the signal aborts, whatever a file or a store still does.
 */
export async function buildLaunch(definition: ServerDefinition, options: LaunchOptions): Promise<AnyLaunch> {
  return raceAbort(resolveLaunch(definition, options), options.signal);
}

async function resolveLaunch(definition: ServerDefinition, options: LaunchOptions): Promise<AnyLaunch> {
  const entry = await resolveEntry(definition, options);
  const folder = workingFolder(definition, options.ports);
  const transport = definition.transport ?? '';
  switch (transport) {
    case 'stdio': {
      const env = await childEnvironment(entry, options.ports, folder);
      // A server may print what it was given, and some have a tool for it.
      for (const value of secretValues(env)) options.onSecret(value);
      return {
        transport,
        command: required(entry.command, definition, 'a command'),
        args: entry.args,
        cwd: entry.cwd === undefined ? folder : resolve(folder, entry.cwd),
        env,
        shutdownGraceMs: entry.shutdownGraceMs,
        maxMessageBytes: entry.limits.maxMessageBytes,
      };
    }
    case 'http':
      return { transport, ...(await networkLaunch(definition, entry, folder, options)), cookies: entry.cookies };
    case 'sse': {
      const { endpoints } = entry;
      const shared = await networkLaunch(definition, entry, folder, options);
      return { transport, ...shared, cookies: entry.cookies, ...(endpoints ? { endpoints } : {}) };
    }
    case 'websocket': {
      const { subprotocols, origin, pingIntervalMs, pingTimeoutMs, tokenVia } = entry.websocket;
      const shared = await networkLaunch(definition, entry, folder, options);
      return { transport, ...shared, subprotocols, origin, pingIntervalMs, pingTimeoutMs, tokenVia };
    }
    default:
      return { transport, entry: { ...entry }, maxMessageBytes: entry.limits.maxMessageBytes };
  }
}

async function networkLaunch(
  definition: ServerDefinition,
  entry: ServerEntry,
  folder: string,
  { authenticate, onSecret, ports }: LaunchOptions,
): Promise<NetworkLaunch> {
  for (const proxy of [entry.proxy, ports.network?.().proxyUrl ?? '']) {
    for (const value of proxySecrets(proxy)) onSecret(value);
  }
  const launch: NetworkLaunch = {
    url: required(entry.url, definition, 'a URL'),
    headers: entry.headers,
    maxMessageBytes: entry.limits.maxMessageBytes,
    tls: await tlsLaunch(entry.tls, folder),
    proxy: entry.proxy,
    security: entry.security,
    compression: entry.compression === 'auto',
  };
  const cwd = entry.cwd === undefined ? folder : resolve(folder, entry.cwd);
  const env = entry.auth.type === 'tokenCommand' ? await childEnvironment(entry, ports, folder) : {};
  const auth = authenticate(entry, launch, { cwd, env });
  return auth ? { ...launch, auth } : launch;
}

async function tlsLaunch(tls: ServerEntry['tls'], folder: string): Promise<TlsLaunch> {
  const [ca, cert, key] = await Promise.all([
    readPem(tls.ca, 'tls.ca', folder),
    readPem(tls.cert, 'tls.cert', folder),
    readPem(tls.key, 'tls.key', folder),
  ]);
  const { passphrase, rejectUnauthorized, pinnedSha256 } = tls;
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(passphrase === undefined ? {} : { passphrase }),
    rejectUnauthorized,
    pinnedSha256,
  };
}

function required(value: string | undefined, { id }: ServerDefinition, what: string): string {
  if (value !== undefined) return value;
  throw new PatchbayError('config', `"${id}" has not ${what}, which its transport needs.`);
}

async function resolveEntry(definition: ServerDefinition, options: LaunchOptions): Promise<ServerEntry> {
  const { ports, inputs, interactive, signal, onSecret } = options;
  const scope = definition.source.kind === 'adHoc' ? '' : definition.source.path;
  const inputKey = (id: string) => `${scope}\n${id}`;
  requireTrustForFolders(definition, ports);
  for (;;) {
    const resolved = await resolveVariables(definition, {
      env: ports.env,
      folders: ports.workspace.isTrusted() ? ports.workspace.folders() : [],
      defaultFolder: workingFolder(definition, ports),
      userHome: ports.userHome,
      getSecret: async (name) => {
        const value = (await ports.secrets.get(name))?.trim();
        if (value !== undefined) onSecret(value);
        return value;
      },
      getInput: (id) => {
        const value = inputs.get(inputKey(id));
        if (value !== undefined && isPassword(definition, id)) onSecret(value);
        return value;
      },
    });
    if ('entry' in resolved) {
      for (const value of [...secretValues(resolved.entry.headers), ...credentialsOf(resolved.entry.auth)])
        onSecret(value);
      return resolved.entry;
    }
    for (const request of resolved.missing) {
      const value = interactive ? await ports.prompts.askValue(request, signal) : undefined;
      if (value === undefined) throw missing(resolved.missing);
      if (request.kind === 'secret') await ports.secrets.set(request.id, value);
      else inputs.set(inputKey(request.id), value);
    }
  }
}

function credentialsOf(auth: ServerEntry['auth']): string[] {
  if (auth.type === 'bearer') return [auth.token.replace(/^Bearer\s+/i, '')];
  if (auth.type === 'apiKey') return [auth.key];
  if (auth.type === 'basic') return [auth.password];
  if (auth.type !== 'oauth') return [];
  const { clientSecret, privateKey, assertion, identityProvider } = auth;
  const all = [clientSecret, privateKey, assertion, identityProvider?.clientSecret, identityProvider?.idToken];
  return all.filter((value) => value !== undefined);
}

function missing(requests: readonly ValueRequest[]): NeedsInputError {
  const names = requests.map(({ kind, id }) => `\${${kind}:${id}}`);
  const settings = requests.map(({ kind, id }) => variableName(kind === 'secret' ? 'SECRET' : 'INPUT', id));
  return new NeedsInputError(
    { kind: 'value', names },
    `Values are missing: ${names.join(', ')}.`,
    `Connect in VS Code to be asked for them; elsewhere set ${settings.join(' and ')}.`,
  );
}

/** A person's own program does not run inside a folder that nobody trusts: it would find the folder's code there. */
function workingFolder({ source }: ServerDefinition, ports: Ports): string {
  if (source.kind === 'workspace') return source.folderPath;
  const [first] = ports.workspace.isTrusted() ? ports.workspace.folders() : [];
  return first?.path ?? ports.userHome;
}

function requireTrustForFolders({ entry, source }: ServerDefinition, ports: Ports): void {
  if (source.kind === 'workspace' || ports.workspace.isTrusted()) return;
  if (!JSON.stringify(entry).includes('${workspaceFolder')) return;
  throw new NeedsInputError(
    { kind: 'trust' },
    'The entry names the workspace folder, which is in Restricted Mode.',
    'Trust the workspace to use it.',
  );
}

function isPassword({ inputs }: ServerDefinition, id: string): boolean {
  return inputs.some((input) => input.id === id && input.type === 'promptString' && input.password);
}
