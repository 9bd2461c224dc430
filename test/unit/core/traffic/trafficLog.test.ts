import { describe, expect, it } from 'vitest';
import { PatchbayError } from '../../../../src/base/errors';
import type { Exchange } from '../../../../src/core/traffic/exchange';
import { Redactor } from '../../../../src/core/traffic/redactor';
import { TrafficLog, type TrafficLogOptions } from '../../../../src/core/traffic/trafficLog';
import { ManualClock } from '../../../support/manualClock';

function create(options: Partial<TrafficLogOptions> = {}) {
  const clock = new ManualClock();
  const redactor = new Redactor();
  let elapsed = 0;
  const log = new TrafficLog({ redactor, clock, elapsed: () => elapsed, ...options });
  return { log, redactor, clock, link: log.openLink(), wait: (ms: number) => (elapsed += ms) };
}

const call = (id: number | string, name = 'echo', args: object = {}) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args },
});
const answer = (id: unknown, result: object = { content: [] }) => ({ jsonrpc: '2.0', id, result });
const brief = ({ direction, method, id, state, durationMs }: Exchange) => [direction, method, id, state, durationMs];

describe('an error that is too long', () => {
  it('is cut where a secret stands: nothing of the secret stays', () => {
    const { log, link, redactor } = create();
    redactor.add(['hunter2-hunter2']);
    const text = `${'x'.repeat(492)}hunter2-hunter2 and more`;
    link.noise(text);
    link.sent(call(1));
    link.failed(1, text);
    for (const { error } of log.snapshot()) {
      expect(error).toMatch(/^x{492}••••/);
      expect(error).not.toContain('hunt');
      expect(error?.length).toBeLessThanOrEqual(500);
    }
  });
});

describe('requests without an answer', () => {
  it('are kept up to a number, whoever leaves them open', () => {
    const { link } = create();
    for (let id = 1; id <= 10_001; id++) link.sent(call(id));
    expect(link.pendingCount).toBe(10_000);
    expect(link.isPending(1)).toBe(false);
    expect(link.isPending(2)).toBe(true);
  });
});

describe('pairing', () => {
  it('puts an answer to its request, with the time between them and the size of both', () => {
    const { log, link, wait, clock } = create();
    link.sent(call(1));
    wait(3.5);
    link.sent(call(2, 'add'));
    wait(1);
    expect(link.received(answer(2))).toBe('tools/call');
    wait(1);
    link.received(answer(1, { content: [], isError: true }));
    expect(log.snapshot().map(brief)).toEqual([
      ['sent', 'tools/call', 1, 'toolError', 5.5],
      ['sent', 'tools/call', 2, 'done', 1],
    ]);
    const [first, second] = log.snapshot();
    expect(second).toMatchObject({ subject: 'add', startedAt: clock.now() });
    expect(first?.request).toEqual({
      bytes: Buffer.byteLength(JSON.stringify(call(1))),
      isShortened: false,
      message: call(1),
    });
  });

  it('keeps both directions apart, which count their ids by themselves', () => {
    const { log, link } = create();
    link.sent(call(1));
    link.received({ jsonrpc: '2.0', id: 1, method: 'roots/list' });
    link.sent({ jsonrpc: '2.0', id: 1, result: { roots: [] } });
    expect(
      log
        .snapshot()
        .map(brief)
        .map((row) => row.slice(0, 4)),
    ).toEqual([
      ['sent', 'tools/call', 1, 'pending'],
      ['received', 'roots/list', 1, 'done'],
    ]);
  });

  it('knows how requests end that get no answer', () => {
    const { log, link } = create();
    for (const id of [1, 2, 3, 4, 5]) link.sent(call(id));
    link.sent({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
    link.cancelled(2);
    link.failed(3, 'could not be sent');
    const local = new PatchbayError('limit', 'over the limit');
    link.received({ jsonrpc: '2.0', id: 4, error: { code: -32000, message: local.message, data: local } });
    expect(link.pendingCount).toBe(1);
    link.closed('Server process exited with code 3.');
    expect(link.pendingCount).toBe(0);
    expect(log.snapshot().map(({ state, error }) => [state, error])).toEqual([
      ['cancelled', undefined],
      ['cancelled', undefined],
      ['failed', 'could not be sent'],
      ['failed', 'over the limit'],
      ['failed', 'Server process exited with code 3.'],
      ['oneWay', undefined],
    ]);
  });

  it('takes an id that comes back as a string, and keeps answers that nobody waits for', () => {
    const { log, link } = create();
    link.sent(call(7));
    link.received(answer('7'));
    link.received(answer(7));
    link.received(answer(null));
    link.received({ jsonrpc: '2.0', method: 'notifications/message' });
    link.noise('not JSON: hello');
    expect(log.snapshot().map(({ method, state }) => [method, state])).toEqual([
      ['tools/call', 'done'],
      ['', 'oneWay'],
      ['', 'oneWay'],
      ['notifications/message', 'oneWay'],
      ['', 'noise'],
    ]);
  });

  it('starts with no request waiting on each link', () => {
    const { log, link } = create();
    link.sent(call(1));
    expect(log.openLink().isPending(1)).toBe(false);
    expect(link.isPending(1)).toBe(true);
    expect(link.onlyPending()).toBe(1);
  });
});

describe('bounds', () => {
  it('keeps the last ones by number', () => {
    const { log, link } = create({ maxExchanges: 3 });
    for (let id = 1; id <= 10; id++) link.sent(call(id));
    link.received(answer(1));
    expect(log.snapshot().map(({ number }) => number)).toEqual([8, 9, 10]);
  });

  it('keeps the last ones by size, the answers counted', () => {
    const { log, link } = create({ maxBytes: 10_000 });
    for (let id = 1; id <= 10; id++) {
      link.sent(call(id));
      link.received(answer(id, { content: [{ type: 'text', text: 'x'.repeat(3000) }] }));
    }
    expect(log.snapshot().map(({ number }) => number)).toEqual([8, 9, 10]);
  });

  it('keeps a part of a large message, with its size', () => {
    const { log, link } = create({ maxBytes: 100_000 });
    for (let id = 1; id <= 3; id++) {
      link.sent(call(id));
      link.received(answer(id, { content: [{ type: 'text', text: 'ü'.repeat(1_000_000) }] }));
    }
    const [first] = log.snapshot();
    expect(log.size).toBe(3);
    expect(first?.response?.isShortened).toBe(true);
    expect(first?.response?.bytes).toBeGreaterThan(2_000_000);
    expect(JSON.stringify(first?.response?.message)).toMatch(/ü{4000}… \(1000000 characters\)/);
  });

  it('survives messages of any depth and width', () => {
    const { log, link } = create();
    let deep: unknown = 'end';
    for (let level = 0; level < 100_000; level++) deep = level % 2 ? [deep] : { deep };
    link.received({ jsonrpc: '2.0', method: 'x', params: { deep } });
    link.received({ jsonrpc: '2.0', method: 'x', params: { wide: Array(1_000_000).fill(1) } });
    link.received({
      jsonrpc: '2.0',
      method: 'x',
      params: Object.fromEntries(
        Array(50_000)
          .fill(0)
          .map((_, i) => [i, i]),
      ),
    });
    expect(log.snapshot().map(({ request }) => request?.isShortened)).toEqual([true, true, true]);
    expect(log.toJsonLines().length).toBeLessThan(100_000);
  });

  it('can be emptied', () => {
    const { log, link } = create();
    link.sent(call(1));
    log.clear();
    link.received(answer(1));
    expect(log.snapshot()).toEqual([]);
    link.sent(call(2));
    expect(log.size).toBe(1);
  });
});

describe('reading', () => {
  it('tells of each exchange when it begins and when it ends', () => {
    const { log, link } = create();
    const seen: unknown[] = [];
    log.onDidAdd(({ number, state }) => seen.push(['add', number, state]));
    log.onDidFinish(({ number, state }) => seen.push(['finish', number, state]));
    link.sent(call(1));
    link.received(answer(1));
    expect(seen).toEqual([
      ['add', 1, 'pending'],
      ['finish', 1, 'done'],
    ]);
  });

  it('gives no credential out, not even one that was cut in two', () => {
    const secret = 's3cr3t-value-of-some-length';
    const { log, link, redactor } = create();
    redactor.add([secret]);
    link.sent(call(1, 'login', { password: 'hunter2', note: `it is ${secret}.` }));
    link.received(answer(1, { content: [{ type: 'text', text: 'x'.repeat(3990) + secret + 'y'.repeat(500_000) }] }));
    link.received({ jsonrpc: '2.0', id: 9, method: secret, params: { name: secret } });
    link.failed(1, secret);
    const text = log.toJsonLines() + JSON.stringify(log.snapshot());
    expect(text).not.toContain('s3cr3t');
    expect(text).not.toContain('hunter2');
    expect(text).toContain('"note":"it is ••••."');
  });

  it('is exported as one JSON object a line', () => {
    const { log, link, clock } = create();
    link.sent(call(1));
    link.received({ jsonrpc: '2.0', id: 1, error: { code: -32602, message: 'line\nbreak' } });
    link.sent({ jsonrpc: '2.0', method: 'notifications/initialized' });
    const lines = log.toJsonLines().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines.pop()).toBe('');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      time: new Date(clock.now()).toISOString(),
      number: 1,
      state: 'error',
      response: { message: { error: { message: 'line\nbreak' } } },
    });
  });
});
