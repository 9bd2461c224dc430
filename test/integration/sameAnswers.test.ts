import { afterAll, beforeAll, expect, it } from 'vitest';
import { createHub, type Hub } from '../../src/core/index';
import { type SdkTestServer, startSdkServer } from '../servers/sdkServer.mjs';
import { freePort, packageServer, type RunningServer, startEverything, testServer } from '../support/servers';

let http: RunningServer;
let sse: RunningServer;
let modern: SdkTestServer;
let legacy: SdkTestServer;
let hub: Hub | undefined;

beforeAll(async () => {
  [http, sse, modern, legacy] = await Promise.all([
    startEverything('streamableHttp', await freePort()),
    startEverything('sse', await freePort()),
    startSdkServer({ only: 'modern' }),
    startSdkServer({ only: 'legacy' }),
  ]);
});

afterAll(async () => {
  await hub?.close();
  await Promise.all([http.stop(), sse.stop(), modern.close(), legacy.close()]);
});

/** Everything a server says that must not depend on how it is reached. */
async function outcomes(servers: Record<string, object>, calls: readonly (readonly [string, object])[]) {
  await hub?.close();
  const opened = createHub({ config: { servers } });
  hub = opened;
  await opened.connectAll();
  const all = new Map<string, unknown>();
  for (const { id, state, negotiated, catalog } of opened.servers()) {
    expect([id, state.kind]).toEqual([id, 'connected']);
    const answers = [];
    for (const [tool, args] of calls) {
      // Servers of 2026-07-28 write their name on every result.
      const { _meta, ...answer } = await opened.callTool(id, tool, { ...args });
      answers.push(answer);
    }
    const { serverInfo, instructions } = negotiated ?? {};
    const tools = catalog.tools.map(({ tool }) => tool);
    all.set(id, { serverInfo, instructions, tools, answers, lists: await opened.readOtherLists(id) });
  }
  expect(all.size).toBe(Object.keys(servers).length);
  return [...all.values()];
}

const stdio = (...args: string[]) => ({ command: process.execPath, args, shutdownGraceMs: 300 });

it('server-everything is the same over stdio, HTTP+SSE and Streamable HTTP', async () => {
  const [first, ...others] = await outcomes(
    {
      stdio: stdio(packageServer('everything'), 'stdio'),
      sse: { transport: 'sse', url: sse.url },
      http: { url: http.url },
    },
    [
      ['echo', { message: 'Grüße, 世界' }],
      ['get-sum', { a: 2, b: 40 }],
      ['get-tiny-image', {}],
      ['get-structured-content', { location: 'New York' }],
      ['get-annotated-message', { messageType: 'error', includeImage: true }],
      ['get-resource-links', { count: 3 }],
    ],
  );
  expect(first).toMatchObject({ tools: expect.arrayContaining([expect.objectContaining({ name: 'echo' })]) });
  for (const other of others) expect(other).toEqual(first);
});

it('a server of the SDK is the same in both eras, over stdio and Streamable HTTP', async () => {
  const [first, ...others] = await outcomes(
    {
      modernHttp: { url: modern.url },
      legacyHttp: { url: legacy.url },
      modernStdio: stdio(testServer('sdkServer.mjs'), '--only', 'modern'),
      legacyStdio: stdio(testServer('sdkServer.mjs'), '--only', 'legacy'),
    },
    [
      ['echo', { text: 'Grüße, 世界' }],
      ['add', { a: 2, b: 40 }],
    ],
  );
  for (const other of others) expect(other).toEqual(first);
});
