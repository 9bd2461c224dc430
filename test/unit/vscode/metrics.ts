import type { HubMetrics } from '../../../src/core/hubTypes';

const durations = { count: 12, mean: 8.25, p50: 4, p95: 30.6, p99: 44, max: 1534 };

const calls = {
  total_requests: 12,
  failed_requests: 2,
  tool_errors: 1,
  errors: { timeout: 1, transport: 1 },
  avg_request_duration: 8.25,
  request_duration: durations,
  queue_wait: durations,
  bytes_in: 4096,
  bytes_out: 512,
  last: { at: '2026-01-01T10:00:00.000Z', durationMs: 3 },
};

const { queue_wait: _, bytes_in: __, bytes_out: ___, ...groupCalls } = calls;

const connections = {
  active_connections: 2,
  connections_opened: 3,
  connections_closed: 0,
  connections_reconnected: 1,
  connections_failed: 1,
};

/** What a hub with one server may tell. */
export const metrics: HubMetrics = {
  since: '2026-01-01T09:00:00.000Z',
  at: '2026-01-01T11:00:00.000Z',
  ...calls,
  ...connections,
  websocket_pool_hits: 0,
  websocket_pool_misses: 0,
  pool_hits: 9,
  pool_misses: 3,
  pool_hit_rate_percent: 75,
  pool_created: 1,
  pool_evicted: 0,
  pool_wait: null,
  servers: [
    {
      server: 'demo',
      ...calls,
      ...connections,
      tools: [
        { tool: 'echo', ...calls, total_requests: 9 },
        { tool: 'a|b `c`', ...calls, total_requests: 3, request_duration: null, avg_request_duration: null },
      ],
      otherTools: null,
    },
  ],
  groups: [
    {
      group: 'pair',
      ...groupCalls,
      members: [
        { server: 'demo', ...groupCalls, total_requests: 8, failed_requests: 0, errors: {}, tool_errors: 0 },
        { server: 'b|d', ...groupCalls, total_requests: 5 },
      ],
    },
  ],
  now: {
    connections: { open: 2, waiting: 0, evicted: 0 },
    calls: { inFlight: 3, waiting: 4 },
    servers: [
      {
        server: 'demo',
        pool: { open: 2, idle: 1, inFlight: 3, waiting: 4, hits: 9, misses: 3, created: 1, reaped: 0 },
        inFlight: 7,
        remaining: 7,
        subscribed: 5,
        subscribedUris: ['test://a/1', 'test://[b](command:c)'],
      },
    ],
  },
};
