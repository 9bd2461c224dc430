import { describe, expect, it } from 'vitest';
import {
  describeClose,
  FINAL_CLOSE_CODES,
  RETRYABLE_CLOSE_CODES,
} from '../../../../src/core/transports/webSocketCodes';

describe('describeClose', () => {
  it('knows each code in one of the two sets', () => {
    const both = [...FINAL_CLOSE_CODES.keys()].filter((code) => RETRYABLE_CLOSE_CODES.has(code));
    expect(both).toEqual([]);
  });

  it.each([1000, 1001, 1005, 1006, 1011, 1012, 1013, 1014, 4429, 4123])('%d may come back', (code) => {
    expect(describeClose(code, '', 'ws://x/')).toMatchObject({ retryable: true, code });
  });

  it.each([1002, 1003, 1007, 1008, 1009, 1010, 3000, 4401, 4403])('%d is final', (code) => {
    expect(describeClose(code, '', 'ws://x/')).toMatchObject({ retryable: false, code });
  });

  it('quotes the reason as one line of plain text', () => {
    expect(describeClose(1011, 'out\nof\u0007 memory', 'ws://x/').message).toBe(
      'ws://x/ failed inside (close code 1011): out of memory',
    );
  });
});
