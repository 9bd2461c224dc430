/** The rules of ARCHITECTURE.md, checked on source texts: which layer may import which, and how files look. */
import { posix } from 'node:path';
import { type ImportSite, scanImports, withoutComments } from './importScan';

/** Source texts by path from the root of the repository, with forward slashes. */
export type Sources = ReadonlyMap<string, string>;

/** Folders of core from the lowest up: each imports those before it. Files directly in core are `hub`, but for ports. */
const CORE_ORDER = ['ports', 'config', 'transports', 'connection', 'catalog', 'pool', 'balancing', 'calls', 'hub'];
/** They know interfaces and events of core, never its working parts. Any folder above transports may use them. */
const CORE_ASIDE = ['auth', 'middleware', 'traffic', 'metrics'];

/** What each layer may import below src, itself included. Undefined: anything but what other rules say. */
const LAYER_IMPORTS: Readonly<Record<string, readonly string[]>> = {
  base: ['base'],
  shared: ['shared', 'base'],
  core: ['core', 'base', 'shared'],
  forms: ['forms', 'base', 'shared'],
  gateway: ['gateway', 'core', 'base', 'shared'],
  cli: ['cli', 'gateway', 'core', 'forms', 'base', 'shared'],
  webview: ['webview', 'forms', 'shared', 'base'],
  vscode: ['vscode', 'core', 'gateway', 'forms', 'base', 'shared'],
};

/** Packages and Node modules by layer. */
const PACKAGES: Readonly<Record<string, RegExp>> = {
  base: /^$/,
  shared: /^zod$/,
  core: /^(node:|zod$|jsonc-parser$|json-schema-library$|@modelcontextprotocol\/|ws$|eventsource$)/,
  forms: /^(json-schema-library|jsonc-parser|node:worker_threads|node:url)$/,
  gateway: /^(node:|zod$|@modelcontextprotocol\/|ws$|prom-client$)/,
  cli: /^node:/,
  webview: /^preact(\/|$)/,
  vscode: /^(vscode$|node:)/,
};

const SDK_HOMES = /^src\/(core\/(transports|connection|auth)|gateway)\//;
/** The answer of an authorization server to a native application comes to a port of this machine (RFC 8252, 7.3). */
const SERVER_HOMES = /^src\/(gateway\/|vscode\/dialogs\/signInLoopback\.ts$)/;
const MAX_LINES = 500;

/** One sentence for each breach, with its file and line. */
export function findBreaches(sources: Sources): string[] {
  const breaches: string[] = [];
  for (const [path, text] of sources) {
    for (const site of scanImports(text)) {
      const why = checkImport(path, site, sources);
      if (why !== undefined) breaches.push(`${path}:${site.line} imports ${site.specifier}: ${why}`);
    }
    breaches.push(...checkText(path, text).map((why) => `${path}: ${why}`));
  }
  return breaches;
}

function checkImport(path: string, site: ImportSite, sources: Sources): string | undefined {
  const layer = layerOf(path);
  if (!site.specifier.startsWith('.')) return checkPackage(path, layer, site.specifier);
  const target = resolveImport(path, site.specifier, sources);
  if (target === undefined) return 'no such file';
  const targetLayer = layerOf(target);
  if (target === 'src/compose.ts') return path === 'src/extension.ts' ? undefined : 'only extension.ts composes';
  if (layer === undefined) return undefined;
  if (targetLayer === undefined || !LAYER_IMPORTS[layer]?.includes(targetLayer)) {
    return `${layer} may import only ${LAYER_IMPORTS[layer]?.join(', ')}`;
  }
  if (layer === 'core') return checkCoreOrder(path, target, site);
  const throughTheDoor = target === 'src/core/index.ts' || site.typeOnly;
  if ((layer === 'cli' || layer === 'gateway') && targetLayer === 'core' && !throughTheDoor) {
    return `${layer} reaches core through src/core/index.ts`;
  }
  if (layer === 'vscode' && targetLayer === 'core' && !site.typeOnly && !(site.dynamic && throughTheDoor)) {
    return 'the engine is loaded on first use: import type, or import() of src/core/index.ts';
  }
  return undefined;
}

function checkPackage(path: string, layer: string | undefined, specifier: string): string | undefined {
  if (specifier === 'vscode') {
    const knows = layer === 'vscode' || /^src\/(extension|compose|api\.d)\.ts$/.test(path);
    return knows ? undefined : 'only src/vscode, extension.ts and compose.ts know the editor';
  }
  if (/^(@modelcontextprotocol\/|ws$|eventsource$)/.test(specifier) && !SDK_HOMES.test(path)) {
    return 'the SDK and its like stay in transports, connection, auth and gateway';
  }
  if (/^(node:)?child_process$/.test(specifier) && !/^src\/core\/transports\/stdio\w*\.ts$/.test(path)) {
    return 'only transports/stdio* starts processes';
  }
  if (layer !== undefined && !PACKAGES[layer]?.test(specifier)) return `not a package for ${layer}`;
  return undefined;
}

function checkCoreOrder(path: string, target: string, site: ImportSite): string | undefined {
  if (layerOf(target) !== 'core') return undefined;
  // What every front sees of core is an interface: any part may speak of it.
  if (target === 'src/core/hubTypes.ts' && site.typeOnly) return undefined;
  const [from, to] = [coreFolder(path), coreFolder(target)];
  if (from === to || CORE_ASIDE.includes(to)) return undefined;
  if (CORE_ASIDE.includes(from)) {
    return to === 'ports' || (site.typeOnly && to !== 'hub') ? undefined : `${from} knows only interfaces`;
  }
  return CORE_ORDER.indexOf(to) < CORE_ORDER.indexOf(from) ? undefined : `${from} comes before ${to}`;
}

function checkText(path: string, text: string): string[] {
  const code = withoutComments(text);
  const name = posix.basename(path);
  const lines = text.split('\n').length - 1;
  const found = [
    lines > MAX_LINES && `${lines} lines, more than ${MAX_LINES}`,
    /^(utils?|types|helpers|common)\.tsx?$/.test(name) && 'a drawer: name it after what it holds',
    !/^[a-z][A-Za-z0-9]*(\.d)?\.tsx?$/.test(name) && 'file names are camelCase',
    /^export\s+default\b/m.test(code) && 'has a default export',
    /^(export\s+)?(const\s+)?enum\b/m.test(code) && 'has an enum',
    // VS Code calls `deactivate` without an argument: the entry alone must remember what it has activated.
    path !== 'src/extension.ts' && /^(export\s+)?let\b/m.test(code) && 'keeps mutable state in the module',
    /\bclass\s+\w+Manager\b/.test(code) && 'has a class named Manager',
    /\bregisterCommand\s*\(/.test(code) && path !== 'src/vscode/commands/index.ts' && 'registers commands',
    /\bcreateServer\s*\(/.test(code) && !SERVER_HOMES.test(path) && 'opens a server outside gateway',
    path.startsWith('src/core/') && ambientUse(code),
  ];
  return found.filter((why) => typeof why === 'string');
}

/**
 * Time, chance and the network come in as arguments; only a name without a call may stand as a default. An empty
 * interval is no clock: it keeps the process alive while something is awaited.
 */
function ambientUse(code: string): string | false {
  const uses =
    /(?<![.\w])(Date\.now|Math\.random|setTimeout|setInterval(?!\(\(\) => \{\}))\s*\(|(?<![.\w])(fetch)\s*\(/g;
  for (const use of code.matchAll(uses)) {
    const name = use[1] ?? use[2] ?? '';
    if (!isDeclaration(code, use.index) && !isArgument(code, name)) return `calls ${name} instead of what it was given`;
  }
  return false;
}

/** Whether the name is a parameter or a variable of this file. */
function isArgument(code: string, name: string): boolean {
  return new RegExp(`\\bconst\\s+${name}\\b|[({,]\\s*${name}\\s*[?:,})]`).test(code);
}

/** A method of that name in an interface or a class, at the start of a line. */
function isDeclaration(code: string, index: number): boolean {
  return (
    /^\s*$/.test(code.slice(code.lastIndexOf('\n', index) + 1, index)) && /^\w+\([^)]*\)\s*[:{]/.test(code.slice(index))
  );
}

/** The folder below src; undefined for the files directly in src. */
function layerOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

function coreFolder(path: string): string {
  if (path === 'src/core/ports.ts') return 'ports';
  return /^src\/core\/([^/]+)\//.exec(path)?.[1] ?? 'hub';
}

function resolveImport(path: string, specifier: string, sources: Sources): string | undefined {
  const base = posix.join(posix.dirname(path), specifier);
  const candidates = [base, `${base}.ts`, `${base}.tsx`, `${base}.d.ts`, `${base}/index.ts`];
  return candidates.find((candidate) => sources.has(candidate)) ?? (/\.css$/.test(base) ? base : undefined);
}

/** The middle length of the files, in lines. */
export function medianLines(sources: Sources): number {
  const lengths = [...sources.values()].map((text) => text.split('\n').length - 1).sort((a, b) => a - b);
  return lengths[Math.floor(lengths.length / 2)] ?? 0;
}
