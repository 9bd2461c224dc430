import { describe, expect, it } from 'vitest';
import { knownSecrets, waitsForSecret } from '../../../../src/vscode/commands/secretNames';

describe('knownSecrets', () => {
  it('offers what the configuration uses, first what is missing', () => {
    const text = '{ "headers": { "A": "Bearer ${secret:search}", "B": "${secret:kept}${env:X}${secret:}" } }';
    expect(knownSecrets([text, '${secret:api.key} ${secret:search}'], ['kept', 'unused'])).toEqual([
      { name: 'api.key', isStored: false, isUsed: true },
      { name: 'search', isStored: false, isUsed: true },
      { name: 'kept', isStored: true, isUsed: true },
      { name: 'unused', isStored: true, isUsed: false },
    ]);
    expect(knownSecrets(['${secret:[x](command:y)} ${secret:'.repeat(10_000)], [])).toEqual([]);
  });
});

describe('waitsForSecret', () => {
  it('is so only for the server that lacks this very one', () => {
    const needs = (...names: string[]) =>
      ({ state: { kind: 'needsInput', needed: { kind: 'value', names } } }) as const;
    expect(waitsForSecret(needs('${input:a}', '${secret:search}'), 'search')).toBe(true);
    expect(waitsForSecret(needs('${secret:search2}'), 'search')).toBe(false);
    expect(waitsForSecret(needs('${input:search}'), 'search')).toBe(false);
    expect(waitsForSecret({ state: { kind: 'disconnected' } }, 'search')).toBe(false);
  });
});
