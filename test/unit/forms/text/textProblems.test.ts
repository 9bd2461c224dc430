import { describe, expect, it } from 'vitest';
import { textProblems, unreadableText } from '../../../../src/forms/text/textProblems';
import { validateNow } from '../../../../src/forms/validateNow';

const SCHEMA = {
  type: 'object',
  required: ['path'],
  properties: {
    path: { type: 'string', minLength: 2 },
    count: { type: 'integer', maximum: 5 },
    edits: {
      type: 'array',
      minItems: 2,
      items: { type: 'object', required: ['to'], properties: { to: { type: 'string' } } },
    },
    code: { type: 'string', pattern: '^(a+)+$' },
  },
};

function problems(text: string, schema: unknown = SCHEMA) {
  const validation = validateNow(schema, JSON.parse(text));
  return textProblems(text, schema, validation).map(({ offset, length, message }) => [
    text.slice(offset, offset + length),
    message,
  ]);
}

describe('textProblems', () => {
  it('marks the value at fault, of a whole its name, of what is missing the place where it belongs', () => {
    expect(problems('{"path": "x", "count": 7}')).toEqual([
      ['"x"', 'Must have at least 2 characters.'],
      ['7', expect.stringContaining('5')],
    ]);
    expect(problems('{"path": "xy", "edits": [{}]}')).toEqual([
      ['"edits"', expect.stringContaining('2')],
      ['{', 'to: A value is required.'],
    ]);
    expect(problems('{}')).toEqual([['{', 'path: A value is required.']]);
    expect(problems('{"path": "xy", "count": "many"}')).toEqual([['"many"', expect.any(String)]]);
  });

  it('says each once, and nothing where all is well', () => {
    expect(problems('{"path": "xy"}')).toEqual([]);
    expect(problems('{"path": 3}')).toHaveLength(1);
  });

  it('leaves a pattern that might not end to the validator', () => {
    expect(textProblems(`{"path": "xy", "code": "${'a'.repeat(40)}!"}`, SCHEMA, undefined)).toEqual([]);
  });

  it('has nothing of a text that cannot be read', () => {
    expect(textProblems('{"path": ', SCHEMA, undefined)).toEqual([]);
  });
});

describe('unreadableText', () => {
  it.each([
    ['{"n": 9007199254740993}', '9007199254740993', 'is beyond 2^53'],
    ['{"n": 1e400}', '1e400', 'larger than any number'],
    ['{"a": 1, "a": 2}', '"a"', 'The key "a" is there twice.'],
    ['{"a": 1', '', 'A comma or } belongs here.'],
    ['{"a": [1, -0]}', '-0', '-0 would arrive as 0.'],
    [`{"a": ${'['.repeat(460)}${']'.repeat(460)}}`, '[', 'Nested deeper than 400 levels.'],
    ['[]', '[', 'must be an object'],
    ['{"a": "x\ny"}', '"x', 'line break'],
  ])('names what is refused in %j at its place', (text, place, message) => {
    const problem = unreadableText(text);
    expect(problem?.message).toContain(message);
    expect(problem?.message).not.toContain('Line 1');
    expect(text.slice(problem?.offset, (problem?.offset ?? 0) + (problem?.length ?? 0))).toBe(place);
  });

  it('takes everything that arrives as it is written', () => {
    const text = '{"__proto__": "\\ud800", "b": 1e21, "1": 0, "a": 9007199254740991}';
    expect(unreadableText(text)).toBeUndefined();
  });
});
