import { describe, expect, it } from 'vitest';
import { serverTooltip, toolTooltip } from '../../../../src/vscode/reports/hovers';
import { breakerIcon, breakerWords } from '../../../../src/vscode/tree/breakerWords';
import { stateIcon, stateWords } from '../../../../src/vscode/tree/stateWords';
import { toolItem } from '../../../../src/vscode/tree/viewModel';
import { connected, context, snapshot, t } from '../snapshots';

const open = { kind: 'open', until: 52_000, since: 4_000, reason: 'The connection closed. [x](command:y)' } as const;
const halfOpen = { kind: 'halfOpen', since: 4_000 } as const;

describe('an open breaker', () => {
  it('is told with the time until one call may try', () => {
    expect(breakerWords(open, 10_000, t)).toBe('paused · one try in 42 s');
    expect(breakerWords(open, undefined, t)).toBe('paused after failures');
    expect(breakerWords(halfOpen, 10_000, t)).toBe('paused · one call may try');
    expect(breakerWords(undefined, 0, t)).toBe('');
  });

  it('stands in the place of "ready", with another shape and colour', () => {
    const paused = { ...connected('a', 'b'), breaker: open };
    expect(stateWords(paused, 10_000, t)).toBe('paused · one try in 42 s · 2 tools');
    const icons = [stateIcon(connected('a')), stateIcon(paused), stateIcon({ ...paused, breaker: halfOpen })];
    expect(new Set(icons.map(({ id }) => id)).size).toBe(3);
    expect(new Set(icons.map(({ color }) => color)).size).toBe(3);
    expect(breakerIcon({ kind: 'closed' })).toBeUndefined();
  });

  it('leaves other states their words, and is still told while not connected', () => {
    expect(stateWords(snapshot({ breaker: open }), 10_000, t)).toMatch(/^not connected · paused · one try/);
    const connecting = snapshot({ breaker: open, state: { kind: 'connecting', since: 0, step: '' } });
    expect(stateWords(connecting, 10_000, t)).toBe('connecting…');
  });

  it('says in the hover, which stays while seconds pass, since when, why and what ends it', () => {
    const plain = (text: string) => text.replace(/\\(.)/g, '$1');
    const paused = serverTooltip({ ...connected('a'), breaker: open }, context);
    expect(plain(paused)).toContain('Paused since: time 4000  \nBecause of: The connection closed.');
    expect(plain(paused)).toContain('Next: one call may try at time 52000; Reconnect allows it at once');
    expect(paused).not.toMatch(/42/);
    expect(paused).not.toContain('](command');
    const trying = serverTooltip({ ...connected('a'), breaker: halfOpen }, context);
    expect(plain(trying)).toContain('Next: one call may try now; Reconnect lets all go');
    expect(trying).not.toContain('Because of');
    const server = { ...connected('a', 'b'), toolBreakers: [{ tool: 'b', ...open }] };
    const [a, b] = server.catalog.tools.map((entry) => toolTooltip(server, entry, context));
    expect(plain(b ?? '')).toContain('Because of: The connection closed.');
    expect(a).not.toContain('Paused');
  });

  it('shows at its tool alone', () => {
    const server = { ...connected('a', 'b'), toolBreakers: [{ tool: 'b', ...open }] };
    const [a, b] = server.catalog.tools.map((entry) => toolItem(server, entry, 0, context));
    expect(a).toMatchObject({ description: '', icon: { id: 'symbol-method' } });
    expect(b).toMatchObject({
      description: 'paused · one try in 42 s',
      icon: { id: 'debug-pause', color: 'charts.orange' },
      accessibilityLabel: 'b, tool of Demo, paused · one try in 42 s',
      contextValue: 'tool live',
    });
  });
});
