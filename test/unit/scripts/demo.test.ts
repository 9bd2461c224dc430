import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startDemoServer } from '../../../scripts/lib/demoServer.mjs';
import { copyDemo, DEMO_PORT } from '../../../scripts/lib/demoWorkspace.mjs';
import { freePort, isPortFree } from '../../../scripts/lib/ports.mjs';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function takePort(host?: string): Promise<number> {
  const server = createServer((_request, response) => response.end('I am something else'));
  await new Promise<void>((resolve) => server.listen({ port: 0, host }, resolve));
  cleanUps.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

describe('startDemoServer', () => {
  it.each(['127.0.0.1', undefined])('names the port that another program has on %s', async (host) => {
    const port = await takePort(host);
    await expect(isPortFree(port)).resolves.toBe(false);
    await expect(startDemoServer(port)).rejects.toThrow(`Port ${port} is taken by another program.`);
  });

  it('is there only when it answers MCP requests, and leaves the port when it is stopped', async () => {
    const port = await freePort();
    const server = await startDemoServer(port);
    cleanUps.push(server.stop);
    const response = await fetch(server.url, { method: 'POST', headers: { 'content-type': 'application/json' } });
    expect(response.status).toBeGreaterThanOrEqual(400);
    await server.stop();
    await expect(isPortFree(port)).resolves.toBe(true);
  });
});

describe('copyDemo', () => {
  it('gives every run a folder of its own whose configuration follows the port', async () => {
    const [one, other] = await Promise.all([copyDemo(41_234), copyDemo(DEMO_PORT)]);
    cleanUps.push(one.remove, other.remove);
    expect(one.workspace).not.toBe(other.workspace);
    expect(await readFile(one.config, 'utf8')).toContain('"http://127.0.0.1:41234/mcp"');
    expect(await readFile(other.config, 'utf8')).toContain(`"http://127.0.0.1:${DEMO_PORT}/mcp"`);
    const args = /\$\{workspaceFolder\}(\/\.\.\/node_modules\/[^"]+)"/.exec(await readFile(one.config, 'utf8'))?.[1];
    expect(existsSync(join(one.workspace, args ?? 'no server'))).toBe(true);
    await one.remove();
    expect(existsSync(dirname(one.workspace))).toBe(false);
    expect(existsSync(join(other.workspace, args ?? 'no server'))).toBe(true);
  });
});
