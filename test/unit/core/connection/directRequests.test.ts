import { type JSONRPCMessage, ProtocolError, SdkError, SdkErrorCode } from '@modelcontextprotocol/client';
import { describe, expect, it } from 'vitest';
import { DirectRequests } from '../../../../src/core/connection/directRequests';
import type { McpTransport } from '../../../../src/core/transports/transport';

/** A transport that keeps what is sent, under a client that keeps what it gets. */
function create(send: (message: JSONRPCMessage) => Promise<void> = async () => {}) {
  const sent: Record<string, unknown>[] = [];
  const passed: unknown[] = [];
  const transport = {
    onmessage: (message: JSONRPCMessage) => passed.push(message),
    send: (message: JSONRPCMessage) => {
      sent.push(message as unknown as Record<string, unknown>);
      return send(message);
    },
  } as unknown as McpTransport;
  const requests = new DirectRequests(transport);
  const receive = (message: unknown) => transport.onmessage?.(message as JSONRPCMessage);
  const answer = (rest: object, index = 0) => receive({ jsonrpc: '2.0', id: sent[index]?.id, ...rest });
  return { requests, sent, passed, receive, answer };
}

const { signal } = new AbortController();

describe('a request', () => {
  it('resolves with its own answer, as the server sent it', async () => {
    const { requests, sent, passed, answer } = create();
    const first = requests.request('tools/call', { name: 'a' }, { signal });
    const second = requests.request('tools/call', { name: 'b' }, { signal });
    expect(sent[0]).toEqual({ jsonrpc: '2.0', id: sent[0]?.id, method: 'tools/call', params: { name: 'a' } });
    answer({ result: { content: [], of: 'b', strange: null } }, 1);
    answer({ result: { content: 1, of: 'a', resultType: 'complete' } }, 0);
    expect(await second).toEqual({ content: [], of: 'b', strange: null });
    expect(await first).toEqual({ content: 1, of: 'a' });
    expect(passed).toEqual([]);
  });

  it('takes its number as a text for its id', async () => {
    const { requests, sent, receive } = create();
    const request = requests.request('ping', {}, { signal });
    receive({ jsonrpc: '2.0', id: String(sent[0]?.id), result: {} });
    expect(await request).toEqual({});
  });

  it('leaves the client what is not for it', async () => {
    const { requests, sent, passed, receive, answer } = create();
    const request = requests.request('ping', {}, { signal });
    const strangers = [
      { jsonrpc: '2.0', id: 0, result: {} },
      { jsonrpc: '2.0', id: null, error: { code: 1, message: 'x' } },
      { jsonrpc: '2.0', id: sent[0]?.id, method: 'roots/list' },
      { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 7, progress: 1 } },
      { jsonrpc: '2.0', method: 'notifications/progress' },
      { jsonrpc: '2.0', method: 'notifications/message', params: {} },
    ];
    for (const message of strangers) receive(message);
    answer({ result: {} });
    answer({ result: { late: true } });
    expect(await request).toEqual({});
    expect(passed).toEqual([...strangers, { jsonrpc: '2.0', id: sent[0]?.id, result: { late: true } }]);
  });

  it('rejects with what the server refuses it with', async () => {
    const { requests, answer } = create();
    const request = requests.request('tools/call', {}, { signal });
    answer({ error: { code: -32042, message: 'Visit', data: { more: 1 } } });
    const error = await request.catch((cause) => cause);
    expect(ProtocolError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code: -32042, message: expect.stringContaining('Visit'), data: { more: 1 } });
  });

  it.each([[null], ['broken'], [{ code: 'x', message: 1 }], [{}]])(
    'rejects with the error %j as well',
    async (error) => {
      const { requests, answer } = create();
      const request = requests.request('tools/call', {}, { signal });
      answer({ error });
      await expect(request).rejects.toMatchObject({ code: -32603 });
    },
  );

  it.each([[null], ['text'], [[1]], [undefined]])('rejects where the result is %j', async (result) => {
    const { requests, answer } = create();
    const request = requests.request('tools/call', {}, { signal });
    answer({ result });
    await expect(request).rejects.toMatchObject({ code: SdkErrorCode.InvalidResult });
  });

  it('rejects with what the transport rejects with or throws', async () => {
    const failure = new Error('no way');
    for (const send of [() => Promise.reject(failure), () => raise(failure)]) {
      const { requests, passed, answer } = create(send);
      await expect(requests.request('ping', {}, { signal })).rejects.toBe(failure);
      answer({ result: {} });
      expect(passed).toHaveLength(1);
    }
  });
});

describe('progress', () => {
  it('is asked for only where somebody listens, and told at once', async () => {
    const { requests, sent, receive, answer, passed } = create();
    const told: unknown[] = [];
    const onProgress = (progress: unknown) => void told.push(progress);
    const request = requests.request('tools/call', { _meta: { mine: 1 } }, { signal, onProgress });
    void requests.request('tools/call', {}, { signal }).catch(() => {});
    expect(sent[0]?.params).toEqual({ _meta: { mine: 1, progressToken: sent[0]?.id } });
    expect(sent[1]?.params).toEqual({});
    const progress = (params: object) =>
      receive({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: sent[0]?.id, ...params } });
    progress({ progress: 1, total: 2, message: 'half' });
    progress({ progress: 2, total: null, message: 5 });
    progress({ progress: 'x' });
    expect(told).toEqual([{ progress: 1, total: 2, message: 'half' }, { progress: 2 }]);
    answer({ result: {} });
    await request;
    progress({ progress: 3 });
    expect(told).toHaveLength(2);
    expect(passed).toHaveLength(2);
  });
});

describe('the end', () => {
  it('of a request that is given up is told to the server', async () => {
    const { requests, sent, passed, answer } = create();
    const controller = new AbortController();
    const request = requests.request('tools/call', {}, { signal: controller.signal });
    const reason = new SdkError(SdkErrorCode.RequestTimeout, 'too long');
    controller.abort(reason);
    await expect(request).rejects.toBe(reason);
    const params = { requestId: sent[0]?.id, reason: String(reason) };
    expect(sent[1]).toEqual({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
    answer({ result: {} });
    expect(passed).toHaveLength(1);
  });

  it('is silent after the answer, and before anything was sent', async () => {
    const { requests, sent, answer } = create();
    const controller = new AbortController();
    const request = requests.request('ping', {}, { signal: controller.signal });
    answer({ result: {} });
    await request;
    controller.abort('later');
    await expect(requests.request('ping', {}, { signal: controller.signal })).rejects.toMatchObject({
      code: SdkErrorCode.RequestTimeout,
    });
    expect(sent).toHaveLength(1);
  });

  it('of the link rejects what waits and what comes', async () => {
    const { requests, sent } = create();
    const waiting = [requests.request('a', {}, { signal }), requests.request('b', {}, { signal })];
    requests.close();
    for (const request of waiting) {
      await expect(request).rejects.toMatchObject({ code: SdkErrorCode.ConnectionClosed });
    }
    await expect(requests.request('c', {}, { signal })).rejects.toMatchObject({ code: SdkErrorCode.NotConnected });
    expect(sent).toHaveLength(2);
  });
});

function raise(error: Error): never {
  throw error;
}
