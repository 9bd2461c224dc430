import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Tool } from '../../src/shared/mcp';

/** What becomes of the request of a call that has run: an answer, an HTTP status, no answer, or a connection that breaks. */
export type Verdict = 'ok' | 'hang' | 'break' | { readonly status: number; readonly headers?: Record<string, string> };

export interface WilfulServer {
  readonly url: string;
  /** How often the tool ran. */
  readonly runs: number;
  readonly sessions: number;
  /** For each call that follows. */
  verdict: Verdict;
  close(): Promise<void>;
}

/** A Streamable HTTP server (2025-11-25) with one tool, `wipe`, that runs and then does as the test says. */
export async function startWilful(annotations: Tool['annotations'], verdict: Verdict = 'ok'): Promise<WilfulServer> {
  let runs = 0;
  let sessions = 0;
  const tool = { name: 'wipe', inputSchema: { type: 'object' }, ...(annotations ? { annotations } : {}) };
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      if (request.method !== 'POST') response.writeHead(405).end();
      else answer(JSON.parse(Buffer.concat(parts).toString()), response);
    });
  });
  const answer = (message: { id?: unknown; method?: string }, response: ServerResponse) => {
    const reply = (body: object, headers = {}) =>
      response
        .writeHead(200, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify({ jsonrpc: '2.0', id: message.id, ...body }));
    if (message.id === undefined) return response.writeHead(202).end();
    switch (message.method) {
      case 'initialize': {
        sessions += 1;
        const serverInfo = { name: 'wilful', version: '1' };
        const result = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo };
        return reply({ result }, { 'mcp-session-id': `session${sessions}` });
      }
      case 'ping':
        return reply({ result: {} });
      case 'tools/list':
        return reply({ result: { tools: [tool] } });
      case 'tools/call':
        runs += 1;
        if (wilful.verdict === 'ok') return reply({ result: { content: [] } });
        if (wilful.verdict === 'break') return response.destroy();
        if (wilful.verdict === 'hang') return;
        return response.writeHead(wilful.verdict.status, wilful.verdict.headers).end();
    }
    return reply({ error: { code: -32601, message: 'no' } });
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const wilful = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    get runs() {
      return runs;
    },
    get sessions() {
      return sessions;
    },
    verdict,
    close: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return wilful;
}
