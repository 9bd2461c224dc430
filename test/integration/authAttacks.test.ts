import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import type { PatchbayError } from '../../src/base/errors';
import { type AuthContext, createAuthenticator } from '../../src/core/auth/authenticator';
import type { OAuthSettings } from '../../src/core/auth/oauthSettings';
import { createHub, mergeConfigFiles, readConfigFile } from '../../src/core/index';
import type { Ports } from '../../src/core/ports';
import { type AuthServerOptions, type AuthTestServer, startAuthServer } from '../servers/authServer.mjs';
import { authContext, followingSignIn, memorySecrets, oauthSettings, request } from '../support/authHarness';

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function startServer(options: AuthServerOptions = {}): Promise<AuthTestServer> {
  const server = await startAuthServer(options);
  closing.push(() => server.close());
  return server;
}

/** A plain server; resolves to its origin. */
async function startPlain(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server: Server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function oauth(serverUrl: string, overrides: Partial<AuthContext> = {}, settings: Partial<OAuthSettings> = {}) {
  const auth = createAuthenticator(oauthSettings(settings), authContext(serverUrl, overrides));
  if (!auth) throw new Error('no authenticator');
  return auth;
}

const failure = (work: Promise<unknown>): Promise<PatchbayError> =>
  work.then(
    () => expect.fail('nothing failed'),
    (error) => error,
  );

const json = (response: ServerResponse, value: object) =>
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));

describe('tenants of one origin', () => {
  /** Two servers at /a/mcp and /b/mcp; `challengeOfB` is what the second one sends with its refusals. */
  async function startTenants(issuer: string, challengeOfB: (origin: string) => string) {
    const sentToB: (string | undefined)[] = [];
    const origin = await startPlain(({ url = '', headers }, response) => {
      if (url.startsWith('/.well-known/oauth-protected-resource') || url === '/b/metadata') {
        json(response, { resource: `${origin}/`, authorization_servers: [issuer] });
        return;
      }
      if (url === '/b/mcp') sentToB.push(headers.authorization);
      if (headers.authorization) json(response, {});
      else response.writeHead(401, { 'www-authenticate': url === '/b/mcp' ? challengeOfB(origin) : 'Bearer' }).end();
    });
    return { a: `${origin}/a/mcp`, b: `${origin}/b/mcp`, sentToB };
  }

  it('do not get the tokens of each other without a person', async () => {
    const issuer = await startServer();
    const { a, b, sentToB } = await startTenants(issuer.base, () => 'Bearer');
    const secrets = memorySecrets();
    expect(await request(oauth(a, { secrets }), a)).toBe(200);
    const inBackground = oauth(b, { secrets, interactive: () => false });
    expect(await failure(request(inBackground, b))).toMatchObject({ kind: 'auth', code: 'signInRequired' });
    expect(sentToB).toEqual([undefined]);
    expect(issuer.counts.refresh).toBe(0);
    // A person who signs in to it as well has said so.
    expect(await request(oauth(b, { secrets }), b)).toBe(200);
    expect(issuer.counts.authorize).toBe(2);
  });

  it.each(['elsewhere', 'below its own path'])('cannot name the whole origin by metadata %s', async (place) => {
    const issuer = await startServer();
    const elsewhere = await startPlain((_, response) =>
      json(response, { resource: new URL('/', b).href, authorization_servers: [issuer.base] }),
    );
    const { b, sentToB } = await startTenants(issuer.base, (origin) => {
      const url = place === 'elsewhere' ? elsewhere : `${origin}/b/metadata`;
      return `Bearer resource_metadata="${url}"`;
    });
    expect(await failure(request(oauth(b), b))).toMatchObject({ kind: 'security' });
    expect(sentToB).toEqual([undefined]);
    expect(issuer.counts.authorize).toBe(0);
  });
});

describe('a configured secret', () => {
  const settings = { clientId: 'mine', clientSecret: 'hush-hush' };
  const unregistered: AuthServerOptions = { registers: false, authMethods: ['client_secret_post'] };

  it('goes to the authorization server that took it first, whatever the server names later', async () => {
    const [server, hostile] = [await startServer(unregistered), await startServer(unregistered)];
    const secrets = memorySecrets();
    expect(await request(oauth(server.url, { secrets }, settings), server.url)).toBe(200);
    server.expireTokens();
    server.options.authorizationServer = hostile.base;
    const error = await failure(request(oauth(server.url, { secrets }, settings), server.url));
    expect(error).toMatchObject({ kind: 'security', hint: expect.stringContaining('auth.issuer') });
    expect(hostile.counts).toMatchObject({ authorize: 0, code: 0 });
    const moved = { ...settings, issuer: hostile.base };
    await request(oauth(server.url, { secrets }, moved), server.url).catch(() => {});
    expect(hostile.counts.authorize).toBe(1);
  });

  it('needs a named authorization server where no run remembers the one before', async () => {
    const server = await startServer({ machine: { id: 'mine', secret: 'hush-hush' }, pkce: false });
    const connect = async (auth: object) => {
      const config = {
        servers: { a: { url: server.url, auth: { type: 'oauth', grant: 'clientCredentials', ...auth } } },
      };
      const hub = createHub({ config });
      closing.push(() => hub.close());
      await hub.connect('a');
    };
    const error = await failure(connect(settings));
    expect(error).toMatchObject({ kind: 'security', hint: expect.stringContaining(server.base) });
    expect(server.counts.machine).toBe(0);
    await connect({ ...settings, issuer: server.base });
    expect(server.counts.machine).toBe(1);
  });
});

describe('an entry of a workspace', () => {
  it('does not use the sign-in of the same URL in the own file of the person, nor end it', async () => {
    const server = await startServer();
    const servers = (id: string) =>
      JSON.stringify({ servers: { [id]: { url: server.url, auth: { type: 'oauth' }, retry: { enabled: false } } } });
    const user = readConfigFile(servers('mine'), { kind: 'user', path: '/u/patchbay.json' });
    const workspace = (folderPath: string, id: string) =>
      readConfigFile(servers(id), { kind: 'workspace', folder: id, folderPath, path: `${folderPath}/patchbay.json` });
    const hub = createHub({
      config: mergeConfigFiles([user, workspace('/w1', 'theirs'), workspace('/w2', 'others')]),
      ports: {
        secrets: memorySecrets(),
        signIn: followingSignIn(),
        prompts: { askValue: async () => undefined, approve: async () => true },
      },
    });
    closing.push(() => hub.close());
    await hub.connect('mine', { interactive: true });
    for (const id of ['theirs', 'others']) {
      await hub.connect(id, { interactive: true });
      await hub.disconnect(id);
      await hub.connect(id);
    }
    expect(server.counts.authorize).toBe(3);
    expect(await hub.signOut('theirs')).toBe(true);
    expect(server.seen.revoked).toHaveLength(2);
    await hub.disconnect('mine');
    await hub.connect('mine');
    expect(await failure(hub.connect('theirs'))).toMatchObject({ code: 'signInRequired' });
  });
});

describe('credentials that a server says again', () => {
  /** An MCP server that answers with what it was sent, and all that a person may then read of it. */
  async function connectTo(entry: (origin: string) => object, ports: Partial<Ports> = {}) {
    const sent: string[] = [];
    const lines: string[] = [];
    const issuer = await startServer();
    const origin = await startPlain(({ url = '', headers }, response) => {
      if (url.startsWith('/.well-known/oauth-protected-resource')) {
        json(response, { resource: `${origin}/mcp`, authorization_servers: [issuer.base] });
      } else if (headers.authorization === undefined) {
        response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
      } else {
        const value = headers.authorization.split(' ')[1] ?? '';
        sent.push(value);
        response.writeHead(500, { 'content-type': 'text/plain' }).end(`I was sent [${value}]`);
      }
    });
    const log = (text: string) => void lines.push(text);
    const hub = createHub({
      config: { servers: { a: { url: `${origin}/mcp`, retry: { enabled: false }, ...entry(origin) } } },
      ports: {
        log: { trace: log, debug: log, info: log, warn: log, error: log },
        secrets: memorySecrets(),
        signIn: followingSignIn(),
        ...ports,
      },
    });
    closing.push(() => hub.close());
    const error = await failure(hub.connect('a', { interactive: true }));
    lines.push(
      inspect(error, { depth: 10, showHidden: true }),
      JSON.stringify(hub.server('a')),
      hub.traffic('a').toJsonLines(),
    );
    return { sent, shown: lines.join('\n') };
  }

  const program = [process.execPath, '-e', 'console.log("printed-token")'];
  it.each([
    ['oauth', { type: 'oauth' }],
    ['tokenCommand', { type: 'tokenCommand', command: program[0], args: program.slice(1) }],
    ['basic', { type: 'basic', username: 'bob', password: 'hunter2hunter2' }],
  ])('are not shown (%s)', async (_, auth) => {
    const { sent, shown } = await connectTo(() => ({ auth }));
    expect(sent).not.toEqual([]);
    expect(shown).toContain('I was sent [••••]');
    for (const value of sent) expect(shown).not.toContain(value);
  });

  it('are not shown where a proxy says them', async () => {
    const proxy = createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', (head) => {
        const login = /proxy-authorization: Basic (\S+)/i.exec(String(head))?.[1];
        socket.end(`ERR your login is [${login}]\r\n\r\n`);
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    closing.push(() => new Promise((resolve) => proxy.close(resolve)));
    const proxyUrl = `http://bob:hunter2%21hunter2@127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const url = 'https://mcp.test/mcp';
    for (const { shown } of [
      await connectTo(() => ({ url, proxy: proxyUrl })),
      await connectTo(() => ({ url }), { network: () => ({ proxyUrl, noProxy: [] }) }),
    ]) {
      expect(shown).toContain('your login is [••••]');
      expect(shown).not.toContain(btoa('bob:hunter2!hunter2'));
    }
  });
});

describe('tokens that end at once', () => {
  it.each(['authorizationCode', 'clientCredentials'] as const)(
    'are no reason to ask for each call (%s)',
    async (grant) => {
      const server = await startServer({ expiresIn: 0.001, registers: false, pkceMethods: ['S256'] });
      const settings = { grant, clientId: 'mine', clientSecret: 'hush-hush' };
      const auth = oauth(server.url, {}, settings);
      for (let i = 0; i < 10; i++) expect(await request(auth, server.url)).toBe(200);
      expect(server.seen.tokenRequests).toHaveLength(1);
    },
  );
});
