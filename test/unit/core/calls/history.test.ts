import { describe, expect, it } from 'vitest';
import { type CallEnd, CallHistory, type HistoryEntry } from '../../../../src/core/calls/history';
import { Redactor } from '../../../../src/core/traffic/redactor';
import { fc } from '../../../support/fastCheck';
import { ManualClock } from '../../../support/manualClock';

const done: CallEnd = { outcome: 'ok', durationMs: 5, queueMs: 1 };

function historyOf(maxCalls?: number) {
  const clock = new ManualClock();
  const history = new CallHistory({ clock, ...(maxCalls === undefined ? {} : { maxCalls }) });
  const redactor = new Redactor();
  const begin = (tool = 't', args: unknown = {}) => history.begin({ server: 's', tool, arguments: args, redactor });
  return { clock, history, redactor, begin };
}

describe('CallHistory', () => {
  it('keeps each call from its beginning to its end', async () => {
    const { clock, history, begin } = historyOf();
    const seen: [string, HistoryEntry][] = [];
    history.onDidAdd((entry) => seen.push(['add', entry]));
    history.onDidChange((entry) => seen.push(['change', entry]));
    const end = begin('first', { a: 1 });
    const at = clock.now();
    await clock.advance(10);
    begin('second');
    end({ ...done, bytesIn: 3, bytesOut: 4 });
    end({ ...done, outcome: 'timeout' });
    const first = { id: 1, at, server: 's', tool: 'first', arguments: { a: 1 } };
    const ended = { ...first, ...done, bytesIn: 3, bytesOut: 4 };
    expect(history.entries()).toEqual([{ id: 2, at: at + 10, server: 's', tool: 'second', arguments: {} }, ended]);
    expect(seen.map(([what, { id }]) => `${what} ${id}`)).toEqual(['add 1', 'add 2', 'change 1']);
    expect([seen[0]?.[1], seen[2]?.[1]]).toEqual([first, ended]);
  });

  it('never shows a secret, also one that is known later', () => {
    const { history, redactor, begin } = historyOf();
    begin('small', { password: 'hunter22', text: 'a s3cret-value b' });
    redactor.add(['s3cret-value']);
    begin('large', { password: 'hunter22', text: `s3cret-value ${'x'.repeat(50_000)}` });
    const [large, small] = history.entries();
    expect(small?.arguments).toEqual({ password: '••••', text: 'a •••• b' });
    expect(JSON.stringify(large)).not.toMatch(/hunter22|s3cret/);
    expect(JSON.stringify(large).length).toBeLessThan(6000);
  });

  it('says nothing of a call that ended after it was pushed out', () => {
    const { history, begin } = historyOf(2);
    let changes = 0;
    history.onDidChange(() => changes++);
    const end = begin('old');
    begin('newer');
    begin('newest');
    end(done);
    expect(changes).toBe(0);
    history.clear();
    expect(history.entries()).toEqual([]);
  });

  it('stays bounded with endless names and arguments', () => {
    const { history, begin } = historyOf(1000);
    for (let index = 0; index < 1000; index++) begin('n'.repeat(100_000), { text: 'x'.repeat(3000), index });
    expect(history.entries().length).toBeLessThan(700);
    expect(history.entries()[0]?.arguments).toMatchObject({ index: 999 });
    expect(history.entries()[0]?.tool.length).toBeLessThan(300);
  });

  it('holds the last calls as a list would', () => {
    const step = fc.oneof(fc.record({ begin: fc.string() }), fc.record({ end: fc.nat(40) }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 6 }), (steps, max) => {
        const { history, begin } = historyOf(max);
        const model: { id: number; tool: string; outcome: string | undefined }[] = [];
        const ends: ((end: CallEnd) => void)[] = [];
        for (const step of steps) {
          if ('begin' in step) {
            ends.push(begin(step.begin));
            model.push({ id: ends.length, tool: step.begin, outcome: undefined });
          } else {
            ends[step.end]?.(done);
            const entry = model[step.end];
            if (entry) entry.outcome = 'ok';
          }
          const kept = model.slice(-max).reverse();
          expect(history.entries().map(({ id, tool, outcome }) => ({ id, tool, outcome }))).toEqual(kept);
        }
      }),
    );
  });
});
