import { describe, expect, it } from 'vitest';
import { createForm } from '../../../src/forms/index';
import { faults, field, keys, labels, object, pick } from './support';

const circle = object(
  { kind: { const: 'circle' }, name: { type: 'string' }, radius: { type: 'number' } },
  { required: ['kind', 'radius'] },
);
const square = object(
  { kind: { const: 'square' }, name: { type: 'string' }, side: { type: 'number' } },
  { required: ['kind', 'side'], additionalProperties: false },
);
const shapes = object({ shape: { oneOf: [circle, square] } }, { required: ['shape'] });

describe('variants', () => {
  it.each([
    ['its constant', { kind: 'square', side: 1 }, 1],
    ['its constant, though something else is wrong', { kind: 'square', side: 'x' }, 1],
    ['what it has in common', { side: 1 }, 1],
    ['nothing', {}, 0],
  ])('are chosen for a value by %s', (_, shape, chosen) => {
    const form = createForm(shapes, { shape });
    expect(field(form, '/shape').pickers[0]?.chosen).toBe(chosen);
    expect(form.value()).toEqual({ shape });
  });

  it('are chosen for a value that is valid for one of several alike', () => {
    const oneOf = [
      { type: 'string', maxLength: 2 },
      { type: 'string', minLength: 3 },
    ];
    expect(field(createForm(object({ x: { oneOf } }), { x: 'abc' }), '/x').pickers[0]?.chosen).toBe(1);
  });

  it('are named by title, constant, properties or type', () => {
    const $defs = { titled: { title: 'By name', type: 'string' } };
    const oneOf = [
      { $ref: '#/$defs/titled' },
      circle,
      object({ a: {}, b: {} }, { required: ['b'] }),
      { type: 'array', items: { type: 'string' } },
      { type: 'string', format: 'uri' },
      { enum: ['x', 'y'] },
      { type: 'integer' },
      { type: 'integer', minimum: 5 },
    ];
    expect(labels(field(createForm({ ...object({ x: { oneOf } }), $defs }), '/x'))).toEqual([
      [
        'By name',
        'kind: circle',
        'Object with b',
        'List of texts',
        'Text (uri)',
        'x, y',
        'Whole number (7)',
        'Whole number (8)',
      ],
    ]);
  });

  it('keep what both have, and give the rest back', () => {
    const form = createForm(shapes);
    form.setText(field(form, '/shape/name'), 'mine');
    form.setText(field(form, '/shape/radius'), '3');
    const name = field(form, '/shape/name');
    pick(form, '/shape', 'kind: square');
    expect(form.value()).toEqual({ shape: { kind: 'square', name: 'mine' } });
    expect(faults(form)).toEqual(['/shape/side required']);
    expect(field(form, '/shape/name')).toBe(name);
    form.setText(field(form, '/shape/name'), 'other');
    pick(form, '/shape', 'kind: circle');
    expect(form.value()).toEqual({ shape: { kind: 'circle', name: 'other', radius: 3 } });
  });

  it('keep a text of a shared field that cannot be read yet', () => {
    const shared = { type: 'number' };
    const oneOf = [object({ kind: { const: 1 }, n: shared }), object({ kind: { const: 2 }, n: shared })];
    const form = createForm(object({ x: { oneOf } }, { required: ['x'] }));
    form.setText(field(form, '/x/n'), '1e');
    pick(form, '/x', 'kind: 2');
    expect(field(form, '/x/n').text).toBe('1e');
  });

  it('follow each other: unions in variants, beside each other and around properties', () => {
    const inner = { anyOf: [object({ c: { type: 'string' } }), object({ d: { type: 'string' } })] };
    const x = {
      properties: { base: { type: 'string' } },
      oneOf: [object({ a: { type: 'string' } }), { ...object({ b: { type: 'string' } }), ...inner }],
    };
    const form = createForm(object({ x }, { required: ['x'] }), { x: { b: '1', d: '2' } });
    expect(keys(field(form, '/x'))).toEqual(['base', 'b', 'd']);
    expect(field(form, '/x').pickers.map(({ chosen }) => chosen)).toEqual([1, 1]);
    pick(form, '/x', 'Object with a');
    expect(labels(field(form, '/x'))).toHaveLength(1);
    expect(keys(field(form, '/x'))).toEqual(['base', 'a']);
  });

  it('stay chosen while something is typed that fits another one', () => {
    const oneOf = [object({ a: { type: 'string' } }), object({ a: { const: 'x' } })];
    const form = createForm(object({ x: { oneOf } }), { x: { a: 'y' } });
    form.setText(field(form, '/x/a'), 'x');
    expect(field(form, '/x').pickers[0]?.chosen).toBe(0);
  });

  it('carry a text over to another type where it can be read as one', () => {
    const form = createForm(object({ x: { type: ['string', 'integer', 'boolean'] } }), { x: '42' });
    expect(labels(field(form, '/x'))).toEqual([['Text', 'Whole number', 'True or false']]);
    pick(form, '/x', 'Whole number');
    expect(form.value()).toEqual({ x: 42 });
    pick(form, '/x', 'True or false');
    expect(form.value()).toEqual({});
    pick(form, '/x', 'Text');
    expect(form.value()).toEqual({ x: '42' });
  });

  it('are no choice where one is left, or where they draw nothing', () => {
    const nullable = { anyOf: [{ $ref: '#/$defs/n' }, { type: 'null' }] };
    const rules = { ...object({ phone: {}, mail: {} }), anyOf: [{ required: ['phone'] }, { required: ['mail'] }] };
    const form = createForm({
      ...object({ nullable, rules }, { required: ['rules'] }),
      $defs: { n: { type: 'integer' } },
    });
    expect(field(form, '/nullable')).toMatchObject({ kind: 'integer', nullable: true, pickers: [] });
    expect(field(form, '/rules').pickers).toEqual([]);
    expect(form.errors()).toMatchObject([
      { pointer: '/rules', keyword: 'anyOf', message: 'One of these is required: phone, mail.' },
    ]);
    pick(form, '/rules/mail', 'Text');
    form.setText(field(form, '/rules/mail'), 'x');
    expect(form.errors()).toEqual([]);
  });

  it('of a root are a form of their own', () => {
    const form = createForm({ type: 'object', oneOf: [circle, square] }, { kind: 'square', side: 2 });
    expect(keys(form.root)).toEqual(['kind', 'name', 'side']);
  });

  it('list constants as one choice, typed and titled', () => {
    const anyOf = [{ const: 1, title: 'One' }, { enum: ['two', null] }];
    const x = field(createForm(object({ x: { anyOf } }), { x: null }), '/x');
    expect(x.options.map(({ label, value }) => [label, value])).toEqual([
      ['One', 1],
      ['two', 'two'],
      ['null', null],
    ]);
    expect(x.value()).toBeNull();
  });
});

describe('anything', () => {
  it.each([
    ['text', 'Text', 'x'],
    ['number', 'Number', 1.5],
    ['boolean', 'True or false', false],
    ['null', 'null', null],
    ['object', 'Object', { a: { b: [1] } }],
    ['list', 'List', [1, 'a', [null]]],
  ])('is drawn by its type: %s', (_, label, value) => {
    const form = createForm(object({ x: {} }), { x: value });
    const { pickers, isAny } = field(form, '/x');
    expect(isAny).toBe(true);
    expect(pickers[0]?.options[pickers[0].chosen]?.label).toBe(label);
    expect(form.value()).toEqual({ x: value });
  });

  it('goes to JSON and back', () => {
    const form = createForm(object({ x: true }), { x: { a: [1] } });
    expect(pick(form, '/x', 'JSON')).toMatchObject({ kind: 'json', text: '{\n  "a": [\n    1\n  ]\n}' });
    form.setText(field(form, '/x'), '[1, {"b": 2}]');
    pick(form, '/x', 'List');
    expect(field(form, '/x/1/b').text).toBe('2');
    expect(form.value()).toEqual({ x: [1, { b: 2 }] });
  });

  it('is JSON where it is too large for fields', () => {
    const x = Array.from({ length: 600 }, (_, i) => i);
    const form = createForm(object({ x: {} }), { x });
    expect(field(form, '/x')).toMatchObject({ kind: 'json', isMisfit: false });
    expect(form.value()).toEqual({ x });
  });

  it('at the root is an object first', () => {
    expect(createForm({}).root.kind).toBe('object');
    expect(createForm(true, 5).value()).toBe(5);
  });
});
