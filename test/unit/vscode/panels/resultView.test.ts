import { describe, expect, it } from 'vitest';
import type { CallToolResult } from '../../../../src/shared/mcp';
import { blockText, resultText, resultView, TEXT_BUDGET } from '../../../../src/vscode/panels/resultView';

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
      { type: 'resource', uri: 'file:///x', title: 'X', mimeType: 'text/plain', cut: false },
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
    expect(
      resultView({ content: Array.from({ length: 10_000 }, () => ({ type: 'text', text: 'x' })) }).blocks.length,
    ).toBe(501);
    let deep: unknown = 1;
    for (let i = 0; i < 20_000; i++) deep = [deep];
    const view = resultView({ content: [], structuredContent: deep });
    expect(view).toMatchObject({ truncated: true });
    expect(view.structured).toBeUndefined();
  });

  it.each([[undefined], ['text'], [[null, 1, 'x', {}, { type: 'text' }, { type: 'image' }, { type: 'resource' }]]])(
    'survives malformed content: %j',
    (content) => {
      expect(() => resultView({ content } as unknown as CallToolResult)).not.toThrow();
    },
  );

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
});
