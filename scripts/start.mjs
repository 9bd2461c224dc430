// Opens a real VS Code with Patchbay and the demo servers: the desktop one where `code` is on the PATH, else code-server
// in the browser. Options: --browser (never the desktop one), --port N (of code-server; default: a free one),
// --demo-port N (of the demo server over HTTP; default: 3917, or a free one where that is taken).
import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { QUIET_SETTINGS, startCodeServer } from './lib/codeServer.mjs';
import { startDemoServer } from './lib/demoServer.mjs';
import { copyDemo, DEMO_PORT } from './lib/demoWorkspace.mjs';
import { freePort, isPortFree } from './lib/ports.mjs';
import { endTree } from './lib/processTree.mjs';
import { NODE, ROOT, toolEnvironment } from './lib/root.mjs';
import { setUp } from './setup.mjs';

const VSIX = join(ROOT, 'patchbay.vsix');
const SETTINGS = { ...QUIET_SETTINGS, 'security.workspace.trust.enabled': false, 'workbench.startupEditor': 'readme' };
const STOP_GRACE_MS = 2_500;

const interrupt = new AbortController();
const interrupted = new Promise((resolve) => interrupt.signal.addEventListener('abort', resolve, { once: true }));
/** What ends all that was started; the first one, which removes the workspace, when the others are done. */
const cleanUps = [];

async function main() {
  const options = readOptions();
  setUp();
  // A terminal and npm may both pass the same Ctrl+C on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interrupt.abort());
  const demoPort = await chooseDemoPort(options.demoPort);
  await checkPort(options.port, '--port');
  await build();
  const { workspace, remove } = await copyDemo(demoPort);
  cleanUps.push(remove);
  const demo = await startDemoServer(demoPort);
  cleanUps.push(demo.stop);
  console.log(`Demo server over HTTP: ${demo.url}`);
  goOn();
  const editor = await (wantsDesktop(options) ? openDesktop(workspace) : openBrowser(workspace, options.port));
  cleanUps.push(editor.stop);
  console.log('Stop with Ctrl+C.');
  await Promise.race([interrupted, editor.exited]);
  console.log('\nStopping VS Code, the servers it started and the demo server (at most 3 seconds)…');
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      browser: { type: 'boolean', default: false },
      port: { type: 'string' },
      'demo-port': { type: 'string' },
    },
  });
  const port = (name) => {
    if (values[name] === undefined) return undefined;
    const number = Number(values[name]);
    if (Number.isInteger(number) && number > 0 && number < 65_536) return number;
    throw new Error(`--${name} takes a port from 1 to 65535, not "${values[name]}".`);
  };
  return { browser: values.browser, port: port('port'), demoPort: port('demo-port') };
}

async function checkPort(port, option) {
  if (port === undefined || (await isPortFree(port))) return;
  throw new Error(`Port ${port} is taken by another program.\nNext: choose another: npm start -- ${option} N`);
}

async function chooseDemoPort(asked) {
  await checkPort(asked, '--demo-port');
  if (asked !== undefined) return asked;
  if (await isPortFree(DEMO_PORT)) return DEMO_PORT;
  const port = await freePort();
  console.log(`Port ${DEMO_PORT} is taken by another program: the demo server over HTTP gets port ${port} instead.`);
  console.log('To choose one: npm start -- --demo-port N');
  return port;
}

/** Stops here after Ctrl+C. */
function goOn() {
  interrupt.signal.throwIfAborted();
}

async function build() {
  console.log('Building and packaging Patchbay…');
  const child = spawn(NODE, [join(ROOT, 'scripts', 'package.mjs')], {
    cwd: ROOT,
    env: toolEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk) => (output += chunk));
  const closed = new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  const code = await Promise.race([closed, interrupted]);
  if (interrupt.signal.aborted) await endTree(child.pid, STOP_GRACE_MS);
  goOn();
  if (code !== 0) throw new Error(output);
}

function wantsDesktop(options) {
  // As root, desktop VS Code refuses to start without further options.
  if (options.browser || process.getuid?.() === 0) return false;
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return false;
  return spawnSync('code', ['--version'], { shell: process.platform === 'win32' }).status === 0;
}

async function openBrowser(workspace, port) {
  const { signal } = interrupt;
  const server = await startCodeServer({
    workspace,
    vsix: VSIX,
    settings: SETTINGS,
    env: toolEnvironment(),
    port,
    signal,
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
async function openDesktop(workspace) {
  const home = await mkdtemp(join(tmpdir(), 'patchbay-vscode-'));
  const flags = ['--user-data-dir', join(home, 'user-data'), '--extensions-dir', join(home, 'extensions')];
  await mkdir(join(home, 'user-data', 'User'), { recursive: true });
  await writeFile(join(home, 'user-data', 'User', 'settings.json'), JSON.stringify(SETTINGS, null, 2));
  const options = { env: toolEnvironment(), shell: process.platform === 'win32' };
  const installed = spawnSync('code', [...flags, '--install-extension', VSIX], { ...options, encoding: 'utf8' });
  if (installed.status !== 0)
    throw new Error(`code --install-extension failed:\n${installed.stdout}${installed.stderr}`);
  const child = spawn('code', [...flags, '--new-window', '--wait', workspace], { ...options, stdio: 'ignore' });
  console.log('\nVS Code with Patchbay is open.\n');
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    if (child.pid !== undefined) await endTree(child.pid, STOP_GRACE_MS);
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  };
  return { exited, stop };
}

try {
  await main();
} catch (error) {
  process.exitCode = interrupt.signal.aborted ? 130 : 1;
  console.error(interrupt.signal.aborted ? '\nStopped.' : error.message);
}
// The copy of the demo goes last: until then the servers may still write into it.
const [removeDemo, ...stops] = cleanUps;
await Promise.allSettled(stops.map((stop) => stop()));
await removeDemo?.();
// Nothing that is left, such as a browser that was opened, may keep the terminal.
process.exit();
