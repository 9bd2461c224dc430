import { describe, expect, it } from 'vitest';
import { approvalFingerprint, describeLaunch, launchFingerprint } from '../../../../src/core/config/fingerprint';
import { define, workspace } from './support/definitions';

const stdio = { command: 'npx', args: ['-y', 'pkg'], env: { A: '1', B: '2' } };
const http = { url: 'https://x/mcp', headers: { A: '1' } };

const tokenFrom = (program: string) => ({ ...http, auth: { type: 'tokenCommand', command: program, args: ['a b'] } });

const oauth = (settings: object) => ({ url: 'https://x/mcp', auth: { type: 'oauth', ...settings } });
const PROVIDER = { tokenEndpoint: 'https://idp.example/token?key=abc', clientId: 'c', idToken: '${secret:id}' };

describe('launchFingerprint', () => {
  it('is a SHA-256 that depends on nothing but the launch', () => {
    const print = launchFingerprint(define(stdio));
    expect(print).toMatch(/^[0-9a-f]{64}$/);
    expect(launchFingerprint(define({ ...stdio, name: 'N', env: { B: '2', A: '1' }, timeouts: { toolMs: 1 } }))).toBe(
      print,
    );
  });

  it.each([
    [stdio, { ...stdio, command: 'node' }],
    [stdio, { ...stdio, args: ['-y pkg'] }],
    [stdio, { ...stdio, args: [] }],
    [stdio, { ...stdio, cwd: '/x' }],
    [stdio, { ...stdio, envFile: '.env' }],
    [stdio, { ...stdio, env: { A: '1', B: '3' } }],
    [stdio, { ...stdio, env: { A: '1', B: null } }],
    [stdio, { ...stdio, transport: 'other' }],
    [http, { ...http, url: 'https://y/mcp' }],
    [http, { ...http, headers: { A: '${secret:a}' } }],
    [http, { ...http, headers: { B: '1' } }],
    [http, { ...http, auth: { type: 'bearer', token: '${secret:a}' } }],
    [tokenFrom('a'), tokenFrom('b')],
    [oauth({}), oauth({ grant: 'clientCredentials' })],
    [oauth({}), oauth({ issuer: 'https://login.example' })],
    [oauth({}), oauth({ privateKey: '${secret:a}' })],
    [oauth({}), oauth({ signingAlgorithm: 'PS256' })],
    [oauth({}), oauth({ assertion: '${env:TOKEN}' })],
    [oauth({ identityProvider: PROVIDER }), oauth({ identityProvider: { ...PROVIDER, tokenEndpoint: 'https://z/' } })],
    [oauth({}), oauth({ dpop: false })],
    [http, { ...http, proxy: 'http://proxy.example' }],
    [http, { ...http, tls: { rejectUnauthorized: false } }],
    [http, { ...http, security: { allowInsecure: true } }],
    [stdio, { ...stdio, inheritEnv: 'safe' }],
    [
      { ...stdio, inheritEnv: 'none' },
      { ...stdio, inheritEnv: 'safe' },
    ],
    [
      { ...http, transport: 'sse' },
      { ...http, transport: 'sse', endpoints: { message: 'https://other.example/' } },
    ],
    [{ url: 'wss://x/mcp' }, { url: 'wss://x/mcp', websocket: { tokenVia: 'query' } }],
  ])('tells %j from %j', (one, other) => {
    expect(launchFingerprint(define(one))).not.toBe(launchFingerprint(define(other)));
  });

  it('tells the same relative command in two workspace folders apart', () => {
    const [one, two] = ['one', 'two'].map((folder) => launchFingerprint(define(stdio, {}, workspace(folder))));
    expect(one).not.toBe(two);
  });
});

describe('approvalFingerprint', () => {
  it('tells how many connections the entry wants, and is that of the launch where it wants one', () => {
    const of = (pool?: object) => approvalFingerprint(define({ ...stdio, ...(pool ? { pool } : {}) }));
    expect(of()).toBe(launchFingerprint(define(stdio)));
    expect(of({ min: 1, max: 1 })).toBe(of());
    const all = [of(), of({ max: 2 }), of({ max: 64 }), of({ min: 32, max: 64 })];
    expect(new Set(all).size).toBe(all.length);
    expect(of({ max: 64 })).toMatch(new RegExp(launchFingerprint(define(stdio))));
  });
});

describe('describeLaunch', () => {
  it('says how many connections there may be where it is more than one', () => {
    const lines = (pool: object) =>
      describeLaunch(define({ url: 'https://x/', pool })).details.filter((line) => line.startsWith('Connections'));
    expect(lines({ max: 1 })).toEqual([]);
    expect(lines({ max: 64 })).toEqual(['Connections: up to 64 at the same time']);
    expect(lines({ min: 64, max: 8 })).toEqual(['Connections: up to 8 at the same time, 8 of them always open']);
    expect(lines({ min: 32, max: 64 })).toEqual(['Connections: up to 64 at the same time, 32 of them always open']);
  });

  it('shows the whole command, with blanks made visible, and what it reads', () => {
    const entry = {
      command: 'my tool',
      args: ['a b', '', 'say "hi"', '${env:AWS}'],
      env: { TOKEN: '${secret:t}', X: '1' },
      envFile: '.env',
    };
    expect(describeLaunch(define(entry, {}, workspace('one')))).toEqual({
      summary: '"my tool" "a b" "" "say \\"hi\\"" ${env:AWS}',
      details: [
        'Folder: /w/one',
        'Inherits: your whole environment',
        'Environment variables: TOKEN, X',
        'Environment file: .env',
        'Reads: ${env:AWS}, ${secret:t}',
      ],
    });
  });

  it.each([
    ['all', 'Inherits: your whole environment'],
    ['safe', 'Inherits: a short list without secrets'],
    ['none', 'Inherits: nothing'],
  ])('says what a program inherits: %s', (inheritEnv, line) => {
    expect(describeLaunch(define({ command: 'x', inheritEnv })).details).toEqual([line]);
  });

  it('shows the pins of a certificate', () => {
    const tls = { rejectUnauthorized: false, pinnedSha256: ['AB:CD', 'EF:01'] };
    expect(describeLaunch(define({ url: 'https://x/', tls })).details).toEqual([
      'TLS: any authority is accepted, only the pinned certificates AB:CD EF:01',
    ]);
    expect(describeLaunch(define({ url: 'https://x/', tls: { pinnedSha256: ['AB:CD'] } })).details).toEqual([
      'TLS: only the pinned certificate AB:CD',
    ]);
  });

  it('says where secrets may go that nobody expects', () => {
    const { details } = describeLaunch(
      define({
        url: 'https://x/',
        transport: 'sse',
        endpoints: { sse: '/events', message: 'https://y/' },
        tls: { rejectUnauthorized: false, ca: 'ca.pem', key: 'key.pem' },
        security: { allowInsecure: true, skipValidation: true },
      }),
    );
    expect(details).toEqual([
      'Endpoints: /events, https://y/',
      'TLS: any certificate is accepted, ca ca.pem, key key.pem',
      'Security: secrets without TLS, no checks of addresses',
    ]);
  });

  it('names first the variables that make programs load code', () => {
    const harmless = Array.from({ length: 120 }, (_, index) => `A${index}`);
    const loading = [
      'NODE_OPTIONS',
      'LD_PRELOAD',
      'DYLD_INSERT_LIBRARIES',
      'PATH',
      'PYTHONPATH',
      'PERL5OPT',
      'RUBYOPT',
    ];
    loading.push('JAVA_TOOL_OPTIONS', 'BASH_ENV', 'ENV', 'GIT_SSH_COMMAND', 'node_path', 'npm_config_registry');
    const env = Object.fromEntries([...harmless, ...loading, 'ENVIRONMENT'].map((name) => [name, '1']));
    const line = describeLaunch(define({ command: 'x', env })).details.find((text) => text.startsWith('Environment'));
    expect(line).toBe(`Environment variables: ${[...loading, ...harmless, 'ENVIRONMENT'].join(', ')}`);
  });

  it('shows the program that a token comes from, and what it reads', () => {
    const { details } = describeLaunch(define(tokenFrom('${env:TOKEN_TOOL}')));
    expect(details).toEqual([
      'Headers: A',
      'Program for the token: ${env:TOKEN_TOOL} "a b"',
      'Authentication: tokenCommand',
      'Reads: ${env:TOKEN_TOOL}',
    ]);
  });

  it('says how tokens are got without a person, and from whom', () => {
    const settings = { grant: 'enterprise', issuer: 'https://login.example', identityProvider: PROVIDER, dpop: false };
    expect(describeLaunch(define(oauth(settings))).details).toEqual([
      'Authentication: oauth, enterprise, at https://login.example, identity provider https://idp.example/token?key=•••, no DPoP',
      'Reads: ${secret:id}',
    ]);
    expect(describeLaunch(define(oauth({}))).details).toEqual(['Authentication: oauth']);
  });

  it.each([
    ['https://user:pw@example.com/mcp?key=abc&x=1#f', 'https://•••@example.com/mcp?key=•••&x=•••#f'],
    ['https://example.com/a@b', 'https://example.com/a@b'],
    ['https://evil.example\\@good.example/', 'https://evil.example\\@good.example/'],
    ['https://a@b@example.com/', 'https://•••@example.com/'],
  ])('masks what may be secret in %s', (url, summary) => {
    expect(describeLaunch(define({ url })).summary).toBe(summary);
  });

  it('names headers and never their values', () => {
    const { details } = describeLaunch(
      define({ url: 'https://x/', headers: { 'X-Key': 'hunter2', Y: '${secret:y}' } }),
    );
    expect(details).toEqual(['Headers: X-Key, Y', 'Reads: ${secret:y}']);
  });

  it('does not let invisible characters change what is read', () => {
    const { summary } = describeLaunch(define({ command: 'rm', args: ['a\u202Eb', 'c\nd', '\u200B'] }));
    expect(summary).toBe('rm a\\u{202e}b "c\\u{a}d" \\u{200b}');
  });

  it.each([
    0x3164, 0x2800, 0x034f, 0x115f, 0x1160, 0xffa0, 0xfe0f, 0xe0100, 0x00ad, 0x061c, 0xe0041, 0x00a0, 0x3000, 0xd800,
  ])('shows the character %i that cannot be seen', (code) => {
    const { summary } = describeLaunch(define({ command: 'rm', args: [`a${String.fromCodePoint(code)}b`] }));
    expect(summary.replaceAll('"', '')).toBe(`rm a\\u{${code.toString(16)}}b`);
  });

  it('counts blanks that would push the rest out of sight', () => {
    const { summary, details } = describeLaunch(
      define({
        command: `x${' '.repeat(4)}y`,
        args: [`a${' '.repeat(900)}-rf`, 'b   c'],
        env: { [`A${' '.repeat(9)}B`]: '' },
      }),
    );
    expect(summary).toBe('"x\\u{20}×4y" "a\\u{20}×900-rf" "b   c"');
    expect(details).toContain('Environment variables: A\\u{20}×9B');
  });

  it('says how much of an endless command it leaves out', () => {
    const { summary } = describeLaunch(define({ command: 'x', args: ['y'.repeat(10_000)] }));
    expect(summary.length).toBeLessThan(4_100);
    expect(summary).toMatch(/… and 6002 more characters$/);
  });
});
