import { randomUUID } from 'node:crypto';
import { createSystemClock } from '../../src/base/clock';
import type { AuthContext } from '../../src/core/auth/authenticator';
import type { OAuthSettings } from '../../src/core/auth/oauthSettings';
import { SingleFlight } from '../../src/core/auth/singleFlight';
import { silentLogger } from '../../src/core/nodePorts';
import type { SecretStore, SignIn } from '../../src/core/ports';
import { createHttpFetch } from '../../src/core/transports/httpFetch';
import { createAuthFetch } from '../../src/core/transports/network/authFetch';
import type { Authenticator } from '../../src/core/transports/transport';

export interface MemorySecrets extends SecretStore {
  readonly values: Map<string, string>;
}

export function memorySecrets(values = new Map<string, string>()): MemorySecrets {
  return {
    values,
    get: async (name) => values.get(name),
    set: async (name, value) => void values.set(name, value),
    delete: async (name) => void values.delete(name),
  };
}

/** A person who says yes to everything: follows the redirect without a browser. */
export function followingSignIn(extra: Partial<SignIn> = {}): SignIn & { readonly opened: URL[] } {
  const opened: URL[] = [];
  return {
    opened,
    start: async () => ({
      redirectUrl: 'http://127.0.0.1:5/callback',
      async authorize(url) {
        opened.push(url);
        const answer = await fetch(url, { redirect: 'manual' });
        return new URL(answer.headers.get('location') ?? '').searchParams;
      },
      dispose() {},
    }),
    ...extra,
  };
}

/** `auth` of an entry as the configuration gives it, with its defaults. */
export function oauthSettings(settings: Partial<OAuthSettings> = {}): OAuthSettings {
  return {
    type: 'oauth',
    grant: 'authorizationCode',
    issuer: undefined,
    clientId: undefined,
    clientSecret: undefined,
    privateKey: undefined,
    signingAlgorithm: undefined,
    assertion: undefined,
    identityProvider: undefined,
    dpop: undefined,
    scopes: [],
    ...settings,
  };
}

/** A context over real connections. Everything may be replaced. */
export function authContext(serverUrl: string, overrides: Partial<AuthContext> = {}): AuthContext {
  return {
    serverUrl,
    serverName: 'guarded',
    secrets: memorySecrets(),
    clock: createSystemClock(),
    log: silentLogger(),
    fetch: createHttpFetch({ maxMessageBytes: 1024 * 1024 }).fetch,
    interactive: () => true,
    signIn: followingSignIn(),
    flights: new SingleFlight(),
    ...overrides,
  };
}

/** One request as a transport makes it: at most one more attempt after a refusal. Resolves to the last status. */
export async function request(auth: Authenticator, url: string, method = 'tools/list'): Promise<number> {
  const send = createAuthFetch((target, init) => fetch(target, init), auth, new URL(url).origin);
  const answer = await send(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: randomUUID(), method, params: { name: 'echo', arguments: {} } }),
  });
  await answer.text();
  return answer.status;
}
