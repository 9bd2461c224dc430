import { createHash } from 'node:crypto';
import type { ServerDefinition, ServerEntry } from './definition';
import { stringValues } from './stringValues';
import { findVariables } from './variableSyntax';

const MAX_TEXT = 4_000;

/** What a server runs or contacts, as text for people: nothing of it is resolved. */
export interface LaunchDescription {
  /** One line: the command with its arguments, or the URL without what may be secret in it. */
  readonly summary: string;
  readonly details: readonly string[];
}

/**
 * SHA-256 (hex) over what decides which program runs, which host is contacted and what it gets to know, as the file says
 * it: transport, command, arguments, folder, environment, URL, endpoints, headers, authentication, TLS, proxy, security,
 * the options of a WebSocket, and whether it takes the place of the user's own entry. The folder of a workspace file
 * counts, because a relative command is another program in another folder. The order of headers and variables does not.
 */
export function launchFingerprint(definition: ServerDefinition): string {
  const { entry, source, transport, overrides } = definition;
  const facts = [
    transport ?? null,
    overrides ?? null,
    source.kind === 'workspace' ? source.folderPath : null,
    entry?.command ?? null,
    entry?.args ?? [],
    entry?.cwd ?? null,
    entry?.envFile ?? null,
    sortedEntries(entry?.env ?? {}),
    entry?.url ?? null,
    sortedEntries(entry?.headers ?? {}),
    [entry?.auth, entry?.tls, entry?.proxy, entry?.security].map((section) => section ?? null),
    [entry?.inheritEnv, entry?.endpoints, entry?.websocket].map((section) => section ?? null),
  ];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}

/**
 * What an approval is kept by: `launchFingerprint`, with the number of connections where the entry wants more than one, since
 * each of a stdio server is a process.
 */
export function approvalFingerprint(definition: ServerDefinition): string {
  const pool = definition.entry?.pool;
  return launchFingerprint(definition) + (pool && pool.max > 1 ? `:pool=${pool.min}-${pool.max}` : '');
}

export function describeLaunch(definition: ServerDefinition): LaunchDescription {
  const { entry, source } = definition;
  if (!entry) return { summary: summarizeLaunch(definition), details: definition.problems };
  const folder = entry.cwd ?? (source.kind === 'workspace' ? source.folderPath : undefined);
  const details = [
    line('Replaces', definition.overrides === 'user' ? [`your own entry “${definition.id}”`] : []),
    line('Folder', entry.command === undefined || folder === undefined ? [] : [folder]),
    line('Inherits', entry.command === undefined ? [] : [INHERITS[entry.inheritEnv]]),
    line('Environment variables', variableNames(entry.env)),
    line('Environment file', entry.envFile === undefined ? [] : [entry.envFile]),
    line('Endpoints', [entry.endpoints?.sse, entry.endpoints?.message].filter(isText).map(maskUrl)),
    line('Headers', Object.keys(entry.headers)),
    line('Program for the token', tokenProgram(entry)),
    line('Authentication', authFacts(entry)),
    line('Proxy', entry.proxy === 'inherit' || entry.proxy === 'none' ? [] : [maskUrl(entry.proxy)]),
    line('TLS', tlsFacts(entry)),
    line('Security', securityFacts(entry)),
    line('Connections', connectionFacts(entry)),
    line('Reads', usedVariables(entry)),
  ].filter(isText);
  return { summary: summarizeLaunch(definition), details };
}

/** The summary alone. */
export function summarizeLaunch({ id, entry }: ServerDefinition): string {
  if (!entry) return `Server "${id}" cannot be used`;
  return visible(entry.command === undefined ? maskUrl(entry.url ?? '') : commandLine(entry.command, entry.args));
}

/** Variables by which an unsuspicious program runs something else. Windows knows them in any case. */
const LOADS_CODE =
  /^(NODE_OPTIONS|NODE_PATH|LD_.*|DYLD_.*|PATH|PYTHON.*|PERL5.*|RUBY.*|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS|BASH_ENV|ENV|GIT_.*|NPM_CONFIG_.*)$/is;

/** No line or one, such as "Environment variables: PATH, A". */
export function describeNames(label: string, env: Readonly<Record<string, unknown>>): string[] {
  return [line(label, variableNames(env))].filter(isText);
}

/** Names of environment variables, first those that make programs load code. */
function variableNames(env: Readonly<Record<string, unknown>>): string[] {
  const names = Object.keys(env);
  return [...names.filter((name) => LOADS_CODE.test(name)), ...names.filter((name) => !LOADS_CODE.test(name))];
}

const INHERITS: Readonly<Record<ServerEntry['inheritEnv'], string>> = {
  all: 'your whole environment',
  safe: 'a short list without secrets',
  none: 'nothing',
};

function tlsFacts({ tls }: ServerEntry): string[] {
  const files = (['ca', 'cert', 'key'] as const).flatMap((name) => {
    const value = tls[name];
    return value === undefined ? [] : [`${name} ${value.trimStart().startsWith('-----BEGIN') ? 'in the file' : value}`];
  });
  const pins = tls.pinnedSha256;
  const pinned = pins.length > 0 ? [`only the pinned certificate${pins.length > 1 ? 's' : ''} ${pins.join(' ')}`] : [];
  const accepted = tls.rejectUnauthorized
    ? []
    : [pins.length > 0 ? 'any authority is accepted' : 'any certificate is accepted'];
  return [...accepted, ...pinned, ...files];
}

function securityFacts({ security }: ServerEntry): string[] {
  const facts: string[] = [];
  if (security.allowInsecure) facts.push('secrets without TLS');
  if (security.skipValidation) facts.push('no checks of addresses');
  return facts;
}

function connectionFacts({ pool }: ServerEntry): string[] {
  if (pool.max === 1) return [];
  const kept = Math.min(pool.min, pool.max);
  return [`up to ${pool.max} at the same time`, ...(kept > 1 ? [`${kept} of them always open`] : [])];
}

/** Variables that hand something of the person or the machine to the server. */
function usedVariables(entry: ServerEntry): string[] {
  const { command, args, cwd, env, envFile, url, endpoints, headers, auth, tls, proxy, websocket } = entry;
  const read = { command, args, cwd, env, envFile, url, endpoints, headers, auth, tls, proxy, websocket };
  const found = [...stringValues(read)]
    .flatMap(({ text }) => findVariables(text))
    .filter(({ kind }) => kind === 'env' || kind === 'secret' || kind === 'input');
  return [...new Set(found.map(({ text }) => text))];
}

/** The kind, and for OAuth what is sent to whom without a browser. */
function authFacts({ auth }: ServerEntry): string[] {
  if (auth.type !== 'oauth') return auth.type === 'none' ? [] : [auth.type];
  const { grant, issuer, identityProvider, dpop } = auth;
  return [
    auth.type,
    grant === 'authorizationCode' ? undefined : grant,
    issuer === undefined ? undefined : `at ${maskUrl(issuer)}`,
    identityProvider && `identity provider ${maskUrl(identityProvider.tokenEndpoint)}`,
    dpop === false ? 'no DPoP' : undefined,
  ].filter(isText);
}

/** It runs on this machine as much as a server's command does. */
function tokenProgram({ auth }: ServerEntry): string[] {
  return auth.type === 'tokenCommand' ? [commandLine(auth.command, auth.args)] : [];
}

function commandLine(command: string, args: readonly string[]): string {
  return [command, ...args].map(quote).join(' ');
}

function line(label: string, values: readonly string[]): string | undefined {
  return values.length === 0 ? undefined : `${label}: ${values.map(visible).join(', ')}`;
}

function quote(argument: string): string {
  return argument === '' || /[\s"']/.test(argument) ? `"${argument.replace(/["\\]/g, '\\$&')}"` : argument;
}

/**
 * Hides user, password and the values of the query. By text, because a URL with variables need not be a URL yet.
 * A backslash ends the host as a slash does (WHATWG URL), so nothing behind one may pass for the host.
 */
function maskUrl(url: string): string {
  const [beforeHash = '', ...hash] = url.split('#');
  const [address = '', ...query] = beforeHash.split('?');
  const shown = address.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/\\@]*(?:@[^/\\@]*)*@/i, '$1•••@');
  const masked = query
    .join('?')
    .split('&')
    .map((part) => part.replace(/=[\s\S]*$/, '=•••'));
  return shown + (query.length > 0 ? `?${masked.join('&')}` : '') + (hash.length > 0 ? `#${hash.join('#')}` : '');
}

/** The beginning of a text that is too long to be read anyway, and how much is left out. */
function clip(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}… and ${text.length - MAX_TEXT} more characters`;
}

/** Whatever has no ink of its own: controls, what reorders or is ignored, halves of pairs, and blanks but the plain one. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu;

/** What cannot be seen, or pushes the rest out of sight, could make a person read another command than the one that runs. */
function visible(text: string): string {
  return clip(text)
    .replace(UNSEEN, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
    .replace(/ {4,}/g, (blanks) => `\\u{20}×${blanks.length}`);
}

function isText(text: string | undefined): text is string {
  return text !== undefined;
}

function sortedEntries(values: Readonly<Record<string, string | number | null>>): unknown[] {
  return Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
}
