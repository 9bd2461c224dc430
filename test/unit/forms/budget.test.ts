import { describe, expect, it } from 'vitest';
import { createForm } from '../../../src/forms/form';
import type { JsonValue } from '../../../src/shared/json';
import { growth, LINEAR } from '../../support/growth';
import { field, object } from './support';

/** Each level is a choice of so many references to the next. */
function chain(keyword: string, levels: number, width: number) {
  const $defs = Object.fromEntries(
    Array.from({ length: levels }, (_, level) => [
      `d${level}`,
      level === levels - 1
        ? object({ s: { type: 'string' } })
        : { [keyword]: Array.from({ length: width }, () => ({ $ref: `#/$defs/d${level + 1}` })) },
    ]),
  );
  return object({ x: { $ref: '#/$defs/d0' }, y: { type: 'string' } }, { $defs });
}

describe('what one change of a form may cost', () => {
  it.each([
    ['anyOf', 12, 10],
    ['oneOf', 12, 10],
    ['anyOf', 12, 50],
    ['oneOf', 6, 90],
  ])('ends for a chain of %s, %d levels of %d references', (keyword, levels, width) => {
    const schema = chain(keyword, levels, width);
    const value: JsonValue = { x: { s: 'a' }, y: 'b' };
    let form = createForm(schema, value);
    // Twice as many levels are more than a million times as much to choose from.
    const open = (times: number) => {
      form = createForm(chain(keyword, levels * times, width), value);
      form.errors();
    };
    expect(growth(open, 1)).toBeLessThan(LINEAR);
    expect(form.value()).toEqual(value);
    expect(field(form, '/x').kind).toBe('json');
    expect(field(form, '/x').reason).toMatch(/too large or too deep|too much/);
    form.load(form.root, value);
    form.setText(field(form, '/x'), '{"s": "c"}');
    expect(form.value()).toEqual({ x: { s: 'c' }, y: 'b' });
    expect(form.errors()).toEqual([]);
  });

  it.each<[string, (size: number) => [unknown, JsonValue]]>([
    [
      'long lists of constants behind many references',
      (size) => [
        object(
          { x: { anyOf: Array.from({ length: size }, () => ({ $ref: '#/$defs/e' })) } },
          { $defs: { e: object({ a: { enum: Array.from({ length: size * 20 }, (_, i) => [i]) } }) } },
        ),
        { x: { a: ['no'] } },
      ],
    ],
    [
      'long texts behind many references',
      (size) => [
        object(
          { x: { anyOf: Array.from({ length: size }, () => ({ $ref: '#/$defs/t' })) } },
          { $defs: { t: object({ a: { minLength: 1e9 } }) } },
        ),
        { x: { a: 'a'.repeat(size * 100) } },
      ],
    ],
    [
      'many patterns for the names of many properties',
      (size) => [
        object(Object.fromEntries(Array.from({ length: size / 2 }, (_, i) => [`p${i}`, {}])), {
          patternProperties: Object.fromEntries(Array.from({ length: size * 4 }, (_, i) => [`^x*${i}`, {}])),
        }),
        {},
      ],
    ],
    [
      'patterns that are just quick enough, many times',
      (size) => [
        object({ x: { anyOf: Array.from({ length: size }, (_, i) => ({ pattern: `^a*a*a*b${i}` })) } }),
        { x: 'a'.repeat(90) },
      ],
    ],
    [
      'equal values, each compared with all',
      (size) => [
        object(
          { x: { anyOf: Array.from({ length: size }, () => ({ uniqueItems: true, $ref: '#/$defs/n' })) } },
          {
            $defs: { n: { type: 'array', minItems: 1e9 } },
          },
        ),
        { x: Array.from({ length: 200 }, (_, i) => [[i]]) },
      ],
    ],
  ])('ends for %s', (_, make) => {
    let took: JsonValue | undefined;
    const open = (size: number) => {
      const [schema, value] = make(size);
      const form = createForm(schema, value);
      form.errors();
      took = form.value();
      expect(took).toEqual(value);
    };
    expect(growth(open, 100)).toBeLessThan(LINEAR);
  });

  it('is there again for the next change', () => {
    const schema = chain('anyOf', 12, 10);
    const form = createForm(
      {
        ...schema,
        properties: { ...schema.properties, z: { oneOf: [{ type: 'string' }, object({ a: { type: 'string' } })] } },
      },
      {
        x: { s: 'a' },
      },
    );
    expect(field(form, '/x').kind).toBe('json');
    form.load(field(form, '/z'), 'text');
    expect(field(form, '/z').kind).toBe('string');
    form.pick(field(form, '/z'), 0, 1);
    expect(field(form, '/z').kind).toBe('object');
  });
});
