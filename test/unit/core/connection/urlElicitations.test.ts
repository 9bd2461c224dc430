import { afterEach, expect, it } from 'vitest';
import { EraVerdicts } from '../../../../src/core/connection/era';
import { openSession } from '../../../../src/core/connection/openSession';
import type { RequestOptions, Session } from '../../../../src/core/connection/session';
import { createMemory, silentLogger } from '../../../../src/core/nodePorts';
import type { ElicitAnswer, ElicitRequest } from '../../../../src/core/ports';
import type { McpTransport } from '../../../../src/core/transports/transport';
import { createInMemoryPair } from '../../../support/inMemory';
import { ManualClock, settle } from '../../../support/manualClock';

const WAIT_MS = 3 * 60_000;
let session: Session | undefined;
afterEach(() => session?.close());

/** A server of 2025-11-25 that lets a call work once all `wanted` addresses were visited. */
async function open(wanted: readonly string[], answer: ElicitAnswer['action'] = 'accept') {
  const clock = new ManualClock();
  const asked: ElicitRequest[] = [];
  const visited = new Set<string>();
  const calls: unknown[] = [];
  const [client, server] = createInMemoryPair();
  const send = (message: object) => void server.send({ jsonrpc: '2.0', ...message } as never);
  server.onmessage = (raw) => {
    const { id, method } = raw as unknown as { id?: number; method: string };
    if (id === undefined) return;
    if (method === 'tools/call') calls.push(id);
    const initialized = {
      protocolVersion: '2025-11-25',
      capabilities: { tools: {} },
      serverInfo: { name: 's', version: '1' },
    };
    const left = wanted.filter((name) => !visited.has(name));
    const elicitations = left.map((name) => ({
      mode: 'url',
      elicitationId: name,
      url: `https://${name}.example/`,
      message: name,
    }));
    if (method === 'initialize') send({ id, result: initialized });
    else if (left.length === 0) send({ id, result: { content: [{ type: 'text', text: 'fine' }] } });
    else send({ id, error: { code: -32042, message: 'Visit first', data: { elicitations } } });
  };
  await server.start();
  session = await openSession({
    launch: { transport: 'memory', entry: {}, maxMessageBytes: 1e6 },
    createTransport: () => client as McpTransport,
    protocol: 'legacy',
    verdicts: new EraVerdicts(createMemory(), () => clock.now()),
    fingerprint: 'f',
    connectMs: 1000,
    clientInfo: { name: 'test', version: '1' },
    serverName: 'srv',
    interaction: {
      elicit: async (request) => {
        asked.push(request);
        return { action: answer } as ElicitAnswer;
      },
    },
    signal: new AbortController().signal,
    clock,
    log: silentLogger(),
    onStep: () => {},
  });
  const opened = session;
  const call = (options: Partial<RequestOptions> = {}) =>
    opened.request('tools/call', { name: 'x', arguments: {} }, { timeoutMs: 1000, ...options });
  const complete = (name: string, isTrue = true) => {
    if (isTrue) visited.add(name);
    send({ method: 'notifications/elicitation/complete', params: { elicitationId: name } });
  };
  return { clock, asked, calls, call, complete };
}

it('a call that needs addresses visited waits until all are done, and is made again', async () => {
  const { clock, asked, calls, call, complete } = await open(['one', 'two']);
  const progress: unknown[] = [];
  const outcome = call({ onProgress: ({ message }) => progress.push(message) });
  await settle();
  expect(asked.map(({ message }) => message)).toEqual(['one', 'two']);
  // Longer than a call may take: only the person's pace counts.
  await clock.advance(60_000);
  complete('one');
  complete('stranger');
  await settle();
  expect(calls).toHaveLength(1);
  complete('two');
  expect(await outcome).toMatchObject({ content: [{ text: 'fine' }] });
  expect(calls).toHaveLength(2);
  expect(progress).toEqual(['Waits for what is to be done in the browser.']);
});

it('a call whose server never says that it is done fails after three minutes, with the next step', async () => {
  const { clock, calls, call } = await open(['one']);
  const outcome = expect(call()).rejects.toMatchObject({
    kind: 'tool',
    code: -32042,
    hint: 'Finish it there, then call the tool again.',
  });
  await settle();
  await clock.advance(WAIT_MS);
  await outcome;
  expect(calls).toHaveLength(1);
  expect(clock.pending).toBe(0);
});

it('a call is made again three times at most', async () => {
  const { asked, calls, call, complete } = await open(['one']);
  const outcome = expect(call()).rejects.toMatchObject({ kind: 'tool', code: -32042 });
  for (let round = 0; round < 5; round++) {
    await settle();
    complete('one', false);
  }
  await outcome;
  expect([asked.length, calls.length]).toEqual([3, 4]);
});

it.each(['decline', 'cancel'] as const)(
  'a call whose address the person answers with %s fails at once',
  async (action) => {
    const { calls, call } = await open(['one', 'two'], action);
    await expect(call()).rejects.toMatchObject({ kind: 'tool', hint: 'Call it again to see what.' });
    expect(calls).toHaveLength(1);
  },
);

it('a call that waits ends with its caller and with the connection', async () => {
  const { clock, call } = await open(['one']);
  const abort = new AbortController();
  const cancelled = expect(call({ signal: abort.signal })).rejects.toMatchObject({ kind: 'cancelled' });
  const closed = expect(call()).rejects.toMatchObject({ kind: 'connectionClosed' });
  await settle();
  abort.abort();
  await cancelled;
  await session?.close();
  await closed;
  expect(clock.pending).toBe(0);
});
