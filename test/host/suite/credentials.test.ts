/// <reference types="mocha" />
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { PatchbayApi } from '../../../src/api';
import { type AuthTestServer, startAuthServer } from '../../servers/authServer.mjs';
import { addUserServer, openView, removeServers, serverThat, stateOf, userConfigText } from './support';

const run = vscode.commands.executeCommand;

suite('credentials', () => {
  let api: PatchbayApi;
  let server: AuthTestServer;

  suiteSetup(async () => {
    api = await openView();
  });

  setup(async () => {
    server = await startAuthServer();
  });

  teardown(async () => {
    await removeServers(api, 'guarded', 'bearer', 'open');
    await server.close();
  });

  test('code that calls a tool opens no browser', async () => {
    await addUserServer('guarded', { url: server.url, auth: { type: 'oauth' } });
    await assert.rejects(api.callTool('guarded', 'echo', { text: 'x' }), /needs you to sign in/);
    const { state } = await serverThat(api, 'guarded', ({ state }) => state.kind === 'authRequired');
    assert.equal(state.error?.kind, 'auth');
    assert.equal(server.counts.authorize, 0);
  });

  test('a token is kept in the Secret Storage, and nowhere else', async () => {
    await addUserServer('bearer', { url: server.url, auth: { type: 'bearer', token: `\${secret:host-bearer}` } });
    await assert.rejects(api.callTool('bearer', 'echo', { text: 'x' }), /host-bearer/);
    assert.equal(stateOf(api, 'bearer'), 'needsInput');

    server.acceptToken('first-of-all-tokens');
    await run('patchbay.setToken', { server: 'bearer', value: 'first-of-all-tokens' });
    assert.equal(stateOf(api, 'bearer'), 'connected');
    assert.equal(server.seen.authorizationHeaders.at(-1), 'Bearer first-of-all-tokens');

    server.acceptToken('second-of-all-tokens');
    await run('patchbay.setToken', { server: 'bearer', value: 'second-of-all-tokens' });
    assert.equal(stateOf(api, 'bearer'), 'connected');
    assert.equal(server.seen.authorizationHeaders.at(-1), 'Bearer second-of-all-tokens');

    await assert.rejects(async () => run('patchbay.setToken', { server: 'bearer', value: 'wrong-of-all-tokens' }));
    const refused = await serverThat(api, 'bearer', ({ state }) => state.kind === 'authRequired');
    assert.match(refused.state.error?.message ?? '', /401/);

    const seen = [await userConfigText(), JSON.stringify(api.servers())];
    for (const text of seen) assert.doesNotMatch(text, /-of-all-tokens/);
  });

  test('a cleared token is asked for again', async () => {
    await addUserServer('bearer', { url: server.url, auth: { type: 'bearer', token: `\${secret:host-cleared}` } });
    server.acceptToken('a-token');
    await run('patchbay.setToken', { server: 'bearer', value: 'a-token' });
    await run('patchbay.connect', { server: 'bearer' });
    await run('patchbay.clearToken', { server: 'bearer' });
    assert.equal(stateOf(api, 'bearer'), 'disconnected');
    await assert.rejects(api.callTool('bearer', 'echo', { text: 'x' }), /host-cleared/);
    assert.equal(stateOf(api, 'bearer'), 'needsInput');
  });

  test('a server that wants a token gets a reference to one in its entry', async () => {
    await addUserServer('open', { url: server.url });
    await assert.rejects(api.callTool('open', 'echo', { text: 'x' }), /401/);
    assert.equal(stateOf(api, 'open'), 'authRequired');
    server.acceptToken('kept-apart');
    await run('patchbay.setToken', { server: 'open', value: 'kept-apart' });
    assert.equal(stateOf(api, 'open'), 'connected');
    const text = await userConfigText();
    assert.match(text, /"token":\s*"\$\{secret:open-token\}"/);
    assert.doesNotMatch(text, /kept-apart/);
    const { content } = await api.callTool('open', 'echo', { text: 'by token' });
    assert.match(JSON.stringify(content), /by token/);
  });
});
