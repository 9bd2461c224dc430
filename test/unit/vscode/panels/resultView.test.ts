import { describe, expect, it } from 'vitest';
import type { CallToolResult } from '../../../../src/shared/mcp';
import { prettyPieces } from '../../../../src/vscode/panels/prettyPieces';
import {
  BLOCKS_PER_PART,
  blockBytes,
  blockText,
  EDITOR_BUDGET,
  editorText,
  nextBlocks,
  resultBytes,
  resultText,
  resultView,
  TEXT_BUDGET,
} from '../../../../src/vscode/panels/resultView';
import { savedFile } from '../../../../src/vscode/panels/savedFile';
import { fc } from '../../../support/fastCheck';
import { growth, LINEAR } from '../../../support/growth';

function blocksOf(...content: unknown[]) {
  return resultView({ content } as CallToolResult).blocks;
}

describe('a result as a panel shows it', () => {
  it('keeps text as text', () => {
    expect(blocksOf({ type: 'text', text: '<b>x</b>' })).toEqual([{ type: 'text', text: '<b>x</b>', cut: false }]);
  });

  it('shows only images and sounds of known types', () => {
    expect(blocksOf({ type: 'image', mimeType: 'IMAGE/PNG', data: 'aGk=\n' })).toEqual([
      { type: 'image', mimeType: 'image/png', data: 'aGk=' },
    ]);
    for (const mimeType of ['image/svg+xml', 'text/html', 'image/png;x"><script>', undefined]) {
      expect(blocksOf({ type: 'image', mimeType, data: 'aGk=' })[0]?.type).toBe('note');
    }
    expect(blocksOf({ type: 'image', mimeType: 'image/png', data: '"><script>' })[0]?.type).toBe('note');
    expect(blocksOf({ type: 'audio', mimeType: 'audio/wav', data: 'aGk=' })[0]?.type).toBe('audio');
  });

  it('shows links and resources as text', () => {
    expect(
      blocksOf(
        { type: 'resource_link', uri: 'file:///x', name: 'X', mimeType: 'text/plain' },
        { type: 'resource', resource: { uri: 'demo://1', text: 'body' } },
        { type: 'resource', resource: { uri: 'demo://2', blob: 'aGkh' } },
      ),
    ).toEqual([
      { type: 'resource', uri: 'file:///x', title: 'X', mimeType: 'text/plain', cut: false, linked: true },
      { type: 'resource', uri: 'demo://1', title: 'Resource', text: 'body', cut: false },
      { type: 'resource', uri: 'demo://2', title: 'Resource', blobBytes: 3, cut: false },
    ]);
  });

  it('shares one budget between all texts and says that it cut', () => {
    const half = 'x'.repeat(TEXT_BUDGET * 0.75);
    const view = resultView({
      content: [
        { type: 'text', text: half },
        { type: 'text', text: half },
      ],
    });
    const shown = view.blocks.map((block) => (block.type === 'text' ? block.text.length : 0));
    expect(shown).toEqual([half.length, TEXT_BUDGET * 0.25]);
    expect(view.truncated).toBe(true);
    expect(view.raw.length).toBe(TEXT_BUDGET);
    expect(view.bytes).toBeGreaterThan(half.length * 2);
  });

  it('bounds 50 MB, thousands of blocks and deep structure', () => {
    const big = resultView({ content: [{ type: 'text', text: 'x'.repeat(50 * 1024 * 1024) }] });
    expect(JSON.stringify(big).length).toBeLessThan(3 * TEXT_BUDGET);
    const many = { content: Array.from({ length: 10_000 }, (_, i) => ({ type: 'text', text: `${i}` })) };
    expect(resultView(many)).toMatchObject({ totalBlocks: 10_000, blocks: { length: BLOCKS_PER_PART } });
    expect([nextBlocks(many, 100), nextBlocks(many, 9_950)].map(({ length }) => length)).toEqual([100, 50]);
    expect(nextBlocks(many, 100)[0]).toEqual({ type: 'text', text: '100', cut: false });
    expect(nextBlocks(many, 10_000)).toEqual([]);
    let deep: unknown = 1;
    for (let i = 0; i < 20_000; i++) deep = [deep];
    const view = resultView({ content: [], structuredContent: deep });
    expect(view).toMatchObject({ truncated: true, structuredCut: {} });
    expect(JSON.stringify(view.structured)).toMatch(/^\[{100}"…"\]{100}$/);
  });

  it.each([' ', 'A', '=', 'A ', '= '])('reads media of many %j in time that grows with them', (piece) => {
    const content = (size: number) => {
      const data = `${piece.repeat(size)}!`;
      return [
        { type: 'image', mimeType: 'image/png', data },
        { type: 'resource', resource: { uri: 'a:b', mimeType: 'audio/wav', blob: data } },
      ];
    };
    const read = (size: number) => {
      const result = { content: content(size) } as CallToolResult;
      expect(resultView(result).blocks[0]).toMatchObject({ text: 'An image of image/png is not valid base64.' });
      expect(blockBytes(result, 1)).toBeUndefined();
    };
    expect(growth(read, 3_000)).toBeLessThan(LINEAR);
  });

  it('leaves media that are too large unread', () => {
    const large = { type: 'image', mimeType: 'image/png', data: `${' '.repeat(24 * 1024 * 1024)}!` };
    const small = { type: 'image', mimeType: 'image/png', data: 'aGk=' };
    const view = resultView({ content: [large, small] });
    expect(view.blocks).toMatchObject([{ text: 'An image of image/png is too large to be shown here.' }, small]);
    expect(view.truncated).toBe(true);
  });

  it.each([[undefined], ['text'], [[null, 1, 'x', {}, { type: 'text' }, { type: 'image' }, { type: 'resource' }]]])(
    'survives malformed content: %j',
    (content) => {
      expect(() => resultView({ content } as unknown as CallToolResult)).not.toThrow();
    },
  );

  it('gives the beginning of large structured content, with the lengths of its lists', () => {
    const rows = Array.from({ length: 17_476 }, (_, id) => ({ id, name: `row ${id}` }));
    for (const [structuredContent, name] of [
      [{ rows, total: 3 }, 'rows'],
      [rows, ''],
    ] as const) {
      const view = resultView({ content: [], structuredContent });
      const shown = name === '' ? view.structured : (view.structured as Record<string, unknown>)[name];
      expect((shown as unknown[]).slice(0, 3)).toEqual(rows.slice(0, 3));
      expect(view).toMatchObject({ truncated: true, structuredCut: { lengths: { [name]: rows.length } } });
      expect(JSON.stringify(view.structured).length).toBeLessThan(TEXT_BUDGET);
    }
    const long = resultView({ content: [], structuredContent: { a: 'x'.repeat(2 * TEXT_BUDGET), b: 1 } });
    expect(JSON.stringify(long.structured)).toMatch(/^\{"a":"x{200000,}…"\}$/);
    expect(resultView({ content: [], structuredContent: rows.slice(0, 9) })).not.toHaveProperty('structuredCut');
  });

  it('counts the bytes of what came, and those of binary parts without their padding', () => {
    expect(resultView({ content: [] }).bytes).toBe('{"content":[]}'.length);
    expect(resultView({ content: [{ type: 'text', text: 'é' }] }).bytes).toBe(41);
    const blob = (data: string) => blocksOf({ type: 'resource', resource: { uri: 'a:b', blob: data } })[0];
    expect(blob('AAECAw==')).toMatchObject({ blobBytes: 4 });
    expect(blob('AAEC\nAwQ=')).toMatchObject({ blobBytes: 5 });
    expect(blob('AAECAwQF')).toMatchObject({ blobBytes: 6 });
  });

  it('offers a file for what is not drawn, and where all of it is too much for an editor', () => {
    const note = (mimeType: string, data = 'aGk=') => blocksOf({ type: 'image', mimeType, data })[0];
    expect(note('image/svg+xml')).toEqual({
      type: 'note',
      text: 'An image of image/svg+xml is not shown here.',
      savable: true,
    });
    expect(note('image/png', '!')).not.toHaveProperty('savable');
    const large = { content: [{ type: 'text', text: 'x'.repeat(EDITOR_BUDGET) }] };
    expect(resultView(large).isForFile).toBe(true);
    expect(editorText(large)).toBeUndefined();
    const small = { content: [{ type: 'text', text: 'x'.repeat(EDITOR_BUDGET / 2) }] };
    expect(resultView(small)).not.toHaveProperty('isForFile');
    expect(editorText(small)).toBe(resultText(small));
  });

  it('writes what a file holds as the text of the whole, whatever that is', async () => {
    const large = { content: [], structuredContent: { rows: Array.from({ length: 40_000 }, (_, id) => ({ id })) } };
    for (const value of [large, { content: [] }, { content: [], a: undefined, b: [], c: { '"': [{}] } }]) {
      expect(Buffer.from(await resultBytes(value)).toString()).toBe(JSON.stringify(value, null, 2));
    }
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 3 }), (value, depth) => {
        let nested: unknown = Array.from({ length: 501 }, () => value);
        for (let level = 0; level < depth; level++) nested = { a: nested, b: value };
        expect([...prettyPieces(nested)].join('')).toBe(JSON.stringify(nested, null, 2));
      }),
      { numRuns: 50 },
    );
  });

  it('marks errors and keeps small structured content', () => {
    expect(resultView({ content: [], isError: true, structuredContent: { a: 1 } })).toMatchObject({
      isError: true,
      structured: { a: 1 },
      truncated: false,
    });
  });

  it('gives the full text for clipboard and editor', () => {
    const result: CallToolResult = {
      content: [
        { type: 'text', text: 'a' },
        { type: 'resource', resource: { text: 'b' } },
      ],
    };
    expect(blockText(result, 0)).toBe('a');
    expect(blockText(result, 1)).toBe('b');
    expect(blockText(result, 2)).toBeUndefined();
    expect(JSON.parse(resultText(result))).toEqual(result);
  });

  it('gives the output schema to check against, or says why nothing can be checked', () => {
    const schema = { type: 'object' };
    expect(resultView({ content: [], structuredContent: { a: 1 } }, schema).output).toEqual({ schema });
    expect(resultView({ content: [] }, schema).output).toEqual({
      problem: 'The tool promises structured content and sent none.',
    });
    expect(resultView({ content: [], isError: true }, schema).output).toBeUndefined();
    expect(resultView({ content: [], structuredContent: {} }).output).toBeUndefined();
    const large = { a: 'x'.repeat(TEXT_BUDGET) };
    expect(resultView({ content: [], structuredContent: large }, schema).output).toHaveProperty('problem');
    expect(resultView({ content: [], structuredContent: {} }, large).output).toHaveProperty('problem');
  });

  it('marks what the server calls Markdown, and draws binary resources of known types only', () => {
    const resource = (mimeType: string, rest: object) => ({
      type: 'resource',
      resource: { uri: 'a:b', mimeType, ...rest },
    });
    expect(blocksOf(resource('text/markdown; charset=utf-8', { text: '*x*' }))[0]).toMatchObject({ markdown: true });
    expect(blocksOf(resource('image/png', { blob: 'aGk=' }))[0]).toMatchObject({
      media: { type: 'image', mimeType: 'image/png', data: 'aGk=' },
    });
    expect(blocksOf(resource('image/svg+xml', { blob: 'aGk=' }))[0]).not.toHaveProperty('media');
  });

  it('makes files of the whole and of a block, under a name without a path', async () => {
    const result = {
      content: [
        { type: 'text', text: 'plain' },
        { type: 'image', mimeType: 'image/PNG', data: 'aGk=' },
        { type: 'resource', resource: { uri: 'a:b', mimeType: '../x', blob: 'aGkh' } },
      ],
    };
    expect((await savedFile('../../etc/passwd', result, undefined))?.name).toBe('-etc-passwd.json');
    expect(await savedFile('t', result, 0)).toEqual({ name: 't.txt', bytes: Buffer.from('plain') });
    expect(await savedFile('t', result, 1)).toEqual({ name: 't.png', bytes: Buffer.from('hi') });
    expect(await savedFile('t', result, 2)).toEqual({ name: 't.bin', bytes: Buffer.from('hi!') });
    expect(await savedFile('t', result, 3)).toBeUndefined();
  });
});
