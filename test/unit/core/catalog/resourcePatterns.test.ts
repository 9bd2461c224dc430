import { describe, expect, it } from 'vitest';
import { ResourcePattern } from '../../../../src/core/catalog/resourcePatterns';
import { fc } from '../../../support/fastCheck';

const matches = (pattern: string, uri: string) => new ResourcePattern(pattern).matches(uri);

describe('patterns of resources', () => {
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
    expect(matches(pattern, uri)).toBe(expected);
  });

  it('does what a regular expression would do, on what is short', () => {
    const text = (alphabet: string[]) =>
      fc.array(fc.constantFrom(...alphabet), { maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text(['a', 'b', '/', '.', '*', '*', '**']), text(['a', 'b', '/', '.', '\n']), (pattern, uri) => {
        const source = pattern
          .split(/(\*+)/)
          .map((part) => (part.startsWith('*') ? (part === '*' ? '[^/]*' : '[^]*') : part.replaceAll('.', '\\.')))
          .join('');
        expect(matches(pattern, uri)).toBe(new RegExp(`^${source}$`).test(uri));
      }),
      { numRuns: 5000 },
    );
  });

  it('ends soon on what would keep others busy for ever', () => {
    const uri = 'a'.repeat(8192);
    expect(matches('*a'.repeat(400).concat('b'), uri)).toBe(false);
    expect(matches('**a*a'.repeat(150).concat('b'), uri)).toBe(false);
  });

  it('counts what it compares, never more than length times length', () => {
    const [pattern, uri] = ['**/a*a'.repeat(20).concat('b'), '/aa'.repeat(300)];
    const work = { steps: 0 };
    expect(new ResourcePattern(pattern).matches(uri, work)).toBe(false);
    expect(work.steps).toBeGreaterThan(uri.length);
    expect(work.steps).toBeLessThanOrEqual(pattern.length * uri.length);
  });

  it('matches nothing that is longer than an address or a pattern', () => {
    expect(matches('**', 'a'.repeat(8192))).toBe(true);
    expect(matches('**', 'a'.repeat(8193))).toBe(false);
    expect(matches('a'.repeat(1025), 'a'.repeat(1025))).toBe(false);
  });
});
