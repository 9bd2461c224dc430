import { describe, expect, it } from 'vitest';
import { createForm } from '../../../src/forms/index';
import { faults, field, keys, object } from './support';

describe('maps', () => {
  const schema = object({
    env: { type: 'object', additionalProperties: { type: 'integer' }, propertyNames: { maxLength: 3 } },
  });

  it('take entries that are named later', () => {
    const form = createForm(schema, {});
    const env = field(form, '/env');
    expect(env).toMatchObject({ kind: 'object', canAdd: true });
    const entry = form.addEntry(env);
    expect(entry).toMatchObject({ kind: 'integer', role: 'entry', isNamed: false });
    expect(form.addEntry(env)).toBe(entry);
    expect(faults(form)).toEqual(['/env/ name', '/env/ required']);
    if (!entry) return;
    form.setText(entry, '5');
    expect(form.value()).toEqual({ env: {} });
    expect(form.rename(entry, 'a')).toBeUndefined();
    expect(form.value()).toEqual({ env: { a: 5 } });
    expect(form.errors()).toEqual([]);
  });

  it('rename and remove, and refuse a name that is there', () => {
    const form = createForm(schema, { env: { a: 1, b: 2 } });
    const a = field(form, '/env/a');
    expect(form.rename(a, 'b')).toContain('already');
    expect(form.rename(a, '')).toContain('missing');
    expect(form.rename(a, '__proto__')).toBeUndefined();
    expect(JSON.stringify(form.value())).toBe('{"env":{"__proto__":1,"b":2}}');
    expect(faults(form)).toEqual(['/env/__proto__ propertyNames']);
    form.remove(a);
    expect(form.value()).toEqual({ env: { b: 2 } });
    expect(form.addEntry(field(form, '/env'), 'b')).toBeUndefined();
  });

  it('offer the names that the schema lists', () => {
    const env = { type: 'object', propertyNames: { enum: ['x', 'y'] }, additionalProperties: { type: 'string' } };
    const form = createForm(object({ env }), { env: { x: '1', z: '2' } });
    expect(field(form, '/env').entryNames).toEqual(['x', 'y']);
    expect(faults(form)).toEqual(['/env/z propertyNames']);
  });

  it('draw entries by the pattern of their name', () => {
    const patternProperties = { '^n_': { type: 'integer' }, '^s_': { type: 'string' } };
    const form = createForm(
      { type: 'object', patternProperties, additionalProperties: false },
      { n_a: 1, s_a: 'x', q: 1 },
    );
    expect(form.root.children.map(({ kind }) => kind)).toEqual(['integer', 'string', 'number']);
    expect(faults(form)).toEqual(['/q additionalProperties']);
    expect(form.rename(field(form, '/n_a'), 's_b')).toBeUndefined();
    expect(form.value()).toEqual({ s_b: 1, s_a: 'x', q: 1 });
    expect(faults(form)).toEqual(['/s_b type', '/q additionalProperties']);
    expect(form.rename(field(form, '/s_b'), 'other')).toContain('does not accept');
  });

  it('keep members that no schema names, and stop at the most there may be', () => {
    const free = createForm({ type: 'object', properties: { a: {} } }, { a: 1, other: [{}] });
    expect(free.root).toMatchObject({ canAdd: false });
    expect(free.value()).toEqual({ a: 1, other: [{}] });
    const full = createForm({ type: 'object', additionalProperties: {}, maxProperties: 1 }, { a: 1 });
    expect(full.root.canAdd).toBe(false);
  });
});

describe('lists', () => {
  it('draw each place of a tuple, and the rest', () => {
    const list = { prefixItems: [{ type: 'string' }, { type: 'integer' }], items: { type: 'boolean' }, minItems: 1 };
    const form = createForm(object({ list }), { list: ['a', 2, true] });
    expect(field(form, '/list').children.map(({ kind, role }) => [kind, role])).toEqual([
      ['string', 'slot'],
      ['integer', 'slot'],
      ['boolean', 'item'],
    ]);
    expect(form.value()).toEqual({ list: ['a', 2, true] });
    form.moveItem(field(form, '/list'), 2, 0);
    form.remove(field(form, '/list/0'));
    expect(form.value()).toEqual({ list: ['a', 2, true] });
    form.remove(field(form, '/list/2'));
    form.setPresence(field(form, '/list/1'), 'absent');
    expect(form.value()).toEqual({ list: ['a'] });
    expect(form.errors()).toEqual([]);
  });

  it('have no holes', () => {
    const list = { type: 'array', items: [{ type: 'string' }, { type: 'integer' }], additionalItems: false };
    const form = createForm(object({ list }));
    form.setPresence(field(form, '/list'), 'value');
    expect(form.value()).toEqual({ list: [] });
    expect(field(form, '/list').canAdd).toBe(false);
    form.setText(field(form, '/list/1'), '1');
    expect(faults(form)).toEqual(['/list/0 required']);
    expect(createForm(object({ list }), { list: ['a', 1, 2] }).errors()).toMatchObject([
      { pointer: '/list/2', keyword: 'items' },
    ]);
  });

  it('copy an item after itself', () => {
    const form = createForm(object({ list: { type: 'array', items: object({ a: { type: 'string' } }) } }), {
      list: [{ a: 'x' }, { a: 'y' }],
    });
    form.duplicateItem(field(form, '/list/0'));
    form.setText(field(form, '/list/1/a'), 'z');
    expect(form.value()).toEqual({ list: [{ a: 'x' }, { a: 'z' }, { a: 'y' }] });
  });

  it('hold anything where the schema says nothing of items', () => {
    const form = createForm(object({ list: { type: 'array', contains: { type: 'string' } } }), { list: [1, ['a']] });
    expect(field(form, '/list/0')).toMatchObject({ kind: 'number', isAny: true });
    expect(field(form, '/list/1').kind).toBe('array');
  });

  it('count what fields are there, not what there was', () => {
    const form = createForm(object({ list: { type: 'array', items: { type: 'string' } } }), { list: ['a'] });
    for (let i = 0; i < 6_000; i++) {
      const item = form.addItem(field(form, '/list'));
      if (item) form.remove(item);
    }
    expect(form.addItem(field(form, '/list'))?.kind).toBe('string');
    expect(keys(field(form, '/list'))).toEqual(['0', '1']);
  });
});
