import { describe, expect, it } from 'vitest';
import { createForm, validateNow } from '../../../src/forms/index';
import type { JsonValue } from '../../../src/shared/json';
import { faults, field, object } from './support';

describe('errors of the form', () => {
  const cases: [string, unknown, JsonValue, string][] = [
    ['another type', { type: 'integer' }, 'a', '/x type'],
    ['null', { type: 'string' }, null, '/x type'],
    ['another constant', { const: 1 }, 2, '/x const'],
    ['not listed', { enum: [1, 2] }, 3, '/x enum'],
    ['too small', { type: 'number', minimum: 3 }, 2, '/x minimum'],
    ['too large', { type: 'number', exclusiveMaximum: 3 }, 3, '/x exclusiveMaximum'],
    ['no multiple', { type: 'integer', multipleOf: 5 }, 7, '/x multipleOf'],
    ['too short, counted in characters', { type: 'string', minLength: 2 }, '😀', '/x minLength'],
    ['too long', { type: 'string', maxLength: 2 }, 'abc', '/x maxLength'],
    ['no match', { type: 'string', pattern: '^a+$' }, 'b', '/x pattern'],
    ['no URI', { type: 'string', format: 'uri' }, 'b', '/x format'],
    ['too few items', { type: 'array', items: {}, minItems: 1 }, [], '/x minItems'],
    ['too many items', { type: 'array', items: {}, maxItems: 1 }, [1, 2], '/x maxItems'],
    ['an item twice', { type: 'array', items: {}, uniqueItems: true }, [{ a: 1 }, { a: 1 }], '/x/1 uniqueItems'],
    ['too few properties', { type: 'object', minProperties: 1 }, {}, '/x minProperties'],
    ['too many properties', { type: 'object', maxProperties: 0 }, { a: 1 }, '/x maxProperties'],
    ['a property too many', object({ a: {} }, { additionalProperties: false }), { b: 1 }, '/x/b additionalProperties'],
    ['what is excluded', { type: 'string', not: { const: 'a' } }, 'a', '/x not'],
    ['a property that is excluded', object({ a: false }), { a: 1 }, '/x/a additionalProperties'],
  ];
  it.each(cases)('say what the validator says: %s', (_, x, value, expected) => {
    const schema = object({ x });
    const form = createForm(schema, { x: value });
    expect(faults(form)).toEqual([expected]);
    expect(form.value()).toEqual({ x: value });
    const [pointer] = expected.split(' ');
    expect(validateNow(schema, { x: value }).errors.map((error) => error.pointer)).toContain(pointer);
  });

  it('stand inside the variant that was meant, as those of the validator do', () => {
    const oneOf = [
      object({ kind: { const: 'a' }, n: { type: 'integer' } }, { required: ['kind', 'n'] }),
      object({ kind: { const: 'b' } }, { required: ['kind'] }),
    ];
    const schema = object({ list: { type: 'array', items: { oneOf } } });
    for (const [item, expected] of [
      [{ kind: 'a', n: 'x' }, '/list/0/n type'],
      [{ kind: 'a' }, '/list/0/n required'],
    ] as const) {
      expect(faults(createForm(schema, { list: [item] }))).toEqual([expected]);
      const { errors } = validateNow(schema, { list: [item] });
      expect(errors.map(({ pointer, keyword }) => `${pointer} ${keyword}`)).toEqual([expected]);
    }
    const { errors } = validateNow(schema, { list: [{ kind: 'c' }] });
    expect(errors).toMatchObject([{ pointer: '/list/0/kind', keyword: 'oneOf' }]);
  });
});

describe('what a field tells', () => {
  it('comes from the schema', () => {
    const x = {
      type: 'string',
      title: 'File',
      contentEncoding: 'base64',
      contentMediaType: 'image/png',
      examples: ['YQ=='],
      deprecated: true,
      readOnly: true,
      writeOnly: true,
    };
    expect(field(createForm(object({ x })), '/x')).toMatchObject({
      label: 'File',
      contentEncoding: 'base64',
      contentMediaType: 'image/png',
      examples: ['YQ=='],
      deprecated: true,
      readOnly: true,
      isSecret: true,
    });
  });

  it('is nullable only where an enumeration lists null as well', () => {
    const form = createForm(
      object({ a: { type: ['string', 'null'], enum: ['x', null] }, b: { type: ['string', 'null'], enum: ['x'] } }),
    );
    expect(field(form, '/a')).toMatchObject({ nullable: true, options: [{ value: 'x' }] });
    expect(field(form, '/b')).toMatchObject({ nullable: false });
    form.setPresence(field(form, '/a'), 'null');
    expect(form.value()).toEqual({ a: null });
  });
});
