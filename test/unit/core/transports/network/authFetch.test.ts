import { describe, expect, it } from 'vitest';
import { PatchbayError } from '../../../../../src/base/errors';
import { createAuthFetch, type NetworkFetch } from '../../../../../src/core/transports/network/authFetch';
import type { AuthAnswer, Authenticator, AuthRefusal } from '../../../../../src/core/transports/transport';

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
    expect(refusals).toMatchObject([
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

  it('tells which request it is for, and of each answer with its nonce', async () => {
    const asked: unknown[] = [];
    const answers: AuthAnswer[] = [];
    const auth: Authenticator = {
      headers: async (request) => {
        asked.push(request);
        return { dpop: 'proof' };
      },
      onAnswer: (answer) => answers.push(answer) < 0,
      onRefused: async () => false,
    };
    const send: NetworkFetch = async () => new Response('', { headers: { 'DPoP-Nonce': 'n' } });
    const fetch = createAuthFetch(send, auth, ORIGIN);
    await fetch(new URL(`${MCP}?a=1`), { method: 'POST' });
    await fetch(MCP);
    expect(asked).toEqual([
      { method: 'POST', url: `${MCP}?a=1` },
      { method: 'GET', url: MCP },
    ]);
    const { wwwAuthenticate } = answers[0] ?? {};
    expect(wwwAuthenticate).toBeUndefined();
    expect(answers).toMatchObject([{ status: 200, dpopNonce: 'n', sent: { dpop: 'proof' } }, { url: MCP }]);
  });

  it('sends once more for what an answer brought, and once for a renewal, in either order', async () => {
    for (const turns of [
      ['nonce', 'token', 'fine'],
      ['token', 'nonce', 'fine'],
    ]) {
      const seen: string[] = [];
      const send: NetworkFetch = async () => {
        const turn = turns[seen.length] ?? 'token';
        seen.push(turn);
        const challenge = { 'www-authenticate': turn };
        return turn === 'fine' ? new Response('fine') : new Response('', { status: 401, headers: challenge });
      };
      const renewals: string[] = [];
      const auth: Authenticator = {
        headers: async () => ({}),
        onAnswer: ({ wwwAuthenticate }) => wwwAuthenticate === 'nonce',
        onRefused: async ({ wwwAuthenticate = '' }) => renewals.push(wwwAuthenticate) > 0,
      };
      expect(await (await createAuthFetch(send, auth, ORIGIN)(MCP)).text()).toBe('fine');
      expect(renewals).toEqual(['token']);
    }
  });

  it('renews for a 401 and steps up for the 403 that follows, once each', async () => {
    const answers = [401, 403, 200, 401, 403, 401, 403, 200];
    const refused: number[] = [];
    const send: NetworkFetch = async () => {
      const status = answers.shift() ?? 200;
      return new Response('', { status, headers: { 'www-authenticate': 'Bearer error="insufficient_scope"' } });
    };
    const auth: Authenticator = {
      headers: async () => ({}),
      onRefused: async ({ status }) => refused.push(status) > 0,
    };
    const fetch = createAuthFetch(send, auth, ORIGIN);
    expect((await fetch(MCP)).status).toBe(200);
    expect(refused).toEqual([401, 403]);
    expect((await fetch(MCP)).status).toBe(401);
    expect(refused).toEqual([401, 403, 401, 403]);
  });

  it('gives up where the server wants a nonce for ever', async () => {
    let requests = 0;
    const send: NetworkFetch = async () => {
      requests++;
      return new Response('', { status: 401, headers: { 'www-authenticate': 'nonce' } });
    };
    const auth: Authenticator = { headers: async () => ({}), onAnswer: () => true, onRefused: async () => false };
    expect((await createAuthFetch(send, auth, ORIGIN)(MCP)).status).toBe(401);
    expect(requests).toBe(2);
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
