import type { LookupFunction } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createCheckedLookup } from '../../../../../src/core/transports/network/checkedLookup';
import { createLaunchFetch, type LaunchFetch } from '../../../../../src/core/transports/network/launchFetch';
import type { NetworkLaunch } from '../../../../../src/core/transports/transport';
import { createTestContext } from '../../../../contract/transportHarness';
import { startHttpServer } from '../../../../servers/httpServer.mjs';

const fetches: LaunchFetch[] = [];
afterEach(() => {
  for (const own of fetches.splice(0)) own.dispose();
});

/** A resolver that gives these addresses for every name, and keeps the names. */
function resolver(addresses: readonly string[]) {
  const asked: string[] = [];
  const lookup: LookupFunction = (host, _options, callback) => {
    asked.push(host);
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    process.nextTick(() => callback(null, found));
  };
  return { lookup, asked };
}

function open(url: string, addresses: readonly string[], changes: Partial<NetworkLaunch> = {}) {
  const { lookup, asked } = resolver(addresses);
  const own = createLaunchFetch({ url, headers: {}, maxMessageBytes: 1000, ...changes }, createTestContext(), {
    lookup,
  });
  fetches.push(own);
  return { fetch: own.fetch, asked };
}

describe('a name', () => {
  it.each([
    [['169.254.169.254'], /169\.254\.169\.254 is a metadata service/],
    [['::ffff:169.254.169.254'], /is a metadata service/],
    [['fe80::1'], /is a link-local address/],
    [['169.254.1.1', 'fe80::2'], /169\.254\.1\.1 is a link-local address/],
  ])('that resolves to %j is refused, whatever is allowed', async (addresses, message) => {
    const security = { allowLocalhost: true, allowPrivateNetwork: true, allowInsecure: true, skipValidation: true };
    const { fetch, asked } = open('http://rebind.test/', addresses, { security });
    await expect(fetch('http://rebind.test/')).rejects.toMatchObject({
      kind: 'security',
      message: expect.stringMatching(message),
    });
    expect(asked).toEqual(['rebind.test']);
    await expect(fetch('https://rebind.test/')).rejects.toMatchObject({ kind: 'security' });
  });

  it.each(['localhost', 'api.localhost.'])('of this machine (%s) is no other one', async (host) => {
    for (const address of ['10.0.0.1', '192.0.2.2', '8.8.8.8']) {
      await expect(open(`http://${host}/`, [address]).fetch(`http://${host}/`)).rejects.toMatchObject({
        kind: 'security',
        message: expect.stringContaining(`resolved to ${address}`),
      });
    }
  });

  it('that resolves to this machine or a private network follows the rules', async () => {
    const security = { allowLocalhost: false, allowPrivateNetwork: false, allowInsecure: false, skipValidation: false };
    for (const address of ['127.0.0.1', '10.0.0.1']) {
      await expect(open('http://a.test/', [address], { security }).fetch('http://a.test/')).rejects.toMatchObject({
        kind: 'security',
        hint: expect.stringMatching(/security\.allow/),
      });
    }
  });

  it('is resolved again for each connection, so that a change is seen', async () => {
    const server = await startHttpServer();
    const addresses = ['127.0.0.1'];
    const url = `http://rebind.test:${server.port}/status/204`;
    const { fetch, asked } = open(url, addresses);
    expect((await fetch(url)).status).toBe(204);
    addresses[0] = '169.254.169.254';
    for (const socket of server.seen.openSockets) socket.destroy();
    await expect
      .poll(async () => (await fetch(url).catch((error: unknown) => error)) as object)
      .toMatchObject({ kind: 'security' });
    expect(asked.length).toBeGreaterThan(1);
    await server.close();
  });

  it('uses only its addresses that are allowed', async () => {
    const server = await startHttpServer();
    const url = `http://two.test:${server.port}/status/204`;
    const { fetch } = open(url, ['fe80::1', '127.0.0.1', '169.254.169.254']);
    expect((await fetch(url)).status).toBe(204);
    await server.close();
  });
});

describe('a secret without TLS', () => {
  const headers = { authorization: 'Bearer x' };

  it('goes to localhost only where that is this machine', async () => {
    const { fetch } = open('http://localhost/', ['10.0.0.1'], { headers });
    await expect(fetch('http://localhost/', { headers })).rejects.toMatchObject({
      kind: 'security',
      message: expect.stringContaining('localhost (10.0.0.1)'),
    });
  });

  it('goes by no connection that was opened without one', async () => {
    const server = await startHttpServer();
    const url = `http://localhost:${server.port}/status/204`;
    // Some way led elsewhere before; this machine stands for that here.
    const security = { allowLocalhost: true, allowPrivateNetwork: true, allowInsecure: false, skipValidation: true };
    const { fetch, asked } = open(url, ['127.0.0.1'], { security });
    for (const init of [{}, {}, { headers }, { headers }]) {
      const response = await fetch(url, init);
      await response.text();
      expect(response.status).toBe(204);
    }
    expect(asked).toEqual(['localhost', 'localhost']);
    await server.close();
  });

  it('goes nowhere else, not even to the resolver', async () => {
    const { fetch, asked } = open('http://mcp.test/', ['10.0.0.1'], { headers });
    await expect(fetch('http://mcp.test/', { headers })).rejects.toMatchObject({ kind: 'security' });
    await expect(fetch('http://mcp.test/?api_key=1')).rejects.toMatchObject({ kind: 'security' });
    expect(asked).toEqual([]);
  });

  it('goes where it is allowed to', async () => {
    const server = await startHttpServer();
    const url = `http://mcp.test:${server.port}/status/204`;
    const security = { allowLocalhost: true, allowPrivateNetwork: true, allowInsecure: true, skipValidation: false };
    const { fetch } = open(url, ['127.0.0.1'], { headers, security });
    expect((await fetch(url, { headers })).status).toBe(204);
    await server.close();
  });
});

describe('createCheckedLookup', () => {
  it('gives one address or all, as it is asked', async () => {
    const { lookup } = resolver(['127.0.0.1', '::1']);
    const checked = createCheckedLookup({ rules: undefined, onlyLoopback: true }, lookup);
    const ask = (all: boolean) => new Promise((resolve) => checked('h', { all }, (...answer) => resolve(answer)));
    expect(await ask(false)).toEqual([null, '127.0.0.1', 4]);
    expect(await ask(true)).toEqual([
      null,
      [
        { address: '127.0.0.1', family: 4 },
        { address: '::1', family: 6 },
      ],
    ]);
  });

  it('passes failures on, and takes no address for one', async () => {
    const fail: LookupFunction = (_host, _options, callback) =>
      callback(Object.assign(new Error('no'), { code: 'EAI_AGAIN' }), '', 0);
    for (const [lookup, code] of [
      [fail, 'EAI_AGAIN'],
      [resolver([]).lookup, 'ENOTFOUND'],
    ] as const) {
      const checked = createCheckedLookup({ rules: undefined, onlyLoopback: false }, lookup);
      const error = await new Promise((resolve) => checked('h', {}, resolve));
      expect(error).toMatchObject({ code });
    }
  });
});
