import { describe, expect, it } from 'vitest';
import { PatchbayError } from '../../../../../src/base/errors';
import { createAuthFetch, type NetworkFetch } from '../../../../../src/core/transports/network/authFetch';
import type { Authenticator, AuthRefusal } from '../../../../../src/core/transports/transport';

const ORIGIN = 'https://mcp.test';
const MCP = `${ORIGIN}/mcp`;

/** A server that wants `Bearer <wanted>`, and an authenticator that has other tokens in turn. */
function setUp(
  wanted: string,
  tokens: string[],
  status: 401 | 403 = 401,
  challenge: string | null = 'Bearer realm="x"',
) {
  const requests: { url: string; headers: Record<string, string>; carriesSecret: boolean | undefined }[] = [];
  const refusals: AuthRefusal[] = [];
  const fetch: NetworkFetch = async (url, init) => {
    const headers = init?.headers as Record<string, string>;
    requests.push({ url: String(url), headers, carriesSecret: init?.carriesSecret });
    if (headers?.authorization === `Bearer ${wanted}`) return new Response('fine');
    return new Response('no', { status, headers: challenge === null ? {} : { 'www-authenticate': challenge } });
  };
  const auth: Authenticator = {
    headers: async () => ({ Authorization: `Bearer ${tokens[0]}` }),
    onRefused: async (refusal) => {
      refusals.push(refusal);
      tokens.shift();
      return tokens.length > 0;
    },
  };
  return { fetch: createAuthFetch(fetch, auth, ORIGIN), requests, refusals };
}

describe('createAuthFetch', () => {
  it('puts the credentials over those of the request and says that they are secret', async () => {
    const { fetch, requests } = setUp('good', ['good']);
    expect(await (await fetch(MCP, { headers: { AUTHORIZATION: 'Bearer old', 'X-A': '1' } })).text()).toBe('fine');
    expect(requests).toEqual([
      { url: MCP, headers: { authorization: 'Bearer good', 'x-a': '1' }, carriesSecret: true },
    ]);
  });

  it('tells of a refusal and sends once more with what came of it', async () => {
    const { fetch, requests, refusals } = setUp('new', ['old', 'new']);
    expect((await fetch(MCP, { method: 'POST', body: '{}' })).status).toBe(200);
    expect(requests).toHaveLength(2);
    expect(refusals).toEqual([
      { status: 401, wwwAuthenticate: 'Bearer realm="x"', url: MCP, sent: { Authorization: 'Bearer old' } },
    ]);
  });

  it('takes a second refusal for the answer', async () => {
    const { fetch, requests, refusals } = setUp('never', ['a', 'b', 'c']);
    const response = await fetch(MCP);
    expect([response.status, await response.text()]).toEqual([401, 'no']);
    expect([requests.length, refusals.length]).toEqual([2, 1]);
  });

  it('gives the refusal itself where there is nothing else to send', async () => {
    const { fetch, requests } = setUp('never', ['a']);
    const response = await fetch(MCP);
    expect([response.status, await response.text()]).toEqual([401, 'no']);
    expect(requests).toHaveLength(1);
  });

  it('asks after a 403 only where it comes with a challenge', async () => {
    const plain = setUp('new', ['old', 'new'], 403, null);
    expect((await plain.fetch(MCP)).status).toBe(403);
    expect(plain.refusals).toEqual([]);
    const challenged = setUp('new', ['old', 'new'], 403);
    expect((await challenged.fetch(MCP)).status).toBe(200);
  });

  it('sends no credentials to other origins', async () => {
    const { fetch, requests, refusals } = setUp('good', ['good']);
    for (const url of ['https://other.test/mcp', 'http://mcp.test/mcp', 'https://mcp.test:444/mcp'])
      await fetch(url, {});
    expect(requests.map(({ headers }) => headers?.authorization)).toEqual([undefined, undefined, undefined]);
    expect(refusals).toEqual([]);
  });

  it('does not sign in to end a session', async () => {
    const { fetch, refusals } = setUp('new', ['old', 'new']);
    expect((await fetch(MCP, { method: 'DELETE' })).status).toBe(401);
    expect(refusals).toEqual([]);
  });

  it('passes on what the authenticator says', async () => {
    const error = new PatchbayError('auth', 'Sign in first.');
    const failing: Authenticator = { headers: () => Promise.reject(error), onRefused: async () => true };
    const fetch = createAuthFetch(async () => new Response(''), failing, ORIGIN);
    await expect(fetch(MCP)).rejects.toBe(error);
  });
});
