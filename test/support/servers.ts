import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';

const require = createRequire(import.meta.url);

/** The folder of this repository. */
export const ROOT = resolve(import.meta.dirname, '../..');

/** A server from npm, as the command that starts it over stdio. */
export function packageServer(name: 'everything' | 'filesystem' | 'memory'): string {
  return join(dirname(require.resolve(`@modelcontextprotocol/server-${name}/package.json`)), 'dist/index.js');
}

/** A server of `test/servers`. */
export function testServer(name: string): string {
  return join(ROOT, 'test/servers', name);
}

/** A port that nobody listens on at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolvePort, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolvePort(port));
    });
  });
}

export interface RunningServer {
  readonly url: string;
  readonly child: ChildProcess;
  /** Ends the process at once and resolves when it is gone. */
  stop(): Promise<void>;
}

/** server-everything over Streamable HTTP on `port`, ready when this resolves. */
export function startEverythingHttp(port: number): Promise<RunningServer> {
  return startEverything('streamableHttp', port);
}

/** server-everything over a transport with an address, on `port`, ready when this resolves. */
export async function startEverything(transport: 'streamableHttp' | 'sse', port: number): Promise<RunningServer> {
  const child = spawn(process.execPath, [packageServer('everything'), transport], {
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const gone = new Promise<void>((done) => child.once('exit', () => done()));
  await new Promise<void>((ready, reject) => {
    let text = '';
    const read = (chunk: Buffer) => {
      text += chunk.toString();
      if (/(listening|running) on port/i.test(text)) ready();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => reject(new Error(`server-everything ended with ${code}: ${text}`)));
  });
  return {
    url: `http://127.0.0.1:${port}/${transport === 'sse' ? 'sse' : 'mcp'}`,
    child,
    async stop() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** Whether a process with this id runs. One that is dead and only waits to be reaped by its parent does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
