/** The part that the test servers share: a tiny MCP server core without any SDK. Messages in, messages out. */

export const PROTOCOL_VERSION = '2025-11-25';
export const MODERN_VERSION = '2026-07-28';

const schema = (properties, required = Object.keys(properties)) => ({ type: 'object', properties, required });

const TOOLS = [
  { name: 'echo', description: 'Gives the text back.', inputSchema: schema({ text: { type: 'string' } }) },
  {
    name: 'add',
    description: 'Adds two numbers.',
    inputSchema: schema({ a: { type: 'number' }, b: { type: 'number' } }),
  },
  { name: 'slow', description: 'Answers after some time.', inputSchema: schema({ ms: { type: 'number' } }) },
  { name: 'progress', description: 'Reports steps, then answers.', inputSchema: schema({ steps: { type: 'number' } }) },
  { name: 'big', description: 'Answers with many characters.', inputSchema: schema({ bytes: { type: 'number' } }) },
  { name: 'size', description: 'Tells the length of the text.', inputSchema: schema({ text: { type: 'string' } }) },
  { name: 'fail', description: 'Answers isError.', inputSchema: schema({}) },
  { name: 'crash', description: 'Ends with an uncaught error.', inputSchema: schema({}) },
  { name: 'exit', description: 'Ends with an exit code.', inputSchema: schema({ code: { type: 'number' } }) },
  { name: 'pid', description: 'Tells the process id.', inputSchema: schema({}) },
  {
    name: 'add_tool',
    description: 'Adds a tool and announces it.',
    inputSchema: schema({ name: { type: 'string' } }, []),
  },
];

const text = (value) => ({ content: [{ type: 'text', text: String(value) }] });

/**
 * Tools that are not listed:
 *   strange {text}   an answer to an id that nobody asked with, the answer, and another answer to the same id
 *   stubborn {ms}    as `slow`, but not to be cancelled
 *   cancelled        how many calls were cancelled while they ran
 *
 * `modern`: speaks 2026-07-28. `pageSize`: tools in one page of tools/list, 0 for all. `crash()` and `exit(code)`: what the tools of those names do.
 * The result is `handle(message, send)`: `send(message)` is called for each message that goes out.
 */
export function createJsonRpcServer({ name = 'echo', modern = false, pageSize = 0, crash, exit } = {}) {
  const tools = [...TOOLS];
  const timers = new Map();
  let cancelled = 0;

  const complete = (result) => (modern ? { ...result, resultType: 'complete' } : result);

  const callTool = (id, { name: tool, arguments: args = {}, _meta = {} }, send) => {
    const answer = (result) => send({ jsonrpc: '2.0', id, result: complete(result) });
    switch (tool) {
      case 'echo':
        return answer(text(args.text));
      case 'add':
        return answer({ ...text(args.a + args.b), structuredContent: { sum: args.a + args.b } });
      case 'slow': {
        const finish = () => {
          timers.delete(id);
          answer(text(`waited ${args.ms} ms`));
        };
        timers.set(id, setTimeout(finish, args.ms));
        return;
      }
      case 'stubborn':
        return void setTimeout(() => answer(text(`waited ${args.ms} ms`)), args.ms);
      case 'cancelled':
        return answer(text(cancelled));
      case 'strange':
        send({ jsonrpc: '2.0', id: 424_242, result: complete(text('for nobody')) });
        answer(text(args.text));
        return answer(text('once more'));
      case 'progress': {
        for (let step = 1; step <= args.steps; step++) {
          const params = {
            progressToken: _meta.progressToken,
            progress: step,
            total: args.steps,
            message: `step ${step}`,
          };
          send({ jsonrpc: '2.0', method: 'notifications/progress', params });
        }
        return answer(text('done'));
      }
      case 'big':
        return answer(text('x'.repeat(args.bytes)));
      case 'size':
        return answer(text(args.text.length));
      case 'fail':
        return answer({ ...text('This tool always fails.'), isError: true });
      case 'crash':
        return crash?.();
      case 'exit':
        return exit?.(args.code);
      case 'pid':
        return answer(text(process.pid));
      case 'add_tool':
        tools.push({ name: args.name ?? `extra_${tools.length}`, inputSchema: schema({}) });
        send({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
        return answer(text(tools.length));
      default:
        send({ jsonrpc: '2.0', id, error: { code: -32602, message: `Unknown tool: ${tool}` } });
    }
  };

  const listTools = (cursor) => {
    if (pageSize <= 0) return { tools };
    const start = cursor === undefined ? 0 : Number(cursor);
    const end = start + pageSize;
    return { tools: tools.slice(start, end), ...(end < tools.length ? { nextCursor: String(end) } : {}) };
  };

  return {
    handle(message, send) {
      const { id, method, params = {} } = message;
      if (method === 'notifications/cancelled') {
        clearTimeout(timers.get(params.requestId));
        if (timers.delete(params.requestId)) cancelled++;
        return;
      }
      if (id === undefined || method === undefined) return;
      if (modern && method === 'server/discover') {
        const result = {
          supportedVersions: [MODERN_VERSION],
          capabilities: { tools: {} },
          ttlMs: 0,
          cacheScope: 'private',
        };
        send({ jsonrpc: '2.0', id, result: complete(result) });
      } else if (method === 'initialize') {
        const result = {
          protocolVersion: params.protocolVersion ?? PROTOCOL_VERSION,
          capabilities: { tools: { listChanged: true } },
          serverInfo: { name, version: '1.0.0' },
          instructions: 'Use echo to hear yourself.',
        };
        send({ jsonrpc: '2.0', id, result });
      } else if (method === 'ping') send({ jsonrpc: '2.0', id, result: {} });
      else if (method === 'tools/list') send({ jsonrpc: '2.0', id, result: complete(listTools(params.cursor)) });
      else if (method === 'tools/call') callTool(id, params, send);
      else send({ jsonrpc: '2.0', id, error: { code: -32601, message: `Method not found: ${method}` } });
    },
  };
}
