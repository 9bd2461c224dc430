import { describe, expect, it } from 'vitest';
import { describeError, isPatchbayError, PatchbayError, toError } from '../../../src/base/errors';

describe('errors as people read them', () => {
  it('puts message and next step into two sentences', () => {
    expect(describeError(new PatchbayError('config', 'Command not found: x', { hint: 'Check PATH.' }))).toBe(
      'Command not found: x. Check PATH.',
    );
    expect(describeError(new PatchbayError('config', 'Gone.', { hint: 'Wait.' }))).toBe('Gone. Wait.');
    expect(describeError(new PatchbayError('config', 'No hint'))).toBe('No hint');
  });

  it('makes text of anything that was thrown', () => {
    const circular: { self?: unknown } = {};
    circular.self = circular;
    expect([toError('text').message, toError({ a: 1 }).message, toError(undefined).message]).toEqual([
      'text',
      '{"a":1}',
      'undefined',
    ]);
    expect(toError(circular).message).toContain('object');
  });

  it('knows its errors by shape, because each bundle has a class of its own', () => {
    const foreign = Object.assign(new Error('x'), { kind: 'timeout', retryable: true });
    expect(isPatchbayError(foreign)).toBe(true);
    expect(isPatchbayError(Object.assign(new Error('x'), { kind: 'other', retryable: true }))).toBe(false);
    expect(isPatchbayError({ kind: 'timeout', retryable: true })).toBe(false);
  });
});
