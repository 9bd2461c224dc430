import { describe, expect, it } from 'vitest';
import { PatchbayError } from '../../../../src/base/errors';
import {
  answerIdInHead,
  excerpt,
  isJsonRpcMessage,
  localAnswer,
  localErrorOf,
} from '../../../../src/core/transports/jsonRpc';
import { fc } from '../../../support/fastCheck';

describe('answerIdInHead', () => {
  it.each([
    ['{"jsonrpc":"2.0","id":7,"result":{"content":[{"text":"xxxxx', 7],
    ['{"id":"a\\"b","jsonrpc":"2.0","result":{"x', 'a"b'],
    ['{ "result" : {"id": 5, "list": [{"id": 6}]}, "id" : 9, "more": "x', 9],
    ['{"jsonrpc":"2.0","result":{"id":5,"text":"xxx', undefined],
    ['{"jsonrpc":"2.0","id":3,"method":"sampling/createMessage","params":{"x', undefined],
    ['{"jsonrpc":"2.0","result":{"text":"\\"id\\": 4, ', undefined],
    ['{"jsonrpc":"2.0","id":null,"result":{', undefined],
    ['{"jsonrpc":"2.0","id":12', undefined],
    ['not json at all', undefined],
  ])('finds the id of the answer in %s', (head, id) => {
    expect(answerIdInHead(head)).toBe(id);
  });

  it('finds it in front of any result', () => {
    fc.assert(
      fc.property(fc.integer(), fc.jsonValue(), (id, result) => {
        const text = JSON.stringify({ jsonrpc: '2.0', id, result });
        expect(answerIdInHead(text.slice(0, -1))).toBe(id);
      }),
    );
  });
});

describe('isJsonRpcMessage', () => {
  it.each([null, 1, 'x', [], {}, { jsonrpc: '1.0', id: 1, result: {} }, { jsonrpc: '2.0', id: 1 }])(
    'refuses %j',
    (value) => {
      expect(isJsonRpcMessage(value)).toBe(false);
    },
  );

  it('takes requests, notifications, results and errors', () => {
    const members = [{ id: 1, method: 'm' }, { method: 'm' }, { id: 1, result: {} }, { id: 1, error: {} }];
    for (const member of members) expect(isJsonRpcMessage({ jsonrpc: '2.0', ...member })).toBe(true);
  });
});

describe('excerpt', () => {
  it('is one bounded line of plain text', () => {
    expect(excerpt('a\u0000b\r\n\tc\u001b[31m')).toBe('a b c [31m');
    expect(excerpt('x'.repeat(300))).toBe(`${'x'.repeat(200)}…`);
  });
});

describe('localAnswer', () => {
  it('carries the error itself, which JSON from a server cannot imitate', () => {
    const error = new PatchbayError('limit', 'too long');
    const answer = localAnswer(1, error) as { error: { data: unknown } };
    expect(localErrorOf(answer.error)).toBe(error);
    expect(localErrorOf(JSON.parse(JSON.stringify(answer)).error)).toBeUndefined();
  });
});
