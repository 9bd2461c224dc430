import { describe, expect, it } from 'vitest';
import { formatJson } from '../../../../src/forms/jsonText';
import { changedPart, editedText } from '../../../../src/forms/text/editedText';
import { readArguments } from '../../../../src/forms/text/readArguments';
import type { JsonObject, JsonValue } from '../../../../src/shared/json';
import { fc } from '../../../support/fastCheck';

/** What both editors can hold: numbers that are sent as written, any name, any text. */
const scalar = fc.oneof(
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
  fc.constantFrom('__proto__', 'a', '\ud800', '"', '\\'),
  fc.double({ noDefaultInfinity: true, noNaN: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
  fc.constantFrom(0, 1, -1, 1e21, 5e-324, Number.MAX_SAFE_INTEGER, 2 ** 60),
  fc.constantFrom(true, false, null),
);
const { json } = fc.letrec<{ json: JsonValue }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small' },
    scalar as fc.Arbitrary<JsonValue>,
    fc.array(tie('json'), { maxLength: 5 }),
    objectOf(tie('json')),
  ),
}));
const args = objectOf(json) as fc.Arbitrary<JsonObject>;
const layout = fc.constantFrom(0, 1, 2, 4);

function objectOf(member: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonValue> {
  const name = fc.oneof(fc.constantFrom('a', 'b', 'c', '1', '__proto__', 'constructor', ''), fc.string());
  return fc.uniqueArray(fc.tuple(name, member), { selector: ([key]) => key, maxLength: 5 }).map(
    // `fromEntries` makes own members of every name.
    (entries) => Object.fromEntries(entries) as JsonValue,
  );
}

describe('editedText', () => {
  it('reads back as the value, and leaves a text alone that says it already', () => {
    fc.assert(
      fc.property(args, args, layout, (before, after, indent) => {
        const text = formatJson(before, indent);
        expect(editedText(text, before)).toBe(text);
        const edited = editedText(text, after);
        expect(readArguments(edited)).toEqual({ ok: true, value: after });
        expect(readArguments(editedText(edited, before))).toEqual({ ok: true, value: before });
      }),
    );
  });

  const cases: Record<string, [before: string, after: JsonObject, expected: string]> = {
    'changes a value where it stands': ['{ "b":1,\n\n "a" : 2e0 }', { a: 2, b: 3 }, '{ "b":3,\n\n "a" : 2e0 }'],
    'adds a member at the end, in the way of the others': [
      '{\n    "a": 1\n}',
      { a: 1, b: { c: [1] } },
      '{\n    "a": 1,\n    "b": {\n      "c": [\n        1\n      ]\n    }\n}',
    ],
    'fills an object that is empty': ['{}', { a: 1 }, '{\n  "a": 1\n}'],
    'takes the first, one between and the last member out': ['{"a":1, "b":2, "c":3, "d":4}', { b: 2 }, '{"b":2}'],
    'empties an object': ['{ "a": 1 }', {}, '{}'],
    'keeps the order of the text': ['{"z": 1, "a": 2}', { a: 2, z: 1, m: 3 }, '{"z": 1, "a": 2, "m": 3}'],
    'keeps items around one that is new': ['{"a": [1,  2, 3]}', { a: [1, 9, 2, 3] }, '{"a": [1,  9,  2, 3]}'],
    'keeps items around one that is gone': ['{"a": [ 1, 2,   3 ]}', { a: [1, 3] }, '{"a": [ 1, 3 ]}'],
    'changes an item in place': ['{"a": [{"x": 1,  "y": 2}]}', { a: [{ x: 1, y: 3 }] }, '{"a": [{"x": 1,  "y": 3}]}'],
    'writes into blank text': [' \n', { a: 1 }, '{\n  "a": 1\n}'],
  };
  it.each(Object.entries(cases))('%s', (_name, [before, after, expected]) => {
    const edited = editedText(before, after);
    expect(readArguments(edited)).toEqual({ ok: true, value: after });
    expect(edited).toBe(expected);
  });
});

describe('changedPart', () => {
  it('is all that has to be replaced', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        const part = changedPart(before, after);
        if (part === undefined) expect(before).toBe(after);
        else expect(before.slice(0, part.start) + part.text + before.slice(part.end)).toBe(after);
      }),
    );
    expect(changedPart('{"a": 1, "b": 2}', '{"a": 12, "b": 2}')).toEqual({ start: 7, end: 7, text: '2' });
    expect(changedPart('aa', 'aaa')).toEqual({ start: 2, end: 2, text: 'a' });
  });

  it('begins and ends within no character and no line break', () => {
    expect(changedPart('x\u{1f600}y', 'x\u{1f601}y')).toEqual({ start: 1, end: 3, text: '\u{1f601}' });
    expect(changedPart('x\r\ny', 'x\ry')).toEqual({ start: 1, end: 3, text: '\r' });
  });
});

describe('readArguments', () => {
  it('takes blank text for no arguments', () => {
    expect(readArguments(' \n')).toEqual({ ok: true, value: {} });
  });

  it.each([
    ['[1]', 'The arguments must be an object: { … }', 0],
    ['\n  1', 'The arguments must be an object: { … }', 3],
    ['{"n": 9007199254740993}', 'beyond 2^53', 6],
    ['{"n": 1e400}', 'larger than any number', 6],
    ['{"a": 1, "a": 2}', 'The key "a" is there twice.', 9],
    ['{"a": }', 'a value belongs here', 6],
  ])('refuses %s where it is', (text, message, offset) => {
    const parsed = readArguments(text);
    expect(parsed).toMatchObject({ ok: false, offset });
    expect(parsed.ok || parsed.message).toContain(message);
  });
});
