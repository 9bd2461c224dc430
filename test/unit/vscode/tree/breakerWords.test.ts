import { describe, expect, it } from 'vitest';
import { serverTooltip } from '../../../../src/vscode/reports/hovers';
import { breakerIcon, breakerWords } from '../../../../src/vscode/tree/breakerWords';
import { stateIcon, stateWords } from '../../../../src/vscode/tree/stateWords';
import { toolItem } from '../../../../src/vscode/tree/viewModel';
import { connected, context, snapshot, t } from '../snapshots';

const open = { kind: 'open', until: 52_000 } as const;
const halfOpen = { kind: 'halfOpen' } as const;

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

  it('names no time in a hover, which stays while seconds pass', () => {
    expect(serverTooltip({ ...connected('a'), breaker: open }, context)).not.toMatch(/42|try/);
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
