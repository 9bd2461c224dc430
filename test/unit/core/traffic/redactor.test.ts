import { describe, expect, it } from 'vitest';
import { Redactor, secretValues } from '../../../../src/core/traffic/redactor';

describe('Redactor', () => {
  it('hides known secrets wherever they stand, in the forms that they take', () => {
    const redactor = new Redactor();
    redactor.add(['top"secret', 'top"secret/and more', undefined, '1', ' ']);
    expect(redactor.text('a top"secret b')).toBe('a •••• b');
    expect(redactor.text('{"x":"top\\"secret"}')).toBe('{"x":"••••"}');
    expect(redactor.text('https://x/?q=top%22secret%2Fand%20more')).toBe('https://x/?q=••••');
    expect(redactor.text('top"secret/and more')).toBe('••••');
    expect(redactor.text('1 is kept')).toBe('1 is kept');
  });

  it('knows secrets that are added later, and takes them as plain text', () => {
    const redactor = new Redactor();
    redactor.add(['first']);
    expect(redactor.text('first (.*)+$')).toBe('•••• (.*)+$');
    redactor.add(['(.*)+$']);
    expect(redactor.text('first (.*)+$ else')).toBe('•••• •••• else');
  });

  it('forgets tokens that are over when there were many later ones, and no other secret', () => {
    const redactor = new Redactor();
    redactor.add(['password']);
    redactor.addPassing('in-use/=');
    for (let i = 0; i < 200; i++) {
      redactor.addPassing(`token-number-${i}.`);
      redactor.addPassing('in-use/=');
      expect(redactor.text(`token-number-${i}.`)).toBe('••••');
    }
    expect(redactor.text('password in-use/= in-use%2F%3D token-number-199. token-number-1.')).toBe(
      '•••• •••• •••• •••• token-number-1.',
    );
  });

  it('hides credentials by their form', () => {
    const redactor = new Redactor();
    const jwt = `eyJ${'a'.repeat(20)}.eyJ${'b'.repeat(20)}.${'c'.repeat(20)}`;
    for (const text of [
      'Authorization: Bearer abcdefgh.ijk~l',
      `see ${jwt} here`,
      'http://x/?a=1&access_token=abc#f',
      'postgres://user:abcdefgh@host/db',
      `token ghp_${'abcdefgh'.repeat(4)} and`,
      `sk-${'abcdefgh'.repeat(4)}`,
      'AKIAABCDEFGHIJKLMNOP',
      '-----BEGIN RSA PRIVATE KEY-----\nabcdefgh\n-----END RSA PRIVATE KEY-----',
    ]) {
      expect(redactor.text(text)).toContain('••••');
      expect(redactor.text(text)).not.toMatch(/abcdefgh|eyJ|=abc|ABCDEFGH/);
    }
    for (const text of [
      'https://host:80/a@b',
      'mailto:a@b',
      'task-force-of-a-hundred-people',
      'disk-abcdefghijklmnop',
    ]) {
      expect(redactor.text(text)).toBe(text);
    }
    expect(redactor.text('the bearer of news')).toBe('the bearer of news');
  });

  it.each([
    'Authorization',
    'x-api-key',
    'apiKey',
    'access_token',
    'refreshToken',
    'client_secret',
    'PASSWORD',
    'Set-Cookie',
    'githubToken',
    'SLACK_TOKEN',
    'tokens',
    'secretKey',
    'aws_secret_access_key',
    'accessKey',
    'pwd',
    'pat',
    'otp',
    'passwords',
    'private_key_pem',
  ])('hides the member %s', (name) => {
    const redactor = new Redactor();
    expect(redactor.json({ [name]: 'value', list: [{ [name]: ['a', 12345] }] })).toEqual({
      [name]: '••••',
      list: [{ [name]: ['••••', '••••'] }],
    });
  });

  it('hides the value of a pair that names a credential', () => {
    const pairs = [
      { name: 'Authorization', value: 'abc' },
      { key: 'API_TOKEN', value: ['abc'] },
      { name: 'color', value: 'red' },
    ];
    const [header, variable, color] = new Redactor().json(pairs) as { value: unknown }[];
    expect([header?.value, variable?.value, color?.value]).toEqual(['••••', ['••••'], 'red']);
  });

  it('keeps what only sounds like one', () => {
    const value = {
      _meta: { progressToken: 'p1' },
      maxTokens: 100,
      total_tokens: 5,
      nextPageToken: 'abc',
      stop_token: 'x',
      tokenCount: 'many',
      keys: ['a'],
      passwordless: true,
      nextCursor: 'abc',
      tools: [{ inputSchema: { properties: { password: { type: 'string' } }, required: ['password'] } }],
    };
    expect(new Redactor().json(value)).toEqual(value);
  });

  it('bounds the depth and keeps odd names', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 100_000; level++) deep = [deep];
    const value = JSON.parse('{"__proto__":{"a":1}}');
    expect(JSON.stringify(new Redactor().json({ deep }))).toContain('…');
    expect(JSON.stringify(new Redactor().json(value))).toBe('{"__proto__":{"a":1}}');
  });

  it('takes time in proportion to hostile text', () => {
    const start = performance.now();
    new Redactor().text('eyJaaaaaaaa-'.repeat(20_000) + 'Bearer '.repeat(20_000) + '?token'.repeat(20_000));
    for (const part of [
      '-eyJ',
      'eyJaaaaaaaa.',
      'a://',
      'aa:',
      'a://b:',
      '-----BEGIN PRIVATE KEY-----',
      'sk-',
      'AKIA',
    ]) {
      new Redactor().text(part.repeat(1_000_000 / part.length));
    }
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe('secretValues', () => {
  it('finds values by the names of variables and headers, without their scheme', () => {
    expect(
      secretValues({
        GITHUB_TOKEN: 'ghp_x',
        Authorization: 'Bearer abc',
        AWS_SECRET_ACCESS_KEY: 'k',
        PATH: '/bin',
        TOKEN_LIMIT: '4096',
        USE_TOKEN: 'true',
        NO_SECRET: undefined,
      }),
    ).toEqual(['ghp_x', 'abc', 'k']);
  });
});
