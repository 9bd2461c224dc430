import { describe, expect, it } from 'vitest';
import type { PatchbayError } from '../../src/base/errors';
import { createSseTransport } from '../../src/core/transports/sse';
import { LineFramer } from '../../src/core/transports/stdioFraming';
import type { McpTransport } from '../../src/core/transports/transport';
import { createWebSocketTransport } from '../../src/core/transports/webSocket';
import { fc, IS_LONG_SEARCH, runsOr } from '../support/fastCheck';
import { memorySse, memoryWebSocket, OPCODES, webSocketFrame } from './memoryServers';
import { createTestContext, webSocketLaunch } from './transportHarness';

const SETTINGS = { numRuns: runsOr(300) };
const TEST_TIMEOUT_MS = IS_LONG_SEARCH ? 3_600_000 : 30_000;
/** For one case: a link that hangs is a failure with its counterexample. */
const HANG_MS = 10_000;
const LIMIT = 1000;

/** What a server puts on the wire, apart from how. */
type Piece =
  | { readonly kind: 'message'; readonly text: string }
  | { readonly kind: 'noise'; readonly text: string }
  | { readonly kind: 'tooLong'; readonly id: number; readonly text: string };

const anyText = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.constantFrom('\n', '\r\n', '\u2028\u2029\u0085', 'data: x\n\n', '\ufeff', '\ud83d', '"}{"', ''),
);

const message: fc.Arbitrary<Piece> = fc
  .record({ id: fc.integer({ min: 0, max: 5 }), text: anyText, answer: fc.boolean() })
  .map(({ id, text, answer }) => {
    const rest = answer ? { id, result: { text } } : { method: 'notifications/message', params: { text } };
    return { kind: 'message', text: JSON.stringify({ jsonrpc: '2.0', ...rest }) };
  });

const noise: fc.Arbitrary<Piece> = fc
  .constantFrom('hello', '{', '[1]', 'null', '{"jsonrpc":"1.0"}', '"\\ud800"', 'data', ': x')
  .map((text) => ({ kind: 'noise', text }));

const tooLong: fc.Arbitrary<Piece> = fc.integer({ min: 6, max: 9 }).map((id) => ({
  kind: 'tooLong',
  id,
  text: JSON.stringify({ jsonrpc: '2.0', id, result: { text: 'ü'.repeat(LIMIT) } }),
}));

const cuts = fc.array(fc.nat(), { maxLength: 30 });

/** Cuts bytes at any place, also inside a character or a line end. */
function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...sorted, bytes.length].map((end, index) => bytes.subarray(sorted[index - 1] ?? 0, end));
}

interface Heard {
  readonly messages: unknown[];
  readonly errors: Error[];
  closes: number;
}

/** Starts a link and listens until it ends by itself. */
async function listen(transport: McpTransport): Promise<Heard> {
  const heard: Heard = { messages: [], errors: [], closes: 0 };
  const ended = new Promise<void>((resolve) => {
    transport.onclose = () => {
      heard.closes++;
      resolve();
    };
  });
  transport.onmessage = (received) => void heard.messages.push(received);
  transport.onerror = (error) => void heard.errors.push(error);
  try {
    await transport.start();
    await ended;
  } finally {
    await transport.close();
  }
  return heard;
}

const parsed = (list: readonly Piece[]) =>
  list.filter(({ kind }) => kind === 'message').map(({ text }) => JSON.parse(text));
const countOf = (list: readonly Piece[], kind: Piece['kind']) => list.filter((piece) => piece.kind === kind).length;

/** Answers that the link gave in the server's place. They come as soon as a message is seen to be over the limit. */
const isLocalAnswer = (received: unknown) => (received as { error?: unknown }).error !== undefined;
const idOf = (received: unknown) => (received as { id?: unknown }).id;

describe('framing of stdio', () => {
  it('loses no line and makes none up, however the bytes come', { timeout: TEST_TIMEOUT_MS }, () => {
    const line = fc.record({
      piece: fc.oneof(message, noise, tooLong),
      end: fc.constantFrom('\n', '\r\n', '\n\n\r\n'),
    });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), cuts, fc.boolean(), (lines, places, endsOpen) => {
        const bytes = Buffer.from(lines.map(({ piece, end }) => piece.text + end).join(''));
        const got: string[] = [];
        const framer = new LineFramer(LIMIT, {
          onLine: (text) => got.push(text),
          onTooLong: (head) => got.push(`too long ${JSON.parse(`${head.slice(0, head.indexOf(',"result'))}}`).id}`),
        });
        const whole = endsOpen ? Buffer.concat([bytes, Buffer.from('{"half":')]) : bytes;
        for (const chunk of cutAt(whole, places)) framer.push(chunk);
        framer.end();
        const wanted = lines.map(({ piece }) => (piece.kind === 'tooLong' ? `too long ${piece.id}` : piece.text));
        expect(got).toEqual(endsOpen ? [...wanted, '{"half":'] : wanted);
      }),
      SETTINGS,
    );
  });
});

describe('framing of HTTP+SSE', () => {
  const style = fc.record({
    lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
    space: fc.constantFrom('', ' '),
    named: fc.boolean(),
    pretty: fc.boolean(),
    before: fc.constantFrom('', ': comment', 'id: 1', 'retry: 0', 'unknown: field', 'data', ':'),
    stranger: fc.boolean(),
  });

  function event(
    piece: Piece,
    { lineEnd, space, named, pretty, before, stranger }: typeof style extends fc.Arbitrary<infer S> ? S : never,
  ): string {
    const text = pretty && piece.kind === 'message' ? JSON.stringify(JSON.parse(piece.text), null, 1) : piece.text;
    const lines = [
      ...(stranger ? ['event: stranger', `data: ${piece.text}`, ''] : []),
      ...(before === '' || before === 'data' ? [] : [before]),
      ...(named ? [`event:${space}message`] : []),
      ...text.split('\n').map((line) => `data:${space}${line}`),
      '',
    ];
    return lines.map((line) => line + lineEnd).join('');
  }

  it('loses no event and makes none up, however the bytes come', { timeout: TEST_TIMEOUT_MS }, async () => {
    const events = fc.array(fc.tuple(fc.oneof({ weight: 6, arbitrary: message }, noise, tooLong), style), {
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(events, cuts, fc.boolean(), async (list, places, startsWithMark) => {
        const text = list.map(([piece, how]) => event(piece, how)).join('');
        const bytes = Buffer.from(`${startsWithMark ? '\ufeff' : ''}event: endpoint\ndata: /message\n\n${text}`);
        const launch = { transport: 'sse', url: 'http://127.0.0.1/sse', headers: {}, maxMessageBytes: LIMIT } as const;
        const transport = createSseTransport(launch, memorySse(cutAt(bytes, places), LIMIT));
        const heard = await listen(transport);
        const sent = list.map(([piece]) => piece);
        expect(heard.messages.filter((received) => !isLocalAnswer(received))).toEqual(parsed(sent));
        const tooLongIds = sent.flatMap((piece) => (piece.kind === 'tooLong' ? [piece.id] : []));
        expect(heard.messages.filter(isLocalAnswer).map(idOf)).toEqual(tooLongIds);
        expect(heard.errors).toHaveLength(countOf(sent, 'noise') + countOf(sent, 'tooLong'));
        expect([heard.closes, transport.closeError?.kind]).toEqual([1, 'connectionClosed']);
      }),
      { ...SETTINGS, timeout: HANG_MS },
    );
  });

  it('ends a stream of any bytes without a crash', { timeout: TEST_TIMEOUT_MS }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), cuts, async (junk, places) => {
        const bytes = Buffer.concat([Buffer.from('event: endpoint\ndata: /message\n\n'), junk]);
        const launch = { transport: 'sse', url: 'http://127.0.0.1/sse', headers: {}, maxMessageBytes: LIMIT } as const;
        const heard = await listen(createSseTransport(launch, memorySse(cutAt(bytes, places), LIMIT)));
        expect(heard.closes).toBe(1);
      }),
      { ...SETTINGS, timeout: HANG_MS },
    );
  });
});

describe('framing of WebSocket', () => {
  const style = fc.record({
    binary: fc.boolean(),
    fragments: fc.array(fc.nat(), { maxLength: 4 }),
    control: fc.constantFrom(undefined, OPCODES.ping, OPCODES.pong),
  });
  const launch = webSocketLaunch('ws://127.0.0.1/ws', { maxMessageBytes: LIMIT, pingIntervalMs: 0, subprotocols: [] });

  function frames(
    text: string,
    { binary, fragments, control }: { binary: boolean; fragments: number[]; control: number | undefined },
  ): Buffer {
    const parts = cutAt(Buffer.from(text), fragments);
    const between = control === undefined ? Buffer.alloc(0) : webSocketFrame(control, Buffer.from('hi'));
    const first = binary ? OPCODES.binary : OPCODES.text;
    return Buffer.concat(
      parts.flatMap((part, index) => [
        webSocketFrame(index === 0 ? first : OPCODES.continuation, part, index === parts.length - 1),
        between,
      ]),
    );
  }

  it('loses no frame and makes none up, however the bytes come', { timeout: TEST_TIMEOUT_MS }, async () => {
    const list = fc.array(fc.tuple(fc.oneof({ weight: 6, arbitrary: message }, noise), style), { maxLength: 8 });
    const end = fc.constantFrom('close', 'broken', 'tooLong', 'half') as fc.Arbitrary<keyof typeof ENDS>;
    await fc.assert(
      fc.asyncProperty(list, end, cuts, async (sent, how, places) => {
        const bytes = Buffer.concat([...sent.map(([piece, form]) => frames(piece.text, form)), ENDS[how].bytes]);
        const connections = memoryWebSocket(bytes, (whole) => cutAt(whole, places));
        const transport = createWebSocketTransport(launch, createTestContext(), connections);
        const heard = await listen(transport);
        const all = sent.map(([piece]) => piece);
        expect(heard.messages).toEqual(parsed(all));
        expect(heard.errors).toHaveLength(countOf(all, 'noise'));
        expect(heard.closes).toBe(1);
        expect(transport.closeError).toMatchObject(ENDS[how].error);
      }),
      { ...SETTINGS, timeout: HANG_MS },
    );
  });

  it('ends a link of any bytes without a crash', { timeout: TEST_TIMEOUT_MS }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), cuts, async (junk, places) => {
        const connections = memoryWebSocket(Buffer.from(junk), (whole) => cutAt(whole, places));
        const heard = await listen(createWebSocketTransport(launch, createTestContext(), connections));
        expect(heard.closes).toBe(1);
      }),
      { ...SETTINGS, timeout: HANG_MS },
    );
  });
});

/** How the peer goes, and what is said about it. */
const ENDS: Record<'close' | 'broken' | 'tooLong' | 'half', { bytes: Buffer; error: Partial<PatchbayError> }> = {
  close: {
    bytes: webSocketFrame(OPCODES.close, Buffer.from([0x03, 0xf4])),
    error: { kind: 'connectionClosed', code: 1012 },
  },
  broken: { bytes: Buffer.alloc(0), error: { kind: 'connectionClosed', code: 1006 } },
  half: {
    bytes: webSocketFrame(OPCODES.text, Buffer.from('{"jsonrpc":"2.0","id":1,"result":{}}')).subarray(0, 20),
    error: { kind: 'connectionClosed', code: 1006 },
  },
  tooLong: { bytes: webSocketFrame(OPCODES.text, Buffer.alloc(LIMIT + 1, 'x')), error: { kind: 'limit' } },
};
