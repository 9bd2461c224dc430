import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { NODE, ROOT } from './root.mjs';

/** The port that demo/.vscode/patchbay.json names. */
export const DEMO_PORT = 3917;

const EVERYTHING = join(ROOT, 'node_modules/@modelcontextprotocol/server-everything/dist/index.js');

/**
 * Starts server-everything over Streamable HTTP. Resolves when it listens; rejects with what it said when it does not,
 * as on a port that is taken.
 * @returns {Promise<{ url: string, processId: number | undefined, stop(): Promise<void> }>}
 */
export function startDemoServer(port = DEMO_PORT) {
  const child = spawn(NODE, [EVERYTHING, 'streamableHttp'], {
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    // It waits for open sessions on SIGTERM; nothing in it is worth the wait.
    child.kill('SIGKILL');
    await exited;
  };
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (chunk) => {
      if (said.length < 10_000) said += chunk;
      if (/listening on port/.test(said)) resolve({ url: `http://127.0.0.1:${port}/mcp`, processId: child.pid, stop });
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(said.trim() || 'The demo server ended at once.')));
  });
}
