import { describe, expect, it } from 'vitest';
import { intersectTools, isSameJson, strictestAnnotations } from '../../../../src/core/balancing/groupTools';
import type { JsonObject } from '../../../../src/shared/json';
import type { Tool } from '../../../../src/shared/mcp';
import { fc } from '../../../support/fastCheck';

function tool(name: string, more: Partial<Tool> = {}): Tool {
  return { name, inputSchema: { type: 'object' }, ...more };
}

describe('intersectTools', () => {
  it('shows what all have, as the first one shows it', () => {
    const first = tool('a', { description: 'first' });
    const { tools, warnings } = intersectTools([
      { id: 'one', tools: [first, tool('b')] },
      { id: 'two', tools: [tool('b'), tool('a', { description: 'second' })] },
    ]);
    expect(tools).toEqual([first, tool('b')]);
    expect(warnings).toEqual([]);
  });

  it('leaves out what somebody does not have, whoever that is', () => {
    const { tools, warnings } = intersectTools([
      { id: 'one', tools: [tool('a'), tool('b')] },
      { id: 'two', tools: [tool('a'), tool('c')] },
    ]);
    expect(tools.map(({ name }) => name)).toEqual(['a']);
    expect(warnings).toEqual(['"b" is left out: "two" does not have it.', '"c" is left out: "one" does not have it.']);
  });

  it('leaves out what has another schema, of the arguments or of the result', () => {
    const text = { type: 'object', properties: { q: { type: 'string' } } };
    const { tools, warnings } = intersectTools([
      { id: 'one', tools: [tool('a'), tool('b'), tool('c', { outputSchema: text })] },
      { id: 'two', tools: [tool('a', { inputSchema: text }), tool('b', { outputSchema: text }), tool('c')] },
      { id: 'three', tools: [tool('a'), tool('b'), tool('c', { outputSchema: text })] },
    ]);
    expect(tools).toEqual([]);
    expect(warnings).toEqual(['a', 'b', 'c'].map((n) => `"${n}" is left out: "two" has it with another schema.`));
  });

  it('does not mind the order of keys', () => {
    const { tools } = intersectTools([
      { id: 'one', tools: [tool('a', { inputSchema: { type: 'object', required: ['x'] } })] },
      { id: 'two', tools: [tool('a', { inputSchema: { required: ['x'], type: 'object' } })] },
    ]);
    expect(tools).toHaveLength(1);
  });

  it('does not ask members whose tools nobody knows yet', () => {
    const { tools, warnings } = intersectTools([
      { id: 'one', tools: undefined },
      { id: 'two', tools: [tool('a')] },
      { id: 'three', tools: [] },
    ]);
    expect(tools).toEqual([]);
    expect(warnings).toEqual([
      'The tools of "one" are not known yet, so they are not compared.',
      '"a" is left out: "three" does not have it.',
    ]);
    expect(intersectTools([{ id: 'one', tools: undefined }])).toMatchObject({ tools: [] });
    expect(intersectTools([])).toEqual({ tools: [], warnings: [] });
  });

  it('keeps to plain text of bounded length, whatever the names', () => {
    const names = Array.from({ length: 500 }, (_, i) => `${i}\n\u202e\u0007${'x'.repeat(10_000)}`);
    const members = Array.from({ length: 50 }, (_, i) => ({
      id: `m${i}`,
      tools: i === 0 ? names.map((n) => tool(n)) : [],
    }));
    const { warnings } = intersectTools(members);
    expect(warnings).toHaveLength(21);
    expect(warnings.at(-1)).toBe('There are 480 more such differences.');
    expect(warnings[0]).toMatch(/^"0 x+…" is left out: "m1", "m2", "m3", "m4", "m5" and 44 more does not have it\.$/);
    expect(warnings.join('')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(Math.max(...warnings.map(({ length }) => length))).toBeLessThan(250);
  });

  it('has what each member has, and no more', () => {
    const anyTool: fc.Arbitrary<Tool> = fc.record({
      name: fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor'),
      inputSchema: fc.constantFrom<JsonObject[]>({ type: 'object' }, { type: 'object', required: ['x'] }),
    });
    const anyTools = fc.uniqueArray(anyTool, { selector: ({ name }) => name });
    fc.assert(
      fc.property(fc.array(anyTools, { minLength: 1, maxLength: 4 }), (lists) => {
        const { tools } = intersectTools(lists.map((tools, i) => ({ id: `m${i}`, tools })));
        const key = (one: Tool) => JSON.stringify(one);
        const common = (lists[0] ?? []).filter((one) => lists.every((tools) => tools.map(key).includes(key(one))));
        expect(tools.map(key).sort()).toEqual(common.map(key).sort());
      }),
    );
  });
});

describe('strictestAnnotations', () => {
  it.each([
    [[undefined, undefined], undefined],
    [
      [
        { title: 'a', readOnlyHint: true },
        { title: 'b', readOnlyHint: true },
      ],
      { title: 'a', readOnlyHint: true },
    ],
    [[{ readOnlyHint: true, idempotentHint: true }, {}], {}],
    [[{ readOnlyHint: true }, { readOnlyHint: false }], { readOnlyHint: false }],
    [[undefined, { destructiveHint: true }], { destructiveHint: true }],
    [[{ destructiveHint: false }, undefined], {}],
    [[{ destructiveHint: false }, { destructiveHint: false }], { destructiveHint: false }],
    [[{ openWorldHint: false }, { openWorldHint: true }], { openWorldHint: true }],
    [[{ readOnlyHint: true }, { readOnlyHint: 'true' as unknown as boolean }], {}],
  ])('of %j is %j', (all, strictest) => {
    expect(strictestAnnotations(all)).toEqual(strictest);
  });

  it('promises only what all promise, and warns where one does, in any order', () => {
    const hint = fc.option(fc.boolean(), { nil: undefined });
    const marks = fc.record(
      { readOnlyHint: hint, destructiveHint: hint, idempotentHint: hint, openWorldHint: hint },
      { requiredKeys: [] },
    );
    const all = fc.array(fc.option(marks, { nil: undefined }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(all, (all) => {
        const given = all as Tool['annotations'][];
        const found = strictestAnnotations(given);
        for (const mark of ['readOnlyHint', 'idempotentHint'] as const) {
          expect(found?.[mark] === true).toBe(given.every((one) => one?.[mark] === true));
        }
        for (const mark of ['destructiveHint', 'openWorldHint'] as const) {
          expect(found?.[mark] === true).toBe(given.some((one) => one?.[mark] === true));
          expect(found?.[mark] === false).toBe(given.every((one) => one?.[mark] === false));
        }
        expect({ ...strictestAnnotations(given.toReversed()) }).toEqual({ ...found });
      }),
    );
  });

  it('changes no tool that all mark alike', () => {
    const first = tool('a', { annotations: { readOnlyHint: true } });
    const members = ['one', 'two'].map((id, i) => ({ id, tools: [i === 0 ? first : { ...first }] }));
    const { tools, warnings } = intersectTools(members);
    expect(tools[0]).toBe(first);
    expect(warnings).toEqual([]);
  });
});

describe('isSameJson', () => {
  it('agrees with a text that has its keys in order', () => {
    const inOrder = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(inOrder);
      if (typeof value !== 'object' || value === null) return value;
      return Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, item]) => ({ key, item: inOrder(item) }));
    };
    const text = (value: unknown) => JSON.stringify([Array.isArray(value), inOrder(value)]);
    const small = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)));
    fc.assert(
      fc.property(small, small, (a, b) => {
        expect(isSameJson(a, JSON.parse(JSON.stringify(a)))).toBe(true);
        if (isSameJson(a, b)) expect(text(a)).toBe(text(b));
        else if (typeof a !== 'object' || typeof b !== 'object') expect(text(a)).not.toBe(text(b));
      }),
    );
  });

  it.each([
    [{}, []],
    [{ a: undefined }, { b: undefined }],
    [
      [1, 2],
      [2, 1],
    ],
    [null, {}],
    [{ __proto__: null, a: 1 }, { a: 2 }],
  ])('tells %j and %j apart', (a, b) => {
    expect(isSameJson(a, b)).toBe(false);
  });

  it('ends on anything that is deep', () => {
    const deep = () => {
      let value: unknown = 1;
      for (let i = 0; i < 100_000; i++) value = [value];
      return value;
    };
    expect(isSameJson(deep(), deep())).toBe(true);
  });
});
