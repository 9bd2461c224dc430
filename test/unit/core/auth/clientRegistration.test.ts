import { describe, expect, it } from 'vitest';
import { clientFor } from '../../../../src/core/auth/clientRegistration';
import type { AuthorizationServer } from '../../../../src/core/auth/discovery';
import { TokenStore } from '../../../../src/core/auth/tokenStore';
import { memorySecrets } from '../../../support/authHarness';

const REDIRECT = 'http://127.0.0.1:1/callback';
const choice = { clientId: undefined, clientSecret: undefined, clientMetadataUrl: undefined };

/** Asks for a client at a server with this token endpoint; `asked` are the URLs that were requested. */
async function ask(tokenEndpoint: string) {
  const issuer = new URL('/', tokenEndpoint).href;
  const asked: string[] = [];
  const server = {
    issuer,
    url: issuer,
    metadata: {
      issuer,
      authorization_endpoint: `${issuer}authorize`,
      token_endpoint: tokenEndpoint,
      registration_endpoint: `${issuer}register`,
      response_types_supported: ['code'],
    },
  } as unknown as AuthorizationServer;
  const fetch = async (url: string | URL) => {
    asked.push(String(url));
    return Response.json({ client_id: 'c', redirect_uris: [REDIRECT] }, { status: 201 });
  };
  const store = new TokenStore(memorySecrets());
  const outcome = await clientFor(server, choice, REDIRECT, undefined, store, fetch).catch((error: unknown) => error);
  return { outcome, asked };
}

describe('the registration of a client', () => {
  it.each(['http://127.0.0.2:9/token', 'http://plain.example/token'])(
    'is not made where tokens go to %s',
    async (url) => {
      const { outcome, asked } = await ask(url);
      expect(asked).toEqual([]);
      expect(outcome).toMatchObject({
        kind: 'security',
        message: `The token endpoint ${url} has no TLS: no token is asked for there.`,
      });
    },
  );

  it.each(['http://127.0.0.1:9/token', 'http://localhost:9/token', 'http://[::1]:9/token', 'https://as.example/token'])(
    'is made where tokens go to %s',
    async (url) => {
      const { outcome, asked } = await ask(url);
      expect(outcome).toMatchObject({ client_id: 'c' });
      expect(asked).toHaveLength(1);
    },
  );
});
