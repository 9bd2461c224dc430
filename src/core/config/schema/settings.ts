import { z } from 'zod';
import { NAME_PATTERN, NAME_RULE } from './inputs';
import { filledSection, flag, milliseconds, oneOf, section, text, texts, wholeNumber } from './values';

const urlPath = (initial: string) =>
  z.string('a path that starts with "/"').startsWith('/', 'a path that starts with "/"').default(initial);

const WEIGHT = 'a number from 0.01 to 1000';
const MAX_MEMBERS = 100;
const INTERVAL = '0 or a whole number of milliseconds from 1000 to 86400000';

const groupSchema = section({
  strategy: oneOf(['roundRobin', 'leastConnections', 'weighted'])
    .default('roundRobin')
    .describe('Who gets the next call.'),
  members: z
    .array(
      section({
        server: text().describe('Id of a server.'),
        weight: z
          .number(WEIGHT)
          .min(0.01, WEIGHT)
          .max(1000, WEIGHT)
          .default(1)
          .describe('Share of the calls, relative to the others; in turn (`roundRobin`), all have the same.'),
      }),
      'a list of members',
    )
    .min(1, 'a list of at least one member')
    .max(MAX_MEMBERS, `a list of at most ${MAX_MEMBERS} members`)
    .describe('Servers of the group.'),
  healthCheckIntervalMs: z
    .union([z.literal(0), z.int(INTERVAL).min(1000, INTERVAL).max(86_400_000, INTERVAL)], INTERVAL)
    .default(30_000)
    .describe('Time between health checks, in ms: 1000 or more. 0: none.'),
});

/** What applies to all servers together. */
export const settingsSchema = section({
  groups: z
    .record(z.string().regex(NAME_PATTERN, NAME_RULE), groupSchema, 'an object that maps names to groups')
    .default({})
    .describe('Groups of servers that share their calls.'),
  pool: filledSection({
    maxConnectionsPerUrl: wholeNumber(1, 1000).default(20).describe('Most connections to one address.'),
    maxTotal: wholeNumber(1, 1000).default(50).describe('Most connections altogether.'),
    maxInFlightPerConnection: wholeNumber(1).default(16).describe('Calls in flight on one connection.'),
    connectionTimeoutMs: milliseconds(30_000).describe('Longest wait for a free connection, in ms.'),
    cleanupIntervalMs: milliseconds(300_000).describe('Time between sweeps for idle connections, in ms.'),
    maxIdleMs: milliseconds(300_000).describe('Idle connections older than this, in ms, are closed.'),
    keepAlive: flag(true).describe('Keep sockets open between requests.'),
  }).describe('Bounds of the connection pool.'),
  tools: filledSection({
    autoRegister: flag(true).describe('Offer the tools to the agent of VS Code.'),
    timeoutMs: milliseconds(30_000).describe('Longest wait for a tool of a server that states no timeout, in ms.'),
    maxConcurrentCalls: wholeNumber(1).default(10).describe('Calls in flight over all servers.'),
  }).describe('Tool calls of all servers.'),
  metrics: filledSection({
    enabled: flag(true).describe('Collect numbers about calls. They stay on this machine.'),
    collect: filledSection({
      durations: flag(true).describe('How long calls take.'),
      sizes: flag(true).describe('How large the arguments and the results of calls are, as JSON.'),
      connections: flag(true).describe('How connections come and go.'),
    }).describe('What is collected.'),
  }).describe('Numbers about calls and connections.'),
  gateway: filledSection({
    enabled: flag(false).describe('Start the gateway with the window.'),
    host: text().default('127.0.0.1').describe('Address to listen on.'),
    port: wholeNumber(0, 65_535).default(0).describe('Port to listen on. 0: any free port.'),
    paths: filledSection({
      mcp: urlPath('/mcp').describe('Path of Streamable HTTP.'),
      sse: urlPath('/sse').describe('Path of the event stream of protocol 2024-11-05.'),
      message: urlPath('/message').describe('Path that takes messages of protocol 2024-11-05.'),
      ws: urlPath('/ws').describe('Path of WebSocket.'),
    }).describe('Paths of the endpoints.'),
    requireAuth: flag(true).describe('Refuse clients without the token.'),
    maxClients: wholeNumber(1).default(8).describe('Most clients at the same time.'),
    allowedOrigins: texts([]).describe('Origins of web pages that may connect. Empty: none.'),
    tls: section({
      cert: text().describe('File with the certificate (PEM).'),
      key: text().describe('File with its key (PEM).'),
    })
      .nullish()
      .transform((value) => value ?? undefined)
      .describe('Certificate to serve with. null: no TLS.'),
    expose: texts(['*']).describe('Ids of the servers to offer; * stands for any text.'),
  }).describe('One local MCP server that offers the tools of all servers.'),
});
