/**
 * MCP by the SDK's own server package, both eras: over stdio, or with `--http` over Streamable HTTP on 127.0.0.1 and a
 * free port, printed as {"port":N}. `startSdkServer()` gives the HTTP server inside a process, with what it has seen.
 *   --only modern|legacy    refuses the other era
 *
 * The tools that ask (greet, visit, summarize, folders) do it by `input_required`, which the SDK turns into requests
 * for a legacy client.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';
import { NodeStreamableHTTPServerTransport, toNodeHandler, toWebRequest } from '@modelcontextprotocol/node';
import { createMcpHandler, inputRequired, isLegacyRequest, McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';
import { parseFlags } from './flags.mjs';

const text = (value) => ({ content: [{ type: 'text', text: String(value) }] });

const PERSON = {
  type: 'object',
  properties: {
    name: { type: 'string', title: 'Your name', minLength: 1, default: 'Ada' },
    age: { type: 'integer', minimum: 0, maximum: 150 },
    color: { type: 'string', enum: ['red', 'green'], default: 'green' },
    subscribe: { type: 'boolean', default: true },
  },
  required: ['name', 'color'],
};

/**
 * `shared.tools`: names of tools that were added; `shared.changed()`: announces them.
 * `shared.updated(uri, server)`: announces that a resource is another one.
 */
export function createFactory(shared) {
  return () => {
    const server = new McpServer(
      { name: 'sdk', version: '1.0.0' },
      {
        capabilities: { logging: {}, tools: { listChanged: true }, resources: { subscribe: true, listChanged: true } },
        instructions: 'Ask me anything.',
      },
    );
    const tool = (name, inputSchema, run, more = {}) =>
      server.registerTool(name, { description: `The tool ${name}.`, inputSchema: z.object(inputSchema), ...more }, run);
    const ask = (request) => inputRequired({ inputRequests: { answer: request } });

    tool('echo', { text: z.string() }, (args) => text(args.text));
    tool(
      'add',
      { a: z.number(), b: z.number() },
      ({ a, b }) => ({
        ...text(a + b),
        structuredContent: { sum: a + b },
      }),
      { outputSchema: z.object({ sum: z.number() }) },
    );
    tool('greet', {}, (_args, { mcpReq }) => {
      const { answer } = mcpReq.inputResponses ?? {};
      if (answer) return text(JSON.stringify(answer));
      return ask(inputRequired.elicit({ message: 'Who are you?', requestedSchema: PERSON }));
    });
    tool('visit', {}, (_args, { mcpReq }) => {
      const { answer } = mcpReq.inputResponses ?? {};
      if (answer) return text(JSON.stringify(answer));
      const url = 'https://xn--pple-43d.example/sign?in=1';
      return ask(inputRequired.elicitUrl({ message: 'Sign in there.', url, elicitationId: 'e1' }));
    });
    tool('summarize', { text: z.string() }, (args, { mcpReq }) => {
      const { answer } = mcpReq.inputResponses ?? {};
      if (answer) return text(JSON.stringify(answer));
      const messages = [{ role: 'user', content: { type: 'text', text: `Sum up: ${args.text}` } }];
      return ask(inputRequired.createMessage({ messages, maxTokens: 100 }));
    });
    tool('folders', {}, (_args, { mcpReq }) => {
      const { answer } = mcpReq.inputResponses ?? {};
      return answer ? text(JSON.stringify(answer)) : ask(inputRequired.listRoots());
    });
    tool('log', {}, async (_args, { mcpReq }) => {
      await mcpReq.log('debug', 'a detail');
      await mcpReq.log('warning', { disk: 'full' }, 'storage');
      return text('logged');
    });
    tool('progress', { steps: z.number() }, async ({ steps }, { mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken;
      for (let progress = 1; progressToken !== undefined && progress <= steps; progress++) {
        await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: steps } });
      }
      return text('done');
    });
    tool('region', { region: z.string().meta({ 'x-mcp-header': 'Region' }), size: z.int() }, ({ region }, { http }) =>
      text(`${region} by header ${http?.req?.headers.get('mcp-param-region') ?? 'none'}`),
    );
    tool('add_tool', { name: z.string() }, ({ name }) => {
      shared.tools.push(name);
      tool(name, {}, () => text(name));
      shared.changed();
      return text(shared.tools.length);
    });
    tool('wait', {}, (_args, { mcpReq }) => {
      return new Promise((_, reject) => mcpReq.signal.addEventListener('abort', () => reject(new Error('cancelled'))));
    });
    tool('touch', { uri: z.string() }, async ({ uri }) => {
      await shared.updated(uri, server);
      return text(uri);
    });
    // Revisions before 2026-07-28 only.
    const subscribed = new Set();
    server.server.setRequestHandler('resources/subscribe', ({ params }) => {
      subscribed.add(params.uri);
      return {};
    });
    server.server.setRequestHandler('resources/unsubscribe', ({ params }) => {
      subscribed.delete(params.uri);
      return {};
    });
    server.isSubscribed = (uri) => subscribed.has(uri);
    for (const name of shared.tools) tool(name, {}, () => text(name));
    server.registerPrompt('hello', { description: 'A prompt.' }, () => ({
      messages: [{ role: 'user', content: { type: 'text', text: 'Hello' } }],
    }));
    server.registerResource('note', 'note://one', { mimeType: 'text/plain' }, ({ href }) => ({
      contents: [{ uri: href, text: 'A note.' }],
    }));
    return server;
  };
}

/** What the servers over one link share: its own server tells of everything, in the legacy era to who asked for it. */
export function linkShared() {
  return {
    tools: [],
    changed: () => {},
    updated: async (uri, server) => {
      const isModern = server.server.getNegotiatedProtocolVersion() === '2026-07-28';
      if (isModern || server.isSubscribed(uri)) await server.server.sendResourceUpdated({ uri });
    },
  };
}

/** `only`: the era that is served; the other one is refused. `socketPath`: a unix socket in place of a port. */
export async function startSdkServer({ only, port = 0, socketPath } = {}) {
  const seen = { requests: [] };
  const shared = {
    tools: [],
    changed: () => handler.notify.toolsChanged(),
    updated: (uri, server) =>
      server.isSubscribed(uri) ? server.server.sendResourceUpdated({ uri }) : handler.notify.resourceUpdated(uri),
  };
  const factory = createFactory(shared);
  const handler = createMcpHandler(factory, { legacy: 'reject' });
  const serveModern = toNodeHandler(handler);
  const sessions = new Map();
  const streams = new Set();
  const serveLegacy = async (request, response, body) => {
    const known = sessions.get(request.headers['mcp-session-id']);
    if (known) return known.handleRequest(request, response, body);
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, transport),
    });
    await factory().connect(transport);
    return transport.handleRequest(request, response, body);
  };
  const http = createServer(async (request, response) => {
    const body = request.method === 'POST' ? JSON.parse(await readText(request)) : undefined;
    if (body?.method === 'subscriptions/listen') {
      streams.add(response);
      response.once('close', () => streams.delete(response));
    }
    seen.requests.push({ method: request.method, headers: request.headers, body });
    const isLegacy =
      only === 'legacy' || (only !== 'modern' && (await isLegacyRequest(await toWebRequest(request, body), body)));
    if (only === 'legacy' && body?.method === 'server/discover') return response.writeHead(400).end();
    return isLegacy ? serveLegacy(request, response, body) : serveModern(request, response, body);
  });
  await new Promise((resolve) => {
    if (socketPath === undefined) http.listen(port, '127.0.0.1', resolve);
    else http.listen(socketPath, resolve);
  });
  return {
    url: socketPath === undefined ? `http://127.0.0.1:${http.address().port}/mcp` : `unix://${socketPath}#/mcp`,
    seen,
    /** Breaks every `subscriptions/listen` stream. */
    dropStreams: () => {
      for (const stream of streams) stream.destroy();
    },
    notify: handler.notify,
    async close() {
      http.closeAllConnections();
      await Promise.all([handler.close(), ...[...sessions.values()].map((transport) => transport.close())]);
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

async function readText(request) {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  return body;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const flags = parseFlags(process.argv.slice(2), ['http'], ['only']);
  if (flags.http) {
    const { url } = await startSdkServer({ only: flags.only });
    process.stdout.write(`${JSON.stringify({ port: Number(new URL(url).port) })}\n`);
  } else {
    const factory = createFactory(linkShared());
    if (flags.only === 'legacy') {
      const { StdioServerTransport } = await import('@modelcontextprotocol/server/stdio');
      await factory().connect(new StdioServerTransport());
    } else serveStdio(factory, { legacy: flags.only === 'modern' ? 'reject' : 'serve' });
  }
}
