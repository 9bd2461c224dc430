import { afterEach, describe, expect, it } from 'vitest';
import { deferred } from '../../../../src/base/deferred';
import { Emitter } from '../../../../src/base/event';
import { EraVerdicts } from '../../../../src/core/connection/era';
import { openSession } from '../../../../src/core/connection/openSession';
import type { RequestOptions, Session } from '../../../../src/core/connection/session';
import { createMemory, silentLogger } from '../../../../src/core/nodePorts';
import type { Interaction } from '../../../../src/core/ports';
import type { McpTransport } from '../../../../src/core/transports/transport';
import { createInMemoryPair } from '../../../support/inMemory';
import { ManualClock, settle } from '../../../support/manualClock';

interface Request {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly _meta?: { readonly progressToken?: unknown } };
}

let session: Session | undefined;
afterEach(() => session?.close());

/** A server of 2025-11-25 that answers a tool call when it is told to; `onInitialize` may answer in its place. */
async function open(
  interaction: Interaction = {},
  onInitialize: (send: (message: object) => void) => boolean = () => false,
  changes: { readonly signal?: AbortSignal; readonly close?: () => Promise<void> } = {},
) {
  const clock = new ManualClock();
  const [pipe, server] = createInMemoryPair();
  const client: McpTransport = changes.close ? Object.assign(pipe, { close: changes.close }) : pipe;
  const send = (message: object) => void server.send({ jsonrpc: '2.0', ...message } as never);
  const called = deferred<Request>();
  server.onmessage = (raw) => {
    const request = raw as unknown as Request;
    if (request.id === undefined) return;
    if (request.method === 'tools/call') called.resolve(request);
    if (request.method !== 'initialize' || onInitialize(send)) return;
    const serverInfo = { name: 's', version: '1' };
    send({ id: request.id, result: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo } });
  };
  await server.start();
  session = await openSession({
    launch: { transport: 'memory', entry: {}, maxMessageBytes: 1e6 },
    createTransport: () => client,
    protocol: 'legacy',
    verdicts: new EraVerdicts(createMemory(), () => clock.now()),
    fingerprint: 'f',
    connectMs: 1000,
    clientInfo: { name: 'test', version: '1' },
    serverName: 'srv',
    interaction,
    signal: changes.signal ?? new AbortController().signal,
    clock,
    log: silentLogger(),
    onStep: () => {},
  });
  const opened = session;
  return {
    clock,
    opened,
    async call(options: Partial<RequestOptions>) {
      const params = { name: 'x', arguments: {} };
      const outcome = opened.request('tools/call', params, { timeoutMs: 1000, onProgress: () => {}, ...options });
      const { id, params: sent } = await called.promise;
      const { progressToken } = sent?._meta ?? {};
      let progress = 0;
      return {
        outcome,
        async report() {
          send({ method: 'notifications/progress', params: { progressToken, progress: ++progress } });
          await settle();
        },
        answer: () => send({ id, result: { content: [] } }),
      };
    },
  };
}

describe('the time of a call', () => {
  it('starts again with each progress, where that is wanted', async () => {
    const { clock, call } = await open();
    const { outcome, report, answer } = await call({ resetOnProgress: true });
    for (let step = 0; step < 5; step++) {
      await clock.advance(900);
      await report();
    }
    answer();
    expect(await outcome).toMatchObject({ content: [] });
    expect(clock.pending).toBe(0);
  });

  it('is the same whatever progress comes, where that is not wanted', async () => {
    const { clock, call } = await open();
    const { outcome, report } = await call({ resetOnProgress: false });
    const failed = expect(outcome).rejects.toMatchObject({ kind: 'timeout' });
    await clock.advance(900);
    await report();
    await clock.advance(100);
    await failed;
  });

  it('has an end that no progress moves', async () => {
    const { clock, call } = await open();
    const { outcome, report } = await call({ resetOnProgress: true, maxTotalMs: 2000 });
    let isOver = false;
    const failed = expect(outcome)
      .rejects.toMatchObject({ kind: 'timeout' })
      .finally(() => {
        isOver = true;
      });
    for (let step = 0; step < 2; step++) {
      await clock.advance(900);
      await report();
    }
    expect(isOver).toBe(false);
    await clock.advance(200);
    await failed;
    expect(clock.pending).toBe(0);
  });
});

describe('nothing is left', () => {
  it('of the time for a connect, once it is there', async () => {
    const { clock, opened } = await open();
    expect(clock.pending).toBe(0);
    await clock.advance(5000);
    expect(opened.isClosed).toBe(false);
  });

  it('of what the server may ask, once the session is closed', async () => {
    const changed = new Emitter<void>();
    const { opened } = await open({ roots: () => [], onDidChangeRoots: changed.event });
    expect(changed.size).toBe(1);
    await opened.close();
    expect(changed.size).toBe(0);
  });

  it('of a question that a server asked before an attempt was given up, though its link ends slowly', async () => {
    const shown = deferred<AbortSignal>();
    const interaction: Interaction = {
      elicit: (_request, until) => {
        shown.resolve(until);
        return new Promise(() => {});
      },
    };
    const ask = (send: (message: object) => void) => {
      const requestedSchema = { type: 'object', properties: {} };
      send({ id: 'q', method: 'elicitation/create', params: { message: 'Who?', requestedSchema } });
      return true;
    };
    const abort = new AbortController();
    const closed = deferred<void>();
    const opening = open(interaction, ask, { signal: abort.signal, close: () => closed.promise });
    const failed = expect(opening).rejects.toMatchObject({ kind: 'cancelled' });
    const question = await shown.promise;
    abort.abort();
    await settle();
    expect(question.reason).toMatchObject({ kind: 'connectionClosed' });
    closed.resolve();
    await failed;
  });
});
