import { describe, expect, it } from 'vitest';
import { createForm } from '../../../src/forms/form';
import { formatJson, numberText, parseJsonText, parseNumberText } from '../../../src/forms/index';
import { BEYOND_ARGUMENT_LIMITS, fitsArguments } from '../../../src/forms/limits';
import type { JsonValue } from '../../../src/shared/json';
import { fc } from '../../support/fastCheck';

describe('number text', () => {
  it.each([
    ['42', 42],
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
    ' -0 ',
    '-0.0',
    '-0e5',
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
        // As JSON it would arrive as 0, so that it is refused by name.
        if (Object.is(value, -0)) expect(parseNumberText(numberText(value), 'number').ok).toBe(false);
        else expect(parseNumberText(numberText(value), 'number')).toEqual({ ok: true, value });
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
        const text = formatJson(value as JsonValue);
        expect(parseJsonText(text, { negativeZero: true })).toEqual({ ok: true, value });
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

  it('reads no more than arguments may hold, and a form takes all that is read', () => {
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
    const deepest = parseJsonText(nested(401));
    if (!deepest.ok) throw new Error(deepest.message);
    expect(createForm({ type: 'array' }, deepest.value).value()).toEqual(deepest.value);
    expect(parseJsonText(nested(402))).toMatchObject({ message: expect.stringContaining('deeper than 400 levels') });
    expect(() => createForm({}, [deepest.value])).toThrow(BEYOND_ARGUMENT_LIMITS);
    const many = (members: number) => `[${Array(members).fill('1').join()}]`;
    expect(parseJsonText(many(500_000)).ok).toBe(true);
    expect(parseJsonText(many(500_001))).toMatchObject({
      message: expect.stringContaining('More than 500,000 values'),
    });
  });

  it('counts the levels around a JSON box', () => {
    const form = createForm({ type: 'object', properties: { a: { type: 'object', properties: { b: {} } } } });
    form.load(form.root, { a: { b: 1 } });
    const box = form.find('/a/b');
    if (!box) throw new Error('There is no box.');
    form.pick(box, box.pickers.length - 1, (box.pickers.at(-1)?.options.length ?? 0) - 1);
    form.setText(box, '['.repeat(399) + ']'.repeat(399));
    expect(fitsArguments(form.value())).toBe(true);
    expect(form.errors()).toEqual([]);
    form.setText(box, '['.repeat(400) + ']'.repeat(400));
    expect(form.errors()).toMatchObject([{ message: expect.stringContaining('deeper than 400 levels') }]);
  });

  it('refuses depth instead of overflowing', () => {
    expect(parseJsonText('['.repeat(100_000))).toMatchObject({ ok: false, message: expect.stringContaining('deeper') });
  });

  it('keeps __proto__ an own member', () => {
    const parsed = parseJsonText('{"__proto__":{"x":1}}');
    expect(parsed.ok && Object.keys(parsed.value as object)).toEqual(['__proto__']);
  });
});
