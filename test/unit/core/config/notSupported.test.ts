import { describe, expect, it } from 'vitest';
import { lacksTransport } from '../../../../src/core/config/notSupported';
import { define, read } from './support/definitions';

describe('keys whose feature is not built', () => {
  it.each([
    [{ url: 'http://x/', websocket: { pingIntervalMs: 1 } }, ['websocket']],
    [{ url: 'http://x/', auth: { type: 'bearer', token: '${secret:x}' } }, []],
    [{ url: 'http://x/', transport: 'sse' }, ['transport']],
    [{ url: 'wss://x/' }, ['transport']],
    [{ url: 'unix:///a#/mcp' }, ['url']],
    [
      { command: 'x', timeouts: { idleMs: 5, toolMs: 5 }, retry: { calls: 'never' } },
      ['timeouts.idleMs', 'retry.calls'],
    ],
    [{ command: 'x', limits: { maxMessageBytes: 5000, rateLimit: { maxRequests: 1 } } }, ['limits.rateLimit']],
    [
      { command: 'x', tools: { include: ['a'], confirm: 'always' }, security: { allowLocalhost: false } },
      ['tools.confirm', 'security'],
    ],
  ])('are listed for %j', (entry, keys) => {
    const definition = define(entry);
    expect(definition.notSupported).toEqual(keys);
    expect(definition.problems).toEqual([]);
    expect(definition.entry).toBeDefined();
  });

  it.each([
    {
      command: 'x',
      args: [],
      env: { A: '1' },
      envFile: '.env',
      inheritEnv: 'safe',
      retry: { restartOnCrash: false, factor: 3 },
    },
    {
      url: 'https://x/',
      transport: 'http',
      auth: { type: 'none' },
      protocol: 'legacy',
      toolPrefix: 'p',
      headers: { A: 'b' },
    },
    { command: 'x', middleware: [], resources: [], limits: { maxConcurrentCalls: null }, tls: {} },
    { command: 'x', transport: 'pigeon' },
  ])('are not found in %j', (entry) => {
    expect(define(entry).notSupported).toEqual([]);
  });

  it('are warned about at their key', () => {
    const { diagnostics } = read({
      defaults: { debug: { level: 'trace' } },
      gateway: { enabled: true },
      servers: { a: { command: 'x', pool: { max: 2 } } },
    });
    expect(diagnostics.map(({ code, severity, message, pointer }) => [code, severity, message, pointer])).toEqual([
      ['notSupported', 'warning', '`debug` is not supported yet: it is read and ignored.', '/defaults/debug'],
      ['notSupported', 'warning', '`gateway` is not supported yet: it is read and ignored.', '/gateway'],
      ['notSupported', 'warning', '`pool` is not supported yet: it is read and ignored.', '/servers/a/pool'],
    ]);
  });

  it('tell which servers cannot connect', () => {
    expect(lacksTransport(define({ url: 'ws://x/' }).notSupported)).toBe(true);
    expect(lacksTransport(define({ url: 'http://x/', proxy: 'none' }).notSupported)).toBe(false);
  });
});
