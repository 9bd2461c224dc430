import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { PatchbayError } from '../../../../src/base/errors';
import { LineWriter } from '../../../../src/core/transports/stdioWriter';
import { ManualClock, settle } from '../../../support/manualClock';

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
  return { stream, chunks, drain: () => waiting.shift()?.(), clock: new ManualClock() };
}

describe('LineWriter', () => {
  it('sends what comes in one turn as one write, in order', async () => {
    const { stream, chunks, drain, clock } = createSlowPipe();
    const writer = new LineWriter(stream, clock);
    const writes = ['a', 'b', 'c'].map((line) => writer.write(line));
    await Promise.all(writes);
    drain();
    expect(chunks).toEqual(['a\nb\nc\n']);
  });

  it('waits with one listener for a full pipe to drain', async () => {
    const { stream, chunks, drain, clock } = createSlowPipe();
    const writer = new LineWriter(stream, clock);
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
    const { stream, drain, clock } = createSlowPipe();
    const writer = new LineWriter(stream, clock, 30);
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

  it('rejects what waits where the server takes nothing for a minute, whatever comes later, and goes on when it reads', async () => {
    const { stream, chunks, drain, clock } = createSlowPipe();
    const writer = new LineWriter(stream, clock);
    const stalled = { kind: 'transport', retryable: true };
    const first = expect(writer.write('x'.repeat(20))).rejects.toMatchObject(stalled);
    await settle();
    await clock.advance(30_000);
    const second = expect(writer.write('dropped')).rejects.toMatchObject(stalled);
    await clock.advance(30_000);
    await Promise.all([first, second]);
    const third = expect(writer.write('dropped, too')).rejects.toMatchObject(stalled);
    await clock.advance(60_000);
    await third;
    const last = writer.write('read');
    drain();
    await settle();
    drain();
    await last;
    expect(chunks).toEqual([`${'x'.repeat(20)}\n`, 'read\n']);
    expect(clock.pending).toBe(0);
  });

  it('waits for a server that reads slowly, and finishes a line that it has a part of', async () => {
    const { stream, chunks, drain, clock } = createSlowPipe();
    const writer = new LineWriter(stream, clock);
    const text = `${'ä'.repeat(1_500_000)}€`;
    let isDone = false;
    const long = writer.write(text).then(() => {
      isDone = true;
    });
    await settle();
    for (let part = 0; part < 2; part++) {
      await clock.advance(59_999);
      drain();
      await settle();
    }
    expect(isDone).toBe(false);
    drain();
    await long;
    expect(chunks.length).toBe(3);
    expect(Buffer.concat(chunks.map((chunk) => Buffer.from(chunk))).toString()).toBe(`${text}\n`);

    const failed = expect(writer.write(text)).rejects.toMatchObject({ kind: 'transport' });
    await settle();
    await clock.advance(60_000);
    await failed;
    for (let part = 0; part < 3; part++) {
      drain();
      await settle();
    }
    expect(Buffer.concat(chunks.slice(3).map((chunk) => Buffer.from(chunk))).toString()).toBe(`${text}\n`);
  });

  it('rejects what waits and what comes later when it fails', async () => {
    const { stream, clock } = createSlowPipe();
    const writer = new LineWriter(stream, clock);
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
