import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { isPortFree } from './ports.mjs';
import { NODE, ROOT } from './root.mjs';

const EVERYTHING = join(ROOT, 'node_modules/@modelcontextprotocol/server-everything/dist/index.js');
const ANSWER_TIMEOUT_MS = 20_000;

/**
 * Starts server-everything over Streamable HTTP. Resolves when it has answered an MCP request; rejects where the port is
 * taken, or with what it said when it ended.
 * @param {number} port
 * @returns {Promise<{ url: string, processId: number | undefined, stop(): Promise<void> }>}
 */
export async function startDemoServer(port) {
  if (!(await isPortFree(port))) throw new Error(`Port ${port} is taken by another program.`);
  const url = `http://127.0.0.1:${port}/mcp`;
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
  try {
    await listening(child);
    await ask(url);
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('The demo server ended at once.');
  } catch (error) {
    if (child.pid !== undefined) await stop();
    throw error;
  }
  return { url, processId: child.pid, stop };
}

/** It says so before it really does: what counts is its answer. */
function listening(child) {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (chunk) => {
      if (said.length < 10_000) said += chunk;
      if (/listening on port/.test(said)) resolve();
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(said.trim() || 'The demo server ended at once.')));
  });
}

/** Opens a session and ends it. */
async function ask(url) {
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'demo', version: '1' } };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
  const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
  const response = await fetch(url, { method: 'POST', headers, body, signal });
  const text = await response.text();
  if (!response.ok || !text.includes('"serverInfo"')) {
    throw new Error(`The demo server answers no MCP request: HTTP ${response.status}.`);
  }
  const session = response.headers.get('mcp-session-id');
  if (session !== null) await fetch(url, { method: 'DELETE', headers: { 'mcp-session-id': session }, signal });
}
