// Opens a real VS Code with Patchbay and the demo servers: the desktop one where `code` is on the PATH, else code-server
// in the browser. Options: --browser (never the desktop one), --port N (of code-server; default: a free one).
import { execFile, spawn, spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { QUIET_SETTINGS, startCodeServer } from './lib/codeServer.mjs';
import { DEMO_PORT, startDemoServer } from './lib/demoServer.mjs';
import { NODE, ROOT, toolEnvironment } from './lib/root.mjs';
import { setUp } from './setup.mjs';

const VSIX = join(ROOT, 'patchbay.vsix');
const WORKSPACE = join(ROOT, '.demo');
const SETTINGS = { ...QUIET_SETTINGS, 'security.workspace.trust.enabled': false, 'workbench.startupEditor': 'readme' };

const { values } = parseArgs({ options: { browser: { type: 'boolean', default: false }, port: { type: 'string' } } });

async function main() {
  setUp();
  console.log('Building and packaging Patchbay…');
  const built = spawnSync(NODE, [join(ROOT, 'scripts', 'package.mjs')], {
    cwd: ROOT,
    env: toolEnvironment(),
    encoding: 'utf8',
  });
  if (built.status !== 0) throw new Error(`${built.stdout}${built.stderr}`);
  await rm(WORKSPACE, { recursive: true, force: true });
  await cp(join(ROOT, 'demo'), WORKSPACE, { recursive: true });
  const demo = await startDemo();
  const stopped = signalled();
  const editor = await (wantsDesktop() ? openDesktop() : openBrowser());
  console.log(`Stop with Ctrl+C.`);
  await Promise.race([stopped, editor.exited]);
  console.log('\nStopping…');
  await Promise.all([editor.stop(), demo?.stop()]);
}

async function startDemo() {
  try {
    const demo = await startDemoServer();
    console.log(`Demo server over HTTP: ${demo.url}`);
    return demo;
  } catch (error) {
    console.log(`The server "everything-http" of the demo is not there: ${error.message}`);
    console.log(`Next: stop what uses port ${DEMO_PORT} and start again. The other servers work.`);
    return undefined;
  }
}

function wantsDesktop() {
  // As root, desktop VS Code refuses to start without further options.
  if (values.browser || process.getuid?.() === 0) return false;
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return false;
  return spawnSync('code', ['--version'], { shell: process.platform === 'win32' }).status === 0;
}

async function openBrowser() {
  const port = values.port === undefined ? undefined : Number(values.port);
  const server = await startCodeServer({
    workspace: WORKSPACE,
    vsix: VSIX,
    settings: SETTINGS,
    env: toolEnvironment(),
    port,
  });
  console.log(`\nVS Code with Patchbay is ready. Open this address in a browser:\n\n  ${server.url}\n`);
  openAddress(server.url);
  return server;
}

/** Shows the address in the person's browser where there is a screen. Failing to is fine: the address is printed. */
function openAddress(url) {
  const opener =
    { darwin: 'open', win32: 'explorer' }[process.platform] ?? (process.env.DISPLAY ? 'xdg-open' : undefined);
  if (opener !== undefined) execFile(opener, [url], () => {});
}

/** A desktop VS Code with user data of its own: the person's own settings and extensions stay as they are. */
async function openDesktop() {
  const home = await mkdtemp(join(tmpdir(), 'patchbay-vscode-'));
  const flags = ['--user-data-dir', join(home, 'user-data'), '--extensions-dir', join(home, 'extensions')];
  await mkdir(join(home, 'user-data', 'User'), { recursive: true });
  await writeFile(join(home, 'user-data', 'User', 'settings.json'), JSON.stringify(SETTINGS, null, 2));
  const options = { env: toolEnvironment(), shell: process.platform === 'win32' };
  const installed = spawnSync('code', [...flags, '--install-extension', VSIX], { ...options, encoding: 'utf8' });
  if (installed.status !== 0)
    throw new Error(`code --install-extension failed:\n${installed.stdout}${installed.stderr}`);
  const child = spawn('code', [...flags, '--new-window', '--wait', WORKSPACE], { ...options, stdio: 'ignore' });
  console.log('\nVS Code with Patchbay is open.\n');
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    child.kill();
    await exited;
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  };
  return { exited, stop };
}

/** Resolves at Ctrl+C or when the process is asked to end. */
function signalled() {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, resolve);
  });
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
// Nothing that is left, such as a browser that was opened, may keep the terminal.
process.exit();
