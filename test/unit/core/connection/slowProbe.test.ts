import { afterEach, describe, expect, it } from 'vitest';
import { createSystemClock } from '../../../../src/base/clock';
import { EraVerdicts } from '../../../../src/core/connection/era';
import { openSession } from '../../../../src/core/connection/openSession';
import type { Session } from '../../../../src/core/connection/session';
import { createMemory, silentLogger } from '../../../../src/core/nodePorts';
import type { McpTransport } from '../../../../src/core/transports/transport';
import { createInMemoryPair } from '../../../support/inMemory';

interface Request {
  readonly id?: number;
  readonly method: string;
}

let session: Session | undefined;
let starts: string[][];

afterEach(() => session?.close());

/** A server that passes over the first probe and refuses what comes after it on the same link; then it is as `answer` says. */
async function open(answer: (method: string) => object): Promise<Session> {
  starts = [];
  const clock = createSystemClock();
  const createTransport = (): McpTransport => {
    const [client, server] = createInMemoryPair();
    const seen: string[] = [];
    const isFirst = starts.push(seen) === 1;
    server.onmessage = (raw) => {
      const { id, method } = raw as unknown as Request;
      seen.push(method);
      if (id === undefined || (isFirst && method === 'server/discover')) return;
      const reply = isFirst ? { error: { code: -32000, message: 'Busy' } } : answer(method);
      void server.send({ jsonrpc: '2.0', id, ...reply } as never);
    };
    void server.start();
    // By these the SDK tells a pipe, where it goes on after a probe without an answer.
    return Object.assign(client, { pid: 1, stderr: null });
  };
  session = await openSession({
    launch: { transport: 'slow', entry: {}, maxMessageBytes: 1e6 },
    createTransport,
    protocol: 'auto',
    verdicts: new EraVerdicts(createMemory(), () => clock.now()),
    fingerprint: 'f',
    // The first probe is given half of it.
    connectMs: 600,
    clientInfo: { name: 'test', version: '1' },
    serverName: 'srv',
    signal: new AbortController().signal,
    clock,
    log: silentLogger(),
    onStep: () => {},
  });
  return session;
}

const capabilities = { tools: {} };
const serverInfo = { name: 'slow', version: '1' };

describe('a server that is too slow for the probe and refuses what follows on that link', () => {
  it('is of 2026-07-28 where it then answers the probe', async () => {
    const discovered = { resultType: 'complete', supportedVersions: ['2026-07-28'], ttlMs: 0, cacheScope: 'private' };
    await open(() => ({ result: { ...discovered, capabilities } }));
    expect(session?.protocolVersion).toBe('2026-07-28');
    expect(starts[0]).toEqual(['server/discover', 'initialize']);
    expect(starts).toHaveLength(2);
  });

  it('is of an earlier revision where it then does not know the probe', async () => {
    await open((method) =>
      method === 'initialize'
        ? { result: { protocolVersion: '2025-11-25', capabilities, serverInfo } }
        : { error: { code: -32601, message: 'Method not found' } },
    );
    expect(session?.protocolVersion).toBe('2025-11-25');
    expect(starts[1]?.slice(0, 2)).toEqual(['server/discover', 'initialize']);
    expect(starts).toHaveLength(2);
  });
});
