import { describe, expect, it } from 'vitest';
import { createForm, type FieldNode, type Form } from '../../../src/forms/index';
import type { JsonValue } from '../../../src/shared/json';
import { fc, runsOr } from '../../support/fastCheck';

function object(properties: Record<string, unknown>, rest: Record<string, unknown> = {}) {
  return { type: 'object', properties, ...rest };
}

function field(form: Form, pointer: string): FieldNode {
  const found = form.find(pointer);
  if (!found) throw new Error(`No field at ${pointer}`);
  return found;
}

function pickType(form: Form, pointer: string, label: string): void {
  const { pickers } = field(form, pointer);
  form.pick(
    field(form, pointer),
    pickers.length - 1,
    pickers.at(-1)?.options.findIndex((o) => o.label === label) ?? -1,
  );
}

/** Not written as an object, which would look like a promise. */
function conditional(condition: unknown, consequence: unknown): Record<string, unknown> {
  return Object.fromEntries([
    ['if', condition],
    ['then', consequence],
  ]);
}

function kindOf(schema: unknown, root: Record<string, unknown> = {}): string {
  return field(createForm({ ...object({ x: schema }), ...root }), '/x').kind;
}

describe('kind of a field', () => {
  const cases: [string, unknown, string][] = [
    ['string', { type: 'string' }, 'string'],
    ['number', { type: 'number' }, 'number'],
    ['integer', { type: 'integer' }, 'integer'],
    ['boolean', { type: 'boolean' }, 'boolean'],
    ['null', { type: 'null' }, 'null'],
    ['list of one type', { type: ['integer'] }, 'integer'],
    ['type or null', { type: ['string', 'null'] }, 'string'],
    ['union with null', { anyOf: [{ type: 'integer' }, { type: 'null' }] }, 'integer'],
    ['numeric enum', { type: 'integer', enum: [10, 20] }, 'enum'],
    [
      'titled constants',
      {
        oneOf: [
          { const: 1, title: 'One' },
          { const: 2, title: 'Two' },
        ],
      },
      'enum',
    ],
    ['const', { const: 5 }, 'const'],
    ['object', object({ a: { type: 'string' } }), 'object'],
    ['closed empty object', { type: 'object', additionalProperties: false }, 'object'],
    ['object without type', { properties: { a: {} } }, 'object'],
    ['array of strings', { type: 'array', items: { type: 'string' } }, 'array'],
    ['array of objects', { type: 'array', items: object({ a: { type: 'string' } }) }, 'array'],
    ['single allOf', { allOf: [{ type: 'string' }], title: 'T' }, 'string'],
    ['array without items', { type: 'array' }, 'array'],
    ['tuple', { type: 'array', prefixItems: [{ type: 'string' }] }, 'array'],
    ['draft-07 tuple', { type: 'array', items: [{ type: 'string' }] }, 'array'],
    ['free object', { type: 'object' }, 'object'],
    ['map', { type: 'object', additionalProperties: { type: 'string' } }, 'object'],
    ['any', {}, 'string'],
    ['true', true, 'string'],
    ['malformed', 7, 'json'],
    ['scalar union', { type: ['string', 'number'] }, 'string'],
    ['object union', { oneOf: [object({ a: {} }), object({ b: {} })] }, 'object'],
    ['if/then', JSON.parse('{"properties":{"a":{}},"if":{},"then":{}}'), 'object'],
    ['several allOf', { allOf: [object({ a: {} }), object({ b: {} })] }, 'object'],
    ['types that exclude each other', { type: 'string', allOf: [{ type: 'integer' }] }, 'json'],
    ['remote reference', { $ref: 'https://example.com/schema.json' }, 'json'],
    ['dangling reference', { $ref: '#/$defs/none' }, 'json'],
    ['inherited name', { $ref: '#/constructor' }, 'json'],
    ['unknown type', { type: 'date' }, 'json'],
  ];
  it.each(cases)('%s', (_, schema, kind) => {
    expect(kindOf(schema)).toBe(kind);
  });

  it('puts a JSON box for the part only', () => {
    const form = createForm(object({ a: { type: 'string' }, b: { type: 'date' } }));
    expect(form.root.children.map(({ kind }) => kind)).toEqual(['string', 'json']);
    expect(form.root.children[1]?.reason).toContain('date');
  });

  it('follows local references, with what stands beside them', () => {
    const form = createForm({
      ...object({ x: { $ref: '#/$defs/port%201', description: 'Here' } }),
      $defs: {
        'port 1': { $ref: '#/$defs/n', title: 'Port' },
        n: { type: 'integer', maximum: 9, description: 'There' },
      },
    });
    expect(field(form, '/x')).toMatchObject({
      kind: 'integer',
      label: 'Port',
      description: 'Here',
      hints: ['at most 9'],
    });
  });

  it('says when references go in a circle', () => {
    const $defs = { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } };
    const x = field(createForm({ ...object({ x: { $ref: '#/$defs/a' } }), $defs }), '/x');
    expect(x.kind).toBe('json');
  });

  it('expands recursion on demand', () => {
    const schema = object({ name: { type: 'string' }, child: { $ref: '#' } });
    const form = createForm(schema);
    form.setPresence(field(form, '/child'), 'value');
    form.setText(field(form, '/child/name'), 'leaf');
    expect(form.value()).toEqual({ child: { name: 'leaf' } });
  });

  it('draws a root without properties as a form without fields', () => {
    const form = createForm({ type: 'object' });
    expect(form.root).toMatchObject({ kind: 'object', children: [] });
    expect(form.value()).toEqual({});
  });
});

describe('a fresh form', () => {
  it('starts with the defaults and leaves the rest out', () => {
    const form = createForm(
      object({ a: { type: 'integer', default: 0 }, b: { type: 'string' }, c: { type: 'boolean', default: false } }),
    );
    expect(form.value()).toEqual({ a: 0, c: false });
    expect(form.errors()).toEqual([]);
  });

  it('asks for required fields by pointer', () => {
    const form = createForm(
      object(
        { a: { type: 'string' }, o: object({ 'x/y': { type: 'number' } }, { required: ['x/y'] }) },
        { required: ['a', 'o'] },
      ),
    );
    expect(form.value()).toEqual({ o: {} });
    expect(form.errors().map(({ pointer, keyword }) => [pointer, keyword])).toEqual([
      ['/a', 'required'],
      ['/o/x~1y', 'required'],
    ]);
  });

  it('draws a required property that the schema does not describe', () => {
    const form = createForm({ type: 'object', required: ['x'] });
    expect(field(form, '/x')).toMatchObject({ isAny: true, required: true });
  });

  it('holds exactly the given value, without defaults', () => {
    expect(createForm(object({ a: { type: 'integer', default: 1 } }), {}).value()).toEqual({});
  });
});

describe('editing', () => {
  it('keeps numbers of an enum numbers', () => {
    const form = createForm(object({ level: { enum: [10, 20, '20', null] } }));
    form.choose(field(form, '/level'), 1);
    expect(form.value()).toEqual({ level: 20 });
    form.choose(field(form, '/level'), 3);
    expect(form.value()).toEqual({ level: null });
  });

  it('tells absent, null and empty text apart', () => {
    const form = createForm(object({ s: { type: ['string', 'null'] } }));
    const s = field(form, '/s');
    expect(form.value()).toEqual({});
    form.setPresence(s, 'value');
    expect(form.value()).toEqual({ s: '' });
    form.setPresence(s, 'null');
    expect(form.value()).toEqual({ s: null });
    form.setPresence(s, 'absent');
    expect(form.value()).toEqual({});
  });

  it('does not send null where the schema does not allow it', () => {
    const form = createForm(object({ s: { type: 'string' } }));
    form.setPresence(field(form, '/s'), 'null');
    expect(form.value()).toEqual({});
  });

  it.each(['1e400', '9007199254740993', 'abc', '0x10', '1.5', '0.12345678901234567890', '--1', '01'])(
    'refuses %s in an integer and leaves it out',
    (text) => {
      const form = createForm(object({ n: { type: 'integer' } }));
      form.setText(field(form, '/n'), text);
      expect(form.errors()).toMatchObject([{ pointer: '/n', keyword: 'number' }]);
      expect(form.value()).toEqual({});
    },
  );

  it('names the number that it refuses', () => {
    const form = createForm(object({ n: { type: 'number' } }));
    form.setText(field(form, '/n'), '9007199254740993');
    expect(form.errors()[0]?.message).toContain('9007199254740993');
  });

  it('adds, moves and removes items', () => {
    const form = createForm(object({ list: { type: 'array', items: { type: 'string' }, maxItems: 3 } }));
    const list = field(form, '/list');
    for (const text of ['a', 'b', 'c']) {
      const item = form.addItem(list);
      if (item) form.setText(item, text);
    }
    expect(form.addItem(list)).toBeUndefined();
    form.moveItem(list, 0, 2);
    expect(form.value()).toEqual({ list: ['b', 'c', 'a'] });
    form.remove(field(form, '/list/1'));
    expect(form.value()).toEqual({ list: ['b', 'a'] });
    expect(list.children.map(({ pointer }) => pointer)).toEqual(['/list/0', '/list/1']);
  });

  it('marks only the changed path', () => {
    const form = createForm(
      object({ a: { type: 'string' }, o: object({ b: { type: 'string' } }) }, { required: ['o'] }),
    );
    const before = field(form, '/a').revision;
    const root = form.root.revision;
    form.setText(field(form, '/o/b'), 'x');
    expect(field(form, '/a').revision).toBe(before);
    expect(form.root.revision).toBeGreaterThan(root);
  });

  it('keeps a value that does not fit, in a JSON box for that part', () => {
    const form = createForm(object({ n: { type: 'integer' }, s: { type: 'string' } }), { n: 'x', s: 'y', more: [1] });
    expect(field(form, '/n').kind).toBe('json');
    expect(field(form, '/s').kind).toBe('string');
    expect(form.value()).toEqual({ n: 'x', s: 'y', more: [1] });
    form.setPresence(field(form, '/n'), 'absent');
    expect(field(form, '/n').kind).toBe('integer');
    form.remove(field(form, '/more'));
    expect(form.value()).toEqual({ s: 'y' });
  });

  it('tells where JSON is wrong', () => {
    const form = createForm(object({ any: {} }));
    pickType(form, '/any', 'JSON');
    form.setText(field(form, '/any'), '{\n  "a": 1,\n  "a": 2 }');
    expect(form.errors()[0]).toMatchObject({ keyword: 'json', message: expect.stringContaining('Line 3, column 3') });
  });

  it('treats prototype names as any other name', () => {
    const schema = object(
      JSON.parse('{"__proto__":{"type":"string"},"constructor":{"type":"integer"},"toString":{"type":"string"}}'),
    );
    const form = createForm(schema);
    form.setText(field(form, '/__proto__'), 'x');
    form.setText(field(form, '/constructor'), '3');
    expect(JSON.stringify(form.value())).toBe('{"__proto__":"x","constructor":3}');
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it('takes nothing from the prototype of a value', () => {
    const form = createForm(object({ toString: { type: 'string' }, constructor: { type: 'integer' } }), {});
    expect(form.root.children.map(({ kind, presence }) => [kind, presence])).toEqual([
      ['string', 'absent'],
      ['integer', 'absent'],
    ]);
  });

  it('leaves array items without a value out, and asks for them', () => {
    const form = createForm(object({ list: { type: 'array', items: { type: 'integer' } } }), { list: [1] });
    form.addItem(field(form, '/list'));
    expect(form.value()).toEqual({ list: [1] });
    expect(form.errors()).toMatchObject([{ pointer: '/list/1', keyword: 'required' }]);
  });
});

describe('hostile schemas', () => {
  it('draws 500 of 10,000 properties, and takes the others by name', () => {
    const properties = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`p${i}`, { type: 'integer' }]));
    const form = createForm(object(properties, { required: ['p9999'], additionalProperties: false }));
    expect(form.root).toMatchObject({ kind: 'object', canAdd: true, unlistedProperties: 9_500 });
    expect(form.root.children).toHaveLength(500);
    expect(field(form, '/p9999').required).toBe(true);
    expect(form.addEntry(form.root, 'p9000')?.kind).toBe('integer');
    expect(form.addEntry(form.root, 'q')).toBeUndefined();
  });

  it('keeps a value of 10,000 properties in one JSON box', () => {
    const value = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`p${i}`, i]));
    const form = createForm({ type: 'object' }, value);
    expect(form.root).toMatchObject({ kind: 'json', isMisfit: true });
    expect(form.value()).toEqual(value);
  });

  it.each([1_000, 100_000])('bounds depth: %i', (depth) => {
    let schema: Record<string, unknown> = { type: 'string' };
    for (let i = 0; i < depth; i++) schema = object({ a: schema }, { required: ['a'] });
    const form = createForm(schema);
    expect(form.errors().length).toBeLessThan(2);
    expect(form.value()).toBeDefined();
  });

  it('bounds unions, combinations and enumerations that nest', () => {
    for (const keyword of ['oneOf', 'anyOf', 'allOf', 'if', 'not', 'items', 'additionalProperties', 'const']) {
      let schema: Record<string, unknown> = { type: 'string' };
      for (let i = 0; i < 1_000; i++) {
        const inner = keyword.endsWith('Of') ? [schema, { type: 'number' }] : schema;
        schema = keyword === 'if' ? conditional(inner, inner) : { [keyword]: inner };
      }
      const form = createForm(object({ x: schema }), { x: [[['y']]] });
      expect(form.value()).toEqual({ x: [[['y']]] });
      form.errors();
    }
  });

  it('bounds required recursion that branches', () => {
    const schema = object({ a: { $ref: '#' }, b: { $ref: '#' } }, { required: ['a', 'b'] });
    expect(createForm(schema).errors().length).toBeLessThan(20_000);
  });

  it('runs no pattern that might not end', () => {
    const evil = '^(a+)+$';
    const text = `${'a'.repeat(60)}!`;
    const schema = object(
      { x: { type: 'string', pattern: evil }, u: { oneOf: [{ type: 'string', pattern: evil }, { type: 'string' }] } },
      {
        patternProperties: { [evil]: { type: 'integer' } },
        ...conditional({ properties: { x: { pattern: evil } } }, {}),
      },
    );
    const started = performance.now();
    const form = createForm(schema, { x: text, u: text, [text]: 1 });
    form.setText(field(form, '/x'), `${text}a`);
    expect(form.value()).toEqual({ x: `${text}a`, u: text, [text]: 1 });
    expect(form.errors()).toEqual([]);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe('a value comes out as it went in', () => {
  const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JsonValue>;
  const leaf = fc.constantFrom<Record<string, unknown>>(
    { type: 'string' },
    { type: 'integer' },
    { type: 'number' },
    { type: 'boolean' },
    { type: ['string', 'null'] },
    { enum: [1, '1', null, true] },
    { const: 1 },
    {},
    { $ref: '#' },
    { anyOf: [{ type: 'integer' }, { type: 'null' }] },
  );
  const { schema } = fc.letrec<{ schema: Record<string, unknown> }>((tie) => ({
    schema: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.record({ type: fc.constant('array'), items: tie('schema') }),
      fc.record({ type: fc.constant('object'), properties: fc.dictionary(fc.string({ maxLength: 3 }), tie('schema')) }),
    ),
  }));

  it('for any schema and any value', () => {
    fc.assert(
      fc.property(schema, json, (someSchema, value) => {
        expect(createForm(someSchema, value).value()).toEqual(value);
      }),
      { numRuns: runsOr(500) },
    );
  });

  it('for values that fit', () => {
    const person = object({
      name: { type: 'string' },
      age: { type: 'integer' },
      score: { type: 'number' },
      tags: { type: 'array', items: { type: ['string', 'null'] } },
      friends: { type: 'array', items: { $ref: '#' } },
    });
    const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
      value: fc.record(
        {
          name: fc.string(),
          age: fc.maxSafeInteger(),
          score: fc.double({ noNaN: true, noDefaultInfinity: true }),
          tags: fc.array(fc.option(fc.string())),
          friends: fc.oneof({ depthSize: 'small' }, fc.constant([]), fc.array(tie('value'), { maxLength: 2 })),
        },
        { requiredKeys: [] },
      ) as fc.Arbitrary<JsonValue>,
    }));
    fc.assert(
      fc.property(value, (given) => {
        const form = createForm(person, given);
        expect(form.value()).toEqual(given);
        expect(form.errors()).toEqual([]);
        const hasBox = (node: FieldNode): boolean => node.kind === 'json' || node.children.some(hasBox);
        expect(hasBox(form.root)).toBe(false);
      }),
    );
  });

  it('adds the places of a tuple that takes no more than them', () => {
    const form = createForm({
      type: 'object',
      properties: { range: { type: 'array', prefixItems: [{ type: 'integer' }, { type: 'integer' }], items: false } },
    });
    const range = form.find('')?.children[0] as FieldNode;
    expect(form.addItem(range)?.key).toBe('0');
    expect(range.children).toHaveLength(2);
    expect(form.addItem(range)).toBeUndefined();
  });
});
