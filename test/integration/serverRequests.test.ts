import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, createSystemClock } from '../../src/base/clock';
import { deferred } from '../../src/base/deferred';
import { toDisposable } from '../../src/base/disposable';
import { Emitter, nextEvent } from '../../src/base/event';
import { createHub, type Hub } from '../../src/core/index';
import type { ElicitAnswer, ElicitRequest, Interaction, Logger, SampleRequest } from '../../src/core/ports';
import type { CallToolResult } from '../../src/shared/mcp';
import { type SdkTestServer, startSdkServer } from '../servers/sdkServer.mjs';
import { packageServer, testServer } from '../support/servers';

let http: SdkTestServer;
let hub: Hub;
let asked: (ElicitRequest | SampleRequest)[];
let lines: [keyof Logger, string][];

const textOf = ({ content }: CallToolResult) => content.map(({ text }) => text).join('');
const answerOf = (result: CallToolResult) => JSON.parse(textOf(result));

beforeEach(async () => {
  http = await startSdkServer();
  asked = [];
  lines = [];
});

afterEach(async () => {
  await hub.close();
  await http.close();
});

function open(entry: object, interaction?: Interaction, clock?: Clock): Hub {
  const write = (level: keyof Logger) => (message: string) => void lines.push([level, message]);
  const log = { trace() {}, debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  const config = { servers: { sdk: { shutdownGraceMs: 300, name: 'The SDK', ...entry } } };
  hub = createHub({ config, ports: { log, ...(interaction ? { interaction } : {}), ...(clock ? { clock } : {}) } });
  return hub;
}

const stdio = { command: process.execPath, args: [testServer('sdkServer.mjs')] };

describe.each([
  ['modern', 'http', () => ({ url: http.url, protocol: 'modern' })],
  ['modern', 'stdio', () => ({ ...stdio, protocol: 'modern' })],
  ['legacy', 'http', () => ({ url: http.url, protocol: 'legacy' })],
  ['legacy', 'stdio', () => ({ ...stdio, protocol: 'legacy' })],
])('a %s server over %s', (era, _transport, entry) => {
  const elicit = (answer: ElicitAnswer): Interaction => ({
    async elicit(request) {
      asked.push(request);
      return answer;
    },
  });

  it('asks the person for values and gets them', async () => {
    const content = { name: 'Grace', color: 'red', age: 42 };
    open(entry(), elicit({ action: 'accept', content }));
    const result = await hub.callTool('sdk', 'greet', {});
    expect(hub.server('sdk')?.negotiated?.era).toBe(era);
    expect(answerOf(result)).toEqual({ action: 'accept', content });
    expect(asked).toMatchObject([{ mode: 'form', serverName: 'The SDK', message: 'Who are you?' }]);
    const [request] = asked as (ElicitRequest & { mode: 'form' })[];
    expect(request?.fields).toMatchObject([
      { name: 'name', kind: 'text', title: 'Your name', required: true, default: 'Ada' },
      { name: 'age', kind: 'number', integer: true, required: false },
      { name: 'color', kind: 'choice', default: 'green' },
      { name: 'subscribe', kind: 'boolean', default: true },
    ]);
  });

  it('hears of decline and cancel as what they are', async () => {
    for (const action of ['decline', 'cancel'] as const) {
      open(entry(), elicit({ action }));
      expect(answerOf(await hub.callTool('sdk', 'greet', {}))).toEqual({ action });
      await hub.close();
    }
  });

  it('asks who made the call where that is clear, else the host', async () => {
    const content = { name: 'Grace', color: 'red' };
    open(entry(), elicit({ action: 'decline' }));
    const own = async (): Promise<ElicitAnswer> => ({ action: 'accept', content });
    expect(answerOf(await hub.callTool('sdk', 'greet', {}, { elicit: own }))).toEqual({ action: 'accept', content });
    expect(asked).toEqual([]);
    const abort = new AbortController();
    const other = hub.callTool('sdk', 'wait', {}, { signal: abort.signal });
    const answer = answerOf(await hub.callTool('sdk', 'greet', {}, { elicit: own }));
    // Before 2026-07-28 a question may belong to either call.
    expect(answer).toEqual(era === 'modern' ? { action: 'accept', content } : { action: 'decline' });
    expect(asked).toHaveLength(era === 'modern' ? 0 : 1);
    abort.abort();
    await expect(other).rejects.toMatchObject({ kind: 'cancelled' });
    expect(answerOf(await hub.callTool('sdk', 'visit', {}, { elicit: own }))).toEqual({ action: 'accept' });
  });

  it('reads a resource by its address, and says what is wrong with one that it does not have', async () => {
    open(entry());
    await expect(hub.readResource('sdk', 'note://one')).rejects.toMatchObject({ kind: 'connectionClosed' });
    await hub.connect('sdk');
    expect(await hub.readResource('sdk', 'note://one')).toEqual([{ uri: 'note://one', text: 'A note.' }]);
    await expect(hub.readResource('sdk', 'note://none')).rejects.toMatchObject({ kind: 'protocol' });
    const gone = hub.readResource('sdk', 'note://one', { signal: AbortSignal.abort() });
    await expect(gone).rejects.toMatchObject({ kind: 'cancelled' });
  });

  it('asks to visit an address, which is shown in full with what is odd about it', async () => {
    open(entry(), elicit({ action: 'accept' }));
    expect(answerOf(await hub.callTool('sdk', 'visit', {}))).toEqual({ action: 'accept' });
    expect(asked).toMatchObject([
      { mode: 'url', url: 'https://xn--pple-43d.example/sign?in=1', host: 'xn--pple-43d.example', isPunycode: true },
    ]);
  });

  it('waits for the person longer than a call may take', async () => {
    const answer = deferred<ElicitAnswer>();
    const isAsked = new Emitter<void>();
    const interaction = {
      elicit: () => {
        isAsked.fire();
        return answer.promise;
      },
    };
    const clock = createSystemClock();
    // The timers of the call, which run out when the test says so.
    const timers = new Set<() => void>();
    const setTimeout: Clock['setTimeout'] = (callback, delayMs) => {
      if (delayMs <= 90_000 || delayMs > 100_000) return clock.setTimeout(callback, delayMs);
      timers.add(callback);
      return toDisposable(() => timers.delete(callback));
    };
    open({ ...entry(), timeouts: { toolMs: 100_000 } }, interaction, { ...clock, setTimeout });
    await hub.connect('sdk');
    const wasAsked = nextEvent(isAsked.event);
    const call = hub.callTool('sdk', 'greet', {});
    expect(timers.size).toBeGreaterThan(0);
    await wasAsked;
    for (const runOut of timers) runOut();
    answer.resolve({ action: 'decline' });
    expect(answerOf(await call)).toEqual({ action: 'decline' });
  });

  it('has its question taken back when the call is given up', async () => {
    const signals: AbortSignal[] = [];
    const isAsked = new Emitter<void>();
    const interaction: Interaction = {
      elicit(_request, signal) {
        signals.push(signal);
        isAsked.fire();
        return new Promise(() => {});
      },
    };
    open(entry(), interaction);
    await hub.connect('sdk');
    const abort = new AbortController();
    const wasAsked = nextEvent(isAsked.event);
    const call = hub.callTool('sdk', 'greet', {}, { signal: abort.signal });
    await wasAsked;
    abort.abort();
    await expect(call).rejects.toMatchObject({ kind: 'cancelled' });
    const [signal] = signals;
    if (!signal?.aborted) await new Promise((resolve) => signal?.addEventListener('abort', resolve));
    expect(textOf(await hub.callTool('sdk', 'echo', { text: 'still here' }))).toBe('still here');
  });

  it('gets an answer of a model', async () => {
    const interaction: Interaction = {
      async sample(request) {
        asked.push(request);
        return { text: 'Short.', model: 'test-model', stopReason: 'endTurn' };
      },
    };
    open(entry(), interaction);
    expect(answerOf(await hub.callTool('sdk', 'summarize', { text: 'long' }))).toMatchObject({
      role: 'assistant',
      content: { type: 'text', text: 'Short.' },
      model: 'test-model',
    });
    expect(asked).toMatchObject([
      {
        serverName: 'The SDK',
        maxTokens: 100,
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Sum up: long' }] }],
      },
    ]);
  });

  it('gets the folders', async () => {
    open(entry(), { roots: () => [{ uri: 'file:///one', name: 'one' }] });
    expect(answerOf(await hub.callTool('sdk', 'folders', {}))).toEqual({
      roots: [{ uri: 'file:///one', name: 'one' }],
    });
  });

  it('is told that nobody is there to ask', async () => {
    open(entry());
    const failed = await hub.callTool('sdk', 'greet', {}).catch((error) => error);
    expect(`${failed.message ?? textOf(failed)}`).toMatch(/elicit|input|capabilit/i);
    expect(textOf(await hub.callTool('sdk', 'echo', { text: 'x' }))).toBe('x');
  });

  it('writes to the log at the level that is set', async () => {
    open({ ...entry(), debug: { level: 'warn' } });
    await hub.connect('sdk');
    await hub.callTool('sdk', 'log', {});
    const text = '[sdk] [server] storage: {"disk":"full"}';
    expect(lines.filter(([, line]) => line.includes('[server]'))).toEqual([['warn', text]]);
  });

  it('has all its progress told before its answer', async () => {
    open(entry());
    const seen: number[] = [];
    const result = await hub.callTool(
      'sdk',
      'progress',
      { steps: 5 },
      { onProgress: ({ progress }) => seen.push(progress) },
    );
    expect([textOf(result), seen]).toEqual(['done', [1, 2, 3, 4, 5]]);
  });
});

describe('a server whose tool runs as a task of 2025-11-25', () => {
  it('answers with the result of the task, its states as progress, its question asked', async () => {
    const interaction: Interaction = {
      async elicit(request) {
        asked.push(request);
        const [field] = request.mode === 'form' ? request.fields : [];
        const interpretation = field?.kind === 'choice' ? (field.options[1]?.value ?? '') : '';
        return { action: 'accept', content: { interpretation } };
      },
    };
    open({ command: process.execPath, args: [packageServer('everything'), 'stdio'] }, interaction);
    const messages: (string | undefined)[] = [];
    const call = hub.callTool(
      'sdk',
      'simulate-research-query',
      { topic: 'python', ambiguous: true },
      { onProgress: ({ message }) => messages.push(message) },
    );
    const report = textOf(await call);
    const [request] = asked as (ElicitRequest & { mode: 'form' })[];
    const [field] = request?.fields ?? [];
    const value = field?.kind === 'choice' ? field.options[1]?.value : undefined;
    expect(value).toBeTruthy();
    expect(report).toContain(`# Research Report: python (${value})`);
    expect(asked).toHaveLength(1);
    expect(messages).toEqual(expect.arrayContaining([expect.stringMatching(/Gathering/)]));
  });
});
