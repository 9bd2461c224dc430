import { describe, expect, it } from 'vitest';
import { PatchbayError } from '../../../../src/base/errors';
import { silentLogger } from '../../../../src/core/nodePorts';
import { LateRegistrations } from '../../../../src/vscode/adapters/lateRegistrations';

function setUp(taken: readonly string[] = []) {
  const known = new Map<string, number>();
  const errors: string[] = [];
  const late = new LateRegistrations<number>(
    'middleware',
    (_hub, name, value) => {
      if (taken.includes(name)) throw new PatchbayError('config', `"${name}" is taken.`);
      known.set(name, value);
      return { dispose: () => known.delete(name) };
    },
    { ...silentLogger(), error: (message) => errors.push(message) },
  );
  return { known, errors, late, attach: () => late.attach({} as never) };
}

describe('LateRegistrations', () => {
  it('hands over what came before the engine, and at once what comes after it', () => {
    const { known, late, attach } = setUp();
    late.register('early', 1);
    expect(known.size).toBe(0);
    attach();
    late.register('late', 2);
    expect([...known]).toEqual([
      ['early', 1],
      ['late', 2],
    ]);
  });

  it('forgets what is taken back, before and after the engine came', () => {
    const { known, late, attach } = setUp();
    late.register('never', 1).dispose();
    attach();
    const again = late.register('never', 2);
    again.dispose();
    again.dispose();
    expect(known.size).toBe(0);
    late.register('never', 3);
    again.dispose();
    expect(known.get('never')).toBe(3);
  });

  it('refuses a name twice, and one that the engine has', () => {
    const { errors, late, attach } = setUp(['logging']);
    late.register('a', 1);
    expect(() => late.register('a', 1)).toThrow(/The middleware "a" is registered already/);
    late.register('logging', 1);
    attach();
    expect(errors).toEqual([expect.stringContaining('"logging" is taken.')]);
    expect(() => late.register('logging', 1)).toThrow(/registered already/);
  });
});
