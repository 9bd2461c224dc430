import { describe, expect, it } from 'vitest';
import { EraVerdicts } from '../../../../src/core/connection/era';
import { openSession } from '../../../../src/core/connection/openSession';
import { createMemory, silentLogger } from '../../../../src/core/nodePorts';
import type { AnyLaunch, Authenticator, HttpLaunch, McpTransport } from '../../../../src/core/transports/transport';
import { createInMemoryPair } from '../../../support/inMemory';
import { ManualClock, settle } from '../../../support/manualClock';

/** Opens over a link that asks `auth` before it sends, to a server that never answers. */
async function failureOf(auth: Authenticator): Promise<unknown> {
  const clock = new ManualClock();
  const createTransport = (launch: AnyLaunch): McpTransport => {
    const [client] = createInMemoryPair();
    client.send = async () => {
      await (launch as HttpLaunch).auth?.headers({ method: 'POST', url: 'http://127.0.0.1/' });
    };
    return client;
  };
  const launch: HttpLaunch = { transport: 'http', url: 'http://127.0.0.1/', headers: {}, maxMessageBytes: 1e6, auth };
  const failure = openSession({
    launch,
    createTransport,
    protocol: 'legacy',
    verdicts: new EraVerdicts(createMemory(), () => clock.now()),
    fingerprint: 'f',
    connectMs: 5000,
    clientInfo: { name: 'test', version: '1' },
    serverName: 'srv',
    signal: new AbortController().signal,
    clock,
    log: silentLogger(),
    onStep: () => {},
  }).catch((error: unknown) => error);
  await settle();
  await clock.advance(5000);
  return failure;
}

const onRefused = async () => false;

describe('the end of the time for a connect', () => {
  it('names the credentials where those did not come', async () => {
    const never = new Promise<never>(() => {});
    expect(await failureOf({ headers: () => never, onRefused })).toMatchObject({
      kind: 'timeout',
      message: 'The credentials for the server were not there within 5 s.',
      hint: expect.stringContaining('"auth"'),
    });
  });

  it('names the server where it was the one that did not answer', async () => {
    expect(await failureOf({ headers: async () => ({}), onRefused })).toMatchObject({
      kind: 'timeout',
      message: 'The server did not answer within 5 s.',
    });
  });
});
