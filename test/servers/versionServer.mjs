/**
 * MCP over stdio that speaks exactly one protocol version of the `initialize` kind and answers everything else with an
 * error: node versionServer.mjs 2024-11-05
 */
import { createInterface } from 'node:readline';

const [version] = process.argv.slice(2);
const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  if (method === 'initialize') {
    const serverInfo = { name: 'version', version: params.protocolVersion };
    send({ id, result: { protocolVersion: version, capabilities: { tools: {} }, serverInfo } });
  } else if (method === 'tools/list') {
    send({ id, result: { tools: [{ name: 'echo', inputSchema: { type: 'object' } }] } });
  } else if (method === 'tools/call') {
    send({ id, result: { content: [{ type: 'text', text: params.arguments.text }] } });
  } else send({ id, error: { code: -32601, message: `Method not found: ${method}` } });
});
