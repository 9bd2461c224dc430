import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { limitEvents } from '../../../../src/core/transports/sseLimit';
import { fc } from '../../../support/fastCheck';

async function run(input: string, places: readonly number[], maxBytes: number) {
  const bytes = Buffer.from(input);
  const marks = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  const chunks = marks.slice(1).map((mark, index) => bytes.subarray(marks[index], mark));
  let discarded = 0;
  const output = await text(
    limitEvents(Readable.from(chunks, { objectMode: false }), { maxBytes, onDiscarded: () => discarded++ }),
  );
  return { output, discarded };
}

describe('limitEvents', () => {
  it('changes nothing where every event is within the limit, for every way to split them', async () => {
    const event = fc.string({ maxLength: 30, unit: 'grapheme' }).map((value) => `data: ${JSON.stringify(value)}\n\n`);
    await fc.assert(
      fc.asyncProperty(fc.array(event), fc.array(fc.nat(), { maxLength: 30 }), async (events, places) => {
        expect((await run(events.join(''), places, 2000)).output).toBe(events.join(''));
      }),
    );
  });

  it('renames each event over the limit and keeps the others, for every way to split them', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 12 });
    const lineEnd = fc.constantFrom('\n', '\r\n');
    await fc.assert(
      fc.asyncProperty(sizes, lineEnd, fc.array(fc.nat(), { maxLength: 30 }), async (lengths, end, places) => {
        const input = lengths.map((size, index) => `data: ${index}:${'x'.repeat(size)}${end}${end}`).join('');
        const { output, discarded } = await run(input, places, 40);
        const isOver = (size: number, index: number) => `data: ${index}:${'x'.repeat(size)}\n`.length > 40;
        const kept = output.split(/\r?\n\r?\n/).filter((event) => event && !event.includes('patchbay-discarded'));
        const expected = lengths.flatMap((size, index) =>
          isOver(size, index) ? [] : [`data: ${index}:${'x'.repeat(size)}`],
        );
        expect(kept).toEqual(expected);
        expect(discarded).toBe(lengths.filter(isOver).length);
      }),
    );
  });
});
