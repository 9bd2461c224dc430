import { describe, expect, it } from 'vitest';
import type { ServerSnapshot } from '../../../../src/core/hubTypes';
import { serverTooltip } from '../../../../src/vscode/reports/hovers';
import { memberItem } from '../../../../src/vscode/tree/groupRows';
import type { GroupFacts, MemberFacts } from '../../../../src/vscode/tree/groupWords';
import { noticeItem, serverItem } from '../../../../src/vscode/tree/viewModel';
import { connected, context, failure, snapshot, t } from '../snapshots';

const well: MemberFacts = { id: 'a', weight: 2, takesCalls: true, health: 'healthy', state: 'connected' };
const unwell: MemberFacts = {
  id: 'b',
  weight: 1,
  takesCalls: false,
  health: 'unhealthy',
  reason: 'no answer',
  state: 'connected',
};
const away: MemberFacts = { id: 'c', weight: 1, takesCalls: false, health: undefined, state: 'error', reason: 'gone' };
const open = { kind: 'open', until: 99_000, since: 0 } as const;
const paused: MemberFacts = { ...well, id: 'd', takesCalls: false, breaker: open };

function groupOf(members: readonly MemberFacts[], changes: Partial<ServerSnapshot> = {}): ServerSnapshot {
  const group: GroupFacts = { strategy: 'weighted', members, warnings: [] };
  return { ...connected('echo'), id: 'g', name: 'g', transport: 'group', group, ...changes };
}

describe('the row of a group', () => {
  it('counts the members that take calls', () => {
    expect(serverItem(groupOf([well, unwell, away]), context)).toMatchObject({
      id: 'server:g',
      description: 'ready · 1/3 members · 1 tool',
      icon: { id: 'layers-dot', color: 'charts.yellow' },
      contextValue: 'group connected user',
      accessibilityLabel: 'g, group of servers, ready · 1/3 members · 1 tool',
      collapsible: 'collapsed',
    });
  });

  it('does not count a member that is paused, which the hover tells with the time of the next try', () => {
    const group = groupOf([well, paused]);
    expect(serverItem(group, context)).toMatchObject({
      description: 'ready · 1/2 members · 1 tool',
      icon: { id: 'layers-dot' },
    });
    const text = serverTooltip(group, context).replace(/\\(.)/g, '$1');
    expect(text).toContain('a: weight 2 · healthy');
    expect(text).toContain('d: weight 2 · paused · one try at time 99000');
  });

  it('is paused where all that are well are', () => {
    const group = groupOf([paused, away], { breaker: open });
    expect(serverItem(group, context)).toMatchObject({
      description: 'paused · one try in 89 s · 0/2 members · 1 tool',
      icon: { id: 'debug-pause' },
    });
  });

  it('has another shape when all are well, and when none is connected', () => {
    expect(serverItem(groupOf([well]), context)).toMatchObject({ icon: { id: 'layers-active' } });
    const asleep = groupOf([away], { state: { kind: 'disconnected' } });
    expect(serverItem(asleep, context)).toMatchObject({
      icon: { id: 'layers' },
      description: 'not connected · 1 member',
      contextValue: 'group disconnected user',
    });
  });

  it('says that it stands in the place of one of the user', () => {
    const theirs = groupOf([well], { overrides: 'user' });
    expect(serverItem(theirs, context).description).toBe('ready · 1/1 member · 1 tool · replaces yours');
    expect(serverItem(theirs, context).accessibilityLabel).toContain('replaces yours');
    expect(serverTooltip(theirs, context)).toContain('Replaces: your own entry of the same id');
    expect(serverTooltip(groupOf([well]), context)).not.toContain('Replaces');
  });

  it('shows an error as that', () => {
    const failed = groupOf([away], { state: { kind: 'error', error: failure } });
    expect(serverItem(failed, context).icon).toEqual({ id: 'error', color: 'testing.iconFailed' });
  });

  it('says in the hover who its members are and what they do not share, and no address', () => {
    const group: GroupFacts = {
      strategy: 'weighted',
      members: [well, unwell, away],
      warnings: ['"x" is left out: "b" does not have it.', '[y](command:z)'],
    };
    const text = serverTooltip(groupOf([], { group }), context).replace(/\\(.)/g, '$1');
    expect(text).toContain('Calls go to its members: by weight');
    expect(text).toContain('a: weight 2 · healthy');
    expect(text).toContain('b: weight 1 · unhealthy: no answer');
    expect(text).toContain('c: weight 1 · gone');
    expect(text).toContain('"x" is left out: "b" does not have it.');
    expect(text).not.toContain('Address');
    expect(serverTooltip(groupOf([], { group }), context)).not.toContain('](command');
  });

  it('explains why it has no tools', () => {
    const none = groupOf([well], { catalog: { status: 'live', tools: [] } });
    expect(noticeItem(none, t)?.label).toBe('The members have no tool with the same schema.');
  });
});

describe('the row of a member', () => {
  const item = (member: MemberFacts, server?: ServerSnapshot, strategy: GroupFacts['strategy'] = 'weighted') =>
    memberItem(groupOf([member]), { strategy, members: [member], warnings: [] }, member, server, t);

  it('says weight and health and leads to its own row', () => {
    expect(item(well, connected('echo'))).toMatchObject({
      id: 'member:g/a',
      label: 'Demo',
      description: 'weight 2 · healthy',
      icon: { id: 'circle-filled' },
      contextValue: 'member connected',
      accessibilityLabel: 'Demo, member of g, weight 2 · healthy',
      command: 'showServer',
    });
  });

  it('says why it gets no calls', () => {
    expect(item(unwell, connected())).toMatchObject({
      description: 'weight 1 · unhealthy: no answer',
      icon: { id: 'warning', color: 'charts.yellow' },
    });
    const failed = snapshot({ state: { kind: 'error', error: failure } });
    expect(item(away, failed)).toMatchObject({
      description: 'weight 1 · error · Command not found: foo',
      icon: { id: 'error' },
    });
    expect(item({ ...away, state: 'disconnected' }, snapshot()).description).toBe('weight 1 · not connected');
    expect(item(paused, { ...connected('a'), breaker: open })).toMatchObject({
      description: 'weight 2 · paused after failures',
      icon: { id: 'debug-pause' },
    });
  });

  it('names tools that get no calls at it', () => {
    const one = { ...well, toolBreakers: [{ tool: 'slow', ...open }] };
    expect(item(one, connected()).description).toBe('weight 2 · healthy · tool paused: slow');
    const two = { ...well, toolBreakers: [...one.toolBreakers, { tool: 'b', ...open }] };
    expect(item(two, connected()).description).toBe('weight 2 · healthy · 2 tools paused');
    expect(item({ ...paused, toolBreakers: one.toolBreakers }, connected()).description).not.toContain('slow');
  });

  it('names no weight where all take turns', () => {
    expect(item(well, connected(), 'roundRobin').description).toBe('healthy');
    expect(item(unwell, undefined, 'leastConnections').description).toMatch(/^weight 1/);
  });
});
