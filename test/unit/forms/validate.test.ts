import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validateNow } from '../../../src/forms/index';

function faults(schema: unknown, value: unknown): string[] {
  return validateNow(schema, value).errors.map(({ pointer, keyword }) => `${pointer} ${keyword}`);
}

describe('validateNow', () => {
  const properties = (members: object, rest: object = {}) => ({ type: 'object', properties: members, ...rest });
  const cases: [string, unknown, unknown, string[]][] = [
    ['nothing wrong', properties({ a: { type: 'string' } }), { a: 'x' }, []],
    ['type', properties({ a: { type: 'integer' } }), { a: 'x' }, ['/a type']],
    ['a missing property, at its place', properties({}, { required: ['a'] }), {}, ['/a required']],
    [
      'limits',
      properties({ a: { minimum: 3 }, b: { maxLength: 1 } }),
      { a: 2, b: 'xx' },
      ['/a minimum', '/b maxLength'],
    ],
    ['exclusive limits', { exclusiveMaximum: 3 }, 3, [' exclusiveMaximum']],
    ['enum', properties({ a: { enum: [1, 2] } }), { a: '1' }, ['/a enum']],
    ['const', { const: { a: 1 } }, { a: 2 }, [' const']],
    ['extra property', properties({}, { additionalProperties: false }), { a: 1 }, ['/a additionalProperties']],
    ['union', { oneOf: [{ type: 'string' }, { type: 'null' }] }, 1, [' oneOf']],
    ['items', { type: 'array', items: { type: 'integer' } }, [1, 'x'], ['/1 type']],
    [
      'names with / and ~',
      properties({ 'a/b~c': properties({ d: { type: 'null' } }) }),
      { 'a/b~c': { d: 1 } },
      ['/a~1b~0c/d type'],
    ],
    ['format e-mail', { format: 'email' }, 'nobody', [' format']],
    ['format uri', { format: 'uri' }, 'no scheme', [' format']],
    ['format ipv6', { format: 'ipv6' }, '::1::', [' format']],
    ['format hostname', { format: 'hostname' }, '-x', [' format']],
    ['dependentRequired', { dependentRequired: { a: ['b'] } }, { a: 1 }, ['/b required']],
    ['remote reference, never fetched', properties({ a: { $ref: 'https://example.com/x' } }), { a: 1 }, [' $ref']],
    [
      'inherited names',
      properties({ a: {} }, { additionalProperties: false }),
      { constructor: 1 },
      ['/constructor additionalProperties'],
    ],
    ['inherited names allowed', properties({ a: {} }), { toString: 1, constructor: 2, valueOf: 3 }, []],
    [
      '__proto__ as a property',
      JSON.parse('{"type":"object","properties":{"__proto__":{"type":"string"}},"required":["__proto__"]}'),
      JSON.parse('{"__proto__":1}'),
      ['/__proto__ type'],
    ],
    [
      'recursion',
      { ...properties({ n: { $ref: '#' } }), required: ['v'] },
      { v: 1, n: { v: 2, n: {} } },
      ['/n/n/v required'],
    ],
    ['endless recursion', { $ref: '#' }, 1, [' $schema']],
    [
      'draft-07',
      { $schema: 'http://json-schema.org/draft-07/schema#', type: 'array', items: [{ type: 'null' }] },
      [1],
      ['/0 type'],
    ],
    ['true', true, 1, []],
    ['false', false, 1, [' false']],
  ];
  it.each(cases)('finds: %s', (_, schema, value, expected) => {
    expect(faults(schema, value)).toEqual(expected);
  });

  it.each(['::', '::1', '1:2:3:4:5:6:7:8', '1::8', '::ffff:1.2.3.4'])('accepts the IPv6 address %s', (address) => {
    expect(faults({ format: 'ipv6' }, address)).toEqual([]);
  });

  it('does not overflow on depth', () => {
    let schema: object = { type: 'string' };
    for (let i = 0; i < 10_000; i++) schema = { properties: { a: schema } };
    expect(faults(schema, {})).toEqual([' $schema']);
  });
});

describe('validate in the Node bundle', () => {
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-forms-'));
  let forms: typeof import('../../../src/forms/node');

  beforeAll(async () => {
    const outfile = join(folder, 'forms.cjs');
    await build({
      entryPoints: [join(import.meta.dirname, '../../../src/forms/node.ts')],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
    });
    forms = createRequire(import.meta.url)(outfile);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('answers from a thread', async () => {
    const answer = await forms.validate({ type: 'object', required: ['a'] }, {}, { deadlineMs: 20_000 });
    expect(answer).toEqual({
      valid: false,
      timedOut: false,
      errors: [{ pointer: '/a', keyword: 'required', message: 'A value is required.' }],
    });
    expect(await forms.validate({ type: 'object' }, {}, { deadlineMs: 20_000 })).toMatchObject({
      valid: true,
      timedOut: false,
    });
  });

  it('ends a catastrophic pattern at the deadline', async () => {
    const started = performance.now();
    const answer = await forms.validate({ pattern: '^(a+)+$' }, `${'a'.repeat(60)}!`, { deadlineMs: 300 });
    expect(answer).toEqual({ valid: false, timedOut: true, errors: [] });
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('refuses what is too deep for a thread, without one', async () => {
    let schema: object = {};
    for (let i = 0; i < 50_000; i++) schema = { not: schema };
    expect((await forms.validate(schema, 1)).errors[0]?.keyword).toBe('$schema');
  });

  it('leaves no handle behind', async () => {
    await forms.validate({}, 1);
    expect(process.getActiveResourcesInfo()).not.toContain('MessagePort');
  });
});
