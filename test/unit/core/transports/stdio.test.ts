import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { afterEach, describe, expect, it } from 'vitest';
import { createStdioTransport } from '../../../../src/core/transports/stdio';
import type { McpTransport, StdioLaunch } from '../../../../src/core/transports/transport';
import { createTestContext, isAlive, Peer, stdioLaunch } from '../../../contract/transportHarness';

const links: McpTransport[] = [];
const folders: string[] = [];

function create(flags: readonly string[], changes: Partial<StdioLaunch> = {}) {
  const context = createTestContext();
  const transport = createStdioTransport(stdioLaunch(flags, changes), context);
  links.push(transport);
  return { peer: new Peer(transport), transport, context };
}

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-stdio-'));
  folders.push(folder);
  return folder;
}

const node = (script: string) => ({ command: process.execPath, args: ['-e', script] });

/** The pid that the server tells on stderr, as soon as it is logged. */
async function grandchildOf(lines: readonly string[]): Promise<number> {
  for (;;) {
    const line = lines.find((text) => text.includes('grandchild'));
    if (line) return JSON.parse(line.slice(line.indexOf('{'))).grandchild;
    await new Promise(setImmediate);
  }
}

/** A killed process stays in the table until its parent, or init, has taken note. */
async function untilGone(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise(setImmediate);
}

afterEach(async () => {
  for (const link of links.splice(0)) {
    const closing = link.close();
    link.killNow?.();
    await closing;
    expect(link.processId).toBeUndefined();
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

describe('start', () => {
  it('names a command that is not there, and what to do', async () => {
    const { transport, peer } = create([], { command: 'no-such-command-anywhere', args: [] });
    await expect(transport.start()).rejects.toMatchObject({
      kind: 'config',
      message: 'Command not found: no-such-command-anywhere',
      hint: expect.stringContaining('PATH'),
    });
    expect(transport.processId).toBeUndefined();
    await transport.close();
    expect(peer.closes).toBe(1);
  });

  it('names a working directory that is not there, or is a file', async () => {
    const file = join(createFolder(), 'file');
    writeFileSync(file, '');
    for (const cwd of ['/no/such/folder', file]) {
      const { transport } = create([], { cwd });
      await expect(transport.start()).rejects.toMatchObject({
        kind: 'config',
        message: `Working directory does not exist: ${cwd}`,
      });
    }
  });

  it('names a file without the right to run, and one whose interpreter is missing', async () => {
    const file = join(createFolder(), 'server');
    writeFileSync(file, '#!/no/such/interpreter\n');
    chmodSync(file, 0o644);
    await expect(create([], { command: file, args: [] }).transport.start()).rejects.toMatchObject({
      message: `Not executable: ${file}`,
    });
    chmodSync(file, 0o755);
    await expect(create([], { command: file, args: [] }).transport.start()).rejects.toThrow(/interpreter/);
  });

  it('gives the child exactly the environment and folder of the launch', async () => {
    const cwd = createFolder();
    const script = 'process.stderr.write(process.cwd() + JSON.stringify(process.env)); process.exit(1)';
    const { transport, peer } = create([], { ...node(script), cwd, env: { ONLY: 'this' } });
    await transport.start();
    await peer.closed.promise;
    expect(transport.closeError?.message).toContain(`${cwd}{"ONLY":"this"}`);
  });

  it('is recognized as stdio by the SDK', () => {
    const { transport } = create([]);
    expect('stderr' in transport && 'pid' in transport).toBe(true);
  });
});

describe('the end of the process', () => {
  it('is told with the exit code and the last words of a server that exits at once', async () => {
    const { transport, peer } = create(['--exit-at-once', '7']);
    await transport.start();
    await peer.closed.promise;
    expect(transport.closeError).toMatchObject({
      kind: 'connectionClosed',
      code: 7,
      retryable: true,
      message: 'Server process exited with code 7. Last output: cannot read the settings',
    });
    await expect(transport.send({ jsonrpc: '2.0', method: 'x' })).rejects.toBe(transport.closeError);
  });

  it('is told with the signal', async () => {
    const { transport, peer } = create([]);
    await peer.open();
    process.kill(transport.processId ?? 0, 'SIGKILL');
    await peer.closed.promise;
    expect(transport.closeError).toMatchObject({ code: 'SIGKILL', message: 'Server process was ended by SIGKILL.' });
  });

  it('fails the call at once although a grandchild holds the pipes, and ends the grandchild', async () => {
    const { transport, peer, context } = create(['--grandchild']);
    await peer.open();
    const grandchild = await grandchildOf(context.lines);
    const call = peer.call('exit', { code: 4 });
    await expect(call).rejects.toMatchObject({ code: 4 });
    await transport.close();
    await untilGone(grandchild);
    expect(peer.closes).toBe(1);
  });

  it('still delivers what the server wrote before it exited', async () => {
    const script = `process.stdout.write('{"jsonrpc":"2.0","method":"bye"}\\n{"jsonrpc":"2.0","method":"end"}', () => process.exit(0))`;
    const { transport, peer } = create([], node(script));
    await transport.start();
    await peer.closed.promise;
    expect(peer.heard.map((message) => 'method' in message && message.method)).toEqual(['bye', 'end']);
    expect(transport.closeError).toMatchObject({ code: 0 });
  });

  it('is assumed when the server closes its stdout and runs on', async () => {
    const { transport, peer } = create(['--close-stdout'], { shutdownGraceMs: 100 });
    await peer.open();
    await expect(peer.call('echo', { text: 'x' })).rejects.toMatchObject({
      message: 'Server process closed its output.',
    });
    await transport.close();
    expect(transport.processId).toBeUndefined();
  });

  it('rejects sends that wait for a full pipe, without an uncaught EPIPE', async () => {
    const { transport, peer } = create([], node('setInterval(() => {}, 1000)'));
    await transport.start();
    const message = { jsonrpc: '2.0', method: 'x', params: { text: 'x'.repeat(1_000_000) } } as const;
    const sends = Array.from({ length: 20 }, () => transport.send(message));
    const outcomes = Promise.allSettled(sends);
    await new Promise(setImmediate);
    process.kill(transport.processId ?? 0, 'SIGKILL');
    for (const outcome of await outcomes) expect(outcome.status).toBe('rejected');
    await peer.closed.promise;
  });
});

describe('close', () => {
  it('lets a well-behaved server end by itself', async () => {
    const { transport, peer, context } = create([], { shutdownGraceMs: 60_000 });
    await peer.open();
    const pid = transport.processId ?? 0;
    await transport.close();
    expect(isAlive(pid)).toBe(false);
    expect(context.lines.join()).not.toContain('SIGTERM');
  });

  it('goes through SIGTERM to SIGKILL with a server that ignores both', async () => {
    const { transport, peer, context } = create(['--ignore-sigterm'], { shutdownGraceMs: 150 });
    await peer.open();
    const pid = transport.processId ?? 0;
    const start = performance.now();
    await transport.close();
    expect(performance.now() - start).toBeGreaterThan(250);
    expect(isAlive(pid)).toBe(false);
    expect(context.lines.join()).toContain('SIGTERM ignored');
  });

  it('kills at once when asked a second time', async () => {
    const { transport, peer } = create(['--ignore-sigterm'], { shutdownGraceMs: 60_000 });
    await peer.open();
    const first = transport.close();
    await transport.close();
    await first;
    expect(transport.processId).toBeUndefined();
  });

  it('ends grandchildren too', async () => {
    const { transport, peer, context } = create(['--grandchild', '--ignore-sigterm'], { shutdownGraceMs: 100 });
    await peer.open();
    const grandchild = await grandchildOf(context.lines);
    await transport.close();
    await untilGone(grandchild);
  });

  it('can be done synchronously for the end of the host', async () => {
    const { transport, peer } = create(['--ignore-sigterm'], { shutdownGraceMs: 60_000 });
    await peer.open();
    transport.killNow?.();
    await peer.closed.promise;
    expect(transport.closeError).toMatchObject({ code: 'SIGKILL' });
  });
});

describe('with the SDK', () => {
  it('pages, calls and hears about changes through a client', async () => {
    const { transport } = create(['--page-size', '4', '--split']);
    const client = new Client({ name: 'test', version: '1' });
    const changed = new Promise<void>((resolve) =>
      client.setNotificationHandler('notifications/tools/list_changed', () => resolve()),
    );
    await client.connect(transport);
    expect((await client.listTools()).tools.map((tool) => tool.name)).toContain('add_tool');
    await client.callTool({ name: 'add_tool', arguments: { name: 'more' } });
    await changed;
    expect((await client.listTools()).tools.map((tool) => tool.name)).toContain('more');
    await client.close();
  });

  it('throws the limit itself from a call whose answer is over it', async () => {
    const { transport } = create([], { maxMessageBytes: 100_000 });
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(transport);
    const error: unknown = await client
      .callTool({ name: 'big', arguments: { bytes: 200_000 } })
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ data: { kind: 'limit', hint: expect.stringContaining('maxMessageBytes') } });
    await client.close();
  });
});

describe('noise', () => {
  it('is told once for a line, however much of it there is', async () => {
    const script = `process.stdout.write('[' + '0,'.repeat(500000) + '0,{"jsonrpc":"2.0","method":"late"}]\\n')`;
    const { peer, transport } = create([], node(`${script}; setInterval(() => {}, 1000)`));
    let told: () => void = () => {};
    const arrived = new Promise<void>((resolve) => {
      told = resolve;
    });
    const listen = transport.onmessage;
    transport.onmessage = (message, extra) => {
      listen?.(message, extra);
      told();
    };
    await transport.start();
    await arrived;
    expect(peer.errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(/not JSON-RPC: \[0,0,0.*\(500001 times\)$/),
    ]);
  });
});
