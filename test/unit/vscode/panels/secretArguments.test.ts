import { describe, expect, it } from 'vitest';
import { omitSecrets, withoutSecrets } from '../../../../src/vscode/panels/secretArguments';

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

describe('arguments to be kept', () => {
  it('are without the members that hold secrets, which are named', () => {
    const schema = {
      properties: { users: { items: { properties: { pin: { writeOnly: true } } } }, code: { format: 'password' } },
    };
    const args = {
      z: 1,
      code: 'a',
      users: [{ name: 'Ada', pin: 1234 }, { name: 'Bob' }],
      auth: { password: 'b', user: 'c' },
      clientSecret: { value: 'd' },
      token: '',
    };
    expect(omitSecrets(args, schema)).toEqual({
      args: { z: 1, users: [{ name: 'Ada' }, { name: 'Bob' }], auth: { user: 'c' }, token: '' },
      leftOut: ['code', 'users[0].pin', 'auth.password', 'clientSecret'],
    });
  });

  it('hold no text at all where it is not clear what is marked', () => {
    const schema = { $defs: { Key: { format: 'password' } } };
    expect(omitSecrets({ a: 'x', b: 1, c: ['y'], d: { e: 'z' } }, schema)).toEqual({
      args: { b: 1 },
      leftOut: ['a', 'c', 'd'],
    });
  });

  it('are as they were without secrets', () => {
    const args = JSON.parse('{"__proto__": {"a": 1}, "10": 1, "b": [null]}');
    expect(omitSecrets(args, true)).toEqual({ args, leftOut: [] });
  });
});
