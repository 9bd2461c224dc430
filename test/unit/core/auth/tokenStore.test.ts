import { expect, it } from 'vitest';
import { type TokenRecord, TokenStore } from '../../../../src/core/auth/tokenStore';
import { memorySecrets } from '../../../support/authHarness';

const record = (issuer: string): TokenRecord => ({
  issuer,
  authorizationServerUrl: issuer,
  tokens: { access_token: 'a', token_type: 'bearer' },
  client: { client_id: 'c' },
  obtainedAt: 1,
});

it('gives out tokens for the issuer only that they say they are of', async () => {
  const secrets = memorySecrets();
  const store = new TokenStore(secrets);
  await store.save('https://srv.example/mcp', record('https://login.example'));
  expect(await store.forServer('https://srv.example/mcp')).toMatchObject({ issuer: 'https://login.example' });
  for (const [name, text] of secrets.values)
    if (name.startsWith('oauth}tokens')) secrets.values.set(name, text.replaceAll('login.example', 'evil.example'));
  expect(await store.forServer('https://srv.example/mcp')).toBeUndefined();
});
