import { describe, expect, it } from 'vitest';
import type { ConfigSource } from '../../../../src/core/config/definition';
import type { ConnectionState } from '../../../../src/core/connection/state';
import { annotationWords, serverTooltip, toolTooltip } from '../../../../src/vscode/reports/hovers';
import { noticeItem, serverItem, sourceItem, sourceKey, toolItem } from '../../../../src/vscode/tree/viewModel';
import { catalogTool, connected, context, failure, snapshot, t } from '../snapshots';

const folder = (name: string): ConfigSource => ({
  kind: 'workspace',
  folder: name,
  folderPath: `/projects/${name}`,
  path: `/projects/${name}/.vscode/patchbay.json`,
});

describe('serverItem', () => {
  it('says what the server is and how it is', () => {
    expect(serverItem(connected('a', 'b'), context)).toEqual({
      id: 'server:demo',
      label: 'Demo',
      description: 'ready · 2 tools',
      icon: { id: 'circle-filled', color: 'testing.iconPassed' },
      contextValue: 'server connected user stdio',
      accessibilityLabel: 'Demo, stdio server, ready · 2 tools',
      collapsible: 'collapsed',
      dimmed: false,
    });
  });

  it('keeps its id whatever the state', () => {
    expect(serverItem(snapshot({ state: { kind: 'error', error: failure } }), context).id).toBe('server:demo');
  });

  it('dims a disabled server and gives it nothing to open', () => {
    const item = serverItem(snapshot({ state: { kind: 'disabled' } }), context);
    expect(item).toMatchObject({ dimmed: true, collapsible: 'none', contextValue: 'server disabled user stdio' });
  });

  it('takes no flag from a transport that would pass for another flag', () => {
    expect(serverItem(snapshot({ transport: 'connected' }), context).contextValue).toBe('server disconnected user');
    expect(serverItem(snapshot({ transport: 'a tool' }), context).contextValue).toBe('server disconnected user');
    expect(serverItem(snapshot({ transport: 'grpc' }), context).contextValue).toBe('server disconnected user grpc');
  });

  it('shows hidden characters of a name', () => {
    expect(serverItem(snapshot({ name: 'a\u202eb\nc' }), context).label).toBe('a\\u{202e}b c');
  });
});

describe('serverTooltip', () => {
  it('tells transport, address, source, server, protocol, process and time', () => {
    const text = serverTooltip(
      {
        ...connected('a'),
        processId: 4711,
        notSupported: ['pool', 'auth.type'],
        negotiated: {
          era: 'modern',
          protocolVersion: '2026-07-28',
          serverInfo: { name: 'demo-server', version: '1.2.3' },
          capabilities: ['tools'],
        },
      },
      context,
    );
    expect(unescaped(text)).toBe(
      [
        '**Demo** · ready · 1 tool',
        '',
        'Transport: stdio  ',
        'Address: node demo.js  ',
        'Source: User  ',
        'Server: demo-server 1.2.3  ',
        'Protocol: 2026-07-28 (modern)  ',
        'Process: 4711  ',
        'Connected since: time 5000  ',
        'Not supported yet: pool, auth.type',
      ].join('\n'),
    );
  });

  it('tells the last error, also while waiting to try again, and no remaining time', () => {
    const state: ConnectionState = {
      kind: 'reconnecting',
      cause: 'failed',
      attempt: 2,
      maxAttempts: 5,
      nextAt: 99_000,
      error: failure,
    };
    const text = unescaped(serverTooltip(snapshot({ state }), context));
    expect(text).toContain('Last error: Command not found: foo');
    expect(text).toContain('reconnecting 2/5…');
  });

  it('lets no Markdown of a server through', () => {
    const hostile = '[click](command:evil) <img src=x> $(error) ![x](http://evil) https://evil.example `code` **bold**';
    const text = serverTooltip(
      snapshot({ name: hostile, address: hostile, state: { kind: 'error', error: { ...failure, message: hostile } } }),
      context,
    );
    expect(text).not.toMatch(/(?<!\\)[[\]<`$]|(?<!\\)!\[|https:\/\//);
  });
});

describe('toolItem', () => {
  const described = catalogTool('echo', { description: 'Repeats.\nSecond line.', title: 'Echo' });

  it('shows name and first line, and opens the form', () => {
    expect(toolItem(connected('echo'), described, 0, context)).toEqual({
      id: 'tool:demo/0/echo',
      label: 'echo',
      description: 'Repeats.',
      icon: { id: 'symbol-method' },
      contextValue: 'tool live',
      accessibilityLabel: 'echo, tool of Demo, Repeats.',
      collapsible: 'none',
      command: 'callTool',
      dimmed: false,
    });
  });

  it('shows the title where there is no description', () => {
    expect(toolItem(connected(), catalogTool('echo', { title: 'Echo' }), 0, context).description).toBe('Echo');
  });

  it('is dimmed while it is known from an earlier connection only', () => {
    const cached = snapshot({ catalog: { status: 'cached', tools: [described] } });
    expect(toolItem(cached, described, 0, context)).toMatchObject({ dimmed: true, contextValue: 'tool cached' });
    const dropped = { ...connected('echo'), state: { kind: 'disconnected' } } as const;
    expect(toolItem(dropped, described, 0, context).accessibilityLabel).toContain('from the last connection');
  });

  it('tells apart two tools of one name', () => {
    const ids = [0, 1].map((occurrence) => toolItem(connected(), described, occurrence, context).id);
    expect(new Set(ids).size).toBe(2);
  });
});

describe('toolTooltip', () => {
  it('has the whole description, the annotations as words and both names', () => {
    const entry = {
      ...catalogTool('rm', { title: 'Remove', description: 'One.\nTwo.', annotations: { destructiveHint: true } }),
      callName: 'fs_rm',
    };
    expect(unescaped(toolTooltip(connected('rm'), entry, context))).toBe(
      '**Remove** · destructive\n\nOne.  \nTwo.\n\nName: rm  \nName over all servers: fs_rm',
    );
  });

  it('says where it is from an earlier connection', () => {
    expect(toolTooltip(snapshot(), catalogTool('rm'), context)).toContain('From the last connection');
  });
});

describe('annotationWords', () => {
  it('names each hint that is true', () => {
    expect(annotationWords({ readOnlyHint: true, destructiveHint: true, openWorldHint: true }, t)).toEqual([
      'read-only',
      'open world',
    ]);
    expect(annotationWords({ destructiveHint: true, idempotentHint: true }, t)).toEqual(['destructive', 'idempotent']);
    expect(annotationWords({ readOnlyHint: false }, t)).toEqual([]);
    expect(annotationWords(undefined, t)).toEqual([]);
  });
});

describe('noticeItem', () => {
  const notice = (state: ConnectionState, tools: string[] = []) =>
    noticeItem(snapshot({ state, catalog: { status: 'cached', tools: tools.map((name) => catalogTool(name)) } }), t);

  it('offers the next step of each state', () => {
    expect(notice({ kind: 'disconnected' })).toMatchObject({ label: 'Connect', command: 'connect' });
    expect(notice({ kind: 'error', error: failure })).toMatchObject({
      label: 'Command not found: foo',
      command: 'showLastError',
    });
    expect(notice({ kind: 'authRequired', error: { ...failure, code: 'signInRequired' } })).toMatchObject({
      label: 'Sign in',
      description: failure.message,
      command: 'connect',
    });
    expect(notice({ kind: 'authRequired', error: { ...failure, code: 401 } })).toMatchObject({
      label: 'Set token or sign in',
      command: 'setToken',
    });
    expect(notice({ kind: 'needsInput', needed: { kind: 'trust' } })).toMatchObject({ command: 'manageTrust' });
    expect(notice({ kind: 'needsInput', needed: { kind: 'approval', summary: 'node x' } })).toMatchObject({
      command: 'connect',
      description: 'node x',
    });
    expect(notice({ kind: 'needsInput', needed: { kind: 'value', names: ['a', 'b'] } })).toMatchObject({
      command: 'connect',
      description: 'a, b',
    });
  });

  it('says that known tools are from the last connection', () => {
    expect(notice({ kind: 'disconnected' }, ['a'])?.description).toBe('tools from the last connection');
  });

  it('says that a server has no tools, or why they are not listed', () => {
    expect(noticeItem(connected(), t)?.label).toBe('This server has no tools.');
    const failed = { ...connected(), catalog: { status: 'unknown', tools: [], error: 'It said no.' } } as const;
    expect(noticeItem(failed, t)).toMatchObject({ label: 'It said no.', command: 'refreshTools' });
  });

  it('is not there where tools speak for themselves', () => {
    expect(noticeItem(connected('a'), t)).toBeUndefined();
    expect(notice({ kind: 'connecting', since: 0, step: '' }, ['a'])).toBeUndefined();
  });
});

describe('groups', () => {
  it('tell folders apart by path and name them', () => {
    expect(sourceItem(folder('app'), t)).toMatchObject({
      label: 'app',
      contextValue: 'source',
      collapsible: 'expanded',
    });
    expect(sourceKey(folder('a'))).not.toBe(sourceKey(folder('b')));
    expect(sourceItem({ kind: 'user', path: '/x' }, t).label).toBe('User');
  });
});

function unescaped(markdown: string): string {
  return markdown.replace(/\\([^A-Za-z0-9\s])/g, '$1');
}
