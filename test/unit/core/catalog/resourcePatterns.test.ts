import { describe, expect, it } from 'vitest';
import { matchesAny } from '../../../../src/core/catalog/resourcePatterns';
import { fc } from '../../../support/fastCheck';

describe('matchesAny', () => {
  it.each<[string, string, boolean]>([
    ['file://**', 'file:///a/b.txt', true],
    ['file://**', 'file://', true],
    ['file://**', 'http://a', false],
    ['file:///*', 'file:///a.txt', true],
    ['file:///*', 'file:///a/b.txt', false],
    ['file:///*/b.txt', 'file:///a/b.txt', true],
    ['file:///**/b.txt', 'file:///a/c/b.txt', true],
    ['file:///**/b.txt', 'file:///b.txt', false],
    ['**/*.md', 'notes:///x/y/read.me.md', true],
    ['**/*.md', 'notes:///x/y/read.md/z', false],
    ['*', 'a', true],
    ['*', '', true],
    ['*', 'a/b', false],
    ['**', 'a/b', true],
    ['***', 'a/b', true],
    ['', '', true],
    ['', 'a', false],
    ['a', 'a', true],
    ['a', 'A', false],
    ['a?', 'ab', false],
    ['a?', 'a?', true],
    ['[ab](c|d)+.', '[ab](c|d)+.', true],
    ['[ab]', 'a', false],
    ['a.c', 'abc', false],
    ['x:*y*z', 'x:aybyz', true],
    ['x:**y*z', 'x:y/yz', true],
    ['db://ü*', 'db://ü😀', true],
  ])('%s and %s: %s', (pattern, uri, expected) => {
    expect(matchesAny([pattern], uri)).toBe(expected);
  });

  it('needs one of the patterns', () => {
    expect(matchesAny(['a', 'b*'], 'bc')).toBe(true);
    expect(matchesAny(['a', 'b'], 'bc')).toBe(false);
    expect(matchesAny([], '')).toBe(false);
  });

  it('does what a regular expression would do, on what is short', () => {
    const text = (alphabet: string[]) =>
      fc.array(fc.constantFrom(...alphabet), { maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text(['a', 'b', '/', '.', '*', '**']), text(['a', 'b', '/', '.', '\n']), (pattern, uri) => {
        const source = pattern
          .split(/(\*+)/)
          .map((part) => (part.startsWith('*') ? (part === '*' ? '[^/]*' : '[^]*') : part.replaceAll('.', '\\.')))
          .join('');
        expect(matchesAny([pattern], uri)).toBe(new RegExp(`^${source}$`).test(uri));
      }),
      { numRuns: 2000 },
    );
  });

  it('ends soon on what would keep others busy for ever', () => {
    const uri = 'a'.repeat(8192);
    expect(matchesAny(['*a'.repeat(400).concat('b')], uri)).toBe(false);
    expect(matchesAny(['**a*a'.repeat(150).concat('b')], uri)).toBe(false);
  });

  it('matches nothing that is longer than an address or a pattern', () => {
    expect(matchesAny(['**'], 'a'.repeat(8192))).toBe(true);
    expect(matchesAny(['**'], 'a'.repeat(8193))).toBe(false);
    expect(matchesAny(['a'.repeat(1025)], 'a'.repeat(1025))).toBe(false);
  });
});
