import { describe, expect, it } from 'vitest';
import { withoutSecrets } from '../../../../src/vscode/panels/secretArguments';

describe('arguments without secrets', () => {
  it('masks what the schema marks and what is named like a secret, at any depth', () => {
    const schema = {
      properties: {
        code: { type: 'string', format: 'password' },
        list: { type: 'array', items: { properties: { once: { writeOnly: true } } } },
        many: { type: 'array', items: { format: 'password' } },
      },
    };
    const args = {
      code: 'a',
      list: [{ once: 'b', plain: 'c' }],
      many: ['d', 'e'],
      headers: { Authorization: 'Bearer f', 'X-Api-Key': 'g' },
      maxTokens: 5,
      token: 6,
      clientSecret: { value: 'h' },
      empty: '',
    };
    expect(withoutSecrets(args, schema)).toEqual({
      code: '<code>',
      list: [{ once: '<once>', plain: 'c' }],
      many: ['<many>', '<many>'],
      headers: { Authorization: '<Authorization>', 'X-Api-Key': '<X-Api-Key>' },
      maxTokens: 5,
      token: 6,
      clientSecret: { value: '<value>' },
      empty: '',
    });
  });

  it('masks every text where it is not clear what is marked', () => {
    const schema = { $defs: { Key: { format: 'password' } }, properties: { a: { $ref: '#/$defs/Key' } } };
    expect(withoutSecrets({ a: 'x', b: 1, c: ['y'] }, schema)).toEqual({ a: '<a>', b: 1, c: ['<c>'] });
  });

  it('changes nothing without marks', () => {
    expect(withoutSecrets({ a: 'x', b: null }, true)).toEqual({ a: 'x', b: null });
  });
});
