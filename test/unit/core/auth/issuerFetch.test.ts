import { expect, it } from 'vitest';
import { createIssuerFetch } from '../../../../src/core/auth/issuerFetch';
import { ManualClock, settle } from '../../../support/manualClock';

it('gives up on an authorization server that does not answer within half a minute', async () => {
  const clock = new ManualClock();
  let given: AbortSignal | null | undefined;
  const fetch = createIssuerFetch({
    clock,
    signal: new AbortController().signal,
    fetch: (_url, init) => {
      given = init?.signal;
      return new Promise((_resolve, reject) => given?.addEventListener('abort', () => reject(given?.reason)));
    },
  });
  const asked = fetch('https://login.example/token?code=hidden');
  const failed = expect(asked).rejects.toMatchObject({
    kind: 'timeout',
    retryable: true,
    message: 'https://login.example/token did not answer in time.',
  });
  await settle();
  await clock.advance(29_999);
  expect(given?.aborted).toBe(false);
  await clock.advance(1);
  expect(given?.aborted).toBe(true);
  await failed;
  expect(clock.pending).toBe(0);
});
