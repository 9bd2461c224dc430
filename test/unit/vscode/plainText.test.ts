import { describe, expect, it } from 'vitest';
import {
  escapeIcons,
  escapeMarkdown,
  firstLine,
  manyLines,
  oneLine,
  unlinked,
  wellFormed,
} from '../../../src/vscode/plainText';
import { fc } from '../../support/fastCheck';

describe('oneLine', () => {
  it('joins lines and blanks', () => expect(oneLine(' a\n\tb  c ')).toBe('a b c'));
  it('shows what hides', () => expect(oneLine('a\u0007\u202e\u200b')).toBe('a\\u{7}\\u{202e}\\u{200b}'));
  it('cuts what is long', () => expect(oneLine('x'.repeat(300), 10)).toBe(`${'x'.repeat(9)}…`));

  it('is one line of bounded length without control characters for any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 500 }),
        fc.integer({ min: 1, max: 100 }),
        (text, maxLength) => {
          const line = oneLine(text, maxLength);
          expect(line.length).toBeLessThanOrEqual(maxLength);
          expect(line).not.toMatch(/\p{Cs}/u);
          expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        },
      ),
    );
  });
});

describe('firstLine', () => {
  it('takes the first line that holds something', () => expect(firstLine('\n  one\r\ntwo')).toBe('one'));
  it('is empty for nothing', () => expect(firstLine(undefined)).toBe(''));
});

describe('manyLines', () => {
  it('keeps line breaks and shows the rest', () => expect(manyLines('a\r\nb\u202e', 100)).toBe('a\nb\\u{202e}'));
  it('cuts no character in two', () => expect(manyLines('ab😀', 3)).toBe('ab…'));
  it('says where it was cut', () => expect(manyLines('abcdef', 3)).toBe('abc…'));
});

describe('escapeMarkdown', () => {
  it('leaves no character that Markdown reads', () => {
    const text = escapeMarkdown('# a [b](c) <d> `e` $(f) http://g www.h i@j.k');
    expect(text.replace(/\\[^\w\s]/g, '')).toMatch(/^[\w\s/]*$/);
  });
});

describe('unlinked', () => {
  it('breaks links and leaves other brackets', () => {
    expect(unlinked('[a](command:b) [c] (d) f[0](x)')).toBe('[a] (command:b) [c] (d) f[0] (x)');
  });
  it('stays within its bound', () => expect(unlinked(']('.repeat(50), 60)).toHaveLength(60));
});

describe('wellFormed', () => {
  it('replaces halves of pairs and keeps pairs', () => expect(wellFormed('\ud800a😀\udc00')).toBe('\ufffda😀\ufffd'));
});

it('escapes icons in pick labels', () => expect(escapeIcons('$(error) x')).toBe('\\$(error) x'));
