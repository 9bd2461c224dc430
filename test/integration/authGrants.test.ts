import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { createSystemClock } from '../../src/base/clock';
import { PatchbayError } from '../../src/base/errors';
import { type AuthContext, createAuthenticator } from '../../src/core/auth/authenticator';
import type { OAuthSettings } from '../../src/core/auth/oauthSettings';
import { createHub } from '../../src/core/index';
import { type AuthServerOptions, type AuthTestServer, startAuthServer } from '../servers/authServer.mjs';
import { authContext, followingSignIn, memorySecrets, oauthSettings, request } from '../support/authHarness';

const servers: AuthTestServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function startServer(options: AuthServerOptions = {}): Promise<AuthTestServer> {
  const server = await startAuthServer({ ...options });
  servers.push(server);
  return server;
}

type Settings = Partial<OAuthSettings>;

function authenticator(server: AuthTestServer, settings: Settings, overrides: Partial<AuthContext> = {}) {
  const auth = createAuthenticator(oauthSettings(settings), authContext(server.url, overrides));
  if (!auth) throw new Error('no authenticator');
  return auth;
}

/** Nobody is there, and no browser. */
const ALONE: Partial<AuthContext> = { interactive: () => false, signIn: undefined };

const SECRET: Settings = { grant: 'clientCredentials', clientId: 'robot', clientSecret: 'hush' };
const SECRET_SERVER: AuthServerOptions = { machine: { id: 'robot', secret: 'hush' }, registers: false, pkce: false };

async function failure(work: Promise<unknown>): Promise<PatchbayError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(PatchbayError);
  return error as PatchbayError;
}

function laterClock(): { clock: AuthContext['clock']; pass(ms: number): void } {
  let passedMs = 0;
  const clock = { ...createSystemClock(), now: () => Date.now() + passedMs };
  const pass = (ms: number) => {
    passedMs += ms;
  };
  return { clock, pass };
}

describe('tokens without a person', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
  const publicPem = publicKey.export({ format: 'pem', type: 'spki' }) as string;
  const grants: [name: string, settings: Settings, machine: NonNullable<AuthServerOptions['machine']>][] = [
    ['the secret of a client', SECRET, { id: 'robot', secret: 'hush' }],
    [
      'the key of a client',
      { grant: 'clientCredentials', clientId: 'robot', privateKey: pem },
      { id: 'robot', publicKey: publicPem },
    ],
    ['the JWT of a workload', { grant: 'jwtBearer', assertion: 'workload' }, { assertion: 'workload' }],
  ];
  it.each(grants)('come for %s, with resource and scope, and are stored nowhere', async (_, settings, machine) => {
    const server = await startServer({ machine, registers: false, pkce: false, challengeScope: 'read' });
    const secrets = memorySecrets();
    const auth = authenticator(server, settings, { ...ALONE, secrets });
    expect(await request(auth, server.url)).toBe(200);
    expect(await request(auth, server.url)).toBe(200);
    expect(server.seen.tokenRequests).toMatchObject([{ resource: server.url, scope: 'read' }]);
    expect(server.counts).toMatchObject({ machine: 1, authorize: 0, register: 0 });
    expect([...secrets.values]).toEqual([[`oauth}issuer ${server.url}`, JSON.stringify(server.base)]]);
  });

  it('come for the ID token of a person, by the identity provider', async () => {
    const server = await startServer({ machine: { id: 'robot', secret: 'hush', assertion: 'vouched' } });
    const identityProvider = {
      tokenEndpoint: `${server.base}/idp/token`,
      clientId: 'at-idp',
      clientSecret: undefined,
      idToken: 'id-token',
    };
    const settings: Settings = { ...SECRET, grant: 'enterprise', identityProvider };
    expect(await request(authenticator(server, settings, ALONE), server.url)).toBe(200);
    expect(server.seen.exchanges).toMatchObject([{ audience: server.base, resource: server.url, client_id: 'at-idp' }]);
    const over = { ...settings, identityProvider: { ...identityProvider, idToken: 'over' } };
    const error = await failure(request(authenticator(server, over, ALONE), server.url));
    expect(error).toMatchObject({ kind: 'auth', hint: expect.stringContaining('auth.identityProvider') });
    expect(error.message).toContain('/idp/token');
    expect(server.counts.machine).toBe(1);
  });

  it('are asked for once for ten calls, and once more ahead of their end', async () => {
    const server = await startServer({ ...SECRET_SERVER, expiresIn: 3600 });
    const { clock, pass } = laterClock();
    const auth = authenticator(server, SECRET, { ...ALONE, clock });
    const tenCalls = () => Promise.all(Array.from({ length: 10 }, () => request(auth, server.url)));
    expect(await tenCalls()).toEqual(Array(10).fill(200));
    expect(server.counts.machine).toBe(1);
    const { refused } = server.counts;
    pass(3_550_000);
    expect(await tenCalls()).toEqual(Array(10).fill(200));
    expect(server.counts).toMatchObject({ machine: 2, refused });
  });

  it('stay in use where the next one cannot be had ahead of their end', async () => {
    const server = await startServer({ ...SECRET_SERVER, expiresIn: 3600 });
    const { clock, pass } = laterClock();
    const auth = authenticator(server, SECRET, { ...ALONE, clock });
    await request(auth, server.url);
    server.options.machineError = 'invalid_grant';
    pass(3_550_000);
    for (let i = 0; i < 5; i++) expect(await request(auth, server.url)).toBe(200);
    expect(server.counts.machine).toBe(2);
  });

  it('are not asked for again where they were refused, for a minute', async () => {
    const server = await startServer({ ...SECRET_SERVER, machineError: 'unauthorized_client' });
    const { clock, pass } = laterClock();
    const auth = authenticator(server, SECRET, { ...ALONE, clock });
    for (let i = 0; i < 5; i++) {
      const error = await failure(request(auth, server.url));
      expect(error).toMatchObject({ kind: 'auth', code: 'unauthorized_client' });
    }
    expect(server.counts.machine).toBe(1);
    pass(61_000);
    server.options.machineError = undefined as never;
    expect(await request(auth, server.url)).toBe(200);
  });

  it('may fail in passing', async () => {
    const server = await startServer({ ...SECRET_SERVER, machineError: 'temporarily_unavailable' });
    const auth = authenticator(server, SECRET, ALONE);
    expect(await failure(request(auth, server.url))).toMatchObject({ kind: 'transport', retryable: true });
    server.options.machineError = undefined as never;
    expect(await request(auth, server.url)).toBe(200);
  });

  it('are asked for five times a minute at most where each is refused', async () => {
    const server = await startServer({ ...SECRET_SERVER, uselessTokens: true });
    const auth = authenticator(server, SECRET, ALONE);
    for (let i = 0; i < 20; i++) await request(auth, server.url).catch(() => {});
    expect(server.counts.machine).toBe(5);
  });

  it('get more scopes where the server wants them, once', async () => {
    const server = await startServer({ ...SECRET_SERVER, challengeScope: 'read', callScope: 'write' });
    const auth = authenticator(server, SECRET, ALONE);
    // The first token is not enough either: the same request gets the second one.
    expect(await request(auth, server.url, 'tools/call')).toBe(200);
    expect(server.seen.tokenRequests.map(({ scope }) => scope)).toEqual(['read', 'read write']);
  });

  it('are asked for at the configured issuer only', async () => {
    const server = await startServer(SECRET_SERVER);
    const auth = authenticator(server, { ...SECRET, issuer: 'https://login.example' }, ALONE);
    expect(await failure(request(auth, server.url))).toMatchObject({ kind: 'security' });
    expect(server.counts.machine).toBe(0);
    expect(await request(authenticator(server, { ...SECRET, issuer: `${server.base}/` }, ALONE), server.url)).toBe(200);
  });

  it('are asked for where they came from first, whatever the server says later', async () => {
    const [server, moved] = [await startServer(SECRET_SERVER), await startServer(SECRET_SERVER)];
    const secrets = memorySecrets();
    await request(authenticator(server, SECRET, { ...ALONE, secrets }), server.url);
    server.options.authorizationServer = moved.base;
    const error = await failure(request(authenticator(server, SECRET, { ...ALONE, secrets }), server.url));
    expect(error).toMatchObject({ kind: 'security', hint: expect.stringContaining('auth.issuer') });
    expect(moved.counts.machine).toBe(0);
  });

  const incomplete: [Settings, string][] = [
    [{ grant: 'clientCredentials' }, '"auth.clientId"'],
    [{ grant: 'clientCredentials', clientId: 'a' }, '"auth.clientSecret" or "auth.privateKey"'],
    [{ grant: 'jwtBearer' }, '"auth.assertion"'],
    [{ grant: 'enterprise', clientId: 'a' }, '"auth.identityProvider"'],
    [{ privateKey: 'a' }, '"auth.clientId"'],
    [{ ...SECRET, privateKey: 'no key' }, 'not a private key'],
  ];
  it.each(incomplete)('are refused for incomplete settings: %j', async (settings, text) => {
    const context = authContext('http://127.0.0.1:1/mcp');
    expect(() => createAuthenticator(oauthSettings(settings), context)).toThrow(
      expect.objectContaining({ kind: 'config', message: expect.stringContaining(text) }),
    );
  });

  it('connect a hub that nobody watches', async () => {
    const server = await startServer(SECRET_SERVER);
    const auth = { type: 'oauth', grant: 'clientCredentials', clientId: 'robot', clientSecret: 'hush' };
    const hub = createHub({
      config: { servers: { a: { url: server.url, auth } } },
      ports: { secrets: memorySecrets() },
    });
    await hub.connect('a');
    expect((await hub.callTool('a', 'echo', { text: 'hi' })).isError).toBeFalsy();
    await hub.close();
    expect(server.counts.machine).toBe(1);
  });
});

describe('the key of a client', () => {
  it('signs the code and the refresh as well', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const server = await startServer({ authMethods: ['private_key_jwt'], registers: false });
    const pem = privateKey.export({ format: 'pem', type: 'pkcs1' }) as string;
    const auth = authenticator(server, { clientId: 'mine', privateKey: pem });
    await request(auth, server.url);
    server.expireTokens();
    expect(await request(auth, server.url)).toBe(200);
    expect(server.counts).toMatchObject({ code: 1, refresh: 1 });
    expect(publicKey.asymmetricKeyType).toBe('rsa');
    for (const asked of server.seen.tokenRequests) {
      expect(asked).toMatchObject({
        client_id: 'mine',
        client_assertion: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      });
      expect(asked).not.toHaveProperty('client_secret');
    }
  });

  it('signs the end of the sign-in, too', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const publicPem = publicKey.export({ format: 'pem', type: 'spki' }) as string;
    const server = await startServer({
      authMethods: ['private_key_jwt'],
      registers: false,
      clientKey: { id: 'mine', publicKey: publicPem },
    });
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
    const auth = { type: 'oauth', clientId: 'mine', privateKey: pem };
    const hub = createHub({
      config: { servers: { guarded: { url: server.url, auth } } },
      ports: { signIn: followingSignIn(), secrets: memorySecrets() },
    });
    await hub.connect('guarded', { interactive: true });
    expect(await hub.signOut('guarded')).toBe(true);
    expect(server.seen.revoked.map((token) => token.split('-')[0])).toEqual(['refresh', 'access']);
    await hub.close();
  });
});

describe('tokens bound to a key (DPoP)', () => {
  const asking: [string, AuthServerOptions, Settings][] = [
    ['where the server asks for it', { dpop: { challenge: 'DPoP' } }, {}],
    ['where it offers both', { dpop: { challenge: 'Bearer realm="a, DPoP b", DPoP algs="ES256",' } }, {}],
    ['where the configuration says so', { dpop: { required: true } }, { dpop: true }],
    ['without a browser', { ...SECRET_SERVER, dpop: { challenge: 'DPoP', nonce: 'n1' } }, SECRET],
    ['with a nonce at both', { dpop: { challenge: 'DPoP', nonce: 'n1' } }, {}],
  ];
  it.each(asking)('are used %s, with a fresh proof for each request', async (_, options, settings) => {
    const server = await startServer(options);
    const auth = authenticator(server, settings);
    for (let i = 0; i < 3; i++) expect(await request(auth, server.url)).toBe(200);
    expect(server.seen.authorizationHeaders.at(-1)).toMatch(/^DPoP access-/);
    const { proofs } = server.seen;
    expect(new Set(proofs.map(({ jti }) => jti)).size).toBe(proofs.length);
    expect(server.counts.code + server.counts.machine).toBe(1);
    expect(server.counts.refused).toBe(1);
  });

  it('follow a nonce that changes', async () => {
    const server = await startServer({ dpop: { challenge: 'DPoP', nonce: 'n1' } });
    const auth = authenticator(server, {});
    await request(auth, server.url);
    server.options.dpop = { challenge: 'DPoP', nonce: 'n2' };
    expect(await Promise.all(Array.from({ length: 5 }, () => request(auth, server.url)))).toEqual(Array(5).fill(200));
    expect(server.counts.authorize).toBe(1);
    expect(server.seen.proofs.at(-1)?.nonce).toBe('n2');
  });

  it('are refreshed with their key, in the next window too', async () => {
    const server = await startServer({ dpop: { challenge: 'DPoP' } });
    const secrets = memorySecrets();
    await request(authenticator(server, {}, { secrets }), server.url);
    server.expireTokens();
    const next = authenticator(server, {}, { secrets, signIn: undefined });
    expect(await request(next, server.url)).toBe(200);
    expect(server.counts).toMatchObject({ authorize: 1, refresh: 1 });
    expect(server.seen.authorizationHeaders.at(-1)).toMatch(/^DPoP /);
  });

  it('are got by a sign-in where the server had bearer tokens before', async () => {
    const server = await startServer();
    const secrets = memorySecrets();
    await request(authenticator(server, {}, { secrets }), server.url);
    server.expireTokens();
    server.options.dpop = { challenge: 'DPoP', required: true };
    const signIn = followingSignIn();
    expect(await request(authenticator(server, {}, { secrets, signIn }), server.url)).toBe(200);
    expect(signIn.opened).toHaveLength(1);
  });

  it('are not asked for where nobody asks, or the configuration says no', async () => {
    for (const [options, settings] of [
      [{}, {}],
      [{ dpop: { challenge: 'DPoP' } }, { dpop: false }],
    ] as [AuthServerOptions, Settings][]) {
      const server = await startServer(options);
      expect(await request(authenticator(server, settings), server.url)).toBe(200);
      expect(server.seen.proofs).toEqual([]);
      expect(server.seen.authorizationHeaders.at(-1)).toMatch(/^Bearer /);
    }
  });

  it('are insisted on where the configuration says so', async () => {
    const server = await startServer();
    const secrets = memorySecrets();
    const error = await failure(request(authenticator(server, { dpop: true }, { secrets }), server.url));
    expect(error).toMatchObject({ kind: 'security', hint: expect.stringContaining('auth.dpop') });
    expect([...secrets.values.keys()].filter((name) => name.includes('tokens'))).toEqual([]);
  });
});
