import { describe, expect, it } from 'vitest';
import { LineFramer } from '../../../../src/core/transports/stdioFraming';
import { fc } from '../../../support/fastCheck';

function run(chunks: readonly Buffer[], maxBytes = 1_000_000) {
  const lines: string[] = [];
  const heads: string[] = [];
  const framer = new LineFramer(maxBytes, {
    onLine: (line) => lines.push(line),
    onTooLong: (head) => heads.push(head),
  });
  for (const chunk of chunks) framer.push(chunk);
  return { lines, heads, framer };
}

/** Cuts `bytes` at the given places, wherever they fall. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const marks = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return marks.slice(1).map((mark, index) => bytes.subarray(marks[index], mark));
}

describe('LineFramer', () => {
  it('gives the same messages for every way to split them', () => {
    const messages = fc.array(fc.jsonValue(), { maxLength: 20 });
    const lineEnd = fc.constantFrom('\n', '\r\n', '\n\n', '\n  \n');
    fc.assert(
      fc.property(messages, lineEnd, fc.array(fc.nat(), { maxLength: 50 }), (values, end, places) => {
        const texts = values.map((value) => JSON.stringify(value));
        const bytes = Buffer.from(texts.map((text) => text + end).join(''));
        expect(run(cut(bytes, places)).lines).toEqual(texts);
      }),
    );
  });

  it('does not break characters that are split over chunks', () => {
    const text = 'ä€🧪'.repeat(5);
    const bytes = Buffer.from(`${text}\n`);
    expect(run([...bytes].map((byte) => Buffer.from([byte]))).lines).toEqual([text]);
  });

  it('takes a last line without a line end when the stream ends', () => {
    const { lines, framer } = run([Buffer.from('{"a":1}\n{"b":'), Buffer.from('2}')]);
    expect(lines).toEqual(['{"a":1}']);
    framer.end();
    expect(lines).toEqual(['{"a":1}', '{"b":2}']);
  });

  it('leaves out exactly the lines over the limit, for every way to split them', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 20 });
    fc.assert(
      fc.property(lengths, fc.array(fc.nat(), { maxLength: 50 }), (sizes, places) => {
        const texts = sizes.map((size, index) => String.fromCharCode(97 + (index % 26)).repeat(size));
        const { lines, heads } = run(cut(Buffer.from(texts.map((text) => `${text}\n`).join('')), places), 20);
        expect(lines).toEqual(texts.filter((text) => text.length <= 20));
        expect(heads.length).toBe(texts.filter((text) => text.length > 20).length);
      }),
    );
  });

  it('tells about a line over the limit before it has ended, with a bounded start of it', () => {
    const { heads } = run([Buffer.alloc(3000, 'a'), Buffer.alloc(3000, 'b'), Buffer.alloc(3000, 'c')], 8000);
    expect(heads).toEqual(['a'.repeat(3000) + 'b'.repeat(1096)]);
  });

  it('takes time in proportion to the length', () => {
    const chunk = Buffer.alloc(65_536, 'x');
    const time = (chunks: number) => {
      const start = performance.now();
      const { framer, lines } = run(Array(chunks).fill(chunk), 2 ** 30);
      framer.push(Buffer.from('\n'));
      expect(lines[0]?.length).toBe(chunks * 65_536);
      return performance.now() - start;
    };
    time(20);
    // A quadratic one takes 64 times as long for 8 times the length.
    expect(time(800)).toBeLessThan(40 * Math.max(2, time(100)));
  });
});
