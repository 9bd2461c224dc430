import { afterEach, describe, expect, it } from 'vitest';
import { type Behaviour, can, type Link, type LinkOptions, Peer, TRANSPORT_KINDS, textOf } from './transportHarness';

const UNICODE = 'Grüße, 世界! 🧪 ﷽ \u2028 e\u0301';
const EIGHT_MEGABYTES = 8 * 1024 * 1024;

describe.each(TRANSPORT_KINDS)('transport contract: $name', (kind) => {
  const links: { readonly link: Link; readonly peer: Peer }[] = [];
  const create = async (behaviour: Behaviour, options?: LinkOptions) => {
    const link = await kind.create(behaviour, options);
    const peer = new Peer(link.transport, kind.era);
    links.push({ link, peer });
    return { link, peer };
  };
  const open = async (behaviour: Behaviour, maxMessageBytes?: number) => {
    const { peer } = await create(behaviour, maxMessageBytes === undefined ? {} : { maxMessageBytes });
    await peer.open();
    return peer;
  };
  const when = (condition: boolean) => (title: string, body: () => Promise<void>) => {
    if (condition) it(title, body);
  };
  /** The harness names the reason where a kind cannot have a behaviour. */
  const where = (behaviour: Behaviour) => when(can(kind, behaviour));

  afterEach(async () => {
    for (const { link, peer } of links.splice(0)) {
      await link.transport.close();
      await link.checkGone();
      expect(peer.closes).toBe(1);
    }
  });

  it('carries a call and its answer, every character intact', async () => {
    const peer = await open('plain');
    expect(textOf(await peer.call('echo', { text: UNICODE }))).toBe(UNICODE);
    expect(peer.errors).toEqual([]);
  });

  it('answers 100 calls at once, each with its own answer', async () => {
    const peer = await open('plain');
    const calls = Array.from({ length: 100 }, (_, index) => peer.call('echo', { text: `call ${index}` }));
    const texts = (await Promise.all(calls)).map(textOf);
    expect(texts).toEqual(calls.map((_, index) => `call ${index}`));
  });

  where('reverse')('takes answers in any order', async () => {
    const peer = await open('reverse');
    const calls = Array.from({ length: 100 }, (_, index) => peer.call('echo', { text: `${index}` }));
    expect((await Promise.all(calls)).map(textOf)).toEqual(calls.map((_, index) => `${index}`));
    const order = peer.heard.flatMap((message) =>
      'id' in message && !('method' in message) ? [Number(message.id)] : [],
    );
    expect(order.slice(1, 11)).not.toEqual([...order.slice(1, 11)].sort((a, b) => a - b));
  });

  when(kind.carriesNotifications)('delivers notifications before the answer that they came before', async () => {
    const peer = await open('plain');
    peer.heard.length = 0;
    await peer.call('progress', { steps: 3 });
    const methods = peer.heard.map((message) => ('method' in message ? message.method : 'answer'));
    expect(methods).toEqual([...Array(3).fill('notifications/progress'), 'answer']);
  });

  where('split')('puts messages together that arrive in splinters', async () => {
    const peer = await open('split');
    expect(textOf(await peer.call('echo', { text: UNICODE.repeat(3) }))).toBe(UNICODE.repeat(3));
    expect(peer.errors).toEqual([]);
  });

  where('merge')('takes messages apart that arrive together', async () => {
    const peer = await open('merge');
    const answers = await Promise.all([1, 2, 3, 4].map((n) => peer.call('add', { a: n, b: n })));
    expect(answers.map(textOf)).toEqual(['2', '4', '6', '8']);
    expect(textOf(await peer.call('progress', { steps: 3 }))).toBe('done');
    expect(peer.heard.filter((message) => 'method' in message && message.method.includes('progress'))).toHaveLength(3);
    expect(peer.errors).toEqual([]);
  });

  it('carries 8 MB in both directions', async () => {
    const peer = await open('plain');
    expect(textOf(await peer.call('big', { bytes: EIGHT_MEGABYTES }))?.length).toBe(EIGHT_MEGABYTES);
    expect(textOf(await peer.call('size', { text: 'ü'.repeat(EIGHT_MEGABYTES / 2) }))).toBe(`${EIGHT_MEGABYTES / 2}`);
  });

  when(kind.overLimit === 'call')('refuses one answer over the limit at once and lives on', async () => {
    const peer = await open('plain', 100_000);
    const outcome = await peer.call('big', { bytes: 2_000_000 }).then(
      (answer) => answer.error?.data,
      (error: unknown) => error,
    );
    expect(outcome).toMatchObject({
      kind: 'limit',
      retryable: false,
      message: expect.stringMatching(/^Server sent a message over the limit of 100000 bytes/),
      hint: expect.stringContaining('limits.maxMessageBytes'),
    });
    expect(textOf(await peer.call('add', { a: 1, b: 2 }))).toBe('3');
    expect(peer.closes).toBe(0);
  });

  when(kind.overLimit === 'link')('ends with the setting named at an answer over the limit', async () => {
    const peer = await open('plain', 100_000);
    await expect(peer.call('big', { bytes: 2_000_000 })).rejects.toMatchObject({
      kind: 'limit',
      message: expect.stringContaining('100000 bytes'),
      hint: expect.stringContaining('limits.maxMessageBytes'),
    });
    expect(peer.transport.closeError).toMatchObject({ kind: 'limit', retryable: true });
  });

  when(kind.overLimit === 'message')('reports an answer over the limit and lives on', async () => {
    const peer = await open('plain', 100_000);
    peer.call('big', { bytes: 2_000_000 }).catch(() => {});
    expect(await peer.nextError(/100000 bytes/)).toMatchObject({ kind: 'limit' });
    expect(textOf(await peer.call('add', { a: 1, b: 2 }))).toBe('3');
  });

  where('strangeIds')('passes answers to unknown ids and second answers on, and lives on', async () => {
    const peer = await open('strangeIds');
    peer.heard.length = 0;
    expect(textOf(await peer.call('strange', { text: 'mine' }))).toBe('mine');
    expect(textOf(await peer.call('echo', { text: 'next' }))).toBe('next');
    const [unknown, first, second] = peer.heard as { id?: unknown }[];
    expect(unknown?.id).toBe(424_242);
    expect(second?.id).toBe(first?.id);
    expect(peer.closes).toBe(0);
  });

  when(kind.noiseEnds === 'call')('fails a call that is answered by noise at once, by its first words', async () => {
    const peer = await open('noise');
    const outcome = await peer.call('echo', { text: 'x' }).catch((error: unknown) => error);
    expect(outcome).toMatchObject({ kind: 'protocol', message: expect.stringContaining('Server starting on HTTP…') });
    expect((await peer.request('ping')).result).toEqual({});
  });

  when(can(kind, 'noise') && kind.noiseEnds === undefined)(
    'reports noise by its first words and lives on',
    async () => {
      const peer = await open('noise');
      expect(textOf(await peer.call('echo', { text: 'still here' }))).toBe('still here');
      expect(await peer.nextError(/not JSON(-RPC)?: (Server starting on \w+|Welcome to this server)…/)).toMatchObject({
        kind: 'protocol',
      });
      await peer.nextError(/not JSON-RPC: \[1,2,"not a message"\]/);
      expect(peer.closes).toBe(0);
    },
  );

  it('sends cancellations while a call is under way', async () => {
    const peer = await open('hang');
    const abort = new AbortController();
    const call = peer.call('echo', { text: 'never' }, abort.signal);
    call.catch(() => {});
    await peer.transport.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 2 } });
    abort.abort();
    expect((await peer.request('ping')).result).toEqual({});
  });

  where('breakMidAnswer')('fails the call at once when the other side breaks off', async () => {
    const peer = await open('breakMidAnswer');
    const call = async () => (await peer.call('echo', { text: 'one' })).error ?? peer.call('echo', { text: 'two' });
    expect(await call().catch((error: unknown) => error)).toMatchObject({
      message: expect.stringMatching(
        /exited with code 3|broke before the answer came|aborted|other end|broke off|broke:|closed the connection/,
      ),
    });
  });

  where('endWithoutAnswer')('fails the call at once when its stream ends without an answer', async () => {
    const peer = await open('endWithoutAnswer');
    const answer = await peer.call('echo', { text: 'one' });
    expect(answer.error?.data).toMatchObject({ kind: 'protocol', retryable: true });
  });

  it('fails every pending call and every later send when it is closed', async () => {
    const peer = await open('hang');
    const calls = Array.from({ length: 5 }, () => peer.call('echo', { text: 'never' }));
    const outcomes = Promise.allSettled(calls);
    await Promise.resolve();
    const closing = peer.transport.close();
    expect(peer.closes).toBe(1);
    for (const outcome of await outcomes) expect(outcome.status).toBe('rejected');
    await closing;
    await expect(peer.transport.send({ jsonrpc: '2.0', method: 'notifications/x' })).rejects.toMatchObject({
      kind: 'connectionClosed',
    });
    expect(peer.transport.closeError).toBeUndefined();
  });

  it('can be closed twice, at once and again later', async () => {
    const peer = await open('plain');
    await Promise.all([peer.transport.close(), peer.transport.close()]);
    await peer.transport.close();
    expect(peer.closes).toBe(1);
  });

  it('can be closed while it starts', async () => {
    const { peer } = await create('plain');
    const starting = peer.transport.start().catch((error: unknown) => error);
    await peer.transport.close();
    const outcome = await starting;
    if (outcome !== undefined) expect(outcome).toMatchObject({ kind: 'connectionClosed' });
    await expect(peer.transport.send({ jsonrpc: '2.0', method: 'ping', id: 1 })).rejects.toThrow();
  });

  it('can be closed while the other side does not answer to its first words', async () => {
    const { link, peer } = await create('plain', { stoppable: true });
    // A process has to be there to be stopped.
    if (link.goOn) await peer.transport.start();
    link.stop?.();
    const opening = (link.goOn ? peer.request('initialize') : peer.open()).catch((error: unknown) => error);
    await link.reached;
    await peer.transport.close();
    expect(await opening).toBeInstanceOf(Error);
  });

  it('starts once', async () => {
    const peer = await open('plain');
    await expect(peer.transport.start()).rejects.toMatchObject({ kind: 'transport' });
    expect(textOf(await peer.call('add', { a: 1, b: 1 }))).toBe('2');
  });
});
