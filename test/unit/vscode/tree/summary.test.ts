import { expect, it } from 'vitest';
import { summarize } from '../../../../src/vscode/tree/summary';
import { connected, failure, snapshot } from '../snapshots';

it('counts enabled, connected, failed and waiting servers', () => {
  const waiting = {
    kind: 'reconnecting',
    cause: 'failed',
    attempt: 1,
    maxAttempts: 5,
    nextAt: 0,
    error: failure,
  } as const;
  const servers = [
    connected(),
    snapshot({ state: { kind: 'disabled' } }),
    snapshot({ state: { kind: 'error', error: failure } }),
    snapshot({ id: 'w', state: waiting }),
  ];
  expect(summarize(servers)).toEqual({ enabled: 3, connected: 1, failed: 1, reconnecting: ['w'] });
});
