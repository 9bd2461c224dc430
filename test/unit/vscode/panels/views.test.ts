import { describe, expect, it } from 'vitest';
import { stateView } from '../../../../src/vscode/panels/views';
import { connected, snapshot } from '../snapshots';

const open = { kind: 'open', until: 52_000, since: 4_000 } as const;

describe('the state in the head of a form', () => {
  it('is ready where calls go through', () => {
    expect(stateView(connected('a'), 'a')).toEqual({ kind: 'connected', label: 'ready' });
    expect(stateView(undefined, 'a')).toEqual({ kind: 'removed', label: 'removed' });
  });

  it('says that the server is paused, as the tree does', () => {
    const label = 'paused after failures';
    expect(stateView({ ...connected('a'), breaker: open }, 'a')).toEqual({ kind: 'connected', label, isPaused: true });
    const trying = { ...connected('a'), breaker: { kind: 'halfOpen', since: 1 } } as const;
    expect(stateView(trying, 'a')).toMatchObject({ label: 'paused · one call may try', isPaused: true });
  });

  it('says that this tool is paused, and not that another one is', () => {
    const server = { ...connected('a', 'b'), toolBreakers: [{ tool: 'b', ...open }] };
    expect(stateView(server, 'b')).toMatchObject({ label: 'tool paused after failures', isPaused: true });
    expect(stateView(server, 'a')).toEqual({ kind: 'connected', label: 'ready' });
  });

  it('names the state of the connection where there is none', () => {
    expect(stateView(snapshot({ breaker: open }), 'a')).toEqual({ kind: 'disconnected', label: 'not connected' });
  });
});
