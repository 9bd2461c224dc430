import { describe, expect, it } from 'vitest';
import { formatJson, numberText, parseJsonText, parseNumberText } from '../../../src/forms/index';
import type { JsonValue } from '../../../src/shared/json';
import { fc } from '../../support/fastCheck';

describe('number text', () => {
  it.each([
    ['42', 42],
    [' -0 ', -0],
    ['1e21', 1e21],
    ['1.50', 1.5],
    ['100E-2', 1],
    ['0.1', 0.1],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('reads %s', (text, value) => {
    expect(parseNumberText(text, 'number')).toEqual({ ok: true, value });
  });

  it.each([
    '',
    '1e400',
    '-1e999',
    '1e-400',
    '9007199254740993',
    '12345678901234567890',
    '1,5',
    'NaN',
    'Infinity',
    '.5',
    '+1',
  ])('refuses %s', (text) => {
    expect(parseNumberText(text, 'number').ok).toBe(false);
  });

  it('writes every number so that it is read back', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(parseNumberText(numberText(value), 'number')).toEqual({ ok: true, value });
      }),
    );
  });
});

describe('JSON text', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        // Integers beyond 2^53 are refused on purpose; formatJson writes them with an exponent.
        const text = formatJson(JSON.parse(json), 1);
        expect(parseJsonText(text)).toEqual({ ok: true, value: JSON.parse(text) });
      }),
    );
  });

  it('writes every value so that it is read back', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(parseJsonText(formatJson(value as JsonValue))).toEqual({ ok: true, value });
      }),
    );
  });

  it.each([
    ['{"a":1,"a":2}', 'twice', 1, 8],
    ['{"a":1,"\\u0061":2}', 'twice', 1, 8],
    ['[\n 9007199254740993]', '2^53', 2, 2],
    ['[1e400]', 'larger', 1, 2],
    ['[1,]', 'value', 1, 4],
    ['{a:1}', 'double quotes', 1, 2],
    ["'a'", 'double quotes', 1, 1],
    ['"a\nb"', 'line break', 1, 1],
    ['"abc', 'not closed', 1, 1],
    ['1 2', 'after the end', 1, 3],
    ['', 'missing', 1, 1],
    ['[', 'missing', 1, 2],
  ])('refuses %j', (text, message, line, column) => {
    expect(parseJsonText(text)).toMatchObject({ ok: false, message: expect.stringContaining(message), line, column });
  });

  it('refuses depth instead of overflowing', () => {
    expect(parseJsonText('['.repeat(100_000))).toMatchObject({ ok: false, message: expect.stringContaining('deeper') });
  });

  it('keeps __proto__ an own member', () => {
    const parsed = parseJsonText('{"__proto__":{"x":1}}');
    expect(parsed.ok && Object.keys(parsed.value as object)).toEqual(['__proto__']);
  });
});
