import { afterEach, describe, expect, it } from 'vitest';
import { createSystemClock } from '../../src/base/clock';
import { PatchbayError } from '../../src/base/errors';
import { type AuthContext, createAuthenticator } from '../../src/core/auth/authenticator';
import { signOut } from '../../src/core/auth/signOut';
import type { SpawnProgram } from '../../src/core/auth/tokenCommand';
import { createHub, type Hub } from '../../src/core/index';
import type { Ports, SignIn } from '../../src/core/ports';
import { startProgram } from '../../src/core/transports/stdioProgram';
import type { Authenticator } from '../../src/core/transports/transport';
import { type AuthServerOptions, type AuthTestServer, startAuthServer } from '../servers/authServer.mjs';
import { authContext, followingSignIn, memorySecrets, oauthSettings, request } from '../support/authHarness';
import { ManualClock } from '../support/manualClock';

const servers: AuthTestServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function startServer(options: AuthServerOptions = {}): Promise<AuthTestServer> {
  const server = await startAuthServer(options);
  servers.push(server);
  return server;
}

const OAUTH = oauthSettings();

function oauth(server: AuthTestServer, overrides: Partial<AuthContext> = {}, settings: Partial<typeof OAUTH> = {}) {
  const auth = createAuthenticator({ ...OAUTH, ...settings }, authContext(server.url, overrides));
  if (!auth) throw new Error('no authenticator');
  return auth;
}

async function failure(work: Promise<unknown>): Promise<PatchbayError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(PatchbayError);
  return error as PatchbayError;
}

describe('signing in', () => {
  const variants: [name: string, options: AuthServerOptions][] = [
    ['metadata named by the challenge', { resourceMetadataAt: 'custom' }],
    ['metadata at the path of the server', { challenge: false }],
    ['metadata at the root', { challenge: false, resourceMetadataAt: 'root' }],
    ['OpenID Connect metadata', { metadata: 'oidc' }],
    ['no resource metadata', { resourceMetadataAt: 'nowhere', challenge: false }],
    [
      'a server of 2025-03-26 without any metadata',
      { resourceMetadataAt: 'nowhere', metadata: 'none', challenge: false },
    ],
    ['iss in the answer', { iss: 'right' }],
  ];
  it.each(variants)('works with %s', async (_, options) => {
    const server = await startServer(options);
    expect(await request(oauth(server), server.url)).toBe(200);
    expect(server.counts).toMatchObject({ register: 1, authorize: 1, code: 1, refresh: 0 });
  });

  it('sends PKCE, state and resource, registers as a native client, and keeps the tokens by issuer', async () => {
    const server = await startServer();
    const secrets = memorySecrets();
    expect(await request(oauth(server, { secrets }), server.url)).toBe(200);
    const [asked] = server.seen.authorizations;
    expect(asked).toMatchObject({ code_challenge_method: 'S256', resource: server.url, response_type: 'code' });
    expect(asked?.state).toMatch(/^[\w-]{40,}$/);
    expect(server.seen.tokenRequests[0]).toMatchObject({ resource: server.url });
    expect(server.seen.registrations[0]).toMatchObject({ application_type: 'native' });
    expect([...secrets.values.keys()].sort()).toEqual([
      `oauth}client ${server.base}`,
      `oauth}server ${server.url}`,
      `oauth}tokens ${server.base} ${server.url}`,
    ]);
    const record = JSON.parse(secrets.values.get(`oauth}tokens ${server.base} ${server.url}`) ?? '');
    expect(record.tokens.issuer).toBe(server.base);
    // What is stored serves the next window.
    expect(await request(oauth(server, { secrets, signIn: undefined }), server.url)).toBe(200);
    expect(server.counts.authorize).toBe(1);
  });

  it('uses the configured client and its secret', async () => {
    const server = await startServer({ registers: false, authMethods: ['client_secret_basic'] });
    const settings = { clientId: 'mine', clientSecret: 'hush' } as object;
    expect(await request(oauth(server, {}, settings), server.url)).toBe(200);
    expect(server.seen.tokenRequests[0]?.authorization).toBe(`Basic ${btoa('mine:hush')}`);
  });

  it('uses a client metadata document where the server reads such', async () => {
    const server = await startServer({ metadataDocuments: true });
    const signIn = followingSignIn({ clientMetadataUrl: 'https://example.com/client.json' });
    expect(await request(oauth(server, { signIn }), server.url)).toBe(200);
    expect(server.counts.register).toBe(0);
    expect(server.seen.authorizations[0]?.client_id).toBe('https://example.com/client.json');
  });

  it('says what to do where the server does not register clients', async () => {
    const server = await startServer({ registers: false });
    const error = await failure(request(oauth(server), server.url));
    expect(error).toMatchObject({ kind: 'auth', hint: expect.stringContaining('auth.clientId') });
  });

  it('asks for the scope of the challenge, else for those of the resource, else for none', async () => {
    const challenged = await startServer({ challengeScope: 'read', scopesSupported: ['read', 'write'] });
    const listed = await startServer({ scopesSupported: ['read', 'write'], offlineAccess: true });
    const silent = await startServer({ offlineAccess: true });
    for (const server of [challenged, listed, silent]) expect(await request(oauth(server), server.url)).toBe(200);
    expect(challenged.seen.authorizations[0]?.scope).toBe('read');
    expect(listed.seen.authorizations[0]?.scope).toBe('read write offline_access');
    expect(silent.seen.authorizations[0]).not.toHaveProperty('scope');
  });

  it('opens no browser where nobody waits', async () => {
    const server = await startServer();
    const signIn = followingSignIn();
    const error = await failure(request(oauth(server, { signIn, interactive: () => false }), server.url));
    expect(error).toMatchObject({ kind: 'auth', code: 'signInRequired', hint: 'Connect to sign in.' });
    expect(signIn.opened).toEqual([]);
    expect(server.counts.register).toBe(0);
  });

  it('is one for many calls that are refused at the same time', async () => {
    const server = await startServer();
    const auth = oauth(server);
    const statuses = await Promise.all(Array.from({ length: 10 }, () => request(auth, server.url)));
    expect(statuses).toEqual(Array(10).fill(200));
    expect(server.counts).toMatchObject({ authorize: 1, code: 1, register: 1 });
  });

  it('ends with the request that asked for it', async () => {
    const server = await startServer();
    let isDisposed = false;
    let opened = () => {};
    const shown = new Promise<void>((resolve) => {
      opened = resolve;
    });
    const signIn = followingSignIn({
      start: async () => ({
        redirectUrl: 'http://127.0.0.1:5/callback',
        authorize: (_, signal) => {
          opened();
          return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        },
        dispose: () => {
          isDisposed = true;
        },
      }),
    });
    const auth = oauth(server, { signIn });
    const controller = new AbortController();
    const refusal = { status: 401 as const, wwwAuthenticate: undefined, url: server.url, sent: {} };
    const work = auth.onRefused(refusal, controller.signal);
    await shown;
    controller.abort(new PatchbayError('cancelled', 'Enough.'));
    expect(await failure(work)).toMatchObject({ kind: 'cancelled' });
    await expect.poll(() => isDisposed).toBe(true);
  });
});

describe('what is refused', () => {
  const cases: [name: string, options: AuthServerOptions, kind: string][] = [
    ['a server that does not announce PKCE', { pkce: false }, 'security'],
    ['a server that knows PKCE in plain only', { pkceMethods: ['plain'] }, 'security'],
    ['metadata of another issuer', { issuer: 'https://evil.example' }, 'security'],
    ['an answer of another issuer', { iss: 'https://evil.example', denied: 'SECRET TEXT' }, 'security'],
    ['an answer without the iss that was announced', { iss: 'missing' }, 'security'],
    ['an answer with another state', { state: 'forged' }, 'security'],
    ['another resource', { resource: 'https://other.example/mcp' }, 'security'],
    ['a named authorization server without metadata', { metadata: 'none' }, 'auth'],
    ['a token endpoint without TLS', { tokenEndpoint: 'http://plain.example/token' }, 'security'],
    ['a registration that is refused', { registrationStatus: 400 }, 'auth'],
    ['a person who says no', { denied: 'Not today' }, 'auth'],
  ];
  it.each(cases)('%s', async (name, options, kind) => {
    const server = await startServer(options);
    const secrets = memorySecrets();
    const error = await failure(request(oauth(server, { secrets }), server.url));
    expect(error.kind).toBe(kind);
    expect(error.message).not.toContain('SECRET TEXT');
    if (name === 'a person who says no') expect(error.message).toContain('Not today');
    expect(server.counts.code).toBe(0);
    expect([...secrets.values.keys()].filter((key) => key.startsWith('oauth}tokens'))).toEqual([]);
    expect(server.counts.mcp).toBe(1);
  });

  it.each([503, 429, 502, 302, '<html>A page of a proxy</html>', '{}'])(
    'resource metadata that cannot be had for now (%s): the secret does not go to the server instead',
    async (resourceMetadataFault) => {
      const server = await startServer({ resourceMetadataFault });
      const settings = { clientId: 'mine', clientSecret: 'hush' };
      const error = await failure(request(oauth(server, {}, settings), server.url));
      expect(error).toMatchObject({ kind: 'transport', retryable: true, hint: expect.any(String) });
      expect(server.counts).toMatchObject({ metadata: 0, authorize: 0, code: 0 });
    },
  );

  it.each([503, 429, 502])('metadata that an authorization server cannot give for now (%s)', async (metadataFault) => {
    const named = await startServer({ metadataFault });
    const unnamed = await startServer({ metadataFault, resourceMetadataAt: 'nowhere', challenge: false });
    for (const server of [named, unnamed]) {
      const error = await failure(request(oauth(server), server.url));
      expect(error).toMatchObject({ kind: 'transport', retryable: true, code: metadataFault });
      expect(server.counts).toMatchObject({ register: 0, authorize: 0 });
    }
  });

  it.each([
    ['registration', { registrationStatus: 503 }],
    ['token', { codeStatus: 503 }],
    ['token', { codeStatus: 429 }],
  ])('a %s endpoint that fails for now: nobody needs to sign in for that', async (_, options) => {
    const server = await startServer(options);
    const error = await failure(request(oauth(server), server.url));
    expect(error).toMatchObject({ kind: 'transport', retryable: true, hint: expect.any(String) });
    expect(error.cause).toBeDefined();
  });

  it.each([
    ['without TLS', { authorizationEndpoint: 'http://plain.example/authorize' }],
    ['that the rules refuse', {}],
  ])('a page for signing in %s is not opened', async (_, options) => {
    const server = await startServer(options);
    const checkUrl = (url: string) => {
      if (url.startsWith(`${server.base}/authorize`)) throw new PatchbayError('security', 'Not there.');
    };
    const signIn = followingSignIn();
    expect(await failure(request(oauth(server, { signIn, checkUrl }), server.url))).toMatchObject({ kind: 'security' });
    expect(signIn.opened).toEqual([]);
  });

  it('addresses that the rules refuse, before anything is sent there', async () => {
    const server = await startServer({ authorizationServer: 'http://169.254.169.254' });
    const checked: string[] = [];
    const checkUrl = (url: string) => {
      checked.push(url);
      if (url.includes('169.254')) throw new PatchbayError('security', 'Metadata addresses are refused.');
    };
    const error = await failure(request(oauth(server, { checkUrl }), server.url));
    expect(error).toMatchObject({ kind: 'security', message: 'Metadata addresses are refused.' });
    expect(checked.at(-1)).toContain('169.254');
  });
});

describe('renewing', () => {
  it('makes exactly one refresh for ten calls with a token that the server ended', async () => {
    const server = await startServer();
    const auth = oauth(server);
    await request(auth, server.url);
    server.expireTokens();
    const statuses = await Promise.all(Array.from({ length: 10 }, () => request(auth, server.url)));
    expect(statuses).toEqual(Array(10).fill(200));
    expect(server.counts).toMatchObject({ refresh: 1, authorize: 1 });
  });

  it('makes exactly one refresh ahead of time for ten calls, over all authenticators of a hub', async () => {
    const server = await startServer({ expiresIn: 3600 });
    let passedMs = 0;
    const clock = { ...createSystemClock(), now: () => Date.now() + passedMs };
    const context = authContext(server.url, { clock });
    const auths = [OAUTH, OAUTH].map((settings) => createAuthenticator(settings, context));
    const [first, second] = auths;
    if (!first || !second) throw new Error('no authenticator');
    await request(first, server.url);
    await request(second, server.url);
    passedMs = 3_550_000;
    const refused = server.counts.refused;
    const calls = Array.from({ length: 10 }, (_, i) => request(i % 2 ? first : second, server.url));
    expect(await Promise.all(calls)).toEqual(Array(10).fill(200));
    expect(server.counts).toMatchObject({ refresh: 1, refused, authorize: 1 });
    expect(server.seen.tokenRequests.at(-1)).toMatchObject({ grant_type: 'refresh_token', resource: server.url });
  });

  it('serves two entries of the same server by one refresh', async () => {
    const server = await startServer();
    const context = authContext(server.url);
    const auths = [OAUTH, OAUTH].map((settings) => createAuthenticator(settings, context) as Authenticator);
    for (const auth of auths) await request(auth, server.url);
    server.expireTokens();
    expect(await Promise.all(auths.map((auth) => request(auth, server.url)))).toEqual([200, 200]);
    expect(server.counts).toMatchObject({ refresh: 1, authorize: 1 });
  });

  it('is not shared by entries that want other clients or scopes', async () => {
    const server = await startServer({ registers: false });
    const context = authContext(server.url);
    const mine: Partial<typeof OAUTH>[] = [
      { clientId: 'one' },
      { clientId: 'two' },
      { clientId: 'two', scopes: ['write'] },
    ];
    const auths = mine.map((settings) => createAuthenticator({ ...OAUTH, ...settings }, context) as Authenticator);
    await Promise.all(auths.map((auth) => request(auth, server.url)));
    expect(server.seen.authorizations.map(({ client_id, scope }) => `${client_id} ${scope}`).sort()).toEqual([
      'one undefined',
      'two undefined',
      'two write',
    ]);
  });

  it('takes what another window got in place of a second refresh', async () => {
    const server = await startServer();
    const secrets = memorySecrets();
    const [here, there] = [oauth(server, { secrets }), oauth(server, { secrets })];
    await request(here, server.url);
    await request(there, server.url);
    server.expireTokens();
    expect(await request(there, server.url)).toBe(200);
    expect(await request(here, server.url)).toBe(200);
    expect(server.counts).toMatchObject({ refresh: 1, authorize: 1 });
  });

  it.each(['one after the other', 'at the same time'])('shares a refresh between two windows, %s', async (way) => {
    const server = await startServer();
    let passedMs = 0;
    const clock = { ...createSystemClock(), now: () => Date.now() + passedMs };
    const secrets = memorySecrets();
    const windows = [oauth(server, { secrets, clock }), oauth(server, { secrets, clock })];
    for (const auth of windows) await request(auth, server.url);
    passedMs = 3_550_000;
    const statuses = [];
    if (way === 'at the same time') statuses.push(...(await Promise.all(windows.map((w) => request(w, server.url)))));
    else for (const auth of windows) statuses.push(await request(auth, server.url));
    expect(statuses).toEqual([200, 200]);
    expect(server.counts).toMatchObject({ authorize: 1, refused: 1 });
    if (way === 'one after the other') expect(server.counts.refresh).toBe(1);
    server.expireTokens();
    // Nobody lost the grant.
    expect(await request(windows[0] as never, server.url)).toBe(200);
    expect(server.counts.authorize).toBe(1);
  });

  it('asks a person where the refresh token is over, and only where one waits', async () => {
    const server = await startServer();
    const secrets = memorySecrets();
    await request(oauth(server, { secrets }), server.url);
    server.expireTokens();
    server.endRefreshTokens();
    const background = oauth(server, { secrets, interactive: () => false });
    expect(await failure(request(background, server.url))).toMatchObject({ code: 'signInRequired' });
    expect(await request(oauth(server, { secrets }), server.url)).toBe(200);
    expect(server.counts).toMatchObject({ refresh: 1, authorize: 2 });
  });

  it('keeps the tokens where the authorization server fails', async () => {
    const server = await startServer();
    const secrets = memorySecrets();
    const auth = oauth(server, { secrets });
    await request(auth, server.url);
    server.expireTokens();
    server.options.refreshStatus = 503;
    expect(await failure(request(auth, server.url))).toMatchObject({ kind: 'transport', retryable: true });
    server.options.refreshStatus = 0;
    expect(await request(auth, server.url)).toBe(200);
    expect(server.counts.authorize).toBe(1);
  });

  it('opens the browser twice a minute at most, however often each token is refused', async () => {
    const server = await startServer({ uselessTokens: true, refreshTokens: false });
    const auth = oauth(server);
    for (let i = 0; i < 2; i++) expect(await request(auth, server.url)).toBe(401);
    const error = await failure(request(auth, server.url));
    expect(error).toMatchObject({ kind: 'auth', message: '"guarded" asked to sign in again too often.' });
    expect(server.counts.authorize).toBe(2);
  });

  it('ends in one error, and no storm, where each token is refused', async () => {
    const server = await startServer({ uselessTokens: true });
    const auth = oauth(server);
    const results = [];
    for (let i = 0; i < 20; i++) results.push(await request(auth, server.url).catch((error) => error.kind));
    expect(results.slice(-5)).toEqual(Array(5).fill('auth'));
    expect(server.counts.authorize).toBeLessThanOrEqual(2);
    expect(server.counts.refresh).toBeLessThanOrEqual(5);
  });

  it('never gives the tokens of one authorization server to another', async () => {
    const [server, moved] = [await startServer(), await startServer()];
    const auth = oauth(server);
    await request(auth, server.url);
    const refresh = server.seen.tokenRequests.length;
    server.expireTokens();
    server.options.authorizationServer = moved.base;
    moved.options.resource = server.url;
    const before = moved.counts.authorize;
    // The other server's token is not known to this MCP server: what counts is who was asked for it, and how.
    await request(auth, server.url).catch(() => {});
    expect(moved.counts.authorize).toBe(before + 1);
    expect(moved.counts).toMatchObject({ register: 1, refresh: 0 });
    expect(server.seen.tokenRequests.length).toBe(refresh);
  });
});

describe('step-up', () => {
  it('asks for the union of the scopes, once', async () => {
    const server = await startServer({ challengeScope: 'read', callScope: 'write' });
    const auth = oauth(server);
    expect(await request(auth, server.url)).toBe(200);
    expect(await request(auth, server.url, 'tools/call')).toBe(200);
    expect(server.seen.authorizations.map(({ scope }) => scope)).toEqual(['read', 'read write']);
  });

  it('is not asked for again where the scope was asked for already', async () => {
    const server = await startServer({ callScope: 'write', scopesSupported: ['write'] });
    const auth = oauth(server);
    await request(auth, server.url);
    server.options.callScope = 'write2';
    expect(await request(auth, server.url, 'tools/call')).toBe(200);
    server.acceptToken(
      (await auth.headers({ method: 'POST', url: server.url })).authorization?.slice(7) ?? '',
      'nothing',
    );
    expect(await failure(request(auth, server.url, 'tools/call'))).toMatchObject({ kind: 'auth', code: 403 });
    expect(server.counts.authorize).toBe(2);
  });

  it('is no answer to a 403 that says nothing of scopes', async () => {
    const server = await startServer();
    const auth = oauth(server);
    await request(auth, server.url);
    server.options.forbidden = true;
    expect(await request(auth, server.url)).toBe(403);
    expect(server.counts.authorize).toBe(1);
  });
});

describe('signing out', () => {
  it('revokes both tokens and forgets everything', async () => {
    const server = await startServer();
    const context = authContext(server.url);
    const secrets = memorySecrets();
    await request(oauth(server, { secrets }), server.url);
    const signal = new AbortController().signal;
    expect(await signOut(server.url, { ...context, secrets, checkUrl: () => {}, signal })).toBe(true);
    expect(server.seen.revoked.map((token) => token.split('-')[0])).toEqual(['refresh', 'access']);
    expect(secrets.values.size).toBe(0);
    expect(await signOut(server.url, { ...context, secrets, checkUrl: () => {}, signal })).toBe(false);
  });

  it('forgets where the authorization server is gone', async () => {
    const server = await startServer();
    const context = authContext(server.url);
    const secrets = memorySecrets();
    await request(oauth(server, { secrets }), server.url);
    await server.close();
    const signal = new AbortController().signal;
    expect(await signOut(server.url, { ...context, secrets, checkUrl: () => {}, signal })).toBe(true);
    expect(secrets.values.size).toBe(0);
  });
});

describe('a hub', () => {
  const hubs: Hub[] = [];

  afterEach(async () => {
    await Promise.all(hubs.splice(0).map((hub) => hub.close()));
  });

  function open(server: AuthTestServer, auth: object, ports: Partial<Ports> = {}, more: object = {}): Hub {
    const config = { servers: { guarded: { url: server.url, auth, retry: { enabled: false }, ...more } } };
    const hub = createHub({ config, ports: { secrets: memorySecrets(), signIn: followingSignIn(), ...ports } });
    hubs.push(hub);
    return hub;
  }

  const stateOf = (hub: Hub) => hub.server('guarded')?.state;

  it('signs in where a person connects, and needs a person otherwise', async () => {
    const server = await startServer();
    const hub = open(server, { type: 'oauth' });
    expect(await failure(hub.connect('guarded'))).toMatchObject({ kind: 'auth', hint: 'Connect to sign in.' });
    expect(stateOf(hub)).toMatchObject({ kind: 'authRequired', error: { code: 'signInRequired' } });
    expect(server.counts.authorize).toBe(0);
    await hub.connect('guarded', { interactive: true });
    expect(stateOf(hub)?.kind).toBe('connected');
    expect(server.counts).toMatchObject({ authorize: 1, register: 1 });
  });

  it('signs in where a person joins a connect that nobody watched', async () => {
    const server = await startServer();
    const hub = open(server, { type: 'oauth' });
    const background = hub.connect('guarded').catch((error) => error.code);
    await hub.connect('guarded', { interactive: true });
    expect(await background).toBe('signInRequired');
    expect(server.counts.authorize).toBe(1);
  });

  it('signs in again where the token ends before the person has the tools', async () => {
    const server = await startServer();
    server.options.onMessage = (message) => {
      if (message.method !== 'tools/list' || server.counts.authorize > 1) return;
      server.expireTokens();
      server.endRefreshTokens();
    };
    const hub = open(server, { type: 'oauth' });
    await hub.connect('guarded', { interactive: true });
    expect(hub.server('guarded')?.catalog.status).toBe('live');
    expect(server.counts.authorize).toBe(2);
  });

  it('makes one refresh for ten calls', async () => {
    const server = await startServer();
    const hub = open(server, { type: 'oauth' });
    await hub.connect('guarded', { interactive: true });
    server.expireTokens();
    const calls = Array.from({ length: 10 }, (_, i) => hub.callTool('guarded', 'echo', { text: `n${i}` }));
    expect((await Promise.all(calls)).map(({ content }) => content[0])).toMatchObject(
      calls.map((_, i) => ({ text: `n${i}` })),
    );
    expect(server.counts).toMatchObject({ refresh: 1, authorize: 1 });
  });

  /** A person who needs `ms` for the pages of the authorization server. */
  function slowSignIn(clock: ManualClock, ms: number): SignIn {
    const quick = followingSignIn();
    return {
      async start(request, signal) {
        const attempt = await quick.start(request, signal);
        return {
          ...attempt,
          async authorize(url, inner) {
            await clock.advance(ms);
            inner.throwIfAborted();
            return attempt.authorize(url, inner);
          },
        };
      },
    };
  }

  it.each(['auto', 'modern', 'legacy'])('counts no sign-in against the time for a connect (%s)', async (protocol) => {
    const server = await startServer();
    const clock = new ManualClock();
    const hub = open(server, { type: 'oauth' }, { clock, signIn: slowSignIn(clock, 9 * 60_000) }, { protocol });
    const connecting = hub.connect('guarded', { interactive: true });
    if (protocol === 'modern') expect(await failure(connecting)).toMatchObject({ kind: 'protocol' });
    else await connecting;
    expect(server.counts).toMatchObject({ authorize: 1, code: 1 });
  });

  it('counts no sign-in against the time for a call', async () => {
    const server = await startServer({ callScope: 'write' });
    const clock = new ManualClock();
    const hub = open(server, { type: 'oauth' }, { clock, signIn: slowSignIn(clock, 9 * 60_000) });
    await hub.connect('guarded', { interactive: true });
    await hub.callTool('guarded', 'echo', { text: 'x' });
    expect(server.counts.authorize).toBe(2);
  });

  it('waits for a person no longer than ten minutes', async () => {
    const server = await startServer();
    const clock = new ManualClock();
    const hub = open(server, { type: 'oauth' }, { clock, signIn: slowSignIn(clock, 11 * 60_000) });
    const error = await failure(hub.connect('guarded', { interactive: true }));
    expect(error).toMatchObject({ kind: 'auth', message: expect.stringContaining('not finished within 10 minutes') });
    expect(server.counts.code).toBe(0);
  });

  it('steps up for a call', async () => {
    const server = await startServer({ challengeScope: 'read', callScope: 'write' });
    const hub = open(server, { type: 'oauth' });
    await hub.connect('guarded', { interactive: true });
    await hub.callTool('guarded', 'echo', { text: 'x' });
    expect(server.seen.authorizations.map(({ scope }) => scope)).toEqual(['read', 'read write']);
  });

  it('says that credentials are wanted where only HTTP+SSE wants them', async () => {
    const server = await startServer({ refusesPost: true });
    const hub = open(server, { type: 'bearer', token: 'wrong' });
    expect(await failure(hub.connect('guarded'))).toMatchObject({ kind: 'auth', code: 401 });
    expect(stateOf(hub)?.kind).toBe('authRequired');
  });

  it('says authRequired, and asks nobody, where the sign-in ends while it is connected', async () => {
    const server = await startServer();
    const hub = open(server, { type: 'oauth' });
    await hub.connect('guarded', { interactive: true });
    server.expireTokens();
    server.endRefreshTokens();
    expect(await failure(hub.callTool('guarded', 'echo', { text: 'x' }))).toMatchObject({ code: 'signInRequired' });
    await expect.poll(() => stateOf(hub)?.kind).toBe('authRequired');
    expect(server.counts.authorize).toBe(1);
    await hub.connect('guarded', { interactive: true });
    expect(server.counts.authorize).toBe(2);
  });

  it('asks once where the person says no', async () => {
    const server = await startServer({ denied: 'Not today' });
    const hub = open(server, { type: 'oauth' });
    const error = await failure(hub.connect('guarded', { interactive: true }));
    expect(error).toMatchObject({ kind: 'auth', message: expect.stringContaining('Not today') });
    expect(stateOf(hub)?.kind).toBe('authRequired');
    expect(server.counts.authorize).toBe(1);
  });

  it('signs out', async () => {
    const server = await startServer();
    const hub = open(server, { type: 'oauth' });
    await hub.connect('guarded', { interactive: true });
    expect(await hub.signOut('guarded')).toBe(true);
    expect(server.counts.revoke).toBe(2);
    expect(stateOf(hub)?.kind).toBe('disconnected');
    expect(await failure(hub.connect('guarded'))).toMatchObject({ code: 'signInRequired' });
  });

  it.each([
    [{ type: 'bearer', token: '${secret:t}' }, 'authorization', 'Bearer k9'],
    [{ type: 'apiKey', key: '${secret:t}' }, 'x-api-key', 'k9'],
    [{ type: 'basic', username: 'u', password: '${secret:t}' }, 'authorization', `Basic ${btoa('u:k9')}`],
    [{ type: 'tokenCommand', command: process.execPath, args: ['-p', '"k9"'] }, 'authorization', 'Bearer k9'],
  ])('connects with %o', async (auth, header, accepts) => {
    const server = await startServer({ header, accepts });
    const secrets = memorySecrets(new Map([['t', 'k9']]));
    const hub = open(server, auth, { secrets });
    await hub.connect('guarded');
    expect(server.counts.refused).toBe(0);
    server.options.accepts = 'another';
    const before = server.counts.mcp;
    expect(await failure(hub.callTool('guarded', 'echo', { text: 'x' }))).toMatchObject({ kind: 'auth' });
    expect(server.counts.mcp - before).toBe(1);
    await expect.poll(() => stateOf(hub)?.kind).toBe('authRequired');
  });

  it('makes few requests with a wrong token', async () => {
    const server = await startServer({ accepts: 'Bearer right' });
    const hub = open(server, { type: 'bearer', token: 'wrong' });
    expect(await failure(hub.connect('guarded'))).toMatchObject({ kind: 'auth', code: 401 });
    expect(server.counts.mcp).toBeLessThanOrEqual(2);
  });
});

describe('plain credentials', () => {
  const run: SpawnProgram = (command, args) => startProgram(command, args, { cwd: undefined, env: {} });
  const prints = (script: string) =>
    ({ type: 'tokenCommand', command: process.execPath, args: ['-e', script] }) as const;
  const accepted: [Parameters<typeof createAuthenticator>[0], string, string][] = [
    [{ type: 'bearer', token: 'Bearer abc ' }, 'authorization', 'Bearer abc'],
    [{ type: 'apiKey', header: 'X-API-Key', key: 'k1' }, 'x-api-key', 'k1'],
    [{ type: 'basic', username: 'ü', password: '' }, 'authorization', 'Basic w7w6'],
    [prints('console.log("abc\\n")'), 'authorization', 'Bearer abc'],
  ];
  it.each(accepted)('%o is sent as %s: %s', async (settings, header, accepts) => {
    const server = await startServer({ header, accepts });
    const auth = createAuthenticator(settings, authContext(server.url, { spawn: run }));
    expect(auth && (await request(auth, server.url))).toBe(200);
    expect(server.counts).toMatchObject({ mcp: 1, resourceMetadata: 0 });
  });

  it('a wrong token is one error after one request', async () => {
    const server = await startServer({ accepts: 'Bearer right' });
    const auth = createAuthenticator({ type: 'bearer', token: 'wrong' }, authContext(server.url));
    const error = await failure(request(auth as never, server.url));
    expect(error).toMatchObject({ kind: 'auth', code: 401, hint: expect.stringContaining('Set Token') });
    expect(error.message).not.toContain('wrong');
    expect(server.counts.mcp).toBe(1);
  });

  it('a token command runs once for ten calls, and once more for a refusal', async () => {
    const server = await startServer();
    let runs = 0;
    const spawnToken: SpawnProgram = () => {
      runs++;
      server.acceptToken(`t${runs}`);
      return run(process.execPath, ['-e', `console.log('t${runs}')`]);
    };
    const auth = createAuthenticator(prints(''), authContext(server.url, { spawn: spawnToken }));
    if (!auth) throw new Error('no authenticator');
    const ten = () => Promise.all(Array.from({ length: 10 }, () => request(auth, server.url)));
    expect(await ten()).toEqual(Array(10).fill(200));
    expect(runs).toBe(1);
    server.expireTokens();
    expect(await ten()).toEqual(Array(10).fill(200));
    expect(runs).toBe(2);
  });

  it('a token command that prints the refused token again is one error', async () => {
    const server = await startServer();
    const auth = createAuthenticator(prints('console.log("same")'), authContext(server.url, { spawn: run }));
    const error = await failure(request(auth as never, server.url));
    expect(error.kind).toBe('auth');
    expect(error.message).not.toContain('same');
    expect(server.counts.mcp).toBe(1);
  });

  it.each([
    ['fails', 'console.error("no login");process.exit(3)', /ended with 3.*no login/, 'transport'],
    ['prints nothing', '', /printed no token/, 'auth'],
    ['prints too much', 'console.log("x".repeat(100000))', /more than a token/, 'auth'],
    ['prints what no header carries', 'console.log("a\\u00e9")', /cannot carry/, 'config'],
  ])('a token command that %s says so', async (_, script, message, kind) => {
    const auth = createAuthenticator(prints(script), authContext('http://127.0.0.1:1/mcp', { spawn: run }));
    const error = await failure(auth?.headers({ method: 'POST', url: 'http://127.0.0.1:1/mcp' }) ?? Promise.resolve());
    expect(error.message).toMatch(message);
    expect(error).toMatchObject({ kind, retryable: kind === 'transport' });
  });

  it('a token command that cannot be started says so', async () => {
    const settings = { type: 'tokenCommand', command: 'no-such-program', args: [] } as const;
    const auth = createAuthenticator(settings as never, authContext('http://127.0.0.1:1/mcp', { spawn: run }));
    expect(
      await failure(auth?.headers({ method: 'POST', url: 'http://127.0.0.1:1/mcp' }) ?? Promise.resolve()),
    ).toMatchObject({
      kind: 'auth',
      message: expect.stringContaining('ENOENT'),
    });
  });
});
