import { describe, expect, it, vi } from 'vitest';
import { dimmedUri } from '../../../../src/vscode/tree/dimmedItems';

vi.mock('vscode', () => ({ Uri: { from: (parts: object) => parts } }));

describe('dimmedUri', () => {
  it('is a URI for any id', () => {
    expect(dimmedUri('tool:a/0/\ud800b')).toEqual({ scheme: 'patchbay-dimmed', path: '/tool%3Aa%2F0%2F%EF%BF%BDb' });
    expect(dimmedUri('tool:a/0/😀')).toMatchObject({ path: '/tool%3Aa%2F0%2F%F0%9F%98%80' });
  });
});
