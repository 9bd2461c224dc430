import { createServer } from 'node:http';
import { type AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createHttpFetch, type HttpFetch } from '../../../../src/core/transports/httpFetch';
import { createNetwork } from '../../../../src/core/transports/network/agents';

const seen: { method?: string | undefined; headers: Record<string, unknown>; body: string }[] = [];
const sockets = new Set<Socket>();
let opened = 0;
const server = createServer(async (request, response) => {
  let body = '';
  for await (const part of request) body += part;
  seen.push({ method: request.method, headers: request.headers, body });
  const text = (type: string, data: string | Buffer, more = {}) =>
    response.writeHead(200, { 'content-type': type, ...more }).end(data);
  switch (request.url) {
    case '/json':
      return text('application/json', '{"ä":"ö"}', { 'set-cookie': ['a=1', 'b=2'], 'X-Two': 'x' });
    case '/bomb':
      return text('application/json', gzipSync(Buffer.alloc(5_000_000, ' ')), { 'content-encoding': 'gzip' });
    case '/broken-gzip':
      return text('application/json', 'this is not gzip', { 'content-encoding': 'gzip' });
    case '/odd-encoding':
      return text('application/json', '{}', { 'content-encoding': 'rot13' });
    case '/redirect':
      return response.writeHead(307, { location: '/json' }).end();
    case '/cut':
      response.writeHead(200, { 'content-length': 100 });
      return response.write('half', () => response.destroy());
    case '/endless':
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      return response.write(': hello\n\n');
    case '/events':
      return text('text/event-stream', `data: one\n\nid: 7\ndata: ${'x'.repeat(5000)}\r\n\r\ndata: two\r\n\r\n`);
  }
  // Everything else is never answered.
});
let origin = '';
const fetches: HttpFetch[] = [];

function create(maxMessageBytes = 1_000_000) {
  const discarded: string[] = [];
  const own = createHttpFetch({ maxMessageBytes, onEventDiscarded: (head) => discarded.push(head) });
  fetches.push(own);
  return { fetch: own.fetch, discarded, own };
}

beforeAll(async () => {
  server.on('connection', (socket) => {
    opened++;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  for (const own of fetches.splice(0)) own.dispose();
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('createHttpFetch', () => {
  it('answers with what readers of a Response use', async () => {
    const { fetch } = create();
    const response = await fetch(`${origin}/json`);
    expect([response.ok, response.status, response.statusText, response.url, response.redirected]).toEqual([
      true,
      200,
      'OK',
      `${origin}/json`,
      false,
    ]);
    expect(response.headers.get('Content-TYPE')).toBe('application/json');
    expect([response.headers.has('x-two'), response.headers.get('x-three')]).toEqual([true, null]);
    expect(response.headers.get('set-cookie')).toBe('a=1, b=2');
    expect(Object.fromEntries(response.headers.entries())['x-two']).toBe('x');
    expect(await response.json()).toEqual({ ä: 'ö' });
    await expect(response.text()).rejects.toThrow(/already/);
  });

  it('sends headers of every shape, and texts and forms with their length in bytes', async () => {
    const { fetch } = create();
    const shapes: [RequestInit['headers'], RequestInit['body']][] = [
      [new Headers({ 'X-A': '1' }), 'ä'],
      [[['X-A', '1']], new TextEncoder().encode('ä')],
      [{ 'X-A': '1' }, new URLSearchParams({ q: 'ä' })],
    ];
    for (const [headers, body] of shapes) {
      await (await fetch(new URL(`${origin}/json`), { method: 'POST', headers, body })).text();
    }
    expect(
      seen.slice(-3).map((request) => [request.headers['x-a'], request.headers['content-length'], request.body]),
    ).toEqual([
      ['1', '2', 'ä'],
      ['1', '2', 'ä'],
      ['1', '8', 'q=%C3%A4'],
    ]);
  });

  it('uses one connection again and closes it when disposed', async () => {
    const { fetch, own } = create();
    const before = opened;
    for (let index = 0; index < 5; index++) await (await fetch(`${origin}/json`)).text();
    expect(opened - before).toBe(1);
    const last = [...sockets].at(-1);
    const closed = new Promise((resolve) => last?.once('close', resolve));
    own.dispose();
    await closed;
  });

  it('lets the system find out about connections whose other end is gone', async () => {
    const { fetch } = create();
    const keepAlive = vi.spyOn(Socket.prototype, 'setKeepAlive');
    await (await fetch(`${origin}/json`)).text();
    expect(keepAlive).toHaveBeenCalledWith(true, 15_000);
    keepAlive.mockRestore();
  });

  it('checks addresses by itself', async () => {
    const { fetch } = create();
    await expect(fetch('http://169.254.169.254/')).rejects.toMatchObject({ kind: 'security' });
    await expect(fetch('http://192.0.2.1/', { headers: { Cookie: 'a=1' } })).rejects.toMatchObject({
      kind: 'security',
    });
  });

  it('refuses a body over the limit, also where it only grows when it is decoded', async () => {
    const { fetch } = create(100_000);
    await expect((await fetch(`${origin}/bomb`)).text()).rejects.toMatchObject({ kind: 'limit' });
  });

  it('fails with a name for what cannot be decoded', async () => {
    const { fetch } = create();
    await expect((await fetch(`${origin}/broken-gzip`)).text()).rejects.toMatchObject({ code: 'Z_DATA_ERROR' });
    await expect(fetch(`${origin}/odd-encoding`)).rejects.toThrow(/rot13/);
  });

  it('fails when the answer breaks off in the middle', async () => {
    const { fetch } = create();
    await expect((await fetch(`${origin}/cut`)).text()).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('leaves redirects to the caller', async () => {
    const { fetch } = create();
    const response = await fetch(`${origin}/redirect`);
    expect([response.status, response.ok, response.headers.get('location')]).toEqual([307, false, '/json']);
  });

  it('can be aborted before, while it waits and while it reads', async () => {
    const { fetch } = create();
    const reason = new Error('enough');
    await expect(fetch(`${origin}/never`, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const waiting = new AbortController();
    const never = fetch(`${origin}/never`, { signal: waiting.signal });
    waiting.abort(reason);
    await expect(never).rejects.toBe(reason);
    const reading = new AbortController();
    const response = await fetch(`${origin}/endless`, { signal: reading.signal });
    const reader = response.body?.getReader();
    await reader?.read();
    reading.abort(reason);
    await expect(reader?.read()).rejects.toBe(reason);
  });

  it('keeps many requests on one signal without a warning', async () => {
    const { fetch } = create();
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 50 }, async () => (await fetch(`${origin}/json`, { signal })).text()));
    await new Promise(setImmediate);
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });

  it('gives event streams as they come and cuts out an event over the limit', async () => {
    const { fetch, discarded } = create(1000);
    const response = await fetch(`${origin}/events`);
    let text = '';
    const decoder = new TextDecoder();
    for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) text += decoder.decode(part);
    const events = text.split(/\r?\n\r?\n/).filter(Boolean);
    expect(events).toEqual(['data: one', 'id: 7\nevent: patchbay-discarded', 'data: two']);
    expect(text.length).toBeLessThan(1200);
    expect(discarded).toEqual([expect.stringMatching(/^id: 7\ndata: x+$/)]);
    expect(discarded[0]?.length).toBeLessThanOrEqual(4096);
  });

  it.each([
    [true, 1],
    [false, 3],
  ])('uses a socket again or not, by keepAlive (%s)', async (keepAlive, expected) => {
    const network = createNetwork({ url: origin, headers: {} }, { keepAlive });
    const own = createHttpFetch({ maxMessageBytes: 1000, network });
    fetches.push(own);
    const before = opened;
    for (let request = 0; request < 3; request++) await (await own.fetch(`${origin}/json`)).text();
    expect(opened - before).toBe(expected);
  });
});
