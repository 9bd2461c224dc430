import { Client, type JSONRPCMessage } from '@modelcontextprotocol/client';
import { describe, expect, it } from 'vitest';
import { PatchbayError } from '../../../../src/base/errors';
import { Redactor } from '../../../../src/core/traffic/redactor';
import { TrafficLog } from '../../../../src/core/traffic/trafficLog';
import { localAnswer } from '../../../../src/core/transports/jsonRpc';
import { createStdioTransport } from '../../../../src/core/transports/stdio';
import { type TapOptions, tapTransport } from '../../../../src/core/transports/tap';
import type { McpTransport } from '../../../../src/core/transports/transport';
import { createTestContext, Peer, stdioLaunch } from '../../../contract/transportHarness';
import { createInMemoryPair } from '../../../support/inMemory';
import { ManualClock } from '../../../support/manualClock';

/** Does nothing by itself; a test says what it hears and what it gives. */
class ScriptedTransport implements McpTransport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: McpTransport['onmessage'];
  closeError: PatchbayError | undefined;
  readonly sent: { message: JSONRPCMessage; options: Parameters<McpTransport['send']>[1] }[] = [];
  onSend: () => Promise<void> = async () => {};
  async start() {}
  send(message: JSONRPCMessage, options?: Parameters<McpTransport['send']>[1]) {
    this.sent.push({ message, options });
    return this.onSend();
  }
  async close() {
    this.onclose?.();
  }
}

function create<T extends McpTransport>(inner: T, changes: Partial<TapOptions> = {}) {
  const context = createTestContext();
  const redact = new Redactor();
  const traffic = new TrafficLog({ redactor: redact, clock: context.clock });
  const tap = tapTransport(inner, { traffic, log: context.log, redact, messages: false, ...changes });
  return { inner, tap, traffic, redact, lines: context.lines, peer: new Peer(tap) };
}

const states = (traffic: TrafficLog) => traffic.snapshot().map(({ method, state }) => [method, state]);

describe('what the SDK and the connection see', () => {
  it('has stderr and pid only where the inner transport has them', () => {
    const stdio = create(createStdioTransport(stdioLaunch([]), createTestContext())).tap;
    expect('stderr' in stdio && 'pid' in stdio).toBe(true);
    const [near] = createInMemoryPair();
    const { tap } = create(near);
    expect('stderr' in tap || 'pid' in tap).toBe(false);
  });

  it('keeps what the inner transport tells, as it changes', async () => {
    const inner = Object.assign(new ScriptedTransport(), {
      sessionId: undefined as string | undefined,
      processId: 1,
      roundTripMs: 2,
      hasPerRequestStream: true,
      version: '',
      killed: false,
      setProtocolVersion(version: string) {
        this.version = version;
      },
      killNow() {
        this.killed = true;
      },
    });
    const { tap, peer } = create(inner);
    tap.setProtocolVersion?.('2025-11-25');
    tap.killNow?.();
    inner.sessionId = 'later';
    expect(tap).toMatchObject({ sessionId: 'later', processId: 1, roundTripMs: 2, hasPerRequestStream: true });
    expect(inner).toMatchObject({ version: '2025-11-25', killed: true });
    inner.closeError = new PatchbayError('connectionClosed', 'gone');
    inner.onclose?.();
    expect(tap.closeError).toBe(inner.closeError);
    expect(peer.closes).toBe(1);
  });

  describe('a transport that cannot be closed', () => {
    it.each<[string, () => Promise<void>]>([
      [
        'throws at once',
        () => {
          throw new Error('boom');
        },
      ],
      ['rejects', () => Promise.reject(new Error('boom'))],
    ])('%s: the link is closed all the same', async (_, close) => {
      const { inner, tap, peer, lines } = create(new ScriptedTransport());
      inner.close = close;
      await tap.close();
      expect(peer.closes).toBe(1);
      expect(lines.join()).toContain('did not close: boom');
      inner.onclose?.();
      expect(peer.closes).toBe(1);
    });

    it('never ends: it is left behind after a while', async () => {
      const clock = new ManualClock();
      const { inner, tap, peer } = create(new ScriptedTransport(), { clock });
      inner.close = () => new Promise(() => {});
      const closing = tap.close();
      const again = tap.close();
      await clock.advance(9_999);
      expect(peer.closes).toBe(0);
      await clock.advance(1);
      await Promise.all([closing, again]);
      expect(peer.closes).toBe(1);
      expect(clock.pending).toBe(0);
    });

    it('leaves no timer where it closes', async () => {
      const clock = new ManualClock();
      const { tap } = create(new ScriptedTransport(), { clock });
      await tap.close();
      expect(clock.pending).toBe(0);
    });
  });

  it('hands on the extra information of a message and errors', () => {
    const { inner, tap, traffic } = create(new ScriptedTransport());
    const seen: unknown[] = [];
    tap.onmessage = (message, extra) => seen.push(message, extra);
    tap.onerror = (error) => seen.push(error);
    const message = { jsonrpc: '2.0', method: 'x' } as const;
    const extra = { authInfo: undefined };
    const error = new Error('not JSON: hello');
    inner.onmessage?.(message, extra);
    inner.onerror?.(error);
    expect(seen).toEqual([message, extra, error]);
    expect(seen[0]).toBe(message);
    expect(traffic.snapshot()[1]).toMatchObject({ state: 'noise', error: 'not JSON: hello' });
  });
});

describe('a request that gets no answer', () => {
  it('fails at once when its stream ends', async () => {
    const { inner, peer, traffic } = create(new ScriptedTransport());
    inner.onSend = async () => inner.sent[0]?.options?.onRequestStreamEnd?.();
    const answer = await peer.call('echo');
    expect(answer.error?.data).toMatchObject({ kind: 'protocol', retryable: true });
    expect(states(traffic)).toEqual([['tools/call', 'failed']]);
  });

  it('is answered once where the transport or the server does it', async () => {
    const { inner, peer } = create(new ScriptedTransport());
    const better = new PatchbayError('connectionClosed', 'broke');
    inner.onSend = async () => {
      inner.sent[0]?.options?.onRequestStreamEnd?.();
      inner.onmessage?.(localAnswer(1, better));
    };
    expect((await peer.call('echo')).error?.message).toBe('broke');
    await new Promise(setImmediate);
    expect(peer.heard).toHaveLength(1);
  });

  it('leaves the end of the stream to those who ask for it', async () => {
    const { inner, tap, peer } = create(new ScriptedTransport());
    const onRequestStreamEnd = () => {};
    await tap.send({ jsonrpc: '2.0', id: 1, method: 'subscriptions/listen' }, { onRequestStreamEnd });
    expect(inner.sent[0]?.options?.onRequestStreamEnd).toBe(onRequestStreamEnd);
    expect(peer.heard).toEqual([]);
  });

  it('is written down as failed when it could not be sent, by a promise or at once', async () => {
    const { inner, tap, traffic } = create(new ScriptedTransport());
    inner.onSend = async () => {
      throw new Error('no way');
    };
    await expect(tap.send({ jsonrpc: '2.0', id: 1, method: 'ping' })).rejects.toThrow('no way');
    inner.onSend = () => {
      throw new Error('at once');
    };
    await expect(tap.send({ jsonrpc: '2.0', id: 2, method: 'ping' })).rejects.toThrow('at once');
    expect(traffic.snapshot().map(({ error }) => error)).toEqual(['no way', 'at once']);
  });

  it('is written down as cancelled when its signal aborts', async () => {
    const { peer, traffic } = create(new ScriptedTransport());
    const abort = new AbortController();
    peer.call('echo', {}, abort.signal).catch(() => {});
    abort.abort();
    expect(states(traffic)).toEqual([['tools/call', 'cancelled']]);
  });

  it('fails at once when the server refuses it without its id, where it is the only one', async () => {
    const { inner, peer, lines } = create(new ScriptedTransport());
    const refusal = { jsonrpc: '2.0', id: null, error: { code: -32700, message: 'Parse error' } };
    inner.onSend = async () => inner.onmessage?.(refusal as unknown as JSONRPCMessage);
    expect((await peer.call('echo')).error?.code).toBe(-32700);
    expect(lines.join()).toContain('names no request');
    inner.onSend = async () => {};
    peer.call('one').catch(() => {});
    peer.call('two').catch(() => {});
    inner.onmessage?.(refusal as unknown as JSONRPCMessage);
    expect(peer.heard.at(-1)).not.toHaveProperty('id');
    await peer.transport.close();
  });
});

describe('repair', () => {
  it('saves a call of the SDK whose answer the SDK would not read, and warns once', async () => {
    const [near, far] = createInMemoryPair();
    far.onmessage = (message) => {
      if (!('id' in message) || !('method' in message)) return;
      const serverInfo = { name: 'odd', version: '1' };
      const isHandshake = message.method === 'initialize';
      const result = isHandshake
        ? { protocolVersion: '2025-11-25', capabilities: { tools: null, logging: null }, serverInfo }
        : { content: [{ type: 'text', text: 'hi' }], _meta: null };
      void far.send({ jsonrpc: '2.0', id: message.id, result, error: null } as unknown as JSONRPCMessage);
    };
    await far.start();
    const { tap, lines, traffic } = create(near);
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(tap, { timeout: 1000 });
    for (let n = 0; n < 3; n++) {
      const result = await client.callTool({ name: 'echo' }, { timeout: 1000 });
      expect(result.content).toEqual([{ type: 'text', text: 'hi' }]);
    }
    const warnings = lines.filter((line) => line.startsWith('Repaired a message of the server'));
    expect(warnings).toHaveLength(new Set(warnings).size);
    expect(warnings).toContain('Repaired a message of the server: "error" beside "result".');
    // What came is written down, not what was made of it.
    expect(traffic.snapshot().at(-1)?.response?.message).toMatchObject({ error: null });
    await client.close();
  });
});

describe('the log of messages', () => {
  it('has each message on one line, bounded and without credentials', async () => {
    const { inner, peer, lines, redact } = create(new ScriptedTransport(), { messages: true });
    redact.add(['s3cr3t-value']);
    void peer.call('login', { password: 'hunter2', text: `s3cr3t-value ${'x'.repeat(5000)}\n` }).catch(() => {});
    const result = { content: Array(10_000).fill({ type: 'text', text: 'y' }) };
    inner.onmessage?.({ jsonrpc: '2.0', id: 1, result } as JSONRPCMessage);
    inner.onmessage?.({ jsonrpc: '2.0', method: 'a\nb' });
    expect(lines.map((line) => line.slice(0, 20))).toEqual([
      '→ tools/call #1 {"js',
      '← answer #1 {"jsonrp',
      '← a b {"jsonrpc":"2.',
    ]);
    for (const line of lines) {
      expect(line.length).toBeLessThan(2100);
      expect(line).not.toMatch(/s3cr3t|hunter2|\n/);
    }
  });

  it('is empty where nobody asked for it', () => {
    const { inner, lines, peer } = create(new ScriptedTransport());
    void peer.call('x').catch(() => {});
    inner.onmessage?.({ jsonrpc: '2.0', method: 'x' });
    expect(lines).toEqual([]);
  });
});
