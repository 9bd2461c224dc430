/**
 * A real VS Code in the browser (code-server), with user data and extensions of its own that vanish with it.
 * Used by `npm start`, the host suite and the end-to-end suite.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CODE_SERVER_ENTRY } from './codeServerInstall.mjs';
import { endTree } from './processTree.mjs';
import { NODE } from './root.mjs';

const READY_TIMEOUT_MS = 60_000;
/**
 * Its two main processes end within about a second. The extension host and the file watcher see only by looking now and
 * then that these are gone, which takes them up to ten seconds; they have nothing to save.
 */
const STOP_TIMEOUT_MS = 2_500;
const LOG_LINES = 400;

/** Settings that keep a window calm: no welcome page, no prompts, no recommendations, nothing sent. */
export const QUIET_SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'extensions.ignoreRecommendations': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'remote.autoForwardPorts': false,
  'git.openRepositoryInParentFolders': 'never',
  'chat.commandCenter.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'security.workspace.trust.enabled': false,
};

/**
 * @param {object} options
 * @param {string} options.workspace Folder or .code-workspace file to open.
 * @param {string} [options.vsix] Extension to install.
 * @param {Record<string, unknown>} [options.settings] User settings above QUIET_SETTINGS.
 * @param {number} [options.port] Default: a free one.
 * @param {Record<string, string>} [options.env] Above the environment of this process.
 * @param {(folder: string) => Promise<void>} [options.prepareExtensions] Puts further extensions into the folder.
 * @param {AbortSignal} [options.signal] Gives the start up: rejects when all that was started is gone again.
 */
export async function startCodeServer(options) {
  const home = await mkdtemp(join(tmpdir(), 'patchbay-vscode-'));
  const userData = join(home, 'user-data');
  const extensions = join(home, 'extensions');
  const flags = ['--user-data-dir', userData, '--extensions-dir', extensions];
  const env = environment(home, options.env);
  try {
    await mkdir(join(userData, 'User'), { recursive: true });
    await mkdir(extensions, { recursive: true });
    const settings = { ...QUIET_SETTINGS, ...options.settings };
    await writeFile(join(userData, 'User', 'settings.json'), JSON.stringify(settings, null, 2));
    await options.prepareExtensions?.(extensions);
    if (options.vsix !== undefined) await install(options.vsix, flags, env, options.signal);
    return await launch(options, { home, userData, extensions, flags, env });
  } catch (error) {
    await rm(home, { recursive: true, force: true });
    throw error;
  }
}

function environment(home, extra) {
  const env = { ...process.env, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home, XDG_CACHE_HOME: home, ...extra };
  // Set where this runs in the terminal of a VS Code; code-server would then talk to that one.
  for (const name of Object.keys(env)) if (name.startsWith('VSCODE_')) delete env[name];
  return env;
}

async function install(vsix, flags, env, signal) {
  try {
    await promisify(execFile)(NODE, [CODE_SERVER_ENTRY, ...flags, '--install-extension', vsix], { env, signal });
  } catch (error) {
    throw new Error(`Installing ${vsix} failed:\n${error.stdout ?? ''}${error.stderr ?? error.message}`, {
      cause: error,
    });
  }
}

async function launch(options, { home, userData, extensions, flags, env }) {
  const args = ['--auth', 'none', '--bind-addr', `127.0.0.1:${options.port ?? 0}`, ...flags];
  const quiet = ['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'];
  const child = spawn(NODE, [CODE_SERVER_ENTRY, ...args, ...quiet, options.workspace], {
    env,
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = [];
  let stopped;
  const stop = () => {
    stopped ??= endTree(child.pid, STOP_TIMEOUT_MS).finally(() =>
      rm(home, { recursive: true, force: true, maxRetries: 5 }),
    );
    return stopped;
  };
  try {
    const origin = await readAddress(child, log, options.signal);
    const kind = options.workspace.endsWith('.code-workspace') ? 'workspace' : 'folder';
    return {
      origin,
      url: `${origin}/?${kind}=${encodeURIComponent(options.workspace)}`,
      processId: child.pid,
      userData,
      extensions,
      log: () => log.join('\n'),
      exited: new Promise((resolve) => child.once('exit', resolve)),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The address that it prints when it listens. */
function readAddress(child, log, signal) {
  return new Promise((resolve, reject) => {
    const fail = (message) => {
      clearTimeout(timer);
      reject(new Error(`${message}\n${log.slice(-30).join('\n')}`));
    };
    const timer = setTimeout(() => fail('code-server did not listen in time.'), READY_TIMEOUT_MS);
    signal?.addEventListener('abort', () => fail('The start of code-server was given up.'), { once: true });
    if (signal?.aborted) fail('The start of code-server was given up.');
    const read = (chunk) => {
      log.push(...chunk.split('\n').filter((line) => line.trim() !== ''));
      log.splice(0, log.length - LOG_LINES);
      const address = /HTTP server listening on (http:\/\/\S+?)\/?$/m.exec(chunk)?.[1];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve(address);
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', read);
    child.once('error', (error) => fail(`code-server could not start: ${error.message}`));
    child.once('exit', (code, signal) => fail(`code-server ended with ${signal ?? `code ${code}`}.`));
  });
}
