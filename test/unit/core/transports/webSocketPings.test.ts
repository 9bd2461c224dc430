import { describe, expect, it } from 'vitest';
import { Pings } from '../../../../src/core/transports/webSocketPings';
import { ManualClock } from '../../../support/manualClock';

function setUp(times = { intervalMs: 1000, timeoutMs: 100 }) {
  const clock = new ManualClock();
  const sent: string[] = [];
  const peer = { read: 0, waiting: 0, lost: 0 };
  const target = {
    ping: (data: string) => sent.push(data),
    bytesRead: () => peer.read,
    bytesWaiting: () => peer.waiting,
  };
  const pings = new Pings(target, times, clock, () => peer.lost++);
  return { clock, sent, peer, pings };
}

describe('Pings', () => {
  it('ping at once, then each interval after the answer, and tell the last round trip', async () => {
    const { clock, sent, peer, pings } = setUp();
    pings.start();
    expect(sent).toEqual(['1']);
    await clock.advance(30);
    pings.onPong('1');
    expect(pings.roundTripMs).toBe(30);
    await clock.advance(999);
    expect(sent).toEqual(['1']);
    await clock.advance(1);
    expect(sent).toEqual(['1', '2']);
    await clock.advance(7);
    pings.onPong('1');
    expect(pings.roundTripMs).toBe(30);
    pings.onPong('2');
    expect(pings.roundTripMs).toBe(7);
    expect(peer.lost).toBe(0);
  });

  it('tell once that no answer came in time', async () => {
    const { clock, sent, peer, pings } = setUp();
    pings.start();
    await clock.advance(5000);
    expect([sent, peer.lost]).toEqual([['1'], 1]);
  });

  it('wait while bytes come in, or a large message is on its way out', async () => {
    const { clock, peer, pings } = setUp();
    peer.waiting = 5_000_000;
    pings.start();
    await clock.advance(99);
    peer.read += 1;
    await clock.advance(1);
    await clock.advance(99);
    peer.waiting = 4_000_000;
    await clock.advance(1);
    expect(peer.lost).toBe(0);
    // Its own frame going out is no sign of life.
    peer.waiting -= 7;
    await clock.advance(100);
    expect(peer.lost).toBe(1);
  });

  it('leave no timer behind', async () => {
    const { clock, peer, pings } = setUp();
    pings.start();
    pings.dispose();
    expect(clock.pending).toBe(0);
    pings.onPong('1');
    await clock.advance(10_000);
    expect([clock.pending, peer.lost]).toEqual([0, 0]);
  });

  it('are none where the interval is 0', () => {
    const { clock, sent, pings } = setUp({ intervalMs: 0, timeoutMs: 100 });
    pings.start();
    expect([sent, clock.pending]).toEqual([[], 0]);
  });
});
