import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { PatchbayError } from '../../../src/base/errors';
import { redactError } from '../../../src/core/redacted';
import { Redactor } from '../../../src/core/traffic/redactor';

describe('redactError', () => {
  const redactor = new Redactor();
  redactor.add(['s3cret-value']);

  it('leaves name, code and message of a cause, without secrets and whatever else it holds', () => {
    const innermost = Object.assign(new TypeError('got s3cret-value'), { body: 's3cret-value', code: 'ECONNRESET' });
    const cause = Object.assign(new Error('outer', { cause: innermost }), { data: { text: 's3cret-value' } });
    const error = new PatchbayError('transport', 'It failed.', { cause, code: 5, retryable: true, hint: 'Wait.' });
    const clean = redactError(error, redactor);
    expect(clean).toMatchObject({ kind: 'transport', message: 'It failed.', code: 5, retryable: true, hint: 'Wait.' });
    expect(clean.cause).toMatchObject({ message: 'outer' });
    expect((clean.cause as Error).cause).toMatchObject({
      name: 'TypeError',
      code: 'ECONNRESET',
      message: 'got ••••',
    });
    expect(inspect(clean, { depth: 20, showHidden: true })).not.toContain('s3cret');
  });

  it('keeps what a server says with its refusal, without secrets', () => {
    const data = { moon: 'full', seen: ['s3cret-value'], password: 'open sesame' };
    const cause = Object.assign(new Error('Invalid params'), { name: 'ProtocolError', code: -32602, data });
    const clean = redactError(new PatchbayError('protocol', 'It failed.', { cause }), redactor);
    expect(clean.cause).toMatchObject({ code: -32602, data: { moon: 'full', seen: ['••••'], password: '••••' } });
  });

  it('ends at a cause of itself, and takes any value for one', () => {
    const loop = new Error('round');
    loop.cause = loop;
    for (const cause of [loop, 's3cret-value', { a: 's3cret-value' }, null]) {
      const clean = redactError(new PatchbayError('transport', 'It failed.', { cause }), redactor);
      expect(inspect(clean, { depth: 20 })).not.toContain('s3cret');
    }
  });
});
