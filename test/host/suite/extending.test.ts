/// <reference types="mocha" />
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { PatchbayApi, TransportFactory } from '../../../src/api';
import { startTcpServer, type TcpTestServer } from '../../servers/tcpServer.mjs';
import { createTcpTransport } from '../../support/tcpTransport';
import { addUserServer, openView, removeServers, sdkServer, serverThat, stateOf } from './support';

/** As another extension sees it, whose types are those of the published file. */
const createTcp: TransportFactory = createTcpTransport as never;

suite('a transport of another extension', () => {
  let api: PatchbayApi;
  let server: TcpTestServer;

  suiteSetup(async () => {
    api = await openView();
    server = await startTcpServer();
    await addUserServer('overTcp', { transport: 'tcp', url: server.url });
  });

  suiteTeardown(async () => {
    await removeServers(api, 'overTcp');
    await server.close();
  });

  test('connects servers as long as it is registered', async () => {
    await assert.rejects(api.callTool('overTcp', 'echo', { text: 'x' }), /The transport "tcp" is not supported/);

    const registration = api.registerTransport('tcp', createTcp);
    assert.throws(() => api.registerTransport('tcp', createTcp), /registered already/);
    assert.throws(() => api.registerTransport('http', createTcp), /registered already/);
    const { content } = await api.callTool('overTcp', 'echo', { text: 'over a socket' });
    assert.match(JSON.stringify(content), /over a socket/);
    const { transport } = await serverThat(api, 'overTcp', ({ state }) => state.kind === 'connected');
    assert.equal(transport, 'tcp');
    assert.equal(server.openSockets.size, 1);

    registration.dispose();
    assert.equal(stateOf(api, 'overTcp'), 'connected');
    await vscode.commands.executeCommand('patchbay.disconnect', { server: 'overTcp' });
    const [socket] = server.openSockets;
    if (socket && !socket.closed) await new Promise((resolve) => socket.once('close', resolve));
    await assert.rejects(api.callTool('overTcp', 'echo', { text: 'x' }), /The transport "tcp" is not supported/);
    api.registerTransport('tcp', createTcp).dispose();
  });
});

suite('what a server learns', () => {
  let api: PatchbayApi;

  suiteSetup(async () => {
    api = await openView();
    await addUserServer('sdk', { command: 'node', args: [sdkServer] });
  });

  suiteTeardown(() => removeServers(api, 'sdk'));

  test('it learns the folders of the workspace', async () => {
    const { content } = await api.callTool('sdk', 'folders', {});
    const { roots } = JSON.parse(String(content[0]?.text));
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    assert.deepEqual(roots, [{ uri: folder?.uri.toString(), name: folder?.name }]);
  });
});
