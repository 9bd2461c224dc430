import { z } from 'zod';
import { authSchema } from './auth';
import { debugSchema, limitsSchema, retrySchema, securitySchema, timeoutsSchema, websocketSchema } from './sections';
import {
  duration,
  filledSection,
  flag,
  milliseconds,
  oneOf,
  optionalText,
  section,
  text,
  texts,
  wholeNumber,
} from './values';

/** RFC 9110, 5.6.2: token. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_VALUE = /^[^\r\n\0]*$/;
const ENV_NAME = /^[^=\0]+$/;
const TOOL_PREFIX = /^[A-Za-z0-9_.-]{1,64}$/;

const tlsSchema = filledSection({
  ca: optionalText().describe(
    'File with the certificates of trusted authorities (PEM). A relative path starts at the workspace folder.',
  ),
  cert: optionalText().describe('File with the client certificate (PEM).'),
  key: optionalText().describe('File with the key of the client certificate (PEM).'),
  passphrase: optionalText().describe('Passphrase of the key, best as `${secret:name}`.'),
  rejectUnauthorized: flag(true).describe('Refuse certificates that cannot be verified.'),
  pinnedSha256: texts([]).describe(
    'SHA-256 fingerprints of the only certificates to accept, beside the check of their authority: a self-signed one needs `ca` as well, or `rejectUnauthorized` false. Empty: no pinning.',
  ),
});

/** One entry of `servers`. */
export const serverSchema = section({
  name: optionalText().describe('Name shown to people. Default: the id.'),
  enabled: flag(true).describe('Whether the server may connect.'),
  autoConnect: oneOf(['startup', 'onDemand', 'manual'])
    .default('onDemand')
    .describe('When to connect: with the window, on first use, or only when asked to.'),
  transport: optionalText().describe(
    'stdio, http, sse, websocket, or one that another extension registered. Default: what `url` or `command` needs.',
  ),
  url: optionalText(['https://api.example.com/mcp', 'http://127.0.0.1:3000/mcp', 'unix:///path.sock#/mcp']).describe(
    'Address of the server. Exactly one of `url` and `command` is needed.',
  ),
  headers: z
    .record(
      z.string().regex(HEADER_NAME, 'a header name'),
      z.string('text').regex(HEADER_VALUE, 'text on one line'),
      'an object that maps header names to text',
    )
    .default({})
    .describe('HTTP headers sent with each request.'),
  endpoints: section({
    sse: optionalText().describe('Path of the event stream.'),
    message: optionalText().describe('Path that takes messages.'),
  })
    .nullish()
    .transform((value) => value ?? undefined)
    .describe('Paths of an HTTP+SSE server of protocol 2024-11-05. Normally discovered.'),
  auth: authSchema.describe('Credentials sent to the server.'),
  tls: tlsSchema.describe('TLS options.'),
  proxy: text('"inherit", "none" or the URL of a proxy')
    .default('inherit')
    .describe('"inherit", "none" or the URL of a proxy.'),
  compression: oneOf(['auto', 'off']).default('auto').describe('Whether compressed answers are asked for.'),
  cookies: flag(false).describe(
    'Whether cookies that the server sets are sent back to it while it is connected, for load balancers that need them.',
  ),
  websocket: websocketSchema,
  command: optionalText(['npx', 'uvx', 'node', 'docker']).describe(
    'Program to start. Exactly one of `url` and `command` is needed.',
  ),
  args: texts([]).describe('Arguments of the program, passed as they are: no shell is involved.'),
  cwd: optionalText().describe('Folder in which the program starts. Default: the folder of this file’s workspace.'),
  env: z
    .record(
      z.string().regex(ENV_NAME, 'the name of an environment variable'),
      z.union([z.string(), z.number(), z.null()], 'text, a number or null'),
      'an object that maps names of environment variables to values',
    )
    .default({})
    .describe('Environment variables of the program. null removes an inherited one.'),
  envFile: optionalText().describe('File with further environment variables, KEY=VALUE on each line.'),
  inheritEnv: oneOf(['all', 'safe', 'none'])
    .default('all')
    .describe('Which environment variables the program inherits: all, a short list without secrets, or none.'),
  shutdownGraceMs: milliseconds(5_000).describe('Wait at each step of stopping the program, in ms.'),
  protocol: oneOf(['auto', 'modern', 'legacy'])
    .default('auto')
    .describe('MCP revisions to speak: modern is 2026-07-28 and later, legacy what came before.'),
  pool: filledSection({
    min: wholeNumber(0, 64).default(0).describe('Connections that are kept open.'),
    max: wholeNumber(1, 64).default(1).describe('Most connections. Above 1 only for servers that keep no state.'),
  }).describe('Parallel connections to this server.'),
  toolPrefix: z
    .string('letters, digits, "_", "." and "-"')
    .regex(TOOL_PREFIX, 'letters, digits, "_", "." and "-"')
    .nullish()
    .transform((value) => value ?? undefined)
    .describe('Put before the name of each tool, with "_" between.'),
  tools: filledSection({
    include: texts(['*']).describe('Tools to show; * stands for any text.'),
    exclude: texts([]).describe('Tools to leave out; * stands for any text.'),
    confirm: oneOf(['never', 'destructive', 'always']).default('destructive').describe('Which calls ask first.'),
    timeouts: z
      .record(z.string(), duration(), 'an object that maps names of tools to milliseconds')
      .default({})
      .describe(
        'Longest wait for the answer of single tools, in ms, by name; * stands for any text. 0: no limit. Default: `timeouts.toolMs`.',
      ),
  }).describe('Which tools are shown, and how they are called.'),
  resources: texts([]).describe('URI patterns of resources to subscribe to.'),
  timeouts: timeoutsSchema,
  retry: retrySchema,
  limits: limitsSchema,
  security: securitySchema,
  debug: debugSchema,
  middleware: texts([]).describe('Names of middleware, in order.'),
});
