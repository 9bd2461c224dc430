import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { PatchbayError } from '../../../../src/base/errors';
import { LineWriter } from '../../../../src/core/transports/stdioWriter';

/** A pipe that takes nothing until it is told to. */
function createSlowPipe() {
  const chunks: string[] = [];
  const waiting: (() => void)[] = [];
  const stream = new Writable({
    highWaterMark: 10,
    decodeStrings: false,
    write(chunk: string, _encoding, callback) {
      chunks.push(chunk);
      waiting.push(callback);
    },
  });
  return { stream, chunks, drain: () => waiting.shift()?.() };
}

describe('LineWriter', () => {
  it('sends what comes in one turn as one write, in order', async () => {
    const { stream, chunks, drain } = createSlowPipe();
    const writer = new LineWriter(stream);
    const writes = ['a', 'b', 'c'].map((line) => writer.write(line));
    await Promise.all(writes);
    drain();
    expect(chunks).toEqual(['a\nb\nc\n']);
  });

  it('waits with one listener for a full pipe to drain', async () => {
    const { stream, chunks, drain } = createSlowPipe();
    const writer = new LineWriter(stream);
    let done = 0;
    const first = writer.write('x'.repeat(20)).then(() => done++);
    await new Promise(setImmediate);
    const later = Array.from({ length: 50 }, (_, index) => writer.write(`${index}`).then(() => done++));
    await new Promise(setImmediate);
    expect([done, chunks.length, stream.listenerCount('drain')]).toEqual([0, 1, 1]);
    drain();
    await first;
    await new Promise(setImmediate);
    drain();
    await Promise.all(later);
    expect(chunks[1]).toBe(`${Array.from({ length: 50 }, (_, index) => index).join('\n')}\n`);
  });

  it('refuses more than may wait for a server that does not read, and goes on once it reads', async () => {
    const { stream, drain } = createSlowPipe();
    const writer = new LineWriter(stream, 30);
    const first = writer.write('x'.repeat(20));
    await new Promise(setImmediate);
    const waits = writer.write('y'.repeat(20));
    await expect(writer.write('z'.repeat(20))).rejects.toMatchObject({ kind: 'limit' });
    drain();
    await first;
    await new Promise(setImmediate);
    drain();
    await waits;
    const later = writer.write('again');
    await new Promise(setImmediate);
    drain();
    await later;
  });

  it('rejects what waits and what comes later when it fails', async () => {
    const { stream } = createSlowPipe();
    const writer = new LineWriter(stream);
    const error = new PatchbayError('connectionClosed', 'gone');
    const writes = [writer.write('x'.repeat(20))];
    await new Promise(setImmediate);
    writes.push(writer.write('waits'));
    writer.fail(error);
    writes.push(writer.write('late'));
    for (const outcome of await Promise.allSettled(writes))
      expect(outcome).toEqual({ status: 'rejected', reason: error });
  });
});
