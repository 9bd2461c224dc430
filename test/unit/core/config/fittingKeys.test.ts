import { describe, expect, it } from 'vitest';
import { describeLaunch } from '../../../../src/core/config/fingerprint';
import { readConfigFile } from '../../../../src/core/config/parse';
import { resolveVariables } from '../../../../src/core/config/variables';

const nothing = {
  env: {},
  folders: [],
  defaultFolder: '/folder',
  userHome: '/home/me',
  getSecret: async () => undefined,
  getInput: () => undefined,
};

function read(entry: object, rest: object = {}) {
  const text = JSON.stringify({ ...rest, servers: { a: entry } });
  const { servers, diagnostics } = readConfigFile(text, { kind: 'user', path: '/patchbay.json' });
  const [definition] = servers;
  if (!definition) throw new Error('there is no server');
  return { definition, found: diagnostics.map(({ severity, pointer }) => `${severity} ${pointer}`), diagnostics };
}

const secret = (name: string) => `\${secret:${name}}`;

describe('keys that the transport has no use for', () => {
  it.each([
    [{ command: 'x' }, { auth: { type: 'bearer', token: secret('t') } }, 'auth'],
    [{ command: 'x' }, { headers: { A: secret('t') } }, 'headers'],
    [{ command: 'x' }, { tls: { passphrase: secret('t') } }, 'tls'],
    [{ command: 'x' }, { proxy: `http://${secret('t')}@proxy:1` }, 'proxy'],
    [{ command: 'x' }, { websocket: { origin: secret('t') } }, 'websocket'],
    [{ command: 'x' }, { endpoints: { sse: secret('t') } }, 'endpoints'],
    [{ url: 'https://x/' }, { env: { A: secret('t') } }, 'env'],
    [{ url: 'https://x/' }, { args: [secret('t')] }, 'args'],
    [{ url: 'https://x/' }, { websocket: { origin: secret('t') } }, 'websocket'],
    [{ url: 'https://x/' }, { endpoints: { sse: secret('t') } }, 'endpoints'],
    [{ url: 'wss://x/' }, { cookies: true, endpoints: { sse: secret('t') } }, 'endpoints'],
    [{ url: 'https://x/', transport: 'sse' }, { envFile: secret('t') }, 'envFile'],
  ])('are warned about, neither asked for nor shown: %j with %j', async (server, more, key) => {
    const { definition, found } = read({ ...server, ...more });
    expect(definition.problems).toEqual([]);
    expect(found).toContain(`warning /servers/a/${key}`);
    expect(await resolveVariables(definition, nothing)).not.toHaveProperty('missing');
    expect(describeLaunch(definition)).toEqual(describeLaunch(read(server).definition));
  });

  it.each([
    { command: 'x', env: { A: 'b' }, args: ['c'], cwd: '/', shutdownGraceMs: 1 },
    { url: 'https://x/', headers: { A: 'b' }, auth: { type: 'oauth' }, proxy: 'none', cookies: true },
    { url: 'https://x/', transport: 'sse', endpoints: { sse: '/sse' } },
    { url: 'wss://x/', websocket: { pingIntervalMs: 0 }, tls: { rejectUnauthorized: false } },
    { url: 'https://x/', auth: { type: 'tokenCommand', command: 'p' }, env: { A: 'b' }, cwd: '/', inheritEnv: 'safe' },
    { command: 'x', headers: {}, endpoints: null, websocket: {} },
    { url: 'pigeon://x', transport: 'pigeon', env: { A: 'b' }, auth: { type: 'bearer', token: secret('t') } },
  ])('are not seen where there are none: %j', (entry) => {
    expect(read(entry).diagnostics).toEqual([]);
  });

  it('come from the defaults of the file without a word', () => {
    expect(read({ command: 'x' }, { defaults: { websocket: { pingIntervalMs: 0 } } }).diagnostics).toEqual([]);
  });

  it('tell how a program gets its credentials', () => {
    const [warning] = read({ command: 'x', auth: { type: 'bearer', token: secret('t') } }).diagnostics;
    expect(warning?.message).toBe(
      '"auth" is ignored: a server over stdio has no use for it. A program gets its credentials by "env" or "args"',
    );
  });
});
