import { describe, expect, it } from 'vitest';
import { looksLikeMarkdown, readMarkdown } from '../../../../src/webview/toolForm/resultsMarkdown';
import { tablesOf } from '../../../../src/webview/toolForm/resultsTable';
import { fc } from '../../../support/fastCheck';

describe('Markdown of a result', () => {
  it('reads blocks and keeps HTML as text', () => {
    expect(
      readMarkdown('## A <b>\n\ntext *x*\nmore\n\n1. one\n   - two\n\n> said\n\n---\n\n~~~js\n# code\n~~~'),
    ).toEqual([
      { type: 'heading', level: 2, content: [{ type: 'text', text: 'A <b>' }] },
      {
        type: 'paragraph',
        lines: [
          [
            { type: 'text', text: 'text ' },
            { type: 'emphasis', text: 'x' },
          ],
          [{ type: 'text', text: 'more' }],
        ],
      },
      {
        type: 'list',
        ordered: true,
        items: [
          { depth: 0, content: [{ type: 'text', text: 'one' }] },
          { depth: 1, content: [{ type: 'text', text: 'two' }] },
        ],
      },
      { type: 'quote', lines: [[{ type: 'text', text: 'said' }]] },
      { type: 'rule' },
      { type: 'code', text: '# code' },
    ]);
  });

  it('keeps every word that it does not understand, and always ends', () => {
    const lines = fc.array(
      fc.constantFrom('# a', '| a |', '|--|', '- b', '> c', '```', 'snake_case_d', '**', '![e](f)', '', '---'),
    );
    fc.assert(
      fc.property(lines, (parts) => {
        const said = JSON.stringify(readMarkdown(parts.join('\n')));
        expect(said.split('snake_case_d')).toHaveLength(parts.filter((part) => part === 'snake_case_d').length + 1);
      }),
    );
  });

  it('reads hostile texts in time', () => {
    for (const piece of ['*', '_a', '[', '![a](', '`', '|-', '~~', '> ']) {
      const started = performance.now();
      const hostile = piece.repeat(Math.floor(65_000 / piece.length));
      readMarkdown(hostile);
      looksLikeMarkdown(hostile);
      expect(performance.now() - started).toBeLessThan(1_500);
    }
    expect(readMarkdown('x'.repeat(70_000))).toBeUndefined();
  });

  it('knows Markdown from plain words, code and JSON', () => {
    for (const text of ['# Title', 'a **bold** word', '[a](b)', '```js\nx\n```', '|a|b|\n|---|---|']) {
      expect(looksLikeMarkdown(text), text).toBe(true);
    }
    for (const text of ['Just 2 * 3 * 4.', '#include <x>', 'a | b', '{"a": [1]}', '- a\n- b']) {
      expect(looksLikeMarkdown(text), text).toBe(false);
    }
  });
});

describe('tables of structured content', () => {
  it('takes lists of objects, of the whole or of its members', () => {
    const list = [{ a: 1, b: null }, { c: { d: 1 } }];
    const [table] = tablesOf(list);
    expect(table?.columns).toEqual(['a', 'b', 'c']);
    expect(table?.rows[1]).toEqual([undefined, undefined, { text: '{"d":1}', type: 'object' }]);
    expect(tablesOf({ x: list, y: [1], z: [] }).map(({ name }) => name)).toEqual(['x']);
    expect(tablesOf([[1]])).toEqual([]);
    expect(tablesOf('text')).toEqual([]);
  });

  it('bounds rows, columns and cells', () => {
    const row = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`c${i}`, 'x'.repeat(1_000)]));
    const [table] = tablesOf(Array.from({ length: 1_000 }, () => row));
    expect(table).toMatchObject({ total: 1_000, rows: { length: 200 }, columns: { length: 30 } });
    expect(table?.rows[0]?.[0]?.text).toHaveLength(301);
  });
});
