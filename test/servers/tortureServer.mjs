/** MCP over stdio with the tool of tortureTool.mjs alone. It answers with the arguments that it got, as JSON text. */
import { createInterface } from 'node:readline';
import { PROTOCOL_VERSION } from './jsonRpcServer.mjs';
import { TORTURE_TOOL } from './tortureTool.mjs';

const ANSWERS = {
  initialize: ({ protocolVersion = PROTOCOL_VERSION }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'torture', version: '1.0.0' },
  }),
  ping: () => ({}),
  'tools/list': () => ({ tools: [TORTURE_TOOL] }),
  'tools/call': ({ arguments: args = {} }) => ({ content: [{ type: 'text', text: JSON.stringify(args) }] }),
};

createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
  if (line.trim() === '') return;
  const { id, method, params = {} } = JSON.parse(line);
  if (id === undefined) return;
  const answer = ANSWERS[method];
  const outcome = answer
    ? { result: answer(params) }
    : { error: { code: -32601, message: `Method not found: ${method}` } };
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...outcome })}\n`);
});
