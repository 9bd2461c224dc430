import { describe, expect, it } from 'vitest';
import { createForm, type FieldNode, type Form, validateNow } from '../../../src/forms/index';
import type { JsonValue } from '../../../src/shared/json';
import { fc, runsOr } from '../../support/fastCheck';
import { conditional } from './support';

const names = fc.constantFrom('a', 'b', 'kind', '__proto__', 'constructor', 'x/y~z', '');
const scalar = fc.constantFrom<JsonValue>(null, true, false, 0, -1.5, 1e21, 'a', '', 'b');
const value = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(names, tie('value'), { maxKeys: 4 }) as fc.Arbitrary<JsonValue>,
  ),
})).value;

type Schema = boolean | Record<string, unknown>;

const { schema } = fc.letrec<{ schema: Schema; list: Schema[]; map: Record<string, Schema> }>((tie) => ({
  list: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }),
  map: fc.dictionary(names, tie('schema'), { maxKeys: 3 }),
  schema: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<Schema>(true, false, {}, { $ref: '#' }, { $ref: '#/$defs/a' }, { type: ['string', 'null'] }),
    fc.constantFrom<Schema>(
      { type: 'integer' },
      { type: 'string', minLength: 1 },
      { type: ['number', 'boolean', 'array'] },
    ),
    scalar.map((constant) => ({ const: constant })),
    fc.array(scalar, { minLength: 1, maxLength: 3 }).map((options) => ({ enum: options })),
    fc
      .record(
        { properties: tie('map'), required: fc.array(names, { maxLength: 2 }), additionalProperties: tie('schema') },
        { requiredKeys: [] },
      )
      .map((members) => ({ type: 'object', ...members })),
    fc.record({
      patternProperties: fc.dictionary(fc.constantFrom('^a', '(a+)+$', '['), tie('schema')),
      default: value,
    }),
    fc.record({ items: tie('schema'), minItems: fc.nat(3), prefixItems: tie('list') }, { requiredKeys: [] }),
    fc.record({ oneOf: tie('list'), anyOf: tie('list'), allOf: tie('list') }, { requiredKeys: [] }),
    fc.tuple(tie('schema'), tie('schema'), tie('schema')).map(([a, b, c]) => conditional(a, b, c)),
    fc.record({ dependentSchemas: tie('map'), properties: tie('map'), not: tie('schema') }, { requiredKeys: [] }),
  ),
}));

const rooted = fc
  .tuple(schema, schema)
  .map(([root, a]) => (typeof root === 'boolean' ? root : { ...root, $defs: { a } }));

/** One change, of a field and in a way that numbers say. */
type Edit = readonly [where: number, what: number, how: number];
const edits = fc.array(fc.tuple(fc.nat(200), fc.nat(12), fc.nat(5)), { maxLength: 12 });

function fieldsOf(form: Form): FieldNode[] {
  const all: FieldNode[] = [];
  const see = (field: FieldNode) => {
    if (all.length > 300) return;
    all.push(field);
    if (field.presence === 'value') for (const child of field.children) see(child);
  };
  see(form.root);
  return all;
}

function apply(form: Form, [where, what, how]: Edit): void {
  const all = fieldsOf(form);
  const field = all[where % all.length] as FieldNode;
  const texts = ['', 'a', '1e400', '9007199254740993', '{"a":1,"a":2}', '[1]'];
  const ways: (() => unknown)[] = [
    () => form.setText(field, texts[how] ?? ''),
    () => form.setFlag(field, how % 2 === 0),
    () => form.choose(field, how),
    () => form.setPresence(field, (['absent', 'null', 'value'] as const)[how % 3] ?? 'value'),
    () => form.pick(field, how % 2, Math.floor(how / 2)),
    () => form.addItem(field, how),
    () => form.moveItem(field, how, (how + 1) % 3),
    () => form.duplicateItem(field),
    () => form.addEntry(field, how === 0 ? undefined : ['a', 'kind', '__proto__', 'b', ''][how]),
    () => form.rename(field, ['a', '', 'constructor', '__proto__', 'x', 'b'][how] ?? 'y'),
    () => form.remove(field),
  ];
  ways[what % ways.length]?.();
}

describe('for any schema', () => {
  it('a value comes out as it went in', () => {
    fc.assert(
      fc.property(rooted, value, (someSchema, given) => {
        const form = createForm(someSchema, given);
        expect(form.value()).toEqual(given);
        form.errors();
        expect(form.value()).toEqual(given);
      }),
      { numRuns: runsOr(300), endOnFailure: true, interruptAfterTimeLimit: 8_000 },
    );
  });

  it('edits leave a form whose value can be loaded again, with nothing lost and every pointer right', () => {
    fc.assert(
      fc.property(rooted, fc.option(value, { nil: undefined }), edits, (someSchema, given, changes) => {
        const form = createForm(someSchema, given);
        for (const change of changes) apply(form, change);
        const sent = form.value();
        form.errors();
        if (sent !== undefined) expect(createForm(someSchema, sent).value()).toEqual(sent);
        for (const field of fieldsOf(form)) {
          if (field.isNamed && field.parent?.children.filter(({ key }) => key === field.key).length === 1) {
            expect(form.find(field.pointer)).toBe(field);
          }
        }
      }),
      { numRuns: runsOr(300), endOnFailure: true, interruptAfterTimeLimit: 8_000 },
    );
  });

  it('a valid value has no errors in the form', () => {
    fc.assert(
      fc.property(rooted, value, (someSchema, given) => {
        // Endless references are for the validator's deadline.
        fc.pre(!JSON.stringify(someSchema).includes('$ref') && validateNow(someSchema, given).valid);
        expect(createForm(someSchema, given).errors()).toEqual([]);
      }),
      { numRuns: runsOr(200), endOnFailure: true, interruptAfterTimeLimit: 8_000 },
    );
  });
});
