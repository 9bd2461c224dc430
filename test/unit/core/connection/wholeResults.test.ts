import { Client } from '@modelcontextprotocol/client';
import { afterEach, describe, expect, it } from 'vitest';
import { createSystemClock } from '../../../../src/base/clock';
import { Emitter, nextEvent } from '../../../../src/base/event';
import { EraVerdicts } from '../../../../src/core/connection/era';
import { openSession } from '../../../../src/core/connection/openSession';
import type { Session } from '../../../../src/core/connection/session';
import { createMemory, silentLogger } from '../../../../src/core/nodePorts';
import type { Interaction } from '../../../../src/core/ports';
import type { McpTransport } from '../../../../src/core/transports/transport';
import type { JsonObject } from '../../../../src/shared/json';
import { createInMemoryPair } from '../../../support/inMemory';

interface Message {
  readonly id?: number;
  readonly method: string;
  readonly params: JsonObject;
}

let session: Session | undefined;
let received: Message[];
const arrivals = new Emitter<Message>();

afterEach(() => session?.close());

const DISCOVERED = { supportedVersions: ['2026-07-28'], capabilities: { tools: {} }, ttlMs: 0, cacheScope: 'private' };

interface Peer {
  readonly interaction?: Interaction;
  /** What the server says before it answers, in the same breath. */
  readonly before?: (message: Message) => JsonObject | undefined;
  /** Told what goes out, with the headers that go with it. */
  readonly onSend?: (method: string, headers: unknown) => void;
}

/** A modern server in memory: `answer` gives the result of each request, or the code of an error. */
async function open(answer: (message: Message) => JsonObject | number, peer: Peer = {}): Promise<Session> {
  received = [];
  const clock = createSystemClock();
  const createTransport = (): McpTransport => {
    const [client, server] = createInMemoryPair();
    server.onmessage = (raw) => {
      const message = raw as unknown as Message;
      const { id, method } = message;
      received.push(message);
      arrivals.fire(message);
      if (id === undefined) return;
      const result = method === 'server/discover' ? { resultType: 'complete', ...DISCOVERED } : answer(message);
      const notice = peer.before?.(message);
      if (notice) void server.send({ jsonrpc: '2.0', ...notice } as never);
      const reply = typeof result === 'number' ? { error: { code: result, message: 'no' } } : { result };
      void server.send({ jsonrpc: '2.0', id, ...reply } as never);
    };
    void server.start();
    const send = client.send.bind(client);
    client.send = (message, options) => {
      if ('method' in message) peer.onSend?.(message.method, options?.headers);
      return send(message, options);
    };
    return client;
  };
  session = await openSession({
    launch: { transport: 'http', url: 'http://127.0.0.1/', headers: {}, maxMessageBytes: 1e6 },
    createTransport,
    protocol: 'modern',
    verdicts: new EraVerdicts(createMemory(), () => clock.now()),
    fingerprint: 'f',
    connectMs: 5000,
    clientInfo: { name: 'test', version: '1' },
    serverName: 'srv',
    interaction: peer.interaction,
    signal: new AbortController().signal,
    clock,
    log: silentLogger(),
    onStep: () => {},
  });
  return session;
}

const call = (name = 'x', options: object = {}) =>
  (session as Session).request('tools/call', { name, arguments: {} }, { timeoutMs: 5000, ...options });

describe('a result of a modern server', () => {
  it.each<[string, JsonObject]>([
    ['tools/list', { tools: [{ name: 'bad' }, 7, { name: 'odd', inputSchema: { type: 'array' }, extra: 1 }] }],
    ['tools/call', { content: [{ type: 'hologram', data: 1 }], structuredContent: [1], extra: { deep: [null] } }],
    ['prompts/get', { messages: 'none' }],
    ['resources/read', { contents: [{}] }],
    ['completion/complete', { anything: true }],
  ])('of %s comes as it was sent, whatever the SDK thinks of it', async (method, result) => {
    await open(() => ({ resultType: 'complete', ...result }));
    expect(await session?.request(method, { name: 'x' }, { timeoutMs: 5000 })).toEqual(result);
  });

  it.each<[string, JsonObject]>([
    ['without a type', { content: [] }],
    ['of an unknown type', { resultType: 'later', content: [] }],
    ['of a task for what cannot become one', { resultType: 'task', taskId: 't', status: 'working' }],
  ])('%s is invalid', async (_what, result) => {
    await open(() => result);
    await expect(session?.request('prompts/get', { name: 'x' }, { timeoutMs: 5000 })).rejects.toMatchObject({
      kind: 'protocol',
    });
  });

  it('that is a fresh list is asked for again when it has changed, or is wanted anew', async () => {
    let count = 0;
    const changed = { method: 'notifications/resources/list_changed' };
    await open(() => ({ resultType: 'complete', resources: [], count: count++, ttlMs: 60_000 }), {
      before: ({ method }) => (method === 'tools/call' ? changed : undefined),
    });
    const list = async (more: object = {}) =>
      (await session?.request('resources/list', {}, { timeoutMs: 5000, ...more }))?.count;
    expect([await list(), await list()]).toEqual([0, 0]);
    expect([await list({ refresh: true }), await list()]).toEqual([1, 1]);
    await call();
    expect(await list()).toBe(3);
  });

  it('comes after the progress that arrives with it', async () => {
    const seen: number[] = [];
    await open(() => ({ resultType: 'complete', content: [] }), {
      before: ({ params }) => {
        const { progressToken } = (params._meta ?? {}) as JsonObject;
        return progressToken === undefined
          ? undefined
          : { method: 'notifications/progress', params: { progressToken, progress: 7 } };
      },
    });
    await call('x', { onProgress: ({ progress }: { progress: number }) => seen.push(progress) });
    expect(seen).toEqual([7]);
  });

  it('is waited for through a task, whose questions are asked', async () => {
    const states: JsonObject[] = [
      { status: 'working', statusMessage: 'digging' },
      { status: 'input_required', inputRequests: { where: { method: 'roots/list' } } },
      { status: 'completed', result: { content: [{ type: 'text', text: 'found' }] } },
    ];
    await open(
      ({ method }) => {
        const task = { taskId: 't1', pollIntervalMs: 100 };
        if (method === 'tools/call') return { resultType: 'task', status: 'working', ...task };
        if (method === 'tasks/get') return { resultType: 'complete', ...task, ...states.shift() };
        return { resultType: 'complete' };
      },
      { interaction: { roots: () => [{ uri: 'file:///a', name: 'a' }] } },
    );
    const messages: unknown[] = [];
    const result = await call('x', { onProgress: ({ message }: { message: string }) => messages.push(message) });
    expect(result).toEqual({ content: [{ type: 'text', text: 'found' }] });
    expect(messages).toEqual(['digging']);
    const update = received.find(({ method }) => method === 'tasks/update');
    expect(update?.params).toMatchObject({
      taskId: 't1',
      inputResponses: { where: { roots: [{ uri: 'file:///a', name: 'a' }] } },
    });
  });

  it('is not waited for any longer than the call may take: the task is cancelled', async () => {
    await open(({ method }) =>
      method === 'tasks/cancel'
        ? { resultType: 'complete' }
        : { resultType: method === 'tools/call' ? 'task' : 'complete', taskId: 't1', status: 'working' },
    );
    const cancelled = nextEvent(arrivals.event, ({ method }) => method === 'tasks/cancel');
    await expect(call('x', { timeoutMs: 200 })).rejects.toMatchObject({ kind: 'timeout' });
    expect((await cancelled).params).toMatchObject({ taskId: 't1' });
  });
});

describe('a modern server that asks before it answers', () => {
  const rounds = () => received.filter(({ method }) => method === 'tools/call');

  it('gets its state back byte for byte with the answers, under another id', async () => {
    const requestState = '{"b":1, "a":"\\u00fc"}\n';
    await open(
      () =>
        rounds().length === 1
          ? { resultType: 'input_required', requestState, inputRequests: { where: { method: 'roots/list' } } }
          : { resultType: 'complete', content: [] },
      { interaction: { roots: () => [] } },
    );
    expect(await call()).toEqual({ content: [] });
    const [first, second] = rounds();
    expect(second?.params).toMatchObject({ name: 'x', requestState, inputResponses: { where: { roots: [] } } });
    expect(second?.id).not.toBe(first?.id);
  });

  it('is given up after ten rounds', async () => {
    await open(() => ({ resultType: 'input_required', inputRequests: { where: { method: 'roots/list' } } }), {
      interaction: { roots: () => [] },
    });
    await expect(call()).rejects.toMatchObject({ kind: 'protocol', message: expect.stringContaining('10 rounds') });
    expect(rounds()).toHaveLength(11);
  });

  it('is refused what was not declared to it', async () => {
    await open(() => ({ resultType: 'input_required', inputRequests: { a: { method: 'sampling/createMessage' } } }));
    await expect(call()).rejects.toMatchObject({ kind: 'protocol' });
    expect(rounds()).toHaveLength(1);
  });
});

describe('a tool that declares its headers wrongly', () => {
  it('is left out of the list over HTTP', async () => {
    const tool = (name: string, header: string) => {
      const region = { type: 'string', 'x-mcp-header': header };
      return { name, inputSchema: { type: 'object', properties: { region } } };
    };
    await open(() => ({ resultType: 'complete', tools: [tool('good', 'Region'), tool('bad', 'Re gion')] }));
    expect(await session?.request('tools/list', {}, { timeoutMs: 5000 })).toEqual({ tools: [tool('good', 'Region')] });
  });
});

describe('a modern server that wants other headers than were known', () => {
  it('is asked for its tools again and called once more', async () => {
    const header = { type: 'string', 'x-mcp-header': 'Region' };
    const tools = [{ name: 'x', inputSchema: { type: 'object', properties: { region: header } } }];
    const sentHeaders: unknown[] = [];
    let isListed = false;
    await open(
      ({ method }) => {
        if (method !== 'tools/list') return isListed ? { resultType: 'complete', content: [] } : -32020;
        isListed = true;
        return { resultType: 'complete', tools };
      },
      { onSend: (method, headers) => method === 'tools/call' && sentHeaders.push(headers) },
    );
    const params = { name: 'x', arguments: { region: 'eu' } };
    expect(await session?.request('tools/call', params, { timeoutMs: 5000 })).toEqual({ content: [] });
    expect(received.map(({ method }) => method)).toEqual(['server/discover', 'tools/call', 'tools/list', 'tools/call']);
    expect(sentHeaders).toEqual([{}, { 'Mcp-Param-Region': 'eu' }]);
  });
});

it('the SDK still refuses what is repaired here', async () => {
  const [mine, theirs] = createInMemoryPair();
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  theirs.onmessage = (raw) => {
    const { id, method } = raw as unknown as Message;
    const result = method === 'server/discover' ? DISCOVERED : { content: [{ type: 'hologram' }] };
    void theirs.send({ jsonrpc: '2.0', id: id as number, result: { resultType: 'complete', ...result } });
  };
  await theirs.start();
  await client.connect(mine);
  await expect(client.request({ method: 'tools/call', params: { name: 'x' } })).rejects.toThrow();
  await client.close();
});
