import { expect, it } from 'vitest';
import { isSameButMeasured, summarize, tickingOf } from '../../../../src/vscode/tree/summary';
import { connected, failure, snapshot } from '../snapshots';

const waiting = {
  kind: 'reconnecting',
  cause: 'failed',
  attempt: 1,
  maxAttempts: 5,
  nextAt: 0,
  error: failure,
} as const;

it('counts enabled, connected, failed and waiting servers', () => {
  const servers = [
    connected(),
    snapshot({ state: { kind: 'disabled' } }),
    snapshot({ state: { kind: 'error', error: failure } }),
    snapshot({ id: 'w', state: waiting }),
  ];
  expect(summarize(servers)).toEqual({ enabled: 3, connected: 1, failed: 1 });
});

it('does not count groups as servers', () => {
  const state = { kind: 'error', error: failure } as const;
  const group = { strategy: 'roundRobin', members: [], warnings: [] } as const;
  expect(summarize([connected(), snapshot({ id: 'g', state, group })])).toEqual({
    enabled: 1,
    connected: 1,
    failed: 0,
  });
});

it('knows that nothing shows where only a time was measured', () => {
  const server = connected('a');
  expect(isSameButMeasured(server, { ...server, roundTripMs: 3 })).toBe(true);
  expect(isSameButMeasured({ ...server, roundTripMs: 2 }, { ...server, roundTripMs: 3, processId: 7 })).toBe(false);
  expect(isSameButMeasured(server, connected('a'))).toBe(false);
  expect(isSameButMeasured(server, { ...server, catalog: { ...server.catalog, error: 'no' } })).toBe(false);
});

it('knows which rows change while nothing happens', () => {
  const servers = [
    connected('a'),
    snapshot({ id: 'w', state: waiting }),
    { ...connected('a'), id: 'b', breaker: { kind: 'open', until: 1, since: 0 } as const },
    { ...connected('a'), id: 'h', breaker: { kind: 'halfOpen', since: 0 } as const },
    {
      ...connected('a', 'z'),
      id: 't',
      toolBreakers: [
        { tool: 'a', kind: 'open', until: 1, since: 0 },
        { tool: 'z', kind: 'halfOpen', since: 0 },
      ] as const,
    },
  ];
  expect(tickingOf(servers)).toEqual({ servers: ['w', 'b'], tools: [{ server: 't', tool: 'a' }], hasPools: false });
  expect(tickingOf([{ ...connected(), pool: { min: 0, max: 4 } }]).hasPools).toBe(true);
  expect(tickingOf([snapshot({ pool: { min: 0, max: 4 } })]).hasPools).toBe(false);
});
