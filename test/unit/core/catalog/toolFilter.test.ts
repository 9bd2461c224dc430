import { describe, expect, it } from 'vitest';
import { isToolIncluded } from '../../../../src/core/catalog/toolFilter';

describe('isToolIncluded', () => {
  it.each([
    ['read_file', ['*'], [], true],
    ['read_file', ['read_*'], [], true],
    ['write_file', ['read_*'], [], false],
    ['read_file', ['*'], ['*_file'], false],
    ['abc', ['a*b*c'], [], true],
    ['ac', ['a*b*c'], [], false],
    ['aa', ['a*a'], [], true],
    ['a', ['a*a'], [], false],
    ['a.b', ['a.b'], [], true],
    ['axb', ['a.b'], [], false],
    ['anything', [], [], false],
  ])('%s with include %j and exclude %j: %s', (name, include, exclude, expected) => {
    expect(isToolIncluded(name, include, exclude)).toBe(expected);
  });

  it('takes no longer for a pattern made to be slow', () => {
    expect(isToolIncluded('a'.repeat(50_000), ['a*'.repeat(1000).concat('b')], [])).toBe(false);
  });
});
