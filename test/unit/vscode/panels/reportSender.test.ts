import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Reported, reportSender } from '../../../../src/vscode/panels/reportSender';

describe('what a running call reports', () => {
  afterEach(() => void vi.useRealTimers());

  function sender() {
    vi.useFakeTimers();
    const sent: Reported[] = [];
    return { sent, ...reportSender((reported) => sent.push(reported)) };
  }

  it('is passed on twenty times a second at most, the latest of each', () => {
    const { sent, report, logged } = sender();
    for (let progress = 1; progress <= 1_000; progress++) report({ progress, total: 1_000 });
    logged([{ level: 'info', text: 'one' }]);
    logged([
      { level: 'info', text: 'one' },
      { level: 'info', text: 'two' },
    ]);
    expect(sent).toEqual([]);
    vi.advanceTimersByTime(50);
    expect(sent[0]?.progress).toEqual({ progress: 1_000, total: 1_000 });
    expect(sent[0]?.log).toHaveLength(2);
    vi.advanceTimersByTime(1_000);
    expect(sent).toHaveLength(1);
    report({ progress: 1_001 });
    vi.advanceTimersByTime(50);
    expect(sent[1]).toEqual({ progress: { progress: 1_001 } });
  });

  it('is bounded, and only what a report may hold', () => {
    const { sent, report } = sender();
    report({ progress: 1, message: 'x'.repeat(5_000), extra: 'y' } as never);
    vi.advanceTimersByTime(50);
    expect(sent).toEqual([{ progress: { progress: 1, message: 'x'.repeat(1_000) } }]);
  });

  it('ends with the call', () => {
    const { sent, report, stop } = sender();
    report({ progress: 1 });
    stop();
    vi.advanceTimersByTime(1_000);
    expect(sent).toEqual([]);
  });
});
