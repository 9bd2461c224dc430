import { describe, expect, it } from 'vitest';
import { define, read } from './support/definitions';

describe('keys whose feature is not built', () => {
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
    { command: 'x', middleware: ['logging'], resources: ['**'], limits: { maxConcurrentCalls: 2 }, tls: {} },
    { command: 'x', pool: { max: 2 }, timeouts: { idleMs: 5 }, retry: { calls: 'never' } },
    { command: 'x', tools: { include: ['a'], confirm: 'always' }, security: { allowLocalhost: false } },
    { command: 'x', transport: 'pigeon' },
    { url: 'wss://x/', websocket: { pingIntervalMs: 1 }, auth: { type: 'bearer', token: '${secret:x}' } },
    { url: 'http://x/', transport: 'sse', endpoints: { sse: '/events' }, proxy: 'none', tls: { ca: 'ca.pem' } },
    { url: 'unix:///a#/mcp', security: { allowLocalhost: false }, debug: { level: 'trace' }, compression: 'off' },
  ])('are not found in %j', (entry) => {
    expect(define(entry).notSupported).toEqual([]);
  });

  it('are warned about at their key', () => {
    const { diagnostics } = read({
      gateway: { enabled: true },
      tools: { autoRegister: true },
      servers: { a: { command: 'x', tools: { confirm: 'never' } } },
    });
    expect(diagnostics.map(({ code, severity, message, pointer }) => [code, severity, message, pointer])).toEqual([
      ['notSupported', 'warning', '`gateway` is not supported yet: it is read and ignored.', '/gateway'],
      [
        'notSupported',
        'warning',
        '`tools.autoRegister` is not supported yet: it is read and ignored.',
        '/tools/autoRegister',
      ],
    ]);
  });
});
