import { describe, expect, it } from 'vitest';
import { omitSecrets, secretsOf, withoutSecrets } from '../../../../src/vscode/panels/secretArguments';

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
    expect(withoutSecrets(args, secretsOf(schema))).toEqual({
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
    expect(withoutSecrets({ a: 'x', b: 1, c: ['y'] }, secretsOf(schema))).toEqual({ a: '<a>', b: 1, c: ['<c>'] });
  });

  it('changes nothing without marks', () => {
    expect(withoutSecrets({ a: 'x', b: null }, secretsOf(true))).toEqual({ a: 'x', b: null });
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
    expect(omitSecrets(args, secretsOf(schema))).toEqual({
      args: { z: 1, users: [{ name: 'Ada' }, { name: 'Bob' }], auth: { user: 'c' }, token: '' },
      leftOut: ['code', 'users[0].pin', 'auth.password', 'clientSecret'],
    });
  });

  it('hold no text at all where it is not clear what is marked', () => {
    const schema = { $defs: { Key: { format: 'password' } } };
    expect(omitSecrets({ a: 'x', b: 1, c: ['y'], d: { e: 'z' } }, secretsOf(schema))).toEqual({
      args: { b: 1 },
      leftOut: ['a', 'c', 'd'],
    });
  });

  it('are as they were without secrets', () => {
    const args = JSON.parse('{"__proto__": {"a": 1}, "10": 1, "b": [null]}');
    expect(omitSecrets(args, secretsOf(true))).toEqual({ args, leftOut: [] });
  });
});

describe('what is secret of a tool', () => {
  const marked = { properties: { code: { format: 'password' } } };
  const plain = { properties: { code: {}, note: {} } };

  it('stays secret when its mark is taken away', () => {
    const secrets = secretsOf(marked).see(plain);
    expect(secrets.isIn({ code: 'hunter2' })).toBe(true);
    expect(secrets.isIn({ code: '', note: 'a' })).toBe(false);
    expect([secrets.isExpected, secretsOf(plain).isExpected]).toEqual([true, false]);
    expect(secretsOf({ properties: { auth: { properties: { apiKey: {} } } } }).isExpected).toBe(true);
  });

  it('is every text while no schema is known, or where it is too large to be looked at', () => {
    let deep: unknown = plain;
    for (let level = 0; level < 401; level++) deep = { not: deep };
    for (const secrets of [secretsOf(undefined), secretsOf(deep), secretsOf({ enum: new Array(200_001).fill(0) })]) {
      expect(secrets.isExpected).toBe(true);
      expect(secrets.isIn({ note: 'a' })).toBe(true);
    }
  });

  it('may be in a text that cannot be read, by its names', () => {
    const secrets = secretsOf(plain);
    expect(secrets.mayBeInText('{"note": "a", ')).toBe(false);
    for (const text of ['{"api_key": "hun', "{'password' : ", '{token: "'])
      expect(secrets.mayBeInText(text)).toBe(true);
    expect(secretsOf(marked).mayBeInText('{')).toBe(true);
  });
});
