import { describe, expect, it } from 'vitest';
import { matchesLock } from '../../../scripts/lib/installedPackages.mjs';

type Packages = Record<string, { version?: string; integrity?: string; optional?: boolean }>;

const lock: Packages = {
  '': {},
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/a-win32': { version: '1.0.0', integrity: 'sha512-w', optional: true },
};
const a = { version: '1.0.0', integrity: 'sha512-a' };

describe('matchesLock', () => {
  it.each<[string, Packages, boolean]>([
    ['all there', { 'node_modules/a': a, 'node_modules/a-win32': { version: '1.0.0', integrity: 'sha512-w' } }, true],
    ['the other platform left out', { 'node_modules/a': a }, true],
    ['one missing', {}, false],
    ['another version', { 'node_modules/a': { ...a, version: '1.0.1' } }, false],
    ['another content', { 'node_modules/a': { ...a, integrity: 'sha512-b' } }, false],
    ['one too many', { 'node_modules/a': a, 'node_modules/b': a }, false],
  ])('%s', (_what, installed, expected) => {
    const text = (packages: Packages) => JSON.stringify({ packages });
    expect(matchesLock(text(lock), text(installed))).toBe(expected);
  });
});
