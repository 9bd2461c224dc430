import { describe, expect, it } from 'vitest';
import type { ConfigSource } from '../../../../src/core/config/definition';
import { isSameLaunch } from '../../../../src/core/config/sameLaunch';
import { define, USER, workspace } from './support/definitions';

describe('isSameLaunch', () => {
  it.each<[string, ConfigSource, object, boolean]>([
    ['of the user with other timeouts', USER, { timeouts: { toolMs: 1 } }, true],
    ['of the user with more connections', USER, { pool: { max: 8 } }, true],
    ['of the user with another command', USER, { command: 'y' }, false],
    ['of a workspace with other timeouts', workspace('w'), { timeouts: { toolMs: 1 } }, true],
    ['of a workspace with more connections', workspace('w'), { pool: { max: 8 } }, false],
  ])('knows an entry %s', (_, source, change, expected) => {
    expect(isSameLaunch(define({ command: 'x' }, {}, source), define({ command: 'x', ...change }, {}, source))).toBe(
      expected,
    );
  });
});
