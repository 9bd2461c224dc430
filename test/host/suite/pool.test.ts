/// <reference types="mocha" />
import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { CallToolResult, Middleware, PatchbayApi, PatchbayError } from '../../../src/api';
import { addUserServer, echoServer, editUserConfig, openView, removeServers, serverThat, stateOf } from './support';

const run = vscode.commands.executeCommand;
const command = { command: 'node', args: [echoServer] };

suite('groups, pool, numbers and the audit log', () => {
  let api: PatchbayApi;

  suiteSetup(async () => {
    api = await openView();
    await addUserServer('one', { ...command, pool: { max: 3 } });
    await editUserConfig((config) => ({
      ...config,
      pool: { maxInFlightPerConnection: 1 },
      groups: { pair: { strategy: 'weighted', members: [{ server: 'one', weight: 3 }, { server: 'two' }] } },
    }));
    await addUserServer('two', command);
    await serverThat(api, 'pair', ({ group }) => group?.members.length === 2);
  });

  suiteTeardown(async () => {
    await editUserConfig(({ groups: _, pool: __, ...config }) => config);
    await removeServers(api, 'one', 'two', 'checked', 'around', 'breaks');
  });

  test('a group is connected, called, refreshed and disconnected like a server', async () => {
    await run('patchbay.connect', { server: 'pair' });
    const group = await serverThat(api, 'pair', ({ state }) => state.kind === 'connected');
    assert.equal(group.transport, 'group');
    assert.equal(group.group?.strategy, 'weighted');
    assert.deepEqual(
      group.group?.members.map(({ id, weight }) => [id, weight]),
      [
        ['one', 3],
        ['two', 1],
      ],
    );
    const target = { server: 'pair', tool: 'echo', arguments: { text: 'to one of two' }, run: true };
    const result = await run<CallToolResult>('patchbay.callTool', target);
    assert.match(JSON.stringify(result.content), /to one of two/);
    await run('patchbay.refreshTools', { server: 'pair' });
    await run('patchbay.reconnect', { server: 'pair' });
    assert.equal(stateOf(api, 'two'), 'connected');
    await run('patchbay.disconnect', { server: 'pair' });
    for (const id of ['pair', 'one', 'two']) assert.equal(stateOf(api, id), 'disconnected');
  });

  test('calls go to the members by their weight, and to the other one when one is gone', async () => {
    await run('patchbay.connect', { server: 'pair' });
    const pids = new Map<string, number>();
    for (let count = 0; count < 8; count++) {
      const pid = textOf(await api.callTool('pair', 'pid', {}));
      pids.set(pid, (pids.get(pid) ?? 0) + 1);
    }
    assert.deepEqual([...pids.values()].sort(), [2, 6]);
    await run('patchbay.disconnect', { server: 'one' });
    const two = await serverThat(api, 'two', () => true);
    assert.equal(textOf(await api.callTool('pair', 'pid', {})), String(two.processId));
  });

  test('tells other extensions what went wrong, and offers the changes of resources', async () => {
    const failed = await api.callTool('nobody', 'pid', {}).then(
      () => assert.fail('was answered'),
      (error: PatchbayError) => error,
    );
    assert.equal(failed.kind, 'config');
    assert.match(String(failed.hint), /Configured are:.*one/);
    api.onDidUpdateResource(() => {}).dispose();
  });

  test('what is about one server says so of a group', async () => {
    for (const name of ['removeServer', 'setToken', 'clearToken']) {
      await assert.rejects(async () => run(`patchbay.${name}`, { server: 'pair' }), /"pair" is a group of servers/);
    }
    await run('patchbay.editServer', { server: 'pair' });
    const editor = vscode.window.activeTextEditor ?? assert.fail('no editor is open');
    assert.equal(editor.document.getText(editor.selection), '"pair"');
  });

  test('clearPool closes the connections beyond the first', async () => {
    await run('patchbay.connect', { server: 'one' });
    const open = async () => (await numbers()).now.servers.find(({ server }) => server === 'one')?.pool.open;
    await Promise.all([1, 2, 3].map(() => api.callTool('one', 'slow', { ms: 300 })));
    assert.equal(await open(), 3);
    await run('patchbay.clearPool', { server: 'one' });
    while ((await open()) !== 1) await api.callTool('one', 'echo', { text: 'x' });
    assert.equal(stateOf(api, 'one'), 'connected');
    await run('patchbay.clearPool', { server: 'pair' });
    await run('patchbay.clearPool', {});
    await assert.rejects(async () => run('patchbay.clearPool', { server: 'twoo' }), /Did you mean "two"\?/);
  });

  test('a tool that never answers in time is paused, and the server is not', async () => {
    await addUserServer('breaks', command);
    for (let count = 0; count < 5; count++) {
      await assert.rejects(api.callTool('breaks', 'slow', { ms: 10_000 }, { timeoutMs: 50 }));
    }
    const server = await serverThat(api, 'breaks', ({ toolBreakers }) => toolBreakers?.[0]?.kind === 'open');
    assert.equal(server.toolBreakers?.[0]?.tool, 'slow');
    assert.equal(server.breaker, undefined);
    await assert.rejects(api.callTool('breaks', 'slow', { ms: 1 }), /not sent/);
    assert.match(textOf(await api.callTool('breaks', 'echo', { text: 'still there' })), /still there/);
    await run('patchbay.connect', { server: 'breaks' });
    await run('patchbay.reconnect', { server: 'breaks' });
    await serverThat(api, 'breaks', ({ toolBreakers }) => toolBreakers === undefined);
  });

  test('showMetrics tells all numbers, as tables and as JSON', async () => {
    await api.callTool('two', 'echo', { text: 'counted' });
    await run('patchbay.showMetrics', {});
    const isOpen = () =>
      vscode.window.tabGroups.all.some(({ tabs }) => tabs.some(({ label }) => /Metrics/.test(label)));
    while (!isOpen()) await new Promise((resolve) => setTimeout(resolve, 50));
    const report = await vscode.workspace.openTextDocument(vscode.Uri.parse('patchbay-report:/Patchbay Metrics.md'));
    assert.match(report.getText(), /\| two \| echo \|/);
    const metrics = await numbers();
    assert.ok(metrics.total_requests > 0);
    const shown = vscode.window.activeTextEditor?.document ?? assert.fail('no editor is open');
    assert.equal(shown.languageId, 'json');
    assert.deepEqual(Object.keys(JSON.parse(shown.getText())), Object.keys(metrics));
    await assert.rejects(async () => run('patchbay.showMetrics', { format: 'xml' }), /format/);
  });

  test('exportAuditLog writes one line for each call, without its arguments', async () => {
    await api.callTool('two', 'echo', { text: 'not to be written down' });
    const target = join(tmpdir(), `patchbay-audit-${process.pid}.jsonl`);
    try {
      const done = await run<{ target: string; records: number }>('patchbay.exportAuditLog', { target });
      assert.equal(done.target, target);
      const text = await readFile(target, 'utf8');
      const records = text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      assert.equal(records.length, done.records);
      const last = records.at(-1);
      assert.deepEqual([last.server, last.tool, last.outcome], ['two', 'echo', 'ok']);
      assert.match(last.argumentsSha256, /^[0-9a-f]{64}$/);
      assert.ok(!text.includes('not to be written down'));
    } finally {
      await rm(target, { force: true });
    }
  });

  test('the audit log holds what the setting says', async () => {
    const setting = vscode.workspace.getConfiguration('patchbay.audit');
    const target = join(tmpdir(), `patchbay-audit-set-${process.pid}.jsonl`);
    const exported = async () => {
      await run('patchbay.exportAuditLog', { target });
      return readFile(target, 'utf8');
    };
    try {
      await setting.update('arguments', 'redacted', vscode.ConfigurationTarget.Global);
      await api.callTool('two', 'echo', { text: 'shown', password: 'hidden words' });
      const text = await exported();
      assert.match(text, /"text":"shown"/);
      assert.ok(!text.includes('hidden words'));
      await setting.update('arguments', 'off', vscode.ConfigurationTarget.Global);
      await api.callTool('two', 'echo', { text: 'nowhere' });
      assert.equal(await exported(), text);
    } finally {
      await setting.update('arguments', undefined, vscode.ConfigurationTarget.Global);
      await rm(target, { force: true });
    }
  });

  test('middleware of another extension is around the calls of servers that name it', async () => {
    const seen: string[] = [];
    const shout: Middleware = (call, next) => {
      seen.push(`${call.server}/${call.tool}`);
      return next({ ...call, arguments: { text: String(call.arguments.text).toUpperCase() } });
    };
    await addUserServer('around', { ...command, middleware: ['shout'] });
    await assert.rejects(api.callTool('around', 'echo', { text: 'quiet' }), /"shout", which nobody registered/);
    const registration = api.registerMiddleware('shout', shout);
    assert.throws(() => api.registerMiddleware('shout', shout), /registered already/);
    assert.throws(() => api.registerMiddleware('logging', shout), /registered already/);
    assert.match(textOf(await api.callTool('around', 'echo', { text: 'quiet' })), /QUIET/);
    assert.deepEqual(seen, ['around/echo']);
    registration.dispose();
    await assert.rejects(api.callTool('around', 'echo', { text: 'quiet' }), /nobody registered/);
  });

  test('the middleware validate holds arguments against the schema', async () => {
    await addUserServer('checked', { ...command, middleware: ['validate'] });
    await run('patchbay.connect', { server: 'checked' });
    await assert.rejects(api.callTool('checked', 'add', { a: 'one', b: 2 }), /do not fit the tool "add": \/a/);
    assert.match(textOf(await api.callTool('checked', 'add', { a: 1, b: 2 })), /3/);
  });

  test('showServer shows the row of a server', async () => {
    await run('patchbay.showServer', { server: 'two' });
  });
});

interface Metrics {
  readonly total_requests: number;
  readonly now: { readonly servers: readonly { readonly server: string; readonly pool: { readonly open: number } }[] };
}

async function numbers(): Promise<Metrics> {
  return run<Metrics>('patchbay.showMetrics', { format: 'json' });
}

function textOf({ content }: CallToolResult): string {
  return String(content[0]?.text);
}
