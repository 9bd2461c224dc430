import { describe, expect, test } from 'vitest';
import type { ServerView } from '../../../src/core/serverView';
import { Snapshots } from '../../../src/core/snapshots';
import type { Tool } from '../../../src/shared/mcp';

function tools(...names: string[]): Tool[] {
  return names.map((name) => ({ name, inputSchema: { type: 'object' } }));
}

function view(id: string, more: Partial<ServerView> = {}): ServerView {
  return {
    id,
    name: id,
    source: { kind: 'adHoc' },
    transport: 'stdio',
    address: 'node',
    autoConnect: 'manual',
    state: { kind: 'disconnected' },
    notSupported: [],
    tools: [],
    catalogStatus: 'unknown',
    catalogError: undefined,
    ...more,
  };
}

function namesOf(snapshots: Snapshots, id: string): string[] | undefined {
  return snapshots.get(id)?.catalog.tools.map(({ callName }) => callName);
}

describe('snapshots', () => {
  test('keep the order of the configuration, and tell only what differs', () => {
    const snapshots = new Snapshots(() => undefined);
    expect(snapshots.replace([view('b'), view('a')]).map(({ id }) => id)).toEqual(['b', 'a']);
    const before = snapshots.get('b');
    expect(snapshots.replace([view('a', { name: 'other' }), view('b')]).map(({ id }) => id)).toEqual(['a']);
    expect(snapshots.ids).toEqual(['a', 'b']);
    expect(snapshots.get('b')).toBe(before);
  });

  test('one change touches one snapshot', () => {
    const snapshots = new Snapshots(() => undefined);
    snapshots.replace([view('a'), view('b')]);
    const [, b] = snapshots.all();
    expect(snapshots.update([view('a', { address: 'elsewhere' })]).map(({ id }) => id)).toEqual(['a']);
    expect(snapshots.update([view('a', { address: 'elsewhere' })])).toEqual([]);
    expect(snapshots.all()[1]).toBe(b);
  });

  test('another list of tools may give the tools of others other names', () => {
    const snapshots = new Snapshots(() => undefined);
    snapshots.replace([view('a', { tools: tools('echo') }), view('b')]);
    const alone = namesOf(snapshots, 'a');
    const changed = snapshots.update([view('b', { tools: tools('echo') })]);
    expect(changed.map(({ id }) => id)).toContain('b');
    const all = [...(namesOf(snapshots, 'a') ?? []), ...(namesOf(snapshots, 'b') ?? [])];
    expect(new Set(all).size).toBe(2);
    snapshots.update([view('b')]);
    expect(namesOf(snapshots, 'a')).toEqual(alone);
  });

  test('who is unknown, or gone, does not come back by an update', () => {
    const snapshots = new Snapshots(() => undefined);
    snapshots.replace([view('a'), view('b')]);
    snapshots.replace([view('a')]);
    expect(snapshots.update([view('b'), view('c')])).toEqual([]);
    expect(snapshots.ids).toEqual(['a']);
  });
});
