import type { JSONRPCMessage } from '@modelcontextprotocol/client';
import { describe, expect, it } from 'vitest';
import { IntegerIds } from '../../../../src/core/transports/webSocketIds';

const SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId';

function listening(): { ids: IntegerIds; wire: number } {
  const ids = new IntegerIds();
  const out = ids.outgoing({ jsonrpc: '2.0', id: 'listen:0', method: 'subscriptions/listen', params: {} });
  return { ids, wire: (out as { id: number }).id };
}

const notification = (method: string, params: object) => ({ jsonrpc: '2.0', method, params }) as JSONRPCMessage;

describe('a text id that goes as an integer', () => {
  it('is what the notifications of its subscription name', () => {
    const { ids, wire } = listening();
    expect(wire).toBeTypeOf('number');
    const updated = ids.incoming(
      notification('notifications/x', { uri: 'a:b', _meta: { [SUBSCRIPTION_ID]: wire, y: 1 } }),
    );
    expect(updated).toMatchObject({ params: { uri: 'a:b', _meta: { [SUBSCRIPTION_ID]: 'listen:0', y: 1 } } });
  });

  it('is what the server cancels', () => {
    const { ids, wire } = listening();
    expect(ids.incoming(notification('notifications/cancelled', { requestId: wire }))).toMatchObject({
      params: { requestId: 'listen:0' },
    });
  });

  it('is forgotten with its answer', () => {
    const { ids, wire } = listening();
    const answer = { jsonrpc: '2.0', id: wire, result: {} } as JSONRPCMessage;
    expect(ids.incoming(answer)).toMatchObject({ id: 'listen:0' });
    expect(ids.incoming(answer)).toBe(answer);
  });

  it('is understood after it was cancelled, for so many of them', () => {
    const { ids, wire } = listening();
    const cancel = (requestId: string) => ids.outgoing(notification('notifications/cancelled', { requestId }));
    expect(cancel('listen:0')).toMatchObject({ params: { requestId: wire } });
    const answer = { jsonrpc: '2.0', id: wire, error: { code: 1, message: 'x' } } as JSONRPCMessage;
    for (let index = 1; index <= 100; index++) {
      ids.outgoing({ jsonrpc: '2.0', id: `listen:${index}`, method: 'x' });
      if (index === 100)
        expect(ids.incoming({ ...answer, id: wire + 1 } as JSONRPCMessage)).toMatchObject({ id: 'listen:1' });
      cancel(`listen:${index}`);
    }
    expect(ids.incoming(answer)).toBe(answer);
  });

  it('changes no other message', () => {
    const { ids } = listening();
    for (const message of [
      notification('notifications/x', { _meta: null }),
      notification('notifications/cancelled', { requestId: 7 }),
      { jsonrpc: '2.0', id: 1_000_000_000, method: 'ping' } as JSONRPCMessage,
    ]) {
      expect(ids.incoming(message)).toBe(message);
    }
  });
});
