import { describe, expect, it } from 'vitest';
import type { HubMetrics } from '../../../../src/core/hubTypes';
import {
  figuresOf,
  groupFigureRows,
  type ServerFigures,
  serverFigureRows,
} from '../../../../src/vscode/reports/callRows';
import { poolTooltip, serverTooltip, toolTooltip } from '../../../../src/vscode/reports/hovers';
import { hasPoolRow, poolItem } from '../../../../src/vscode/tree/poolRow';
import { duration, remaining } from '../../../../src/vscode/tree/timeWords';
import { serverItem } from '../../../../src/vscode/tree/viewModel';
import { metrics } from '../metrics';
import { catalogTool, connected, context, snapshot, t } from '../snapshots';

const figures: ServerFigures = { counted: metrics.servers[0], load: metrics.now.servers[0] };
const plain = (rows: [string, string][]) => rows.map(([name, value]) => `${name}: ${value.replace(/\\(.)/g, '$1')}`);

describe('numbers in a hover', () => {
  it('tells calls, errors, connections, pool, rate limit and subscriptions', () => {
    expect(plain(serverFigureRows(figures, true, t))).toEqual([
      'Calls: 12 · 8.3 ms on average · 95 % within 31 ms',
      'Errors: 2 failed (timeout 1, transport 1) · 1 answered with an error',
      'Connections: 3 opened · 1 of them reconnects · 1 attempts failed',
      'Pool: 2 open · 1 idle · 3 in flight · 4 waiting · 75 % found a connection with room',
      'Rate limit: 7 calls may go now',
      'Subscribed resources: 5  \ntest://a/1  \ntest://[b](command:c)  \nand 3 more',
    ]);
  });

  it('tells nothing where nothing happened', () => {
    expect(serverFigureRows({ counted: undefined, load: undefined }, true, t)).toEqual([]);
    const quiet: HubMetrics['now']['servers'][number] = {
      ...figures.load,
      server: 'demo',
      pool: { open: 0, idle: 0, inFlight: 0, waiting: 0, hits: 0, misses: 0, created: 0, reaped: 0 },
      inFlight: 0,
      remaining: null,
      subscribed: 0,
      subscribedUris: [],
    };
    expect(serverFigureRows({ counted: undefined, load: quiet }, false, t)).toEqual([]);
  });

  it('tells how a group shared its calls', () => {
    const ofGroup = figuresOf(metrics, 'pair');
    expect(plain(groupFigureRows(ofGroup, t))).toEqual([
      'Calls: 12 · 8.3 ms on average · 95 % within 31 ms',
      'Errors: 2 failed (timeout 1, transport 1) · 1 answered with an error',
      'Calls by member:   \ndemo: 8 calls · 8.3 ms on average  \n' +
        'b|d: 5 calls · 8.3 ms on average · 2 failed (timeout 1, transport 1) · 1 answered with an error',
    ]);
    const group = { strategy: 'roundRobin', members: [], warnings: [] } as const;
    expect(serverTooltip({ ...connected('echo'), id: 'pair', group }, context, ofGroup)).toContain('8 calls ·');
    expect(groupFigureRows(figures, t)).toEqual([]);
  });

  it('stands below what a server and a tool are', () => {
    expect(serverTooltip(connected('echo'), context, figures)).toContain('Calls: 12');
    expect(serverTooltip(connected('echo'), context)).not.toContain('Calls:');
    expect(toolTooltip(connected('echo'), catalogTool('echo'), context, figures)).toContain('Calls: 9');
    expect(toolTooltip(connected('other'), catalogTool('other'), context, figures)).not.toContain('Calls:');
  });
});

describe('the row of connections', () => {
  const pooled = { ...connected('a'), pool: { min: 0, max: 4 } };

  it('is there where several are allowed, while connected', () => {
    expect(hasPoolRow(pooled)).toBe(true);
    expect(hasPoolRow(connected('a'))).toBe(false);
    expect(hasPoolRow(snapshot({ pool: { min: 0, max: 4 } }))).toBe(false);
  });

  it('says what is open, idle, in flight and waiting', () => {
    expect(poolItem(pooled, figures.load, t)).toEqual({
      id: 'pool:demo',
      label: 'Connections',
      description: '2 open · 1 idle · 3 in flight · 4 waiting',
      icon: { id: 'arrow-swap' },
      contextValue: 'pool',
      accessibilityLabel: 'Connections, of Demo, 2 open · 1 idle · 3 in flight · 4 waiting',
      collapsible: 'none',
    });
    const quiet = { ...figures.load, pool: { open: 2, idle: 0, inFlight: 0, waiting: 0 } } as typeof figures.load;
    expect(poolItem(pooled, quiet, t).description).toBe('2 open');
    expect(poolTooltip(pooled, figures.load, t)).toContain('Allowed: 0 to 4');
  });

  it('gives its server a flag', () => {
    expect(serverItem(pooled, context).contextValue).toBe('server connected user stdio pool');
  });
});

it('says times in short', () => {
  expect([3.24, 148.4, 1534].map((ms) => duration(ms, t))).toEqual(['3.2 ms', '148 ms', '1.5 s']);
  expect([-5, 1, 99_000, 100_000].map((ms) => remaining(ms, t))).toEqual(['0 s', '1 s', '99 s', '2 min']);
});
