import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { PatchbayError } from '../../../src/base/errors';
import { createHub, createNodePorts } from '../../../src/core/index';
import type { SecretStore } from '../../../src/core/ports';
import { describeClose } from '../../../src/core/transports/webSocketCodes';
import { SIGN_IN_UNSET_CODE } from '../../../src/shared/errorCodes';
import { memorySecrets } from '../../support/authHarness';

const closing: (() => unknown)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

interface Refused {
  readonly entry?: object;
  readonly challenge?: string;
  readonly body?: string;
  readonly env?: Record<string, string>;
  readonly secrets?: SecretStore;
}

/** Connects to a server that answers everything with 401. */
async function refuse({ entry = {}, challenge = 'Bearer', body = '', env = {}, secrets }: Refused) {
  const server = createServer((_, response) => {
    response.writeHead(401, { 'www-authenticate': challenge }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  const config = { version: 1, servers: { a: { url, ...entry } } };
  const hub = createHub({ config, ports: createNodePorts({ env, ...(secrets ? { secrets } : {}) }) });
  closing.push(() => hub.close());
  const error = await hub.connect('a', { interactive: true }).catch((failure: PatchbayError) => failure);
  return { url, error: error as PatchbayError, state: hub.server('a')?.state };
}

const bearer = { auth: { type: 'bearer', token: '${secret:my-good.tok}' } };
const header = { headers: { Authorization: 'Bearer ${secret:my-good.tok}' } };
const given = { PATCHBAY_SECRET_MY_GOOD_TOK: 'wrong' };

describe('a refusal by HTTP 401', () => {
  it('of an entry without credentials says that none were sent, what the server said, and how to send some', async () => {
    const { url, error } = await refuse({ body: 'A key is needed', secrets: memorySecrets() });
    expect(error.message).toBe(`${url} wants credentials, and none were sent (HTTP 401). It said: A key is needed`);
    expect(error).toMatchObject({
      kind: 'auth',
      code: 401,
      hint: 'Use "Set Token", or set "auth" in its entry: "bearer", "apiKey", "basic", "tokenCommand" or "oauth".',
    });
  });

  it('of a server that names who signs people in says how to sign in, by a code of its own', async () => {
    const challenge = 'Bearer resource_metadata="http://127.0.0.1:1/.well-known/oauth-protected-resource"';
    const { error, state } = await refuse({ challenge });
    expect(error).toMatchObject({
      kind: 'auth',
      code: SIGN_IN_UNSET_CODE,
      message: expect.stringContaining('wants a sign-in (HTTP 401)'),
      hint: 'This server signs in with OAuth: set "auth": { "type": "oauth" } in its entry.',
    });
    expect(state).toMatchObject({ kind: 'authRequired', error: { code: SIGN_IN_UNSET_CODE } });
  });

  it('of a secret in a header names the header, and where its secret is set again', async () => {
    const secrets = memorySecrets();
    await secrets.set('my-good.tok', 'wrong');
    const { error } = await refuse({ entry: header, secrets });
    expect(error.message).toContain('refuses the credentials in "headers" (Authorization) (HTTP 401).');
    expect(error).toMatchObject({ code: 401, hint: 'Set "my-good.tok" again with "Set Secret".' });
  });

  it.each([
    [header, 'Set PATCHBAY_SECRET_MY_GOOD_TOK anew.'],
    [bearer, 'Set PATCHBAY_SECRET_MY_GOOD_TOK anew.'],
    [{ auth: { type: 'bearer', token: 'wrong' } }, 'Correct "auth" of its entry.'],
    [{}, 'Set "auth" in its entry: "bearer", "apiKey", "basic", "tokenCommand" or "oauth".'],
  ])('outside of VS Code names the variable to set: %j', async (entry, hint) => {
    const { error } = await refuse({ entry, env: given });
    expect(error).toMatchObject({ kind: 'auth', code: 401, hint });
  });

  it('in VS Code leads to "Set Token" where that can help', async () => {
    const secrets = memorySecrets();
    await secrets.set('my-good.tok', 'wrong');
    const { error } = await refuse({ entry: bearer, secrets });
    expect(error.hint).toBe('Set another one with "Set Token".');
  });

  it('of what a program prints leads to the program', async () => {
    const auth = { type: 'tokenCommand', command: process.execPath, args: ['-e', 'console.log("wrong")'] };
    const { error } = await refuse({ entry: { auth }, secrets: memorySecrets() });
    expect(error.message).toContain('refuses the token that');
    expect(error.hint).toBe('Run its command in a terminal and see whether it prints a good token.');
  });
});

describe('a refusal by a close code', () => {
  it.each([1008, 3000, 4401])('%d says what to set where nothing was sent', (code) => {
    expect(describeClose(code, '', 'wss://x/', false).hint).toContain('set "auth" in its entry');
    expect(describeClose(code, '', 'wss://x/', true).hint).toBe('Set or renew the token for this server.');
  });

  it('says that none were sent', () => {
    expect(describeClose(4401, '', 'wss://x/', false).message).toContain('wants credentials, and none were sent');
  });
});
