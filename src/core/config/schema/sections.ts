/** The sections of a server that the `defaults` of a file may hold as well. */
import {
  filledSection,
  flag,
  milliseconds,
  numberWithin,
  oneOf,
  optionalText,
  optionalWholeNumber,
  section,
  texts,
  wholeNumber,
} from './values';

export const timeoutsSchema = filledSection({
  connectMs: milliseconds(30_000).describe('Longest wait for the connection and its handshake, in ms. 0: no limit.'),
  requestMs: milliseconds(30_000).describe('Longest wait for an answer other than to a tool call, in ms. 0: no limit.'),
  toolMs: milliseconds(30_000).describe('Longest wait for the answer to a tool call, in ms. 0: no limit.'),
  idleMs: milliseconds(0).describe('Disconnect after this long without a call, in ms. 0: never.'),
  resetOnProgress: flag(true).describe('Progress of a tool starts its timeout afresh, up to `maxTotalMs`.'),
  maxTotalMs: milliseconds(3_600_000).describe('Longest tool call including progress, in ms. 0: no limit.'),
}).describe('How long to wait.');

export const retrySchema = filledSection({
  enabled: flag(true).describe('Connect again by itself after a failure or a lost connection.'),
  strategy: oneOf(['exponential', 'fixed', 'none']).default('exponential').describe('How the delay grows.'),
  initialDelayMs: milliseconds(1_000).describe('Delay before the first retry, in ms.'),
  maxDelayMs: milliseconds(60_000).describe('Longest delay, in ms.'),
  factor: numberWithin(1, Number.POSITIVE_INFINITY, 2).describe('Growth of the delay at each retry.'),
  jitter: numberWithin(0, 1, 0.2).describe('Random part of the delay, 0 to 1.'),
  maxAttempts: wholeNumber(-1).default(5).describe('Retries before giving up. 0 or -1: no limit.'),
  resetAfterMs: milliseconds(60_000).describe(
    'A connection that lived this long, in ms, makes the count start afresh.',
  ),
  restartOnCrash: flag(true).describe('Start a stdio server again when its process ends by itself.'),
  calls: oneOf(['never', 'safeOnly', 'always'])
    .default('safeOnly')
    .describe('Which calls are sent again after a lost connection.'),
}).describe('What happens when a connection fails.');

export const rateLimitSchema = section({
  maxRequests: wholeNumber(1).default(100).describe('Calls within `perMs`.'),
  perMs: wholeNumber(1).default(60_000).describe('Length of the window, in ms.'),
  onLimit: oneOf(['queue', 'reject']).default('queue').describe('What happens to a call above the limit.'),
});

export const limitsSchema = filledSection({
  maxMessageBytes: wholeNumber(1024, 536_870_912)
    .default(10_485_760)
    .describe('Largest message that is read from the server, in bytes. A larger one fails alone.'),
  maxConcurrentCalls: optionalWholeNumber(1).describe('Calls in flight at the same time. null: no limit.'),
  rateLimit: rateLimitSchema
    .nullish()
    .transform((value) => value ?? undefined)
    .describe('Calls within a time window. null: no limit.'),
}).describe('Bounds of one server.');

export const securitySchema = filledSection({
  allowLocalhost: flag(true).describe('Allow addresses of this machine.'),
  allowPrivateNetwork: flag(true).describe('Allow addresses of private networks.'),
  allowInsecure: flag(false).describe('Allow secrets over connections without TLS.'),
  skipValidation: flag(false).describe('Skip the address checks.'),
}).describe('Which addresses may be contacted.');

export const debugSchema = filledSection({
  level: oneOf(['error', 'warn', 'info', 'debug', 'trace'])
    .default('info')
    .describe('Least severe level that is logged.'),
  logConnections: flag(true).describe('Log connections.'),
  logMessages: flag(false).describe('Log whole messages.'),
}).describe('What is logged.');

export const websocketSchema = filledSection({
  subprotocols: texts(['mcp']).describe('WebSocket subprotocols to offer. A server may accept none.'),
  origin: optionalText().describe('Origin header. null: none.'),
  pingIntervalMs: milliseconds(20_000).describe('Time between pings, in ms. 0: no pings.'),
  pingTimeoutMs: milliseconds(10_000).describe('A ping not answered within this time, in ms, ends the connection.'),
  tokenVia: oneOf(['header', 'subprotocol', 'query'])
    .default('header')
    .describe(
      'Where a bearer token is sent: the Authorization header, a subprotocol `bearer.<token>`, or `?access_token=`.',
    ),
}).describe('Options of a WebSocket connection.');

/** `defaults` of a file: apply to every server of the same file. */
export const defaultsSchema = section({
  timeouts: timeoutsSchema,
  retry: retrySchema,
  limits: limitsSchema,
  security: securitySchema,
  debug: debugSchema,
  websocket: websocketSchema,
});
