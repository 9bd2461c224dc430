import { afterEach, describe, expect, it, vi } from 'vitest';
import { createSystemClock } from '../../src/base/clock';
import type { PatchbayError } from '../../src/base/errors';
import { EraVerdicts } from '../../src/core/connection/era';
import { startHeartbeat } from '../../src/core/connection/heartbeat';
import { openSession } from '../../src/core/connection/openSession';
import type { RequestOptions, Session } from '../../src/core/connection/session';
import { Redactor } from '../../src/core/traffic/redactor';
import { TrafficLog } from '../../src/core/traffic/trafficLog';
import { tapTransport } from '../../src/core/transports/tap';
import {
  type Behaviour,
  can,
  createTestContext,
  type Link,
  type LinkOptions,
  type RpcAnswer,
  TRANSPORT_KINDS,
  textOf,
} from './transportHarness';

/** Long enough for any call that is answered. */
const PLENTY_MS = 10_000;
const SHORT_MS = 60;

/** What only shows with the SDK's client on the link: whose answer is whose, and what nobody waits for any more. */
describe.each(TRANSPORT_KINDS)('session contract: $name', (kind) => {
  const opened: { readonly link: Link; readonly session: Session }[] = [];

  const open = async (behaviour: Behaviour, options?: LinkOptions) => {
    const link = await kind.create(behaviour, options);
    const clock = createSystemClock();
    const redact = new Redactor();
    const traffic = new TrafficLog({ redactor: redact, clock });
    const { log, lines } = createTestContext();
    const session = await openSession({
      launch: link.launch,
      createTransport: () => tapTransport(link.transport, { traffic, log, redact, messages: false }),
      protocol: kind.era,
      verdicts: new EraVerdicts({ get: () => undefined, set: async () => {} }, Date.now),
      fingerprint: kind.name,
      connectMs: PLENTY_MS,
      clientInfo: { name: 'contract', version: '1' },
      serverName: kind.name,
      signal: new AbortController().signal,
      clock,
      log,
      onStep: () => {},
    });
    opened.push({ link, session });
    const call = async (name: string, args: object, options: Partial<RequestOptions> = {}) => {
      const params = { name, arguments: args } as never;
      const result = await session.request('tools/call', params, { timeoutMs: PLENTY_MS, ...options });
      return textOf({ id: 0, result } as unknown as RpcAnswer);
    };
    return { link, session, traffic, lines, call };
  };

  afterEach(async () => {
    for (const { link, session } of opened.splice(0)) {
      await session.close();
      await link.checkGone();
    }
  });

  it('speaks the era', async () => {
    const { session } = await open('plain');
    expect(session.era).toBe(kind.era);
    expect(session.protocolVersion).toBe(kind.era === 'modern' ? '2026-07-28' : '2025-11-25');
  });

  it('gives each call its own answer, whatever else is answered, and twice', async () => {
    const { session, call } = await open('strangeIds');
    const texts = Array.from({ length: 10 }, (_, index) => `call ${index}`);
    expect(await Promise.all(texts.map((text) => call('strange', { text })))).toEqual(texts);
    expect(await call('echo', { text: 'after' })).toBe('after');
    expect(session.isClosed).toBe(false);
  });

  it('ends a call without an answer by its timeout, and that call only', async () => {
    const { session, call } = await open('hang');
    const outcomes = [1, 2, 3].map((n) => call('echo', { text: `${n}` }, { timeoutMs: SHORT_MS }));
    for (const outcome of outcomes) await expect(outcome).rejects.toMatchObject({ kind: 'timeout' });
    await session.request('tools/list', {}, { timeoutMs: PLENTY_MS });
    expect(session.isClosed).toBe(false);
  });

  it('gives nobody an answer that comes too late', async () => {
    const { session, traffic, call } = await open('plain');
    await expect(call('stubborn', { ms: 3 * SHORT_MS }, { timeoutMs: SHORT_MS })).rejects.toMatchObject({
      kind: 'timeout',
    });
    expect(await call('stubborn', { ms: 4 * SHORT_MS })).toBe(`waited ${4 * SHORT_MS} ms`);
    const late = traffic
      .snapshot()
      .filter(({ direction, method, id }) => direction === 'received' && method === '' && id !== undefined);
    expect(late).toHaveLength(kind.carriesLateAnswers ? 1 : 0);
    expect(session.isClosed).toBe(false);
  });

  it('tells the server of a call that was cancelled', async () => {
    const { session, call } = await open('plain');
    const abort = new AbortController();
    const cancelled = call('slow', { ms: 60_000 }, { signal: abort.signal });
    const outcome = expect(cancelled).rejects.toMatchObject({ kind: 'cancelled' });
    // The call is on its way, and over HTTP on a way of its own: answered is what went after it.
    await call('stubborn', { ms: SHORT_MS });
    abort.abort();
    await outcome;
    await vi.waitFor(async () => expect(await call('cancelled', {})).toBe('1'), { timeout: 5000, interval: 20 });
    expect(session.isClosed).toBe(false);
  });

  it('ends each call by its timeout when the other side stops without a word', async () => {
    const { link, session, call } = await open('plain', { stoppable: true });
    expect(await call('echo', { text: 'before' })).toBe('before');
    link.stop?.();
    const outcomes = [1, 2, 3].map((n) => call('echo', { text: `${n}` }, { timeoutMs: SHORT_MS }));
    for (const outcome of outcomes) await expect(outcome).rejects.toMatchObject({ kind: 'timeout' });
    expect(session.isClosed).toBe(false);
    if (!link.goOn) return;
    link.goOn();
    expect(await call('echo', { text: 'after' })).toBe('after');
  });

  it('is ended by the heartbeat when the other side stops without a word', async () => {
    const { link, session, call } = await open('plain', { stoppable: true });
    const ended = new Promise<PatchbayError | undefined>((resolve) => session.onDidClose(resolve));
    expect(await call('echo', { text: 'before' })).toBe('before');
    const clock = createSystemClock();
    const heartbeat = startHeartbeat({ session, clock, intervalMs: 20, timeoutMs: 2 * SHORT_MS });
    link.stop?.();
    // A process may be busy with a call for as long as the call may take.
    const isProcess = session.processId !== undefined;
    const pending = isProcess ? Promise.reject({ kind: 'timeout' }) : call('echo', { text: 'pending' });
    const outcome = expect(pending).rejects.toMatchObject({ kind: expect.stringMatching(/timeout|connectionClosed/) });
    expect(await ended).toMatchObject({ kind: 'timeout' });
    await outcome;
    heartbeat.dispose();
  });
});

describe('the table of the contract', () => {
  it('names for every behaviour that a transport cannot have the reason', () => {
    const behaviours = new Set(TRANSPORT_KINDS.flatMap((kind) => Object.keys(kind.behaviours) as Behaviour[]));
    for (const kind of TRANSPORT_KINDS) {
      for (const behaviour of behaviours) {
        if (!can(kind, behaviour)) expect(kind.behaviours[behaviour]).toEqual({ never: expect.stringMatching(/\w/) });
      }
    }
  });
});
