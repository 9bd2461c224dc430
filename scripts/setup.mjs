// Makes a fresh clone ready: dependencies, a VS Code that runs without a display, a browser to see it with.
// Does nothing and prints nothing where all is there. Only Node built-ins: it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findChromium } from './lib/chromium.mjs';
import { CODE_SERVER_FOLDER, CODE_SERVER_VERSION, isCodeServerInstalled } from './lib/codeServerInstall.mjs';
import { matchesLock } from './lib/installedPackages.mjs';
import { npmFailure } from './lib/npmFailure.mjs';
import { NODE, ROOT, toolEnvironment } from './lib/root.mjs';

const LOCK_MARK = join(ROOT, 'node_modules', '.patchbay-lock');
/** What npm itself keeps of what it installed. */
const NPM_RECORD = join(ROOT, 'node_modules', '.package-lock.json');
const WINDOWS = process.platform === 'win32';

/** A step that failed: what happened and what to do next. */
class SetupError extends Error {
  constructor(message, next, output = '') {
    super([message, excerpt(output), `Next: ${next}`].filter(Boolean).join('\n'));
  }
}

/** The beginning, where npm says what is wrong, and the end, where others do. */
function excerpt(output) {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  return (lines.length <= 24 ? lines : [...lines.slice(0, 12), '…', ...lines.slice(-11)]).join('\n');
}

/** Runs every step that is missing. Throws SetupError. */
export function setUp({ say = (line) => console.log(line) } = {}) {
  checkNode();
  installDependencies(say);
  installCodeServer(say);
  installChromium(say);
}

function checkNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) {
    throw new SetupError(
      `Node ${process.versions.node} is too old: Patchbay needs Node 20.`,
      'install Node 20 or later.',
    );
  }
}

function installDependencies(say) {
  const lock = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
  const wanted = createHash('sha256').update(lock).digest('hex');
  if (!existsSync(NODE) || !isInstalled(lock, wanted)) {
    say('Installing dependencies (npm ci)…');
    runNpm(['ci', '--no-audit', '--no-fund'], ROOT, 'npm ci failed.');
    writeFileSync(LOCK_MARK, `${wanted}\n`);
  }
  if (!existsSync(NODE)) {
    const next = 'allow the install script of the package "node" (npm config get ignore-scripts), then run npm ci.';
    throw new SetupError('npm ci left no Node 24 in node_modules/node/bin.', next);
  }
}

function isInstalled(lock, hash) {
  if (existsSync(LOCK_MARK) && readFileSync(LOCK_MARK, 'utf8').trim() === hash) return true;
  if (!existsSync(NPM_RECORD) || !matchesLock(lock, readFileSync(NPM_RECORD, 'utf8'))) return false;
  writeFileSync(LOCK_MARK, `${hash}\n`);
  return true;
}

/** Into a folder beside its place, renamed at the end: an install that was interrupted is not taken as done. */
function installCodeServer(say) {
  if (isCodeServerInstalled()) return;
  say(`Installing code-server ${CODE_SERVER_VERSION}, a VS Code that runs in a browser (about 30 seconds)…`);
  mkdirSync(dirname(CODE_SERVER_FOLDER), { recursive: true });
  const folder = mkdtempSync(`${CODE_SERVER_FOLDER}-`);
  try {
    const dependencies = { 'code-server': CODE_SERVER_VERSION };
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
    // No install scripts: the native modules that are then missing only cost lines in its log.
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
    runNpm(['install', ...flags], folder, 'Installing code-server failed.');
    const editor = join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
    runNpm(['install', '--omit=dev', ...flags], editor, 'Installing the dependencies of code-server failed.');
    rmSync(CODE_SERVER_FOLDER, { recursive: true, force: true });
    renameSync(folder, CODE_SERVER_FOLDER);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function installChromium(say) {
  if (process.env.CHROMIUM_PATH && !existsSync(process.env.CHROMIUM_PATH)) {
    throw new SetupError(
      `CHROMIUM_PATH names ${process.env.CHROMIUM_PATH}, which does not exist.`,
      'correct it or unset it.',
    );
  }
  if (findChromium() !== undefined) return;
  let output = '';
  if (process.platform === 'linux' && process.getuid?.() === 0 && commandExists('apt-get')) {
    say('Installing Chromium (apt-get install chromium)…');
    output += attempt('apt-get', ['update', '-q']);
    output += attempt('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium']);
    if (findChromium() !== undefined) return;
  }
  say('Installing Chromium (playwright install chromium)…');
  output += attempt(NODE, [join(ROOT, 'node_modules', 'playwright', 'cli.js'), 'install', 'chromium']);
  if (findChromium() !== undefined) return;
  throw new SetupError(
    'No Chromium was found and none could be installed. The suites webview, host and e2e cannot run without one.',
    'install Chromium or Chrome, or set CHROMIUM_PATH to one.',
    output,
  );
}

function runNpm(args, cwd, message) {
  const result = launch('npm', args, cwd);
  if (result.error !== undefined) {
    throw new SetupError(message, 'install npm, or put it on the PATH.', String(result.error.message));
  }
  if (result.signal !== null) throw new SetupError(`${message} It was ended by ${result.signal}.`, 'run it again.');
  if (result.status === 0) return;
  const { reason, next } = npmFailure(`${result.stdout}\n${result.stderr}`);
  throw new SetupError(message, next, reason);
}

/** Runs a command that may fail and gives what it printed. */
function attempt(command, args) {
  const result = launch(command, args, ROOT);
  return `${result.stdout ?? ''}\n${result.stderr ?? ''}\n${result.error?.message ?? ''}\n`;
}

function launch(command, args, cwd) {
  return spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: toolEnvironment({ DEBIAN_FRONTEND: 'noninteractive', PLAYWRIGHT_SKIP_VALIDATE_HOST_REQUIREMENTS: '1' }),
    maxBuffer: 64 * 1024 * 1024,
    // npm is a .cmd file there.
    shell: WINDOWS,
  });
}

function commandExists(name) {
  return spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    setUp();
  } catch (error) {
    console.error(error instanceof SetupError ? error.message : error);
    process.exitCode = 1;
  }
}
