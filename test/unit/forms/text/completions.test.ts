import { describe, expect, it } from 'vitest';
import { completionsAt } from '../../../../src/forms/text/completions';
import { hoverAt } from '../../../../src/forms/text/hovers';
import { fc } from '../../../support/fastCheck';

const SCHEMA = {
  type: 'object',
  required: ['service'],
  properties: {
    service: { type: 'string', description: 'Which one.', minLength: 2 },
    color: { enum: ['red', 'green', 3] },
    count: { type: 'integer', default: 2, minimum: 1 },
    force: { type: 'boolean' },
    tags: { type: 'array', items: { enum: ['a', 'b'] } },
    target: {
      oneOf: [
        { type: 'object', properties: { kind: { const: 'host' }, host: { type: 'string' } }, required: ['kind'] },
        { type: 'object', properties: { kind: { const: 'file' }, path: { type: 'string' } }, required: ['kind'] },
      ],
    },
    note: { type: ['string', 'null'] },
  },
};

/** `|` is the cursor. */
function at(marked: string, schema: unknown = SCHEMA) {
  const offset = marked.indexOf('|');
  const text = marked.replace('|', '');
  return completionsAt(text, offset, schema, () => false).map((completion) => ({
    ...completion,
    after: text.slice(0, completion.start) + completion.text + text.slice(completion.end),
  }));
}
const labels = (marked: string, schema?: unknown) => at(marked, schema).map(({ label }) => label);
const result = (marked: string, label: string) => at(marked).find((completion) => completion.label === label)?.after;

describe('completionsAt', () => {
  it('offers the properties that are not there yet', () => {
    expect(labels('{"color": "red", |}')).toEqual(['service', 'count', 'force', 'tags', 'target', 'note']);
    expect(labels('{|}')).toHaveLength(7);
    expect(labels('{\n  "|\n}')).toContain('service');
    expect(at('{|}')[0]).toMatchObject({
      detail: 'string, at least 2 characters, required',
      description: 'Which one.',
    });
  });

  it('writes a whole property, and a comma where one is needed', () => {
    expect(result('{"s|"}', 'service')).toBe('{"service": ""}');
    expect(result('{co|}', 'count')).toBe('{"count": 2}');
    expect(result('{\n  "|"\n  "force": true\n}', 'service')).toBe('{\n  "service": "",\n  "force": true\n}');
    expect(result('{"|": 1}', 'count')).toBe('{"count": 1}');
    expect(at('{"s|"}').find(({ label }) => label === 'service')?.cursor).toBe('"service": "'.length);
    expect(at('{|}').find(({ label }) => label === 'color')?.again).toBe(true);
  });

  it('offers the values that the schema names', () => {
    expect(labels('{"color": |}')).toEqual(['"red"', '"green"', '3']);
    expect(labels('{"color": "g|"}')).toEqual(['"red"', '"green"', '3']);
    expect(result('{"color": "g|", "force": true}', '"green"')).toBe('{"color": "green", "force": true}');
    expect(result('{"color": |\n"force": true}', '"red"')).toBe('{"color": "red",\n"force": true}');
    expect(labels('{"force": |}')).toEqual(['true', 'false']);
    expect(labels('{"count": |}')).toEqual(['2']);
    expect(labels('{"tags": ["a", |]}')).toEqual(['"a"', '"b"']);
    expect(labels('{"note": |}')).toContain('null');
  });

  it('knows the variants', () => {
    expect(labels('{"target": {"kind": "|"}}')).toEqual(['"host"', '"file"']);
    expect(labels('{"target": {"kind": "file", |}}')).toEqual(['path']);
    expect(labels('{"target": {|}}')).toEqual(['kind', 'host', 'path']);
  });

  it('has nothing to say outside of an object, and of a schema that allows anything', () => {
    expect(labels('|')).toEqual([]);
    expect(labels('{}  |')).toEqual([]);
    expect(labels('{|}', true)).toEqual([]);
    expect(labels('{"a": |}', { $ref: 'https://example.test/remote.json' })).toEqual([]);
  });

  it('takes names for names', () => {
    const schema = JSON.parse('{"properties":{"__proto__":{"enum":[1]},"constructor":{"type":"boolean"}}}');
    expect(labels('{|}', schema)).toEqual(['__proto__', 'constructor']);
    expect(labels('{"__proto__": |}', schema)).toEqual(['1']);
  });

  it('answers soon, whatever schema and text are', () => {
    const twice = (name: string) => ({ anyOf: [{ $ref: `#/$defs/${name}` }, { $ref: `#/$defs/${name}` }] });
    const $defs = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`a${at}`, twice(`a${(at + 1) % 40}`)]));
    const hostile = { $ref: '#/$defs/a0', $defs, properties: { x: { pattern: '^(a+)+$', default: 'a'.repeat(40) } } };
    const looks: number[] = [];
    const isLate = () => looks.push(1) > 1;
    for (const text of ['{"x": ', '{', '{"x":'.repeat(2_000), '['.repeat(200_000)]) {
      looks.length = 0;
      expect(completionsAt(text, text.length, hostile, isLate).length).toBeLessThan(3);
      expect(looks.length).toBeLessThan(3);
    }
  });

  it('never throws on half a text', () => {
    const text = '{"target": {"kind": "file", "path": "x"}, "tags": ["a"], "color": "red", "count": 2}';
    fc.assert(
      fc.property(fc.nat(text.length), fc.nat(text.length), fc.string(), (from, to, typed) => {
        const half = text.slice(0, from) + typed + text.slice(Math.max(from, to));
        for (const { start, end } of completionsAt(half, from, SCHEMA, () => false))
          expect(start).toBeLessThanOrEqual(end);
        hoverAt(half, from, SCHEMA);
      }),
    );
  });
});

describe('hoverAt', () => {
  it('tells about the value under the cursor, from its name too', () => {
    const text = '{"service": "x", "target": {"kind": "file"}, "count": 5}';
    const service = { offset: 12, length: 3, title: 'service' };
    expect(hoverAt(text, text.indexOf('service'), SCHEMA)).toMatchObject(service);
    expect(hoverAt(text, text.indexOf('"x"'), SCHEMA)).toMatchObject({
      ...service,
      lines: ['string, at least 2 characters, required', 'Which one.'],
    });
    expect(hoverAt(text, text.indexOf('"count"'), SCHEMA)?.lines).toContain('Default: 2');
    expect(hoverAt(text, text.indexOf('"file"'), SCHEMA)?.title).toBe('kind');
    expect(hoverAt(text, text.indexOf(','), SCHEMA)).toBeUndefined();
  });
});
