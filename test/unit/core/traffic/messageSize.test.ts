import { describe, expect, it } from 'vitest';
import { estimateSize } from '../../../../src/core/traffic/messageSize';
import { shorten } from '../../../../src/core/traffic/shorten';
import { fc } from '../../../support/fastCheck';

const clean = (text: string) => text;

describe('estimateSize', () => {
  it('is near the size as JSON', () => {
    const tool = { name: 'echo', description: 'Gives the text back. '.repeat(5), inputSchema: { type: 'object' } };
    for (const value of [tool, Array(5000).fill(tool), { text: 'ü€🧪'.repeat(1000) }, {}, [], [[], {}]]) {
      const exact = Buffer.byteLength(JSON.stringify(value));
      expect(Math.abs(estimateSize(value).bytes - exact)).toBeLessThanOrEqual(Math.max(10, exact * 0.1));
    }
  });

  it('takes any value', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => estimateSize(value).bytes > 0));
  });

  it('says what is nested too deep', () => {
    const nest = (levels: number) => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
    expect(estimateSize(nest(60)).tooDeep).toBe(false);
    expect(estimateSize(nest(70)).tooDeep).toBe(true);
  });
});

describe('shorten', () => {
  const options = { maxCharacters: 1000, maxTextCharacters: 100, clean };

  it('is bounded for any value, and keeps small ones', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 20 }), (value) => {
        const text = JSON.stringify(shorten(value, options));
        expect(text.length).toBeLessThan(20_000);
      }),
    );
    const small = { a: [1, true, null, 'text'], b: { c: {} } };
    expect(JSON.parse(JSON.stringify(shorten(small, options)))).toEqual(small);
  });

  it('tells what is left out', () => {
    expect(shorten(Array(1000).fill(1), options)).toContain('… 900 more');
    expect(shorten('x'.repeat(500), options)).toBe(`${'x'.repeat(100)}… (500 characters)`);
  });
});
