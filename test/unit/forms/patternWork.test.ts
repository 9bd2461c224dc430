import { describe, expect, it } from 'vitest';
import { Budget } from '../../../src/forms/budget';
import { patternWork } from '../../../src/forms/patternWork';
import { testPattern } from '../../../src/forms/safePattern';
import { fc, runsOr } from '../../support/fastCheck';
import { type PatternNode, stepsToMatch, written } from './patternModel';

const MOST = 1_000_000;
const HOSTILE = [
  ...['^(a+)+$', '^(a*)*$', '(a|a)*b', '^(a|aa)+$', '(?:a+){2,}b', '(x+x+)+y', '^(([a-z])+.)+[A-Z]([a-z])+$'],
  ...['^[^](a+)+[^]b$', '^[](a+)+[]b$', '^[^]]|(a+)+$', '[\\]](a+)+$', '\\[(a+)+\\]$', '[[](a+)+$'],
  ...[`^${'(a|a)'.repeat(39)}$`, `^${'(?:a|a)'.repeat(25)}$`, `^${'a?'.repeat(40)}${'a'.repeat(40)}$`],
  ...[`^${'(a?)'.repeat(40)}$`, `${'(a|b|ab)'.repeat(20)}c`, `^${'a*'.repeat(20)}$`, `^${'[^]*'.repeat(30)}b$`],
  ...['^(a{1,30}){1,30}$', '^((a|a){5}){5}b$', '^(a|a){40}b$', '^(?:(?:a?){9}){9}b$', '(a{0,1000}){0,1000}'],
  ...['(a+)\\1+$', '(?<x>a+)\\k<x>+$', '^(?=(a+)+$)', '(?!(a+)+$)', '(?<=(a+)+)$', '(?<!(a+)+)$', '(?i:a+)+'],
  ...['a{0,9999999}', 'a{99999999999}', '(((((((((((((((((((((((a)))))))))))))))))))))))', 'a'.repeat(201)],
];

describe('the work that a pattern may cause', () => {
  it.each(HOSTILE.map((pattern) => [pattern]))('%s is not done in the window', (pattern) => {
    const work = patternWork(pattern, 60);
    expect(work === undefined || work > MOST).toBe(true);
    expect(testPattern(pattern, `${'a'.repeat(59)}!`, new Budget())).toBeUndefined();
  });

  it.each([
    ['^[a-z]+$', 'abc', true],
    ['^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\\.[A-Za-z]{2,}$', 'me@example.com', true],
    ['^(?:foo|bar)(-\\d{1,3})?$', 'bar-12', true],
    ['^(?:foo|bar)(-\\d{1,3})?$', 'baz', false],
    ['^([0-9a-f]{2}:){5}[0-9a-f]{2}$', '00:1a:2b:3c:4d:5e', true],
    ['^([01]\\d|2[0-3]):[0-5]\\d$', '24:00', false],
    ['^#(?<hex>[\\da-fA-F]{3}|[\\da-fA-F]{6})$', '#fff', true],
    ['^\\p{Lu}\\u0061\\x62[^]$', 'Äab\n', true],
    ['[]', 'a', false],
    ['', 'a', true],
    ['a|', 'b', true],
    ['[', 'a', undefined],
    ['a**', 'a', undefined],
  ])('%s is quickly known for %s', (pattern, text, expected) => {
    expect(testPattern(pattern, text, new Budget())).toBe(expected);
  });

  it('is never less than what a backtracking matcher takes', () => {
    const leaf: fc.Arbitrary<PatternNode> = fc.constantFrom(
      ...['a', 'b', '.', '[ab]', '[^]', '[]', '[^a]', '\\w', '\\x61', '[\\]a]', '[[a]', '^', '$'].map((source) => ({
        type: 'character' as const,
        source,
      })),
    );
    const { node } = fc.letrec<{ node: PatternNode }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 5, withCrossShrink: true },
        leaf,
        fc.record({ type: fc.constant('sequence' as const), parts: fc.array(tie('node'), { maxLength: 5 }) }),
        fc.record({
          type: fc.constant('either' as const),
          parts: fc.array(tie('node'), { minLength: 1, maxLength: 3 }),
        }),
        fc.record({
          type: fc.constant('repeat' as const),
          part: tie('node'),
          range: fc.constantFrom([0, 1], [0, Infinity], [1, Infinity], [2, 2], [0, 3], [1, 4], [2, Infinity]),
          isLazy: fc.boolean(),
        }),
      ),
    }));
    const text = fc.oneof(
      fc.nat(14).map((length) => `${'a'.repeat(length)}!`),
      fc.string({ unit: fc.constantFrom('a', 'b', '!', ']'), maxLength: 14 }),
    );
    let counted = 0;
    fc.assert(
      fc.property(node, text, (pattern, value) => {
        const source = written(pattern);
        const work = patternWork(source, value.length);
        if (work === undefined || work > MOST) return;
        const { steps, matches } = stepsToMatch(pattern, value, 5 * MOST);
        expect(new RegExp(source, 'u').test(value)).toBe(matches);
        expect(steps).toBeLessThanOrEqual(4 * work);
        counted++;
      }),
      { numRuns: runsOr(3_000) },
    );
    expect(counted).toBeGreaterThan(1_000);
  });

  it('grows with the text like a polynomial', () => {
    const work = (length: number) => patternWork('^[a-z]+-[a-z]*$', length) ?? Number.POSITIVE_INFINITY;
    expect(work(200) / work(100)).toBeLessThan(4.5);
  });

  it('is paid out of one budget', () => {
    const budget = new Budget();
    const text = 'a'.repeat(99);
    let answered = 0;
    while (testPattern('^a*a*$', text, budget) !== undefined) answered++;
    expect(answered).toBeGreaterThan(10);
    expect(answered).toBeLessThan(10_000);
    expect(testPattern('^a$', 'a', budget)).toBeUndefined();
    budget.renew();
    expect(testPattern('^a$', 'a', budget)).toBe(true);
  });
});
