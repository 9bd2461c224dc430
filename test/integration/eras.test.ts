import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { nextEvent } from '../../src/base/event';
import { createHub, type Hub } from '../../src/core/index';
import type { CallToolResult } from '../../src/shared/mcp';
import { type SdkTestLinks, startSdkLinks } from '../servers/sdkLinks.mjs';
import { type SdkTestServer, startSdkServer } from '../servers/sdkServer.mjs';
import { testServer } from '../support/servers';

let hub: Hub;
const servers: Record<string, SdkTestServer> = {};

beforeAll(async () => {
  servers.both = await startSdkServer();
  servers.modern = await startSdkServer({ only: 'modern' });
  servers.legacy = await startSdkServer({ only: 'legacy' });
});

afterEach(() => hub.close());
afterAll(() => Promise.all(Object.values(servers).map((server) => server.close())));

const textOf = ({ content }: CallToolResult) => content.map(({ text }) => text).join('');

function open(entry: object): Hub {
  hub = createHub({ config: { servers: { sdk: { shutdownGraceMs: 300, ...entry } } } });
  return hub;
}

const TOOLS = [
  'add',
  'add_tool',
  'echo',
  'folders',
  'greet',
  'log',
  'progress',
  'region',
  'summarize',
  'touch',
  'visit',
  'wait',
];

describe.each<[transport: string, entry: (speaks: string) => object]>([
  ['http', (speaks) => ({ url: servers[speaks]?.url })],
  [
    'stdio',
    (speaks) => {
      const only = speaks === 'both' ? [] : ['--only', speaks];
      return { command: process.execPath, args: [testServer('sdkServer.mjs'), ...only] };
    },
  ],
])('over %s', (_transport, entry) => {
  it.each([
    ['auto', 'both', '2026-07-28'],
    ['auto', 'modern', '2026-07-28'],
    ['auto', 'legacy', '2025-11-25'],
    ['modern', 'both', '2026-07-28'],
    ['modern', 'modern', '2026-07-28'],
    ['legacy', 'both', '2025-11-25'],
    ['legacy', 'legacy', '2025-11-25'],
  ])('protocol %s with a server of %s is %s, with the same tools and answers', async (protocol, speaks, version) => {
    open({ ...entry(speaks), protocol });
    await hub.connect('sdk');
    const { negotiated, catalog } = hub.server('sdk') ?? {};
    expect(negotiated).toMatchObject({
      protocolVersion: version,
      era: version === '2026-07-28' ? 'modern' : 'legacy',
      serverInfo: { name: 'sdk', version: '1.0.0' },
      instructions: 'Ask me anything.',
    });
    expect(catalog?.tools.map(({ tool }) => tool.name).sort()).toEqual(TOOLS);
    expect(catalog?.tools.find(({ tool }) => tool.name === 'add')?.tool.outputSchema).toMatchObject({ type: 'object' });
    expect(await hub.callTool('sdk', 'add', { a: 2, b: 3 })).toMatchObject({
      content: [{ type: 'text', text: '5' }],
      structuredContent: { sum: 5 },
    });
    const lists = await hub.readOtherLists('sdk');
    expect(lists).toMatchObject({ prompts: [{ name: 'hello' }], resources: [{ uri: 'note://one' }] });
    const unknown = await hub.callTool('sdk', 'no_such_tool', {}).catch((error) => error);
    expect(unknown.isError === true || unknown.kind === 'protocol').toBe(true);
  });

  it('protocol modern with a legacy server, and the other way round, fails with the reason', async () => {
    open({ ...entry('legacy'), protocol: 'modern', timeouts: { connectMs: 3000 } });
    await expect(hub.connect('sdk')).rejects.toMatchObject({ kind: expect.stringMatching(/protocol|timeout/) });
    await hub.close();
    open({ ...entry('modern'), protocol: 'legacy' });
    await expect(hub.connect('sdk')).rejects.toMatchObject({ message: expect.stringMatching(/2026-07-28|version/i) });
  });

  it('a tool that is added shows by itself', async () => {
    open({ ...entry('both'), protocol: 'legacy' });
    await hub.connect('sdk');
    const name = `extra_${_transport}`;
    const changed = nextEvent(hub.onDidChangeServers, ({ catalog }) =>
      catalog.tools.some(({ tool }) => tool.name === name),
    );
    await hub.callTool('sdk', 'add_tool', { name });
    await changed;
  });
});

describe('a modern server over http', () => {
  it('gets marked arguments as headers', async () => {
    open({ url: servers.modern?.url });
    await hub.connect('sdk');
    const result = await hub.callTool('sdk', 'region', { region: 'Zürich', size: 1 });
    expect(textOf(result)).toBe(`Zürich by header =?base64?${Buffer.from('Zürich').toString('base64')}?=`);
  });

  it('is listened to for changes of its lists, and again after the stream was lost', async () => {
    const server = await startSdkServer({ only: 'modern' });
    try {
      open({ url: server.url });
      await hub.connect('sdk');
      const listens = () => server.seen.requests.filter(({ body }) => body?.method === 'subscriptions/listen');
      const changed = (name: string) =>
        nextEvent(hub.onDidChangeServers, ({ catalog }) => catalog.tools.some(({ tool }) => tool.name === name));
      const first = changed('one');
      await hub.callTool('sdk', 'add_tool', { name: 'one' });
      await first;
      expect(listens()[0]?.body.params.notifications).toEqual({
        toolsListChanged: true,
        promptsListChanged: true,
        resourcesListChanged: true,
      });
      // Added while nobody can hear of it: the list is read again with the next stream.
      const second = changed('two');
      server.dropStreams();
      await hub.callTool('sdk', 'add_tool', { name: 'two' });
      await second;
      expect(listens()).toHaveLength(2);
    } finally {
      await hub.close();
      await server.close();
    }
  });

  it('sends the envelope with every request and nothing of the eras before', async () => {
    const server = await startSdkServer({ only: 'modern' });
    try {
      open({ url: server.url, debug: { level: 'debug' } });
      await hub.connect('sdk');
      await hub.callTool('sdk', 'echo', { text: 'x' });
      const { requests } = server.seen;
      expect(requests.every(({ method, body }) => method === 'POST' && body.method !== 'initialize')).toBe(true);
      for (const { headers, body } of requests.filter(({ body }) => body.id !== undefined)) {
        expect(headers).toMatchObject({ 'mcp-protocol-version': '2026-07-28', 'mcp-method': body.method });
        expect(headers['mcp-session-id']).toBeUndefined();
        expect(body.params._meta).toMatchObject({
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientCapabilities': {},
          'io.modelcontextprotocol/clientInfo': { name: 'patchbay' },
        });
      }
      const call = requests.find(({ body }) => body.method === 'tools/call');
      expect(call?.headers).toMatchObject({ 'mcp-name': 'echo', accept: 'application/json, text/event-stream' });
      expect(call?.body.params._meta).toMatchObject({
        'io.modelcontextprotocol/logLevel': 'debug',
        'io.modelcontextprotocol/clientCapabilities': { extensions: { 'io.modelcontextprotocol/tasks': {} } },
      });
    } finally {
      await hub.close();
      await server.close();
    }
  });
});

describe.each(['websocket', 'sse'] as const)('a modern server over %s', (over) => {
  let server: SdkTestLinks;
  const sent = (method: string) => server.seen.messages.filter((message) => message.method === method);
  const openLink = (more: object = {}) => open({ transport: over, url: server.url, ...more });
  const hasTool = (name: string) =>
    nextEvent(hub.onDidChangeServers, ({ catalog }) => catalog.tools.some(({ tool }) => tool.name === name));

  beforeEach(async () => {
    server = await startSdkLinks({ over, only: 'modern' });
  });

  afterEach(async () => {
    await hub.close();
    await server.close();
  });

  it('is found by discovery and gets the envelope with every request', async () => {
    openLink({ debug: { level: 'debug' } });
    await hub.connect('sdk');
    expect(hub.server('sdk')?.negotiated).toMatchObject({ era: 'modern', protocolVersion: '2026-07-28' });
    expect(await hub.callTool('sdk', 'add', { a: 2, b: 3 })).toMatchObject({ structuredContent: { sum: 5 } });
    expect(server.seen.links).toBe(1);
    expect(sent('initialize')).toEqual([]);
    const requests = server.seen.messages.filter(({ id }) => id !== undefined);
    expect(requests.map(({ method }) => method)).toEqual(
      expect.arrayContaining(['server/discover', 'tools/list', 'subscriptions/listen', 'tools/call']),
    );
    for (const { params } of requests) {
      expect(params._meta).toMatchObject({
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': {},
        'io.modelcontextprotocol/clientInfo': { name: 'patchbay' },
      });
    }
    expect(sent('tools/call')[0].params._meta).toMatchObject({ 'io.modelcontextprotocol/logLevel': 'debug' });
  });

  it('is asked for nothing but 2026-07-28 where that is the protocol, and refused where it must not be', async () => {
    openLink({ protocol: 'modern' });
    await hub.connect('sdk');
    expect(hub.server('sdk')?.negotiated?.era).toBe('modern');
    await hub.close();
    openLink({ protocol: 'legacy' });
    await expect(hub.connect('sdk')).rejects.toMatchObject({ message: expect.stringMatching(/2026-07-28|version/i) });
  });

  it('asks the person by input_required and is called again with the answer', async () => {
    hub = createHub({
      config: { servers: { sdk: { transport: over, url: server.url } } },
      ports: {
        interaction: { elicit: async () => ({ action: 'accept', content: { name: 'Grace', color: 'red' } }) },
      },
    });
    await hub.connect('sdk');
    expect(textOf(await hub.callTool('sdk', 'greet', {}))).toContain('Grace');
    const calls = sent('tools/call');
    expect(calls).toHaveLength(2);
    expect(calls[1].id).not.toBe(calls[0].id);
    expect(calls[1].params.inputResponses.answer).toMatchObject({ action: 'accept' });
  });

  it('is listened to for changes of its lists, again after it gave the subscription up', async () => {
    openLink();
    await hub.connect('sdk');
    const first = hasTool('one');
    await hub.callTool('sdk', 'add_tool', { name: 'one' });
    await first;
    expect(sent('subscriptions/listen')[0].params.notifications).toMatchObject({ toolsListChanged: true });
    const second = hasTool('two');
    server.cancelListens();
    await hub.callTool('sdk', 'add_tool', { name: 'two' });
    await second;
    expect(sent('subscriptions/listen')).toHaveLength(2);
    const third = hasTool('three');
    await hub.callTool('sdk', 'add_tool', { name: 'three' });
    await third;
  });

  it('is listened to on the next link when one is lost', async () => {
    openLink({ retry: { initialDelayMs: 10 } });
    await hub.connect('sdk');
    const back = nextEvent(hub.onDidChangeServers, ({ state }) => state.kind === 'connected');
    const lost = nextEvent(hub.onDidChangeServers, ({ state }) => state.kind === 'reconnecting');
    server.dropLinks();
    await lost;
    await back;
    const changed = hasTool('one');
    await hub.callTool('sdk', 'add_tool', { name: 'one' });
    await changed;
    expect(sent('subscriptions/listen')).toHaveLength(2);
    // The verdict is kept: the second link begins without the era before.
    expect(sent('initialize')).toEqual([]);
  });

  it('hears of a cancelled call and of the end of the subscription', async () => {
    openLink();
    await hub.connect('sdk');
    const abort = new AbortController();
    const asked = vi.waitFor(() => expect(sent('tools/call')).toHaveLength(1));
    const call = hub.callTool('sdk', 'wait', {}, { signal: abort.signal });
    const outcome = expect(call).rejects.toMatchObject({ kind: 'cancelled' });
    await asked;
    abort.abort();
    await outcome;
    const { id } = sent('tools/call')[0];
    await vi.waitFor(() => expect(sent('notifications/cancelled').map(({ params }) => params.requestId)).toContain(id));
    expect(textOf(await hub.callTool('sdk', 'echo', { text: 'still here' }))).toBe('still here');
  });
});

describe.skipIf(process.platform === 'win32')('a modern server over a unix socket', () => {
  it('is found by discovery, listened to and called', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'patchbay-'));
    const server = await startSdkServer({ only: 'modern', socketPath: join(folder, 'mcp.sock') });
    try {
      open({ url: server.url });
      await hub.connect('sdk');
      expect(hub.server('sdk')?.negotiated).toMatchObject({ era: 'modern', protocolVersion: '2026-07-28' });
      const result = await hub.callTool('sdk', 'region', { region: 'north', size: 1 });
      expect(textOf(result)).toBe('north by header north');
      const changed = nextEvent(hub.onDidChangeServers, ({ catalog }) =>
        catalog.tools.some(({ tool }) => tool.name === 'one'),
      );
      await hub.callTool('sdk', 'add_tool', { name: 'one' });
      await changed;
    } finally {
      await hub.close();
      await server.close();
      await rm(folder, { recursive: true });
    }
  });
});

describe('a server that speaks one version only', () => {
  it.each(['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'])('%s is understood', async (version) => {
    open({ command: process.execPath, args: [testServer('versionServer.mjs'), version] });
    await hub.connect('sdk');
    expect(hub.server('sdk')?.negotiated).toMatchObject({
      era: 'legacy',
      protocolVersion: version,
      // What was offered to it.
      serverInfo: { version: '2025-11-25' },
    });
    expect(textOf(await hub.callTool('sdk', 'echo', { text: version }))).toBe(version);
  });

  it('nobody knows is refused with its name', async () => {
    open({ command: process.execPath, args: [testServer('versionServer.mjs'), '1999-01-01'] });
    await expect(hub.connect('sdk')).rejects.toMatchObject({ message: expect.stringContaining('1999-01-01') });
  });
});
