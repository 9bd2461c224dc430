import type { Client, McpSubscription, SubscriptionFilter } from '@modelcontextprotocol/client';
import { ProtocolError } from '@modelcontextprotocol/client';
import { describe, expect, it } from 'vitest';
import { deferred } from '../../../../src/base/deferred';
import { ResourceSubscriptions, type SubscriptionChange } from '../../../../src/core/connection/resourceSubscriptions';
import { silentLogger } from '../../../../src/core/nodePorts';
import { ManualClock, settle } from '../../../support/manualClock';

interface Stream {
  readonly uris: readonly string[];
  readonly isOpen: () => boolean;
  lose(): void;
}

/** What the client of the SDK does, with every stream in the hands of the test. */
function createPeer(era: 'modern' | 'legacy' = 'modern', grant = (uris: readonly string[]) => uris) {
  const streams: Stream[] = [];
  const requests: [string, unknown][] = [];
  let announce = (_: { params: { uri: string } }) => {};
  const client = {
    setNotificationHandler: (_method: string, handler: typeof announce) => {
      announce = handler;
    },
    listen: async (filter: SubscriptionFilter, { signal }: { signal: AbortSignal }): Promise<McpSubscription> => {
      const uris = filter.resourceSubscriptions ?? [];
      const closed = deferred<'local' | 'remote'>();
      signal.addEventListener('abort', () => closed.resolve('local'));
      streams.push({ uris, isOpen: () => !closed.isSettled, lose: () => closed.resolve('remote') });
      const honoredFilter = { resourceSubscriptions: [...grant(uris)] };
      return { honoredFilter, close: async () => closed.resolve('local'), closed: closed.promise } as McpSubscription;
    },
  };
  const clock = new ManualClock();
  const capabilities = { resources: { subscribe: true } };
  const options = { client: client as unknown as Client, era, capabilities, clock, log: silentLogger() };
  const subscriptions = new ResourceSubscriptions(options);
  const updates: string[] = [];
  subscriptions.onDidUpdate((uri) => updates.push(uri));
  const change = (uri: string, more: Partial<SubscriptionChange> = {}): SubscriptionChange => ({
    uri,
    signal: new AbortController().signal,
    request: async (method, params) => requests.push([method, params]),
    ...more,
  });
  const openUris = () => streams.filter(({ isOpen }) => isOpen()).map(({ uris }) => uris);
  return {
    subscriptions,
    streams,
    requests,
    updates,
    clock,
    options,
    change,
    openUris,
    announce: (uri: string) => announce({ params: { uri } }),
  };
}

describe('subscriptions to resources of a modern server', () => {
  it('are one stream that names them all, opened anew before the one before ends', async () => {
    const { subscriptions, change, streams, openUris, updates, announce } = createPeer();
    await subscriptions.subscribe(change('a:1'));
    await subscriptions.subscribe(change('a:2'));
    expect(streams.map(({ uris }) => uris)).toEqual([['a:1'], ['a:1', 'a:2']]);
    expect(openUris()).toEqual([['a:1', 'a:2']]);
    announce('a:2');
    expect(updates).toEqual(['a:2']);
    await subscriptions.unsubscribe(change('a:1'));
    expect(openUris()).toEqual([['a:2']]);
    await subscriptions.unsubscribe(change('a:2'));
    expect(openUris()).toEqual([]);
    announce('a:2');
    expect(updates).toEqual(['a:2']);
  });

  it('that are asked for together take one stream, and a second time none', async () => {
    const { subscriptions, change, streams } = createPeer();
    await Promise.all(['a:1', 'a:2', 'a:3', 'a:1'].map((uri) => subscriptions.subscribe(change(uri))));
    await subscriptions.subscribe(change('a:2'));
    expect(streams.map(({ uris }) => uris)).toEqual([['a:1', 'a:2', 'a:3']]);
  });

  it('end where they were told to in the order of the words', async () => {
    const { subscriptions, change, openUris } = createPeer();
    await Promise.all([
      subscriptions.subscribe(change('a:1')),
      subscriptions.unsubscribe(change('a:1')),
      subscriptions.subscribe(change('a:2')),
    ]);
    expect(openUris()).toEqual([['a:2']]);
  });

  it('that the server does not grant are refused, and the others stay', async () => {
    const { subscriptions, change, openUris } = createPeer('modern', (uris) => uris.filter((uri) => uri !== 'a:no'));
    await subscriptions.subscribe(change('a:1'));
    await expect(subscriptions.subscribe(change('a:no'))).rejects.toMatchObject({
      kind: 'protocol',
      message: 'The server does not tell of changes of a:no.',
    });
    await subscriptions.subscribe(change('a:2'));
    expect(openUris()).toEqual([['a:1', 'a:2']]);
  });

  it('keep the stream before when the new one is refused', async () => {
    const { subscriptions, change, openUris, options } = createPeer();
    await subscriptions.subscribe(change('a:1'));
    const listen = options.client.listen;
    options.client.listen = async () => {
      throw new ProtocolError(-32603, 'Subscription limit reached');
    };
    await expect(subscriptions.subscribe(change('a:2'))).rejects.toThrow('Subscription limit reached');
    expect(openUris()).toEqual([['a:1']]);
    options.client.listen = listen;
    await subscriptions.subscribe(change('a:3'));
    expect(openUris()).toEqual([['a:1', 'a:3']]);
  });

  it('are opened again when they are lost, and all count as changed then', async () => {
    const { subscriptions, change, streams, openUris, updates, clock } = createPeer();
    await Promise.all(['a:1', 'a:2'].map((uri) => subscriptions.subscribe(change(uri))));
    streams[0]?.lose();
    await settle();
    await clock.advance(2000);
    expect(openUris()).toEqual([['a:1', 'a:2']]);
    expect(updates).toEqual(['a:1', 'a:2']);
  });

  it('that nobody waits for any more are not asked for', async () => {
    const { subscriptions, change, streams } = createPeer();
    const signal = AbortSignal.abort(new Error('gave up'));
    await expect(subscriptions.subscribe(change('a:1', { signal }))).rejects.toThrow('gave up');
    await subscriptions.subscribe(change('a:2'));
    expect(streams.map(({ uris }) => uris)).toEqual([['a:2']]);
  });

  it('end with the session', async () => {
    const { subscriptions, change, openUris } = createPeer();
    await subscriptions.subscribe(change('a:1'));
    subscriptions.dispose();
    expect(openUris()).toEqual([]);
  });
});

describe('subscriptions to resources of a legacy server', () => {
  it('are requests of their own, each once', async () => {
    const { subscriptions, change, requests, streams, updates, announce } = createPeer('legacy');
    await Promise.all(['a:1', 'a:1', 'a:2'].map((uri) => subscriptions.subscribe(change(uri))));
    announce('a:1/below');
    announce(`a:${'x'.repeat(10_000)}`);
    expect(updates).toEqual(['a:1/below']);
    await subscriptions.unsubscribe(change('a:2'));
    await subscriptions.unsubscribe(change('a:3'));
    expect(requests).toEqual([
      ['resources/subscribe', { uri: 'a:1' }],
      ['resources/subscribe', { uri: 'a:2' }],
      ['resources/unsubscribe', { uri: 'a:2' }],
    ]);
    expect(streams).toEqual([]);
  });

  it('tell an address once, and once more where it changed again', async () => {
    const { subscriptions, change, updates, announce, clock } = createPeer('legacy');
    await subscriptions.subscribe(change('a:1'));
    for (let count = 0; count < 1000; count++) announce('a:1');
    expect(updates).toEqual(['a:1']);
    await clock.advance(250);
    expect(updates).toEqual(['a:1', 'a:1']);
    await clock.advance(1000);
    announce('a:1');
    expect(updates).toHaveLength(3);
    subscriptions.dispose();
    announce('a:1');
    await clock.advance(1000);
    expect(updates).toHaveLength(3);
  });

  it('tell nothing of what nobody subscribed to, and where there is much below an address, that one', async () => {
    const { subscriptions, change, updates, announce, clock } = createPeer('legacy');
    for (const uri of ['a:1', 'b:/']) await subscriptions.subscribe(change(uri));
    for (const uri of ['a:2', 'a:11', 'a:1?x', 'a:1#x', 'b:/x', 'c:/x', 'b:']) announce(uri);
    expect(updates).toEqual(['a:1?x', 'a:1#x', 'b:/x']);
    for (let count = 0; count < 5000; count++) announce(`b:/${count}`);
    expect(updates).toHaveLength(101);
    expect(updates.at(-1)).toBe('b:/');
    await clock.advance(250);
    expect(updates.slice(101)).toEqual(['b:/']);
  });

  it('that are refused can be asked for again', async () => {
    const { subscriptions, change, requests } = createPeer('legacy');
    const request = () => Promise.reject(new Error('no'));
    await expect(subscriptions.subscribe(change('a:1', { request }))).rejects.toThrow('no');
    await subscriptions.subscribe(change('a:1'));
    expect(requests).toHaveLength(1);
  });
});

it('a server that offers no subscriptions is asked for none', async () => {
  const { options, change, requests } = createPeer('legacy');
  const subscriptions = new ResourceSubscriptions({ ...options, capabilities: { resources: {} } });
  await expect(subscriptions.subscribe(change('a:1'))).rejects.toMatchObject({ kind: 'protocol' });
  expect(requests).toEqual([]);
});
