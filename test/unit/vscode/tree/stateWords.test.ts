import { describe, expect, it } from 'vitest';
import type { ConnectionState } from '../../../../src/core/connection/state';
import { serverTooltip } from '../../../../src/vscode/reports/hovers';
import { stateIcon, stateWords } from '../../../../src/vscode/tree/stateWords';
import { connected, context, failure, snapshot, t } from '../snapshots';

const NOW = 10_000;
const words = (state: ConnectionState) => stateWords(snapshot({ state }), NOW, t);

describe('stateWords', () => {
  const table: [ConnectionState, string][] = [
    [{ kind: 'disabled' }, 'disabled'],
    [{ kind: 'disconnected' }, 'not connected'],
    [{ kind: 'disconnecting' }, 'disconnecting…'],
    [{ kind: 'connecting', since: 0, step: 'starting' }, 'connecting…'],
    [{ kind: 'needsInput', needed: { kind: 'approval', summary: 'x' } }, 'needs approval'],
    [{ kind: 'needsInput', needed: { kind: 'trust' } }, 'needs trust'],
    [{ kind: 'needsInput', needed: { kind: 'value', names: ['key'] } }, 'needs input'],
    [
      { kind: 'reconnecting', cause: 'failed', attempt: 2, maxAttempts: 5, nextAt: NOW + 3100, error: failure },
      'reconnecting 2/5 · 4 s · Command not found: foo',
    ],
    [
      { kind: 'reconnecting', cause: 'failed', attempt: 2, maxAttempts: 5, nextAt: undefined, error: failure },
      'reconnecting 2/5… · Command not found: foo',
    ],
    [
      { kind: 'reconnecting', cause: 'failed', attempt: 7, maxAttempts: 0, nextAt: NOW + 1000, error: failure },
      'reconnecting 7 · 1 s · Command not found: foo',
    ],
    [
      { kind: 'reconnecting', cause: 'failed', attempt: 1, maxAttempts: 1, nextAt: NOW - 500, error: failure },
      'reconnecting 1/1 · 0 s · Command not found: foo',
    ],
    [
      { kind: 'reconnecting', cause: 'failed', attempt: 1, maxAttempts: 1, nextAt: NOW + 150_000, error: failure },
      'reconnecting 1/1 · 3 min · Command not found: foo',
    ],
    [
      { kind: 'reconnecting', cause: 'unreachable', attempt: 1, maxAttempts: 5, nextAt: NOW + 9000, error: failure },
      'host not reachable · 9 s',
    ],
    [{ kind: 'error', error: failure }, 'error · Command not found: foo'],
  ];
  for (const [state, expected] of table) {
    it(`says "${expected}"`, () => expect(words(state)).toBe(expected));
  }

  it('counts the tools of a connected server', () => {
    expect(stateWords(connected(), NOW, t)).toBe('ready · 0 tools');
    expect(stateWords(connected('a'), NOW, t)).toBe('ready · 1 tool');
    expect(stateWords(connected('a', 'b'), NOW, t)).toBe('ready · 2 tools');
  });

  it('says that a server was stopped because nobody called it, and what starts it', () => {
    const idle = snapshot({ idleStopMs: 5000 });
    expect(stateWords(idle, NOW, t)).toBe('not connected · stopped after 5 s without a call');
    expect(serverTooltip(idle, context)).toContain('the next call starts it again');
  });

  it('leaves a measured time to the hover, which says what it is', () => {
    const measured = { ...connected('a'), roundTripMs: 8 };
    expect(stateWords(measured, NOW, t)).toBe('ready · 1 tool');
    expect(serverTooltip(measured, context)).toContain('Last health check: 8 ms');
    expect(serverTooltip(connected('a'), context)).not.toContain('health check');
  });

  it('names the cause of a countdown in a few words, and none where the words stay', () => {
    const error = {
      ...failure,
      code: 'ECONNREFUSED',
      message: `Nothing is listening at ${'x'.repeat(500)}. Start it.`,
    };
    const waiting = { kind: 'reconnecting', cause: 'failed', attempt: 2, maxAttempts: 5, nextAt: NOW + 3100 } as const;
    expect(words({ ...waiting, error })).toBe('reconnecting 2/5 · 4 s · connection refused');
    expect(words({ ...waiting, error: { ...error, code: 'EPIPE' } }).length).toBeLessThan(90);
    expect(stateWords(snapshot({ state: { ...waiting, error } }), undefined, t)).toBe('reconnecting 2/5…');
  });

  it('counts nothing that it does not know', () => {
    const listing = snapshot({ state: { kind: 'connected', since: 0 } });
    expect(stateWords(listing, NOW, t)).toBe('ready');
    const failed = { ...listing, catalog: { status: 'unknown', tools: [], error: 'no' } } as const;
    expect(stateWords(failed, NOW, t)).toBe('ready · tools not listed');
  });

  it('leaves the next step of an error to other places', () => {
    const message = 'Nothing is listening at http://127.0.0.1:9/mcp (ECONNREFUSED). Start the server.';
    const expected = 'error · Nothing is listening at http://127.0.0.1:9/mcp (ECONNREFUSED)';
    expect(words({ kind: 'error', error: { ...failure, message } })).toBe(expected);
  });

  it('keeps a long error message on one short line', () => {
    const message = `line 1\nline 2 ${'x'.repeat(500)}`;
    const text = words({ kind: 'error', error: { ...failure, message } });
    expect(text).not.toContain('\n');
    expect(text.length).toBeLessThanOrEqual(90);
  });
});

describe('stateIcon', () => {
  it('has one shape for each state that a person must tell apart', () => {
    const states: ConnectionState[] = [
      { kind: 'disabled' },
      { kind: 'disconnected' },
      { kind: 'connecting', since: 0, step: '' },
      { kind: 'connected', since: 0 },
      { kind: 'reconnecting', cause: 'failed', attempt: 1, maxAttempts: 5, nextAt: 1, error: failure },
      { kind: 'needsInput', needed: { kind: 'approval', summary: '' } },
      { kind: 'needsInput', needed: { kind: 'value', names: [] } },
      { kind: 'error', error: failure },
    ];
    expect(new Set(states.map((state) => stateIcon(snapshot({ state })).id)).size).toBe(states.length);
  });
});
