import { describe, expect, it } from 'vitest';
import type { ErrorKind } from '../../../../src/base/errors';
import { MetricsRecorder, type MetricsSettings, type RecordedCall } from '../../../../src/core/metrics/recorder';
import { fc } from '../../../support/fastCheck';
import { ManualClock } from '../../../support/manualClock';

const collectAll = { durations: true, sizes: true, connections: true };

function recorderWith(settings: MetricsSettings = { enabled: true, collect: collectAll }) {
  const clock = new ManualClock();
  const live = { settings };
  return { clock, live, recorder: new MetricsRecorder(() => live.settings, clock) };
}

const call = (parts: Partial<RecordedCall> = {}): RecordedCall => ({
  server: 's',
  tool: 't',
  durationMs: 10,
  queueMs: 0,
  isError: false,
  ...parts,
});

describe('MetricsRecorder', () => {
  it('exports the names that others rely on', () => {
    const { recorder, clock } = recorderWith();
    recorder.recordCall(call({ durationMs: 20, queueMs: 4, bytesIn: 5, bytesOut: 7 }));
    recorder.recordCall(call({ durationMs: 40, isError: true }));
    recorder.recordCall(call({ durationMs: 60, errorKind: 'timeout' }));
    recorder.recordConnection({ server: 's', event: 'opened' });
    recorder.recordPool({ event: 'hit', transport: 'websocket', waitMs: 1 });
    recorder.recordPool({ event: 'miss', transport: 'websocket', waitMs: 3 });
    recorder.recordPool({ event: 'hit', transport: 'http', waitMs: 0 });
    recorder.recordPool({ event: 'created', transport: 'http' });
    recorder.recordPool({ event: 'evicted', transport: 'websocket' });
    const snapshot = recorder.snapshot();
    expect(snapshot).toMatchObject({
      since: new Date(clock.now()).toISOString(),
      avg_request_duration: 40,
      active_connections: 1,
      total_requests: 3,
      websocket_pool_hits: 1,
      websocket_pool_misses: 1,
      failed_requests: 1,
      tool_errors: 1,
      errors: { timeout: 1 },
      bytes_in: 5,
      bytes_out: 7,
      pool_hits: 2,
      pool_misses: 1,
      pool_hit_rate_percent: 66.7,
      pool_created: 1,
      pool_evicted: 1,
      pool_wait: { count: 3, max: 3 },
      request_duration: { count: 3, max: 60 },
      queue_wait: { count: 3, max: 4 },
      last: { at: new Date(clock.now()).toISOString(), durationMs: 60 },
    });
    expect(snapshot.servers[0]).toMatchObject({ server: 's', total_requests: 3, tools: [{ tool: 't' }] });
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
  });

  it('says null of what is not there or not collected', () => {
    const { recorder, live } = recorderWith();
    const nothing = { avg_request_duration: null, bytes_in: null, pool_hit_rate_percent: null, last: null };
    expect(recorder.snapshot()).toMatchObject({ total_requests: 0, active_connections: 0, ...nothing });
    live.settings = { enabled: true, collect: { durations: false, sizes: false, connections: false } };
    recorder.recordCall(call({ bytesIn: 5 }));
    recorder.recordConnection({ server: 's', event: 'opened' });
    recorder.recordPool({ event: 'hit', transport: 'http', waitMs: 0 });
    expect(recorder.snapshot()).toMatchObject({
      total_requests: 1,
      avg_request_duration: null,
      bytes_in: null,
      connections_opened: 0,
      pool_hits: 0,
      last: { durationMs: null },
    });
  });

  it('collects nothing while it is off, and still knows how many connections there are', () => {
    const { recorder, live } = recorderWith({ enabled: false, collect: collectAll });
    recorder.recordCall(call());
    recorder.recordConnection({ server: 's', event: 'opened' });
    live.settings = { enabled: true, collect: collectAll };
    expect(recorder.snapshot()).toMatchObject({ total_requests: 0, connections_opened: 0, active_connections: 1 });
  });

  it('tells 500 tools of a server apart, and no endless names', () => {
    const { recorder } = recorderWith();
    recorder.recordCall(call({ tool: 'x'.repeat(100_000) }));
    for (let index = 0; index < 700; index++) recorder.recordCall(call({ tool: `tool ${index}` }));
    recorder.recordCall(call({ tool: 'tool 3' }));
    const [numbers] = recorder.snapshot().servers;
    expect([numbers?.tools.length, numbers?.otherTools?.total_requests, numbers?.total_requests]).toEqual([
      500, 201, 702,
    ]);
    expect(numbers?.tools[3]).toMatchObject({ tool: 'tool 3', total_requests: 2 });
  });

  it('takes any name', () => {
    const { recorder } = recorderWith();
    for (const name of ['__proto__', 'constructor', '']) recorder.recordCall(call({ server: name, tool: name }));
    expect(recorder.snapshot().servers.map(({ server, tools }) => [server, tools[0]?.tool])).toEqual([
      ['__proto__', '__proto__'],
      ['constructor', 'constructor'],
      ['', ''],
    ]);
  });

  it('forgets a server that is gone, but not what it did', () => {
    const { recorder } = recorderWith();
    recorder.recordCall(call());
    recorder.recordConnection({ server: 's', event: 'opened' });
    recorder.recordConnection({ server: 'other', event: 'opened' });
    recorder.forget('s');
    recorder.forget('never there');
    recorder.recordConnection({ server: 's', event: 'closed' });
    expect(recorder.snapshot()).toMatchObject({ total_requests: 1, active_connections: 1, connections_closed: 0 });
    expect(recorder.snapshot().servers.map(({ server }) => server)).toEqual(['other']);
  });

  it('counts a connection that came back as opened too', () => {
    const { recorder } = recorderWith();
    for (const event of ['opened', 'closed', 'reconnected'] as const) recorder.recordConnection({ server: 's', event });
    const numbers = { connections_opened: 2, connections_closed: 1, connections_reconnected: 1, active_connections: 1 };
    expect(recorder.snapshot()).toMatchObject({ ...numbers, servers: [numbers] });
  });

  it('counts calls of a group once, and what it gave to each member', () => {
    const { recorder, live } = recorderWith();
    const lost = { group: 'g', member: 'a', durationMs: 5, errorKind: 'connectionClosed', isError: false } as const;
    recorder.recordGroupCall(lost);
    recorder.recordGroupCall({ group: 'g', member: 'b', durationMs: 20, isError: true });
    recorder.recordGroupCall({ group: 'g', durationMs: 30, isError: true });
    const counted = { total_requests: 1, failed_requests: 0, tool_errors: 1 };
    expect(recorder.snapshot()).toMatchObject({
      total_requests: 0,
      groups: [
        {
          group: 'g',
          ...counted,
          avg_request_duration: 30,
          members: [
            { server: 'a', total_requests: 1, errors: { connectionClosed: 1 }, tool_errors: 0 },
            { server: 'b', ...counted, request_duration: { count: 1, max: 20 } },
          ],
        },
      ],
    });
    expect(Object.keys(recorder.snapshot().groups[0] ?? {})).not.toContain('queue_wait');
    live.settings = { enabled: false, collect: collectAll };
    recorder.recordGroupCall({ group: 'h', durationMs: 30, isError: true });
    expect(recorder.snapshot().groups.map(({ group }) => group)).toEqual(['g']);
    recorder.forgetGroup('g');
    expect(recorder.snapshot().groups).toEqual([]);
  });

  it('counts as a simple model does', () => {
    const server = fc.constantFrom('a', 'b');
    const kinds: (ErrorKind | undefined)[] = [undefined, undefined, 'timeout', 'limit'];
    const step = fc.oneof(
      fc.record({ do: fc.constant('call' as const), server, kind: fc.constantFrom(...kinds), isError: fc.boolean() }),
      fc.record({
        do: fc.constant('link' as const),
        server,
        event: fc.constantFrom('opened' as const, 'closed' as const, 'reconnected' as const, 'failed' as const),
      }),
      fc.record({ do: fc.constant('forget' as const), server }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { recorder } = recorderWith();
        const calls: { kind: ErrorKind | undefined; isError: boolean }[] = [];
        const active = new Map<string, number>();
        let opened = 0;
        for (const step of steps) {
          if (step.do === 'call') {
            recorder.recordCall(call({ server: step.server, errorKind: step.kind, isError: step.isError }));
            calls.push(step);
          } else if (step.do === 'link') {
            const before = active.get(step.server) ?? 0;
            // What is not open cannot close.
            if (step.event === 'closed' && before === 0) continue;
            recorder.recordConnection(step);
            const change = step.event === 'closed' ? -1 : step.event === 'failed' ? 0 : 1;
            active.set(step.server, before + change);
            opened += step.event === 'opened' || step.event === 'reconnected' ? 1 : 0;
          } else {
            recorder.forget(step.server);
            active.delete(step.server);
          }
          expect(recorder.snapshot()).toMatchObject({
            total_requests: calls.length,
            failed_requests: calls.filter(({ kind }) => kind !== undefined).length,
            tool_errors: calls.filter(({ kind, isError }) => kind === undefined && isError).length,
            connections_opened: opened,
            active_connections: [...active.values()].reduce((sum, count) => sum + count, 0),
          });
        }
      }),
    );
  });

  it('costs little', () => {
    const { recorder } = recorderWith();
    const calls = Array.from({ length: 100 }, (_, index) =>
      call({ tool: `tool ${index}`, durationMs: 1.3 ** (index % 40), queueMs: index % 3, bytesIn: 100, bytesOut: 10 }),
    );
    const rounds = Array.from({ length: 7 }, () => {
      const start = performance.now();
      for (let index = 0; index < 20_000; index++) recorder.recordCall(calls[index % 100] ?? call());
      return ((performance.now() - start) * 1000) / 20_000;
    });
    const best = Math.min(...rounds);
    if (process.env.PATCHBAY_SHOW_COST) console.info(`${best.toFixed(3)} µs a call`);
    expect(best).toBeLessThan(2);
  });
});
