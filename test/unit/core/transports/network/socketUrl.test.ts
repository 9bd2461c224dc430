import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createHttpTransport } from '../../../../../src/core/transports/http';
import { describeHttpFailure } from '../../../../../src/core/transports/httpErrors';
import { parseSocketUrl } from '../../../../../src/core/transports/network/socketUrl';
import type { HttpLaunch } from '../../../../../src/core/transports/transport';
import { createTestContext, Peer, textOf } from '../../../../contract/transportHarness';
import { startHttpServer } from '../../../../servers/httpServer.mjs';

describe('parseSocketUrl', () => {
  it.each([
    ['unix:///run/mcp.sock#/mcp', 'linux', '/run/mcp.sock', 'http://localhost/mcp'],
    ['unix:///run/mcp.sock#/mcp?x=1', 'darwin', '/run/mcp.sock', 'http://localhost/mcp?x=1'],
    ['unix:///run/mcp.sock', 'linux', '/run/mcp.sock', 'http://localhost/'],
    ['unix:///run/mcp.sock#mcp', 'linux', '/run/mcp.sock', 'http://localhost/mcp'],
    ['UNIX:///run/a%20b.sock#//evil/x', 'linux', '/run/a b.sock', undefined],
    ['pipe:///pipe/mcp#/mcp', 'win32', '\\\\.\\pipe\\mcp', 'http://localhost/mcp'],
  ] as const)('reads %s on %s', (text, platform, socketPath, url) => {
    const target = parseSocketUrl(text, platform);
    expect(target?.socketPath).toBe(socketPath);
    expect(target?.url.origin).toBe('http://localhost');
    if (url !== undefined) expect(target?.url.href).toBe(url);
  });

  it.each([
    ['unix:///run/mcp.sock', 'win32'],
    ['pipe:///pipe/mcp', 'linux'],
    ['unix://', 'linux'],
    ['unix:///', 'linux'],
    ['unix://host/run/mcp.sock', 'linux'],
    ['unix:///run/%00', 'linux'],
    ['unix:///run/%zz', 'linux'],
  ] as const)('refuses %s on %s', (text, platform) => {
    expect(() => parseSocketUrl(text, platform)).toThrow(
      expect.objectContaining({ kind: 'config', hint: expect.any(String) }),
    );
  });

  it('leaves other schemes alone', () => {
    expect(parseSocketUrl('http://h/')).toBeUndefined();
    expect(parseSocketUrl('not a url')).toBeUndefined();
  });
});

describe.skipIf(process.platform === 'win32')('HTTP over a unix socket', () => {
  it('speaks MCP and leaves no connection', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'patchbay-'));
    const socketPath = join(folder, 'mcp server.sock');
    const server = await startHttpServer({ socketPath });
    expect((await stat(socketPath)).isSocket()).toBe(true);
    const launch: HttpLaunch = {
      transport: 'http',
      url: `unix://${encodeURI(socketPath)}#/sse`,
      headers: { 'X-API-Key': 'secret' },
      maxMessageBytes: 100_000,
    };
    const transport = createHttpTransport(launch, createTestContext());
    const peer = new Peer(transport);
    await peer.open();
    expect(textOf(await peer.call('add', { a: 2, b: 3 }))).toBe('5');
    expect(server.seen.requests[0]).toMatchObject({
      url: '/sse',
      headers: { host: 'localhost', 'x-api-key': 'secret' },
    });
    await transport.close();
    await expect.poll(() => server.seen.openSockets.size).toBe(0);
    await server.close();
    const gone = createHttpTransport(launch, createTestContext());
    const failure = await new Peer(gone).open().catch((error: unknown) => describeHttpFailure(error, launch.url));
    expect(failure).toMatchObject({
      message: expect.stringMatching(/^Nothing is listening at unix:\/\/.*\.sock \(ENOENT\)\.$/),
    });
    await gone.close();
    await rm(folder, { recursive: true });
  });

  it('is refused where this machine is', async () => {
    const security = { allowLocalhost: false, allowPrivateNetwork: true, allowInsecure: false, skipValidation: false };
    const url = 'unix:///run/docker.sock#/mcp';
    const transport = createHttpTransport(
      { transport: 'http', url, headers: {}, maxMessageBytes: 1000, security },
      createTestContext(),
    );
    await expect(new Peer(transport).open()).rejects.toMatchObject({ kind: 'security' });
    await transport.close();
  });
});
