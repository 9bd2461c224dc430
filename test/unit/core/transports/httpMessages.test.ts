import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Client, type JSONRPCMessage } from '@modelcontextprotocol/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Redactor } from '../../../../src/core/traffic/redactor';
import { TrafficLog } from '../../../../src/core/traffic/trafficLog';
import { createHttpTransport } from '../../../../src/core/transports/http';
import { takeMessages } from '../../../../src/core/transports/httpMessages';
import { LightResponse } from '../../../../src/core/transports/httpResponse';
import { tapTransport } from '../../../../src/core/transports/tap';
import { createTestContext, Peer, textOf } from '../../../contract/transportHarness';
import { type HttpTestServer, startHttpServer } from '../../../servers/httpServer.mjs';
import { fc } from '../../../support/fastCheck';

let server: HttpTestServer;
beforeEach(async () => {
  server = await startHttpServer();
});
afterEach(() => server.close());

function open(path: string) {
  const context = createTestContext();
  const launch = { transport: 'http', url: server.url(path), headers: {}, maxMessageBytes: 1_000_000 } as const;
  const redact = new Redactor();
  const traffic = new TrafficLog({ redactor: redact, clock: context.clock });
  const tap = tapTransport(createHttpTransport(launch, context), {
    traffic,
    log: context.log,
    redact,
    messages: false,
  });
  return { tap, traffic, lines: context.lines };
}

describe('answers that the SDK would drop', () => {
  it.each(['/odd-json', '/odd-sse'])(
    'reach the call, repaired with a warning, and are written down as they came (%s)',
    async (path) => {
      const { tap, traffic, lines } = open(path);
      const client = new Client({ name: 'test', version: '1' });
      client.onerror = (error) => lines.push(`error ${error.message}`);
      await client.connect(tap, { timeout: 2000 });
      const steps: number[] = [];
      const onprogress = ({ progress }: { progress: number }) => void steps.push(progress);
      const result = await client.callTool(
        { name: 'progress', arguments: { steps: 2 } },
        { timeout: 2000, onprogress },
      );
      expect(result.content).toEqual([{ type: 'text', text: 'done' }]);
      if (path === '/odd-sse') expect(steps).toEqual([1, 2]);
      expect(lines).toContain('Repaired a message of the server: "error" beside "result".');
      expect(lines).toContain('Repaired a message of the server: "_meta" of the result is null.');
      expect(lines.filter((line) => line.startsWith('error'))).toEqual([]);
      expect(traffic.snapshot().find(({ method }) => method === 'tools/call')?.response?.message).toMatchObject({
        success: true,
      });
      await client.close();
    },
  );

  it.each(['/null-id', '/null-id-sse'])(
    'fail the request that they came for, where they name none (%s)',
    async (path) => {
      const { tap } = open(path);
      const peer = new Peer(tap);
      await peer.open();
      const answers = await Promise.all([peer.call('echo', { text: 'a' }), peer.call('echo', { text: 'b' })]);
      expect(answers.map(({ error }) => error?.code)).toEqual([-32700, -32700]);
      expect(peer.errors).toEqual([]);
      await tap.close();
    },
  );

  it('fail the call at once where the body answers another one that waits, and answer that', async () => {
    const { tap } = open('/crossed-json');
    const peer = new Peer(tap);
    await peer.open();
    const calls = [1, 2].map((n) => peer.call('echo', { text: `${n}` }));
    for (const call of calls) call.catch(() => {});
    const { error } = await Promise.any(calls);
    expect(error?.data).toMatchObject({ kind: 'protocol', retryable: true });
    const [answered, failed] = peer.heard.slice(-2);
    expect(answered).toMatchObject({ result: {} });
    expect(failed).toMatchObject({ error: { data: error?.data } });
    await tap.close();
  });

  it('fail the call at once where the body answers another request', async () => {
    const { tap } = open('/other-id');
    const peer = new Peer(tap);
    await peer.open();
    const { error } = await peer.call('echo', { text: 'a', more: { id: 1002 } });
    expect(error?.data).toMatchObject({ kind: 'protocol', retryable: true });
    await tap.close();
  });

  it('take every message of a list', async () => {
    const { tap } = open('/batch');
    const peer = new Peer(tap);
    await peer.open();
    peer.heard.length = 0;
    expect(textOf(await peer.call('progress', { steps: 3 }))).toBe('done');
    expect(peer.heard).toHaveLength(4);
    await tap.close();
  });
});

describe('takeMessages', () => {
  const read = async (chunks: readonly Buffer[]) => {
    const messages: JSONRPCMessage[] = [];
    const noise: string[] = [];
    const response = new LightResponse({
      url: '',
      status: 200,
      statusText: '',
      headers: { 'content-type': 'text/event-stream' },
      stream: Readable.from(chunks, { objectMode: false }),
      limit: { maxBytes: 10_000 },
    });
    const fetch = takeMessages(async () => response as unknown as Response, {
      onMessage: (message) => messages.push(message),
      onNoise: (error) => noise.push(error.message),
      onAnswerRead: () => {},
    });
    const rest = await text((await fetch('http://x')).body as ReadableStream<Uint8Array>);
    return { messages, noise, rest };
  };

  it('gives the messages of a stream however it is cut, and leaves the rest to the reader', async () => {
    const message = fc.record({
      method: fc.string({ unit: 'grapheme', maxLength: 20 }),
      params: fc.constant({ x: 'ü\u2028' }),
    });
    const lineEnd = fc.constantFrom('\n', '\r\n', '\r');
    await fc.assert(
      fc.asyncProperty(fc.array(message), lineEnd, fc.array(fc.nat(), { maxLength: 20 }), async (list, end, places) => {
        const sent = list.map((one) => ({ jsonrpc: '2.0', ...one }));
        const events = sent.map((one, n) => [`: c`, `id: ${n}`, `data: ${JSON.stringify(one)}`, '', ''].join(end));
        const bytes = Buffer.from(`\ufeff${events.join('')}`);
        const marks = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
        const { messages, noise, rest } = await read(marks.slice(1).map((mark, n) => bytes.subarray(marks[n], mark)));
        expect(messages).toEqual(sent);
        expect(noise).toEqual([]);
        expect(rest).toBe(sent.map((_, n) => `id: ${n}\ndata: \n\n`).join(''));
      }),
    );
  });

  it('passes other events, retry times and comments on, and puts several data lines together', async () => {
    const other = 'event: stranger\ndata: {"jsonrpc":"2.0","method":"x"}\n\n: comment\n\nretry: 5\n\n';
    const { messages, noise, rest } = await read([
      Buffer.from(
        `${other}event: message\ndata:{"jsonrpc":"2.0",\ndata:"id":1,"result":null}\nretry: 7\n\ndata: hello\n\n`,
      ),
    ]);
    expect(messages).toEqual([{ jsonrpc: '2.0', id: 1, result: null }]);
    expect(noise).toEqual([expect.stringContaining('not JSON: hello')]);
    expect(rest).toMatch(
      /^event: stranger\n.*\n\n: comment\n\nretry: 5\n\nretry: 7\ndata: \{.*answered.*\}\n\ndata: \n\n$/,
    );
  });
});
