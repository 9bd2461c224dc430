import { describe, expect, it } from 'vitest';
import { metricsReport } from '../../../../src/vscode/reports/metricsReport';
import { metrics } from '../metrics';
import { connected, snapshot, t } from '../snapshots';

const context = { t, formatTime: (at: string) => at.slice(11, 16) };
const report = (...servers: Parameters<typeof metricsReport>[1]) =>
  metricsReport(metrics, servers, context).replace(/\\(.)/g, '$1');

describe('metricsReport', () => {
  it('tells the numbers of all, of each server, its connections and its tools', () => {
    const text = report(connected('echo'));
    expect(text).toContain('From 09:00 to 11:00.');
    expect(text).toContain('| Failed | 2 (timeout 1, transport 1) |');
    expect(text).toContain('| Duration | p50 4 ms · p95 31 ms · p99 44 ms · longest 1.5 s |');
    expect(text).toContain('| Pool hit rate | 75 % |');
    expect(text).toContain('| Demo | ready · 1 tool | 12 | 2 (timeout 1, transport 1) | 1 | 8.3 ms | 4 ms | 31 ms |');
    expect(text).toContain('| Demo | 2 | 1 | 3 | 4 | 1 | 3 | 1 | 1 | 75 % found a connection with room | 7 |');
    expect(text).toContain('| demo | echo | 9 |');
  });

  it('has rows as wide as their heads', () => {
    const text = metricsReport(metrics, [connected('echo'), snapshot({ id: 'quiet', name: 'Quiet' })], context).trim();
    for (const block of text.split('\n\n').filter((part) => part.startsWith('|'))) {
      const widths = block.split('\n').map((line) => line.match(/(?<!\\)\|/g)?.length);
      expect(new Set(widths).size).toBe(1);
    }
  });

  it('tells groups apart from servers, with what each member got', () => {
    const group = { strategy: 'roundRobin', members: [], warnings: [] } as const;
    const text = report({ ...connected(), name: 'The Group', group });
    expect(text).not.toContain('The Group');
    expect(text).toContain('| pair | (all) | 12 | 2 (timeout 1, transport 1) | 1 | 8.3 ms |');
    expect(text).toContain('| pair | demo | 8 | 0 | 0 | 8.3 ms |');
    expect(metricsReport({ ...metrics, groups: [] }, [], context)).not.toContain('group');
  });

  it('names as many opened connections in all as of the servers together', () => {
    expect(report(connected('echo'))).toContain('| Connections opened | 3 |\n| Of them reconnects | 1 |');
  });

  it('keeps names as text', () => {
    const text = metricsReport(metrics, [snapshot({ name: '<img> [a](b) | c' })], context);
    expect(text).toContain('\\<img\\> \\[a\\]\\(b\\) \\| c');
    expect(text).toContain('a\\|b \\`c\\`');
  });
});
