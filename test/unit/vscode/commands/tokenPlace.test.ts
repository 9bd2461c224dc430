import { describe, expect, it } from 'vitest';
import { suggestSecretName, tokenPlace } from '../../../../src/vscode/commands/tokenPlace';

describe('tokenPlace', () => {
  it.each([
    [{ type: 'none' }, { kind: 'none' }],
    [
      { type: 'bearer', token: '${secret:a.b-c}' },
      { kind: 'secret', name: 'a.b-c' },
    ],
    [
      { type: 'apiKey', header: 'X', key: '${secret:k}' },
      { kind: 'secret', name: 'k' },
    ],
    [
      { type: 'basic', username: 'u', password: '${secret:p}' },
      { kind: 'secret', name: 'p' },
    ],
    [{ type: 'bearer', token: 'Bearer ${secret:a}' }, { kind: 'file' }],
    [{ type: 'bearer', token: '${env:A}' }, { kind: 'file' }],
    [{ type: 'basic', username: 'u', password: '' }, { kind: 'file' }],
    [{ type: 'tokenCommand', command: 'x', args: [] }, { kind: 'program' }],
    [{ type: 'oauth', scopes: [] }, { kind: 'browser' }],
  ] as const)('of %j is %j', (auth, place) => {
    expect(tokenPlace(auth as never)).toEqual(place);
  });
});

describe('suggestSecretName', () => {
  it('takes the id of the server, in characters that a name can have', () => {
    expect(suggestSecretName('my server/1', [])).toBe('my-server-1-token');
    expect(suggestSecretName('web', ['web-token', 'web-token-2'])).toBe('web-token-3');
  });
});
