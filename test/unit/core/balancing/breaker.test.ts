import { describe, expect, it } from 'vitest';
import { ERROR_KINDS, PatchbayError } from '../../../../src/base/errors';
import { type BreakerPass, CircuitBreaker, isBreakerFailure } from '../../../../src/core/balancing/breaker';
import { fc } from '../../../support/fastCheck';
import { ManualClock } from '../../../support/manualClock';

function createBreaker() {
  const clock = new ManualClock();
  const breaker = new CircuitBreaker(clock, 'The server "a"');
  const changes: string[] = [];
  breaker.onDidChange(() => changes.push(breaker.state.kind));
  return { clock, breaker, changes };
}

function fail(breaker: CircuitBreaker, times: number): void {
  for (let i = 0; i < times; i++) breaker.enter().failed();
}

function refusal(breaker: CircuitBreaker): PatchbayError {
  try {
    breaker.enter();
  } catch (error) {
    return error as PatchbayError;
  }
  throw new Error('The breaker let a call through.');
}

describe('CircuitBreaker', () => {
  it('opens at the fifth failure and says when one call may try', async () => {
    const { clock, breaker, changes } = createBreaker();
    fail(breaker, 4);
    expect(breaker.state).toEqual({ kind: 'closed' });
    breaker.enter().failed();
    expect(breaker.state).toMatchObject({ kind: 'open', until: clock.now() + 60_000 });
    await clock.advance(18_000);
    const error = refusal(breaker);
    expect(error).toMatchObject({ kind: 'limit', retryable: true, retryAfterMs: 42_000, code: 'breakerOpen' });
    expect(error.message).toMatch(/^The server "a" is paused, .* was not sent\.$/);
    expect(error.hint).toContain('42 s');
    expect(changes).toEqual(['open']);
  });

  it('says since when it is open, and the beginning of what went wrong last', async () => {
    const { clock, breaker } = createBreaker();
    fail(breaker, 4);
    breaker.enter().failed(`gone ${'x'.repeat(1000)}`);
    const since = clock.now();
    expect(breaker.state).toMatchObject({ kind: 'open', since, reason: expect.stringMatching(/^gone x{295}$/) });
    await clock.advance(60_000);
    expect(breaker.state).toMatchObject({ kind: 'halfOpen', since });
    breaker.enter().failed('gone again');
    expect(breaker.state).toEqual({ kind: 'open', until: clock.now() + 60_000, since, reason: 'gone again' });
    breaker.reset();
    fail(breaker, 5);
    expect(breaker.state).toEqual({ kind: 'open', until: clock.now() + 60_000, since: clock.now() });
  });

  it('forgets failures that are a minute old', async () => {
    const { clock, breaker } = createBreaker();
    fail(breaker, 4);
    await clock.advance(60_000);
    breaker.enter().failed();
    expect(breaker.state.kind).toBe('closed');
    fail(breaker, 4);
    expect(breaker.state.kind).toBe('open');
  });

  it('counts failures in a row: a success between them starts again', () => {
    const { breaker } = createBreaker();
    fail(breaker, 4);
    breaker.enter().succeeded();
    fail(breaker, 4);
    expect(breaker.state.kind).toBe('closed');
  });

  it('is half open when its time is up, which is announced, and lets one call try', async () => {
    const { clock, breaker, changes } = createBreaker();
    fail(breaker, 5);
    await clock.advance(60_000);
    expect(breaker.state).toMatchObject({ kind: 'halfOpen' });
    expect(changes).toEqual(['open', 'halfOpen']);
    const probe = breaker.enter();
    const error = refusal(breaker);
    expect(error.kind).toBe('limit');
    expect(error.retryAfterMs).toBeUndefined();
    probe.succeeded();
    expect(breaker.state.kind).toBe('closed');
    fail(breaker, 4);
    expect(breaker.state.kind).toBe('closed');
    expect(changes).toEqual(['open', 'halfOpen', 'closed']);
  });

  it('opens again for a whole minute when that call fails', async () => {
    const { clock, breaker, changes } = createBreaker();
    fail(breaker, 5);
    await clock.advance(75_000);
    breaker.enter().failed();
    expect(breaker.state).toMatchObject({ kind: 'open', until: clock.now() + 60_000 });
    expect(changes).toEqual(['open', 'halfOpen', 'open']);
    expect(clock.pending).toBe(1);
  });

  it('lets another call try when the first was cancelled', async () => {
    const { clock, breaker } = createBreaker();
    fail(breaker, 5);
    await clock.advance(60_000);
    breaker.enter().released();
    expect(breaker.state.kind).toBe('halfOpen');
    breaker.enter().succeeded();
    expect(breaker.state.kind).toBe('closed');
  });

  it('hears of each call once', async () => {
    const { clock, breaker } = createBreaker();
    const pass = breaker.enter();
    for (let i = 0; i < 5; i++) pass.failed();
    expect(breaker.state.kind).toBe('closed');
    fail(breaker, 4);
    await clock.advance(60_000);
    const probe = breaker.enter();
    probe.released();
    probe.succeeded();
    expect(breaker.state.kind).toBe('halfOpen');
  });

  it('does not take the end of an older call for the end of the one that tries', async () => {
    const { clock, breaker } = createBreaker();
    const [first, second, third] = [breaker.enter(), breaker.enter(), breaker.enter()];
    fail(breaker, 5);
    first.succeeded();
    expect(breaker.state.kind).toBe('open');
    await clock.advance(60_000);
    const probe = breaker.enter();
    second.succeeded();
    expect(breaker.state.kind).toBe('halfOpen');
    expect(refusal(breaker).kind).toBe('limit');
    probe.succeeded();
    fail(breaker, 4);
    third.failed();
    expect(breaker.state.kind).toBe('closed');
  });

  it('closes when it is reset, also while a call tries', async () => {
    const { clock, breaker, changes } = createBreaker();
    fail(breaker, 5);
    breaker.reset();
    expect(breaker.state.kind).toBe('closed');
    expect(clock.pending).toBe(0);
    fail(breaker, 5);
    await clock.advance(60_000);
    const probe = breaker.enter();
    breaker.reset();
    probe.failed();
    expect(breaker.state.kind).toBe('closed');
    expect(changes).toEqual(['open', 'closed', 'open', 'halfOpen', 'closed']);
  });

  it('leaves no timer behind', () => {
    const { clock, breaker } = createBreaker();
    const late = breaker.enter();
    fail(breaker, 4);
    breaker.dispose();
    late.failed();
    expect(breaker.state.kind).toBe('open');
    expect(clock.pending).toBe(0);
    breaker.dispose();
  });

  it('does what a simple model does', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('enter' as const) }),
      fc.record({ do: fc.constantFrom('succeeded', 'failed', 'failed', 'failed', 'released'), call: fc.nat(20) }),
      fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 9, 10, 20, 30) }),
      fc.record({ do: fc.constant('reset' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const clock = new ManualClock();
        const settings = { failures: 2, withinMs: 30, openMs: 20 };
        const breaker = new CircuitBreaker(clock, 'It', settings);
        const model = new BreakerModel(settings);
        const passes: BreakerPass[] = [];
        for (const step of steps) {
          if (step.do === 'wait') await clock.advance(step.ms);
          else if (step.do === 'reset') {
            breaker.reset();
            model.reset();
          } else if (step.do === 'enter') {
            const entered = attempt(() => passes.push(breaker.enter()));
            expect(entered).toBe(model.enter(clock.now()));
          } else {
            passes[step.call]?.[step.do as keyof BreakerPass]();
            model.settle(step.call, step.do, clock.now());
          }
          expect(breaker.state.kind).toBe(model.kind(clock.now()));
        }
        breaker.dispose();
        expect(clock.pending).toBe(0);
      }),
    );
  });
});

function attempt(run: () => void): boolean {
  try {
    run();
    return true;
  } catch {
    return false;
  }
}

/** What the breaker promises, with every call and every moment kept. */
class BreakerModel {
  readonly #calls: { period: number; probe: boolean; done: boolean }[] = [];
  #failures: number[] = [];
  #period = 0;
  #openedAt: number | undefined;

  constructor(readonly settings: { failures: number; withinMs: number; openMs: number }) {}

  kind(now: number): string {
    if (this.#openedAt === undefined) return 'closed';
    return now - this.#openedAt < this.settings.openMs ? 'open' : 'halfOpen';
  }

  enter(now: number): boolean {
    const probe = this.kind(now) === 'halfOpen';
    const tries = this.#calls.some((call) => call.probe && !call.done && call.period === this.#period);
    if (this.kind(now) === 'open' || (probe && tries)) return false;
    this.#calls.push({ period: this.#period, probe, done: false });
    return true;
  }

  settle(index: number, outcome: string, now: number): void {
    const call = this.#calls[index];
    if (!call || call.done) return;
    call.done = true;
    if (call.period !== this.#period || outcome === 'released') return;
    if (outcome === 'succeeded') {
      this.#failures = [];
      if (call.probe) this.reset();
      return;
    }
    this.#failures.push(now);
    const recent = this.#failures.filter((at) => now - at < this.settings.withinMs);
    if (!call.probe && recent.length < this.settings.failures) return;
    this.#openedAt = now;
    this.#failures = [];
    this.#period++;
  }

  reset(): void {
    this.#failures = [];
    if (this.#openedAt !== undefined) this.#period++;
    this.#openedAt = undefined;
  }
}

describe('isBreakerFailure', () => {
  it('counts what says that the other side does not work', () => {
    const counted = ERROR_KINDS.filter((kind) => isBreakerFailure(new PatchbayError(kind, 'x')));
    expect(counted).toEqual(['connectionClosed', 'transport', 'timeout', 'protocol']);
  });

  it('does not count what the caller did wrong, nor what is no error of ours', () => {
    expect(isBreakerFailure(new PatchbayError('protocol', 'x', { code: -32602 }))).toBe(false);
    expect(isBreakerFailure(new PatchbayError('protocol', 'x', { code: -32603 }))).toBe(true);
    expect(isBreakerFailure(new Error('x'))).toBe(false);
    expect(isBreakerFailure({ content: [], isError: true })).toBe(false);
  });
});
