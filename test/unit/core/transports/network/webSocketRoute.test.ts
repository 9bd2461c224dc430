import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { createNetwork, type Network } from '../../../../../src/core/transports/network/agents';
import type { NetworkLaunch } from '../../../../../src/core/transports/transport';
import { makeCertificate, type TestCertificate } from '../../../../support/certificates';
import { startProxy } from '../../../../support/proxyServer';

let certificate: TestCertificate;
const networks: Network[] = [];

beforeAll(async () => {
  certificate = await makeCertificate();
});
afterEach(() => {
  for (const network of networks.splice(0)) network.dispose();
});

/** Opens a WebSocket with the options that the network gives; resolves to what it hears first. */
async function firstMessage(url: string, changes: Partial<NetworkLaunch> = {}): Promise<string> {
  const network = createNetwork({ url, headers: {}, ...changes }, {});
  networks.push(network);
  const socket = new WebSocket(url, await network.requestOptions(new URL(url)));
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('message', (data) => {
      socket.terminate();
      resolve(String(data));
    });
  });
}

function greet(sockets: WebSocketServer): void {
  sockets.on('connection', (socket) => socket.send('hello'));
}

describe('a WebSocket', () => {
  it('goes through a tunnel, without TLS too', async () => {
    const proxy = await startProxy({ credentials: 'me:pass' });
    const sockets = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    greet(sockets);
    await new Promise((resolve) => sockets.once('listening', resolve));
    const { port } = sockets.address() as AddressInfo;
    const route = { proxy: `http://me:pass@127.0.0.1:${proxy.port}` };
    expect(await firstMessage(`ws://mcp.test:${port}/mcp`, route)).toBe('hello');
    expect(proxy.asked).toEqual([`CONNECT mcp.test:${port}`]);
    await new Promise((resolve) => sockets.close(resolve));
    await proxy.close();
  });

  it('follows the TLS options and the pins', async () => {
    const server = createServer({ cert: certificate.cert, key: certificate.key });
    greet(new WebSocketServer({ server }));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `wss://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
    const tls = { rejectUnauthorized: true, pinnedSha256: [], ca: certificate.cert };
    expect(await firstMessage(url, { tls })).toBe('hello');
    await expect(firstMessage(url)).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    const unverified = { rejectUnauthorized: false, pinnedSha256: ['0'.repeat(64)] };
    await expect(firstMessage(url, { tls: unverified })).rejects.toMatchObject({ code: 'CERT_PIN_MISMATCH' });
    await new Promise((resolve) => server.close(resolve));
  });

  it('keeps the address rules, and secrets to itself', async () => {
    await expect(firstMessage('ws://169.254.169.254/')).rejects.toMatchObject({ kind: 'security' });
    const auth = { headers: async () => ({}), onRefused: async () => false };
    await expect(firstMessage('ws://192.0.2.1/', { auth })).rejects.toMatchObject({ kind: 'security' });
    await expect(firstMessage('ws://192.0.2.1/?access_token=x')).rejects.toMatchObject({ kind: 'security' });
  });
});
