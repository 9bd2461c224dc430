import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { nextEvent } from '../../src/base/event';
import { createHub, type Hub } from '../../src/core/index';
import type { CallToolResult } from '../../src/shared/mcp';
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

const TOOLS = ['add', 'add_tool', 'echo', 'folders', 'greet', 'log', 'progress', 'region', 'summarize', 'visit'];

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
