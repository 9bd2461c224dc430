import { describe, expect, it } from 'vitest';
import { Deadline } from '../../../../src/core/calls/deadline';
import { askedTime } from '../../../../src/core/connection/askedTime';
import { fc } from '../../../support/fastCheck';
import { ManualClock } from '../../../support/manualClock';

describe('Deadline', () => {
  it('ends with an error that says whose time is over and what was waited for', async () => {
    const clock = new ManualClock();
    const deadline = new Deadline(2000, clock, 'The call of "echo"', askedTime(2000, true));
    deadline.waitFor('a free place');
    await clock.advance(500);
    expect([deadline.remainingMs, deadline.requestTimeoutMs]).toEqual([1500, 1500]);
    deadline.waitFor('the answer');
    await clock.advance(1499);
    expect(deadline.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(deadline.signal.reason).toMatchObject({
      kind: 'timeout',
      retryable: true,
      message: 'The call of "echo" did not end within 2 s: it waited for the answer.',
    });
    expect([deadline.remainingMs, deadline.requestTimeoutMs]).toEqual([0, 1]);
  });

  it('says nothing of what was waited for where nobody named it', async () => {
    const clock = new ManualClock();
    const deadline = new Deadline(5, clock, 'The call', askedTime(5, true));
    await clock.advance(5);
    expect(deadline.signal.reason.message).toBe('The call did not end within 5 ms.');
  });

  it('never ends without a limit', async () => {
    const clock = new ManualClock();
    const deadline = new Deadline(0, clock, 'The call', askedTime(0, true));
    deadline.pause()();
    await clock.advance(1e9);
    expect([deadline.remainingMs, deadline.requestTimeoutMs, clock.pending]).toEqual([Number.POSITIVE_INFINITY, 0, 0]);
    expect(deadline.signal.aborted).toBe(false);
  });

  it('leaves no timer when the call is over, also when a pause ends later', async () => {
    const clock = new ManualClock();
    const deadline = new Deadline(100, clock, 'The call', askedTime(100, true));
    const resume = deadline.pause();
    deadline.dispose();
    resume();
    expect(clock.pending).toBe(0);
  });

  it('waits in parts for longer than a timer can', async () => {
    const clock = new ManualClock();
    const deadline = new Deadline(5_000_000_000, clock, 'The call', askedTime(5_000_000_000, true));
    await clock.advance(4_999_999_999);
    expect(deadline.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(deadline.signal.aborted).toBe(true);
  });

  it('counts the time outside of pauses only, however they overlap', async () => {
    const step = fc.record({
      do: fc.constantFrom('begin', 'end', 'endTwice', 'wait'),
      ms: fc.nat(30),
      pick: fc.nat(5),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const clock = new ManualClock();
        const deadline = new Deadline(200, clock, 'The call', askedTime(200, true));
        const pauses: (() => void)[] = [];
        let used = 0;
        for (const { do: what, ms, pick } of steps) {
          if (what === 'begin') pauses.push(deadline.pause());
          else if (what === 'wait') {
            await clock.advance(ms);
            if (pauses.length === 0) used += ms;
          } else {
            const [resume] = pauses.splice(pick % Math.max(1, pauses.length), 1);
            resume?.();
            if (what === 'endTwice') resume?.();
          }
          expect(deadline.remainingMs).toBe(Math.max(0, 200 - used));
          expect(deadline.signal.aborted).toBe(used >= 200);
        }
        deadline.dispose();
        expect(clock.pending).toBe(0);
      }),
    );
  });
});
