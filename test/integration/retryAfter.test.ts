import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createHub, createMemory, type Hub } from '../../src/core/index';
import { startHttpServer } from '../servers/httpServer.mjs';
import { startSseServer } from '../servers/sseServer.mjs';
import { startWebSocketServer } from '../servers/webSocketServer.mjs';

type Started = Pick<Awaited<ReturnType<typeof startHttpServer>>, 'url' | 'close'> & {
  readonly seen: { readonly requests: readonly unknown[] };
};

const servers = new Map<string, Started>();
let hub: Hub;

beforeAll(async () => {
  servers.set('http', await startHttpServer());
  servers.set('sse', await startSseServer());
  servers.set('websocket', await startWebSocketServer());
});

afterEach(() => hub.close());
afterAll(() => Promise.all([...servers.values()].map((server) => server.close())));

describe('a server that asks to be left alone', () => {
  it.each(['http', 'sse', 'websocket'])('is asked once over %s, and the error says how long it wants', async (over) => {
    const server = servers.get(over) as Started;
    const before = server.seen.requests.length;
    hub = createHub({ config: { servers: { busy: { transport: over, url: server.url('/status/429') } } } });
    await expect(hub.connect('busy')).rejects.toMatchObject({
      kind: 'limit',
      code: 429,
      retryable: true,
      retryAfterMs: 2000,
      hint: expect.stringContaining('It asks to wait 2 s.'),
    });
    expect(server.seen.requests.length - before).toBe(1);
  });

  it.each([
    ['legacy', 429],
    ['legacy', 503],
    ['modern', 429],
    ['modern', 503],
  ])('is not asked in another era where it is known as %s (%i)', async (era, status) => {
    const server = servers.get('http') as Started;
    const before = server.seen.requests.length;
    const memory = createMemory();
    const known = { get: <T>() => ({ era, at: Date.now() }) as T, set: memory.set.bind(memory) };
    hub = createHub({
      config: { servers: { busy: { url: server.url(`/status/${status}`) } } },
      ports: { memory: known },
    });
    await expect(hub.connect('busy')).rejects.toMatchObject({ code: status, retryAfterMs: 2000 });
    expect(server.seen.requests.length - before).toBe(1);
  });
});
