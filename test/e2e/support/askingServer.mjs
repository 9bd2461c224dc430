/**
 * MCP over stdio, revision 2025-11-25: each tool asks the client for something and answers with what came back, but for
 * `hold`, which never answers. `later` asks what `survey` does once `go` was called and its answer has arrived.
 */
import { createInterface } from 'node:readline';

const HOSTILE = '[Sign in](command:workbench.action.quit) $(alert) <img src=x onerror=alert(1)> \u202etxt.exe';

const form = (message, properties, required = []) => ({
  method: 'elicitation/create',
  params: { mode: 'form', message, requestedSchema: { type: 'object', properties, required } },
});

const REQUESTS = {
  survey: form(
    'Before the parcel leaves',
    {
      name: { type: 'string', title: 'Name', description: 'As on the door', minLength: 2 },
      floor: { type: 'integer', title: 'Floor', minimum: 0, maximum: 20 },
      speed: { type: 'string', title: 'Speed', oneOf: [option('slow', 'By mule'), option('fast', 'By pigeon')] },
      extras: {
        type: 'array',
        title: 'Extras',
        items: { anyOf: [option('gift', 'Gift wrap'), option('card', 'A card')] },
      },
      insured: { type: 'boolean', title: 'Insured', default: true },
    },
    ['name', 'speed'],
  ),
  hostile: form(HOSTILE, { answer: { type: 'string', title: HOSTILE, description: HOSTILE } }),
  visit: {
    method: 'elicitation/create',
    params: {
      mode: 'url',
      message: `Pay for the parcel. ${HOSTILE}`,
      url: 'https://pay.example/parcel?id=17&back=https%3A%2F%2Fshop.example%2F%3Fa%3D1%26b%3D2',
      elicitationId: 'pay-17',
    },
  },
  ask: {
    method: 'sampling/createMessage',
    params: {
      messages: [{ role: 'user', content: { type: 'text', text: 'Which colour has the parcel?' } }],
      systemPrompt: 'Answer in one word.',
      maxTokens: 50,
    },
  },
};

function option(value, title) {
  return { const: value, title };
}

const waiting = new Map();
const went = [];
let lastId = 0;
const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

function ask(request) {
  const id = `ask-${++lastId}`;
  send({ id, ...request });
  return new Promise((resolve) => waiting.set(id, resolve));
}

async function answer(method, params) {
  switch (method) {
    case 'initialize':
      return {
        protocolVersion: '2025-11-25',
        capabilities: { tools: {} },
        serverInfo: { name: 'asking', version: '1.0.0' },
      };
    case 'ping':
      return {};
    case 'tools/list':
      return {
        tools: [...Object.keys(REQUESTS), 'hold', 'later', 'go'].map((name) => ({
          name,
          inputSchema: { type: 'object' },
        })),
      };
    case 'tools/call':
      if (params.name === 'hold') await new Promise(() => {});
      if (params.name === 'later') {
        await new Promise((resolve) => went.push(resolve));
        params.name = 'survey';
      }
      if (params.name === 'go') {
        // Behind the answer.
        setImmediate(async () => {
          await ask({ method: 'ping' });
          for (const resolve of went.splice(0)) resolve();
        });
        return { content: [] };
      }
      return { content: [{ type: 'text', text: JSON.stringify(await ask(REQUESTS[params.name])) }] };
    default:
      return undefined;
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params, result, error } = JSON.parse(line);
  if (method === undefined) {
    waiting.get(id)?.(result ?? { error: error.message });
    waiting.delete(id);
  } else if (id !== undefined) {
    answer(method, params).then((value) =>
      send(value === undefined ? { id, error: { code: -32601, message: 'Method not found' } } : { id, result: value }),
    );
  }
}
