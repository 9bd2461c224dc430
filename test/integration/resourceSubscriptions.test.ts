import { afterEach, describe, expect, it } from 'vitest';
import { createSystemClock } from '../../src/base/clock';
import { nextEvent } from '../../src/base/event';
import { EraVerdicts } from '../../src/core/connection/era';
import { openSession } from '../../src/core/connection/openSession';
import type { Session } from '../../src/core/connection/session';
import { createMemory, silentLogger } from '../../src/core/nodePorts';
import { createTransportRegistry, registerBuiltInTransports } from '../../src/core/transports/registry';
import type { Launch } from '../../src/core/transports/transport';
import { startSdkLinks } from '../servers/sdkLinks.mjs';
import { startSdkServer } from '../servers/sdkServer.mjs';
import { testServer } from '../support/servers';

const ENDS: (() => Promise<unknown>)[] = [];
const TIMEOUT = { timeoutMs: 10_000 };

afterEach(async () => {
  for (const end of ENDS.splice(0).reverse()) await end();
});

const network = (url: string) => ({ url, headers: {}, maxMessageBytes: 1_000_000 });

async function launchOf(over: string): Promise<Launch> {
  if (over === 'stdio') {
    const args = [testServer('sdkServer.mjs')];
    const env = { PATH: process.env.PATH ?? '' };
    const limits = { shutdownGraceMs: 300, maxMessageBytes: 1_000_000 };
    return { transport: 'stdio', command: process.execPath, args, cwd: undefined, env, ...limits };
  }
  if (over === 'http') {
    const server = await startSdkServer();
    ENDS.push(() => server.close());
    return { transport: 'http', ...network(server.url) };
  }
  const server = await startSdkLinks({ over: over as 'websocket' | 'sse' });
  ENDS.push(() => server.close());
  if (over === 'sse') return { transport: 'sse', ...network(server.url) };
  const pings = { pingIntervalMs: 0, pingTimeoutMs: 0 };
  const upgrade = { subprotocols: [], origin: undefined, tokenVia: 'header' as const };
  return { transport: 'websocket', ...network(server.url), ...pings, ...upgrade };
}

async function open(over: string, protocol: 'modern' | 'legacy'): Promise<Session> {
  const launch = await launchOf(over);
  const registry = createTransportRegistry();
  const clock = createSystemClock();
  const registration = registerBuiltInTransports(registry);
  ENDS.push(async () => registration.dispose());
  const session = await openSession({
    launch,
    createTransport: (way) => registry.create(way, { log: silentLogger(), clock }),
    protocol,
    verdicts: new EraVerdicts(createMemory(), Date.now),
    fingerprint: over,
    connectMs: 10_000,
    clientInfo: { name: 'test', version: '1' },
    serverName: over,
    signal: new AbortController().signal,
    clock,
    log: silentLogger(),
    onStep: () => {},
  });
  ENDS.push(() => session.close());
  return session;
}

describe.each(['stdio', 'http', 'websocket', 'sse'])('over %s', (over) => {
  it.each(['modern', 'legacy'] as const)(
    'a %s server tells of a changed resource, as long as it is to',
    async (era) => {
      const session = await open(over, era);
      expect(session.era).toBe(era);
      const updates: string[] = [];
      session.onDidUpdateResource((uri) => updates.push(uri));
      const touch = (uri: string) => session.request('tools/call', { name: 'touch', arguments: { uri } }, TIMEOUT);
      await touch('note://one');
      await Promise.all(['note://one', 'note://two'].map((uri) => session.subscribeToResource(uri, TIMEOUT)));
      const first = nextEvent(session.onDidUpdateResource, (uri) => uri === 'note://one');
      await touch('note://one');
      await first;
      await session.unsubscribeFromResource('note://one', TIMEOUT);
      const second = nextEvent(session.onDidUpdateResource, (uri) => uri === 'note://two');
      await touch('note://one');
      await touch('note://two');
      await second;
      expect(updates).toEqual(['note://one', 'note://two']);
    },
  );
});
