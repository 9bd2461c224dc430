import { describe, expect, it } from 'vitest';
import { PatchbayError } from '../../../../src/base/errors';
import { FrameWriter } from '../../../../src/core/transports/webSocketWriter';
import { ManualClock, settle } from '../../../support/manualClock';

const MEGABYTE = 'x'.repeat(1024 * 1024);

/** Takes frames as far as `take` is called. */
class Sink {
  bufferedAmount = 0;
  readonly sent: string[] = [];
  readonly #callbacks: (() => void)[] = [];

  send(text: string, callback: () => void): void {
    this.sent.push(text);
    this.bufferedAmount += text.length;
    this.#callbacks.push(callback);
  }

  take(): void {
    const index = this.sent.length - this.#callbacks.length;
    this.bufferedAmount -= this.sent[index]?.length ?? 0;
    this.#callbacks.shift()?.();
  }
}

function setUp(maxWaiting?: number) {
  const sink = new Sink();
  const clock = new ManualClock();
  return { sink, clock, writer: new FrameWriter(sink, clock, maxWaiting) };
}

const outcome = (send: Promise<void>) =>
  send.then(
    () => 'sent',
    (error: PatchbayError) => error.kind,
  );

describe('FrameWriter', () => {
  it('makes frames wait while too much is on its way, and keeps their order', async () => {
    const { sink, clock, writer } = setUp();
    const done: number[] = [];
    const sends = [MEGABYTE, 'two', 'three'].map((text, index) => writer.write(text).then(() => done.push(index)));
    await settle();
    expect([sink.sent.length, done]).toEqual([1, [0]]);
    sink.take();
    await Promise.all(sends);
    expect([sink.sent.slice(1), done]).toEqual([
      ['two', 'three'],
      [0, 1, 2],
    ]);
    expect(clock.pending).toBe(0);
  });

  it('rejects what waits and what comes later when the link ends', async () => {
    const { sink, clock, writer } = setUp();
    const error = new PatchbayError('connectionClosed', 'gone');
    void writer.write(MEGABYTE);
    const waiting = outcome(writer.write('two'));
    writer.fail(error);
    expect(await waiting).toBe('connectionClosed');
    await expect(writer.write('three')).rejects.toBe(error);
    sink.take();
    expect([sink.sent.length, clock.pending]).toEqual([1, 0]);
  });

  it('rejects what waits where the peer takes nothing for a minute, however much is added', async () => {
    const { clock, writer } = setUp();
    void writer.write(MEGABYTE);
    const waiting = [outcome(writer.write('two'))];
    for (let minute = 0; minute < 3; minute++) {
      await clock.advance(30_000);
      waiting.push(outcome(writer.write('more')));
    }
    expect(await Promise.all(waiting.slice(0, 2))).toEqual(['transport', 'transport']);
  });

  it('refuses more than may wait for a peer that does not read, and goes on once it reads', async () => {
    const { sink, writer } = setUp(30);
    void writer.write(MEGABYTE);
    const waits = writer.write('y'.repeat(20));
    await expect(writer.write('z'.repeat(20))).rejects.toMatchObject({ kind: 'limit' });
    sink.take();
    await waits;
    await writer.write('z'.repeat(20));
    expect(sink.sent.length).toBe(3);
  });

  it('waits on while a large frame goes out slowly', async () => {
    const { sink, clock, writer } = setUp();
    void writer.write(MEGABYTE.repeat(4));
    let state = 'waiting';
    void outcome(writer.write('two')).then((how) => {
      state = how;
    });
    for (let minute = 0; minute < 5; minute++) {
      sink.bufferedAmount -= 1000;
      await clock.advance(60_000);
    }
    expect(state).toBe('waiting');
    sink.take();
    await settle();
    expect(state).toBe('sent');
  });
});
