import { describe, expect, it } from 'vitest';
import { PatchbayError, type PatchbayErrorOptions } from '../../../../src/base/errors';
import { type FailedTry, mayGoElsewhere, mayRepeat, replayPauseMs } from '../../../../src/core/calls/replay';
import { fc } from '../../../support/fastCheck';

const failure = (kind: PatchbayError['kind'], options: PatchbayErrorOptions = {}) =>
  new PatchbayError(kind, 'It failed.', { retryable: true, ...options });

const dropped = failure('connectionClosed');
const sent: FailedTry = { failure: dropped, phase: 'sent', tries: 1, policy: 'safeOnly', annotations: undefined };
const base = sent;

describe('replayPauseMs', () => {
  it.each([
    // policy, phase, annotations, pause
    ['never', 'waiting', undefined, undefined],
    ['never', 'waiting', { readOnlyHint: true }, undefined],
    ['never', 'sent', undefined, undefined],
    ['never', 'sent', { readOnlyHint: true }, undefined],
    ['safeOnly', 'waiting', undefined, 0],
    ['safeOnly', 'waiting', { destructiveHint: true }, 0],
    ['safeOnly', 'sent', undefined, undefined],
    ['safeOnly', 'sent', {}, undefined],
    ['safeOnly', 'sent', { readOnlyHint: false }, undefined],
    ['safeOnly', 'sent', { destructiveHint: false }, undefined],
    ['safeOnly', 'sent', { readOnlyHint: true }, 100],
    ['safeOnly', 'sent', { idempotentHint: true, destructiveHint: true }, 100],
    ['always', 'waiting', undefined, 0],
    ['always', 'sent', undefined, 100],
    ['always', 'sent', { readOnlyHint: true }, 100],
  ] as const)('%s, %s, %o: %s', (policy, phase, annotations, pause) => {
    expect(replayPauseMs({ ...base, policy, phase, annotations })).toBe(pause);
    expect(replayPauseMs({ ...base, failure: failure('transport'), policy, phase, annotations })).toBe(pause);
  });

  it('takes a hint only for what it is: a true, not something like it', () => {
    const odd = { readOnlyHint: 'true', idempotentHint: 1 } as unknown as FailedTry['annotations'];
    expect(mayRepeat(odd)).toBe(false);
  });

  it.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENOENT'])('sends again what cannot have arrived: %s', (code) => {
    expect(replayPauseMs({ ...base, failure: failure('transport', { code }) })).toBe(0);
  });

  it('sends again once what was of a session that the server forgot', () => {
    const lost = failure('connectionClosed', { code: 'sessionLost' });
    for (const annotations of [undefined, { destructiveHint: true }, { readOnlyHint: true }]) {
      const pauses = [1, 2].map((tries) => replayPauseMs({ ...base, failure: lost, tries, annotations }));
      expect(pauses).toEqual([0, undefined]);
    }
  });

  it.each([{}, { retryAfterMs: 0 }, { retryAfterMs: 7000 }])('takes a 503 with %o for what may have run', (wait) => {
    const unavailable = failure('transport', { code: 503, ...wait });
    for (const annotations of [undefined, { destructiveHint: true }]) {
      expect(replayPauseMs({ ...base, failure: unavailable, annotations })).toBeUndefined();
    }
  });

  it.each(['ECONNRESET', 'EPIPE', 'ETIMEDOUT'])('does not send again what may have arrived: %s', (code) => {
    expect(replayPauseMs({ ...base, failure: failure('transport', { code }) })).toBeUndefined();
  });

  it('gives up where the server wants more than five minutes', () => {
    const asked = (retryAfterMs: number) => failure('limit', { code: 429, retryAfterMs });
    expect(replayPauseMs({ ...base, failure: asked(300_000) })).toBe(300_000);
    expect(replayPauseMs({ ...base, failure: asked(300_001) })).toBeUndefined();
  });

  it.each([
    [429, 'limit', undefined],
    [503, 'transport', { readOnlyHint: true }],
  ] as const)('waits as long as the server asks (%i), else longer each time', (code, kind, annotations) => {
    const base: FailedTry = { ...sent, annotations };
    expect(replayPauseMs({ ...base, failure: failure(kind, { code, retryAfterMs: 7000 }) })).toBe(7000);
    expect(replayPauseMs({ ...base, failure: failure(kind, { code, retryAfterMs: 0 }) })).toBe(0);
    const pauses = [1, 2, 3].map((tries) => replayPauseMs({ ...base, tries, failure: failure(kind, { code }) }));
    expect(pauses).toEqual([1000, 2000, undefined]);
  });

  it.each(['timeout', 'auth', 'config', 'protocol', 'tool', 'cancelled', 'limit', 'security'] as const)(
    'never sends again after %s',
    (kind) => {
      for (const phase of ['waiting', 'sent'] as const) {
        const annotations = { readOnlyHint: true };
        expect(
          replayPauseMs({ ...base, failure: failure(kind), phase, policy: 'always', annotations }),
        ).toBeUndefined();
      }
    },
  );

  it('property: at most two more tries, none where the failure is final, and none of what may have run unasked', () => {
    const failures = fc.record({
      kind: fc.constantFrom('connectionClosed', 'transport', 'limit', 'timeout', 'protocol' as const),
      code: fc.option(fc.constantFrom<string | number>(429, 503, 'ECONNREFUSED', 'ECONNRESET'), { nil: undefined }),
      retryable: fc.boolean(),
    });
    fc.assert(
      fc.property(
        failures,
        fc.constantFrom('waiting', 'sent' as const),
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom('never', 'safeOnly', 'always' as const),
        fc.option(fc.record({ readOnlyHint: fc.boolean(), idempotentHint: fc.boolean() }), { nil: undefined }),
        ({ kind, code, retryable }, phase, tries, policy, annotations) => {
          const error = failure(kind as PatchbayError['kind'], { retryable, ...(code === undefined ? {} : { code }) });
          const pause = replayPauseMs({ failure: error, phase, tries, policy, annotations } as FailedTry);
          if (pause === undefined) return;
          expect(tries).toBeLessThan(3);
          expect(policy).not.toBe('never');
          expect(retryable).toBe(true);
          expect(pause).toBeGreaterThanOrEqual(0);
          const mayHaveRun = phase === 'sent' && (code === undefined || code === 'ECONNRESET' || code === 503);
          if (mayHaveRun) expect(policy === 'always' || mayRepeat(annotations)).toBe(true);
        },
      ),
    );
  });
});

describe('mayGoElsewhere', () => {
  const readOnly = { readOnlyHint: true };
  const refused = failure('transport', { code: 'ECONNREFUSED' });
  const unavailable = failure('transport', { code: 503 });
  const lost = failure('connectionClosed', { code: 'sessionLost' });
  it.each([
    // failure, policy, annotations, goes on
    [dropped, 'safeOnly', readOnly, true],
    [dropped, 'safeOnly', { idempotentHint: true }, true],
    [dropped, 'safeOnly', { idempotentHint: true, destructiveHint: true }, false],
    [dropped, 'safeOnly', undefined, false],
    [dropped, 'never', readOnly, false],
    [dropped, 'always', undefined, true],
    [unavailable, 'safeOnly', undefined, false],
    [unavailable, 'safeOnly', readOnly, true],
    [lost, 'safeOnly', undefined, false],
    [lost, 'safeOnly', readOnly, true],
    [refused, 'safeOnly', undefined, true],
    [refused, 'never', undefined, false],
    [failure('timeout'), 'safeOnly', readOnly, true],
    [failure('timeout'), 'safeOnly', undefined, false],
    [failure('timeout'), 'always', undefined, false],
    [failure('limit', { code: 429, retryAfterMs: 3_600_000 }), 'never', undefined, true],
    [failure('protocol'), 'always', readOnly, false],
    [failure('protocol', { code: 429 }), 'always', readOnly, false],
  ] as const)('%s, %s, %o: %s', (failure, policy, annotations, goesOn) => {
    expect(mayGoElsewhere({ failure, policy, annotations })).toBe(goesOn);
  });
});
