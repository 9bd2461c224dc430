import { describe, expect, it } from 'vitest';
import { plain, plainLine } from '../../../src/cli/plain';

describe('text of a server on a terminal', () => {
  it('loses escape sequences and turns of direction, and keeps lines and tabs', () => {
    expect(plain('a\u001b[31mred\u001b[0m\tb\nc\u202e!')).toBe('a\uFFFD[31mred\uFFFD[0m\tb\nc\uFFFD!');
    expect(plain('line\r\nnext\rover')).toBe('line\nnext\nover');
  });

  it('fits on one line', () => {
    expect(plainLine('  a\n\n b ', 10)).toBe('a b');
    expect(plainLine('x'.repeat(20), 10)).toBe(`${'x'.repeat(9)}…`);
  });
});
