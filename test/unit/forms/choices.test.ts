import { describe, expect, it } from 'vitest';
import { createForm } from '../../../src/forms';

const list = (about: object) => createForm({ type: 'object', properties: { days: { type: 'array', ...about } } });
const choices = (about: object) =>
  list(about)
    .find('/days')
    ?.choices?.map(({ value }) => value);

describe('choices of an array', () => {
  it('are what the items may be, where none may come twice', () => {
    expect(choices({ uniqueItems: true, items: { enum: ['Mon', 2, null] } })).toEqual(['Mon', 2, null]);
    expect(choices({ uniqueItems: true, items: { enum: ['Mon', 2] } })).toEqual(['Mon', 2]);
    expect(choices({ uniqueItems: true, items: { oneOf: [{ const: 1, title: 'One' }, { const: 2 }] } })).toEqual([
      1, 2,
    ]);
  });

  it.each([
    ['items may come twice', { items: { enum: ['Mon'] } }],
    ['items are anything', { uniqueItems: true, items: {} }],
    ['items are lists of such lists', { uniqueItems: true, items: { $ref: '#/properties/days' } }],
    ['there are places before them', { uniqueItems: true, prefixItems: [{}], items: { enum: ['Mon'] } }],
    ['there are very many', { uniqueItems: true, items: { enum: Array.from({ length: 25 }, (_, index) => index) } }],
  ])('are none where %s', (_, about) => {
    expect(choices(about)).toBeUndefined();
  });

  it('come with no blank items for a minimum', () => {
    const form = createForm({
      type: 'object',
      required: ['days'],
      properties: { days: { type: 'array', uniqueItems: true, minItems: 2, items: { enum: ['Mon', 'Tue', 'Wed'] } } },
    });
    expect(form.value()).toEqual({ days: [] });
    expect(form.errors().map(({ pointer, keyword }) => `${pointer} ${keyword}`)).toEqual(['/days minItems']);
  });

  it('keep a value that is none of them', () => {
    const form = createForm(
      { type: 'object', properties: { days: { type: 'array', uniqueItems: true, items: { enum: ['Mon'] } } } },
      { days: ['Sun', 'Mon'] },
    );
    expect(form.value()).toEqual({ days: ['Sun', 'Mon'] });
    expect(form.find('/days')?.choices).toHaveLength(1);
  });
});

describe('a list with a minimum', () => {
  it('says once that its first items are missing: at those that are drawn', () => {
    const tags = { type: 'array', minItems: 2, items: { type: 'string' } };
    const form = createForm({ type: 'object', required: ['tags'], properties: { tags } });
    const told = () => form.errors().map(({ pointer, keyword }) => `${pointer} ${keyword}`);
    expect(told()).toEqual(['/tags/0 required', '/tags/1 required']);
    const [first] = form.find('/tags')?.children ?? [];
    if (first) form.remove(first);
    expect(told()).toEqual(['/tags minItems', '/tags/0 required']);
  });
});
