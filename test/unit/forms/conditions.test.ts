import { describe, expect, it } from 'vitest';
import { createForm } from '../../../src/forms/index';
import { conditional, faults, field, keys, object, pick } from './support';

describe('conditions', () => {
  const address = {
    ...object({ country: { enum: ['US', 'NL'] }, note: { type: 'string' } }, { required: ['country'] }),
    ...conditional(
      { properties: { country: { const: 'US' } }, required: ['country'] },
      { properties: { zip: { type: 'integer' } }, required: ['zip'] },
      { properties: { postcode: { type: 'string', default: '1000 AA' } } },
    ),
  };

  it('draw the fields of the branch that holds', () => {
    const form = createForm(address);
    expect(keys(form.root)).toEqual(['country', 'note', 'postcode']);
    form.choose(field(form, '/country'), 0);
    expect(keys(form.root)).toEqual(['country', 'note', 'zip']);
    expect(faults(form)).toEqual(['/zip required']);
    form.choose(field(form, '/country'), 1);
    expect(form.value()).toEqual({ country: 'NL', postcode: '1000 AA' });
  });

  it('keep what was entered, in sight', () => {
    const form = createForm(address, { country: 'US', zip: 12345 });
    const note = field(form, '/note');
    form.choose(field(form, '/country'), 1);
    expect(field(form, '/zip')).toMatchObject({ role: 'entry' });
    expect(form.value()).toMatchObject({ country: 'NL', zip: 12345 });
    form.choose(field(form, '/country'), 0);
    expect(field(form, '/zip')).toMatchObject({ role: 'property', kind: 'integer', required: true });
    expect(form.value()).toMatchObject({ country: 'US', zip: 12345 });
    expect(field(form, '/note')).toBe(note);
  });

  it('keep the field that is typed into when it is the one that changes', () => {
    const schema = {
      ...object({ name: { type: 'string' } }),
      ...conditional(
        { properties: { name: { minLength: 2 } }, required: ['name'] },
        { properties: { name: { maxLength: 3 } } },
      ),
    };
    const form = createForm(schema);
    const name = field(form, '/name');
    for (const text of ['a', 'ab', 'abcd']) form.setText(name, text);
    expect(field(form, '/name')).toBe(name);
    expect(name.hints).toEqual(['at most 3 characters']);
    expect(faults(form)).toEqual(['/name maxLength']);
  });

  it('require and draw what other properties ask for', () => {
    const form = createForm(
      object(
        { card: { type: 'string' }, holder: { type: 'string' } },
        {
          dependentRequired: { card: ['holder'] },
          dependentSchemas: { card: { properties: { cvc: { type: 'integer' } } } },
          dependencies: { holder: { properties: { title: { type: 'string' } } } },
        },
      ),
    );
    expect(keys(form.root)).toEqual(['card', 'holder']);
    form.setText(field(form, '/card'), '1');
    expect(keys(form.root)).toEqual(['card', 'holder', 'cvc']);
    expect(faults(form)).toEqual(['/holder required']);
    form.setText(field(form, '/holder'), 'me');
    expect(keys(form.root)).toEqual(['card', 'holder', 'cvc', 'title']);
    form.setPresence(field(form, '/card'), 'absent');
    expect(keys(form.root)).toEqual(['card', 'holder', 'title']);
  });

  it('merge allOf, with the strictest bounds and unevaluated members refused', () => {
    const schema = {
      allOf: [
        object({ a: { type: 'number', minimum: 1 }, b: { type: 'string' } }, { required: ['a'] }),
        { properties: { a: { type: 'integer', minimum: 5, maximum: 9 } }, unevaluatedProperties: false },
      ],
    };
    const form = createForm(schema, { a: 3, c: 1 });
    expect(field(form, '/a')).toMatchObject({ kind: 'integer', required: true, hints: ['5 to 9'] });
    expect(faults(form)).toEqual(['/a minimum', '/c additionalProperties']);
  });

  it('hold inside a chosen variant', () => {
    const oneOf = [
      object({ kind: { const: 'a' } }),
      { ...object({ kind: { const: 'b' }, on: { type: 'boolean' } }), dependentRequired: { on: ['why'] } },
    ];
    const form = createForm(object({ x: { oneOf } }, { required: ['x'] }));
    pick(form, '/x', 'kind: b');
    form.setFlag(field(form, '/x/on'), true);
    expect(form.value()).toEqual({ x: { kind: 'b', on: true } });
    expect(faults(form)).toEqual(['/x/why required']);
  });
});

describe('references', () => {
  it.each([
    ['a pointer', { $ref: '#/$defs/t' }, { $defs: { t: { type: 'integer' } } }],
    ['an anchor', { $ref: '#t' }, { $defs: { x: { $anchor: 't', type: 'integer' } } }],
    ['a draft-07 anchor', { $ref: '#t' }, { definitions: { x: { $id: '#t', type: 'integer' } } }],
    [
      'an embedded document',
      { $ref: 'https://example.com/t' },
      { $defs: { x: { $id: 'https://example.com/t', type: 'integer' } } },
    ],
    [
      'a pointer in an embedded document',
      { $ref: 'other#/$defs/t' },
      { $id: 'https://example.com/root', $defs: { x: { $id: 'other', $defs: { t: { type: 'integer' } } } } },
    ],
    ['a dynamic anchor', { $dynamicRef: '#t' }, { $defs: { x: { $dynamicAnchor: 't', type: 'integer' } } }],
  ])('lead to %s', (_, x, rest) => {
    expect(field(createForm(object({ x }, rest)), '/x').kind).toBe('integer');
  });

  it('expand on demand, in unions and maps as well', () => {
    const tree = {
      ...object({ value: { type: 'string' }, map: { type: 'object', additionalProperties: { $ref: '#' } } }),
      $defs: { both: { anyOf: [{ $ref: '#' }, { type: 'array', items: { $ref: '#/$defs/both' } }] } },
    };
    const form = createForm(object({ x: { $ref: '#/$defs/both' } }, { $defs: tree.$defs }), {
      x: [[{ x: [] }], { x: { x: [[]] } }],
    });
    expect(form.value()).toEqual({ x: [[{ x: [] }], { x: { x: [[]] } }] });
    const map = createForm(tree, { map: { a: { map: { b: { value: 'x' } } } } });
    expect(field(map, '/map/a/map/b/value').kind).toBe('string');
  });
});
