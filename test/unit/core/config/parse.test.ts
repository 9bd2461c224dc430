import { describe, expect, it } from 'vitest';
import type { ConfigFileResult } from '../../../../src/core/config/parse';
import { readConfigFile } from '../../../../src/core/config/parse';
import { fc, runsOr } from '../../../support/fastCheck';
import { define, read, USER } from './support/definitions';

const messages = (result: ConfigFileResult) => result.diagnostics.map(({ message }) => message);
const codes = (result: ConfigFileResult) => result.diagnostics.map(({ code }) => code);
const ids = (result: ConfigFileResult) => result.servers.map(({ id }) => id);

describe('readConfigFile', () => {
  it.each(['', ' \n\t', '\uFEFF', '// nothing yet\n'])('takes %j as an empty configuration', (text) => {
    expect(readConfigFile(text, USER)).toMatchObject({ servers: [], settings: {}, inputs: [], diagnostics: [] });
  });

  it('reads comments, trailing commas and a byte order mark', () => {
    const result = read('\uFEFF{ // note\n "servers": { "a": { "command": "x", }, }, }');
    expect(result.diagnostics).toEqual([]);
    expect(result.servers[0]).toMatchObject({ id: 'a', transport: 'stdio', problems: [], entry: { command: 'x' } });
  });

  it('fills in the built-in defaults', () => {
    expect(define({ url: 'https://example.com/mcp' }).entry).toMatchObject({
      transport: 'http',
      enabled: true,
      autoConnect: 'onDemand',
      timeouts: { connectMs: 30_000, requestMs: 30_000, toolMs: 30_000, resetOnProgress: true, maxTotalMs: 3_600_000 },
      retry: {
        enabled: true,
        strategy: 'exponential',
        initialDelayMs: 1000,
        maxDelayMs: 60_000,
        factor: 2,
        jitter: 0.2,
      },
      limits: { maxMessageBytes: 10_485_760 },
      tools: { include: ['*'], exclude: [] },
      inheritEnv: 'all',
      shutdownGraceMs: 5000,
    });
  });

  it('puts the defaults of the file below the entry and above the built-in ones', () => {
    const rest = { defaults: { timeouts: { connectMs: 1, toolMs: 2 } } };
    const { entry } = define({ command: 'x', timeouts: { toolMs: 3 } }, rest);
    expect(entry?.timeouts).toMatchObject({ connectMs: 1, toolMs: 3, requestMs: 30_000 });
  });

  it('takes null as absent', () => {
    const { entry, problems } = define({ url: null, command: 'x', cwd: null, envFile: null, env: { A: null } });
    expect(problems).toEqual([]);
    expect(entry).toEqual(define({ command: 'x', env: { A: null } }).entry);
    expect(entry?.env).toEqual({ A: null });
  });

  it('keeps broken defaults from harming the servers', () => {
    const result = read({ defaults: { timeouts: { connectMs: 'x', toolMs: 7 } }, servers: { a: { command: 'x' } } });
    expect(codes(result)).toEqual(['type']);
    expect(result.servers[0]?.entry?.timeouts).toMatchObject({ connectMs: 30_000, toolMs: 7 });
  });

  it('keeps a wrong entry from harming the others', () => {
    const result = read({ servers: { bad: 5, worse: { command: ['x'] }, good: { command: 'x' } } });
    expect(result.servers.map(({ id, entry }) => [id, entry !== undefined])).toEqual([
      ['bad', false],
      ['worse', false],
      ['good', true],
    ]);
    expect(result.servers[0]?.problems).toEqual(['Server "bad" must be an object; found 5']);
  });

  it.each([
    [
      { command: 'x', timeouts: { connectMs: 'soon' } },
      'timeouts.connectMs must be a whole number of milliseconds, 0 or more; found "soon"',
    ],
    [
      { command: 'x', timeouts: { connectMs: -5 } },
      'timeouts.connectMs must be a whole number of milliseconds, 0 or more; found -5',
    ],
    [{ command: 'x', retry: { factor: 0.5 } }, 'retry.factor must be a number, 1 or more; found 0.5'],
    [{ command: 'x', retry: { jitter: 1.5 } }, 'retry.jitter must be a number from 0 to 1; found 1.5'],
    [{ command: 'x', retry: { maxAttempts: -2 } }, 'retry.maxAttempts must be a whole number, -1 or more; found -2'],
    [
      { command: 'x', autoConnect: 'never' },
      'autoConnect must be one of "startup", "onDemand", "manual"; found "never"',
    ],
    [{ command: 'x', args: ['a', 1] }, 'args[1] must be text; found 1'],
    [{ command: 'x', args: 'a' }, 'args must be a list of texts; found "a"'],
    [{ command: 'x', env: { A: true } }, 'env.A must be text, a number or null; found true'],
    [{ command: 'x', env: { 'A=B': '1' } }, '"A=B" in env must be the name of an environment variable'],
    [{ command: '' }, 'command must be text, not empty; found ""'],
    [{ url: 'http://x/', headers: { 'a b': '1' } }, '"a b" in headers must be a header name'],
    [
      { url: 'http://x/', auth: { type: 'magic' } },
      'auth.type must be one of "none", "bearer", "apiKey", "basic", "tokenCommand", "oauth"; found "magic"',
    ],
    [{ url: 'http://x/', auth: { type: 'bearer' } }, 'auth.token is missing: it must be text, not empty'],
    [{}, 'Server "demo" needs "url" or "command"'],
    [{ url: 'http://x/', command: 'x' }, 'Server "demo" has both "url" and "command": keep one of them'],
    [{ url: 'ftp://x/' }, 'url must begin with one of http:, https:, unix:, pipe:, ws:, wss:; found "ftp:"'],
    [{ url: 'example.com/mcp' }, 'url must begin with one of http:, https:, unix:, pipe:, ws:, wss:; found no scheme'],
    ...['unix:/path/mcp.sock', 'unix:mcp.sock', 'unix://path/mcp.sock'].map((url): [object, string] => [
      { url },
      'url of a socket is written unix:///path/mcp.sock#/mcp: three slashes, and behind # the path of the request',
    ]),
    [{ url: 'http://' }, 'url must be a whole URL such as https://example.com/mcp'],
    [{ url: 'http://x/', transport: 'stdio' }, 'transport "stdio" needs "command", not "url"'],
    [{ command: 'x', transport: 'http' }, 'transport "http" needs "url", not "command"'],
  ])('explains %j', (entry, message) => {
    const definition = define(entry);
    expect(definition.problems).toEqual([message]);
    expect(definition.entry).toBeUndefined();
  });

  it('never repeats a value that may be secret', () => {
    const result = read({
      servers: { a: { url: 'http://x/', auth: { type: 'bearer', token: 12345 }, headers: { A: ['hunter2'] } } },
    });
    expect(messages(result)).toContain('auth.token must be text, not empty; found a number');
    expect(messages(result).join()).not.toMatch(/12345|hunter2/);
  });

  it.each([
    [{ command: 'x' }, 'stdio'],
    [{ url: 'http://x/' }, 'http'],
    [{ url: 'HTTPS://x/' }, 'http'],
    [{ url: 'unix:///a.sock#/mcp' }, 'http'],
    [{ url: 'pipe:///pipe/name#/mcp' }, 'http'],
    [{ url: 'ws://x/' }, 'websocket'],
    [{ url: 'wss://x/' }, 'websocket'],
    [{ url: 'http://x/', transport: 'sse' }, 'sse'],
    [{ url: 'unix://${env:RUNTIME_DIR}/mcp.sock#/mcp' }, 'http'],
    [{ url: '${env:URL}/mcp' }, 'http'],
    [{ url: 'http://localhost:${env:PORT}/mcp' }, 'http'],
    [{ url: 'carrier-pigeon://x', transport: 'pigeon' }, 'pigeon'],
  ])('infers the transport of %j', (entry, transport) => {
    const definition = define(entry);
    expect(definition.problems).toEqual([]);
    expect(definition.transport).toBe(transport);
    expect(definition.entry?.transport).toBe(transport);
  });

  it('points at the value, and at the key where a key is the trouble', () => {
    const text =
      '{\n  "servers": {\n    "a": { "command": "x", "timeouts": { "toolMs": "soon" }, "tool_prefix": "p" }\r\n  }\n}';
    const [type, unknown] = readConfigFile(text, USER).diagnostics;
    expect(type).toMatchObject({
      line: 2,
      column: 51,
      length: 6,
      path: '/user/patchbay.json',
      pointer: '/servers/a/timeouts/toolMs',
    });
    expect(text.slice(type?.offset, (type?.offset ?? 0) + 6)).toBe('"soon"');
    expect(unknown).toMatchObject({ code: 'unknownKey', severity: 'warning' });
    expect(text.slice(unknown?.offset, (unknown?.offset ?? 0) + (unknown?.length ?? 0))).toBe('"tool_prefix"');
  });

  it('names the nearest known key and reads on', () => {
    const result = read({
      mcpServers: {},
      servers: { a: { command: 'x', tool_prefix: 'p', zzzzzz: 1, retry: { jiter: 0 } } },
    });
    expect(messages(result)).toEqual([
      'Unknown key "mcpServers": it is ignored. Did you mean "servers"?',
      'Unknown key "tool_prefix": it is ignored. Did you mean "toolPrefix"?',
      'Unknown key "zzzzzz": it is ignored.',
      'Unknown key "jiter": it is ignored. Did you mean "jitter"?',
    ]);
    expect(result.servers[0]?.entry).toBeDefined();
  });

  it('names the key of the credentials that was meant', () => {
    const auth = { type: 'basic', user: 'me', password: '${secret:p}' };
    expect(messages(read({ servers: { a: { url: 'https://x/', auth } } }))).toContain(
      'Unknown key "user": it is ignored. Did you mean "username"?',
    );
  });

  it('reads what it can of a text that is no JSON', () => {
    const result = read('{ "servers": { "a": { "command": "x" } "b": { "command": "y" } }');
    expect(result.diagnostics).toMatchObject([
      { code: 'syntax', message: 'Expected a comma', severity: 'error', offset: 39 },
      { code: 'syntax', message: 'Expected a closing brace' },
    ]);
    expect(ids(result)).toEqual(['a', 'b']);
  });

  it('says nothing but where the text is no JSON while it is not', () => {
    const unclosed = '{ "servers": { "a": { "command": "x", "args": ["y }, "b": { "nmae": 1 } } }';
    expect(codes(read(unclosed))).toEqual(['syntax']);
    const swallowed = '{ "version": 2, "servers": { "a": { "env": { "command": "x" } }, "b": { "url": } } }';
    expect(read(swallowed).diagnostics).toMatchObject([{ code: 'syntax', offset: swallowed.indexOf('} } }') }]);
  });

  it('says once what is wrong at one place, and also what is wrong at another', () => {
    const text = '{ "servers": { "a": { "command": foo bar, "args": [1 2] } } }';
    expect(read(text).diagnostics.map(({ code, offset }) => [code, offset])).toEqual([
      ['syntax', text.indexOf('foo')],
      ['syntax', text.indexOf('2]')],
    ]);
  });

  it('names the key that looks like the one that an entry lacks', () => {
    const result = read('{ "servers": { "a": { "comand": "x" }, "b": { "Uri": "y" }, "c": { "name": "z" } } }');
    expect(result.servers.flatMap(({ problems }) => problems)).toEqual([
      'Server "a" needs "url" or "command"; "comand" looks like "command"',
      'Server "b" needs "url" or "command"; "Uri" looks like "url"',
      'Server "c" needs "url" or "command"',
    ]);
  });

  it('lets the later of two equal keys count, and says so', () => {
    const result = read('{ "servers": { "a": { "command": "x" }, "a": { "command": "y" } } }');
    expect(result.diagnostics).toMatchObject([{ code: 'conflict', severity: 'warning', offset: 15 }]);
    expect(result.servers.map(({ entry }) => entry?.command)).toEqual(['y']);
  });

  it('is not harmed by names that every object has', () => {
    const result = read(
      '{ "__proto__": { "x": 1 }, "servers": { "__proto__": { "command": "x" }, "constructor": { "command": "y", "env": { "__proto__": "z", "toString": "t" } } } }',
    );
    expect(ids(result)).toEqual(['constructor']);
    expect(Object.entries(result.servers[0]?.entry?.env ?? {})).toEqual([['toString', 't']]);
    expect(codes(result)).toEqual(['unknownKey', 'unknownKey', 'unknownKey']);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it('takes nothing from a prototype that the file brings along', () => {
    const [definition] = read('{ "servers": { "a": { "__proto__": { "command": "x" } } } }').servers;
    expect(definition?.problems).toEqual(['Server "a" needs "url" or "command"']);
  });

  it('underlines one character where the whole file is the trouble', () => {
    expect(read('[\n1, 2\n]').diagnostics).toMatchObject([{ code: 'type', offset: 0, length: 1, pointer: '' }]);
  });

  it('suggests a key whatever the case and the separators', () => {
    expect(messages(read({ servers: { a: { command: 'x', SHUTDOWN_GRACE_MS: 1 } } }))).toEqual([
      'Unknown key "SHUTDOWN_GRACE_MS": it is ignored. Did you mean "shutdownGraceMs"?',
    ]);
  });

  it('refuses ids that are no names', () => {
    const result = read({ servers: { 'a b': { command: 'x' }, ok: { command: 'x' } } });
    expect(ids(result)).toEqual(['ok']);
    expect(result.diagnostics).toMatchObject([{ code: 'type', severity: 'error', pointer: '/servers/a b' }]);
  });

  it('says so when the version is another one', () => {
    expect(read({ version: 1 }).diagnostics).toEqual([]);
    expect(read({ version: 2 }).diagnostics).toMatchObject([
      { code: 'version', message: 'version must be 1; found 2' },
    ]);
  });

  it('reads inputs one by one', () => {
    const good = { id: 'k', type: 'promptString', password: true };
    const result = read({
      inputs: [
        good,
        { id: 'k', type: 'promptString' },
        { id: 'x', type: 'huh' },
        3,
        { id: 'p', type: 'pickString', options: ['a'] },
      ],
    });
    expect(result.inputs).toEqual([good, { id: 'p', type: 'pickString', options: ['a'] }]);
    expect(codes(result)).toEqual(['conflict', 'type', 'type']);
  });

  it('keeps only what the file states as settings', () => {
    const result = read({ gateway: { port: 70_000, host: '::1' }, pool: { maxTotal: 3 } });
    expect(result.settings).toEqual({ gateway: { host: '::1' }, pool: { maxTotal: 3 } });
    expect(codes(result)).toContain('type');
  });

  it.each([
    [{ headers: { Authorization: 'Bearer abc' } }, '/headers/Authorization'],
    [{ headers: { 'X-API-Key': 'abc' } }, '/headers/X-API-Key'],
    [{ headers: { cookie: 'a=b' } }, '/headers/cookie'],
    [{ auth: { type: 'bearer', token: 'abc' } }, '/auth/token'],
    [{ auth: { type: 'basic', username: 'u', password: 'abc' } }, '/auth/password'],
    [{ auth: { type: 'oauth', privateKey: 'abc' } }, '/auth/privateKey'],
    [{ auth: { type: 'oauth', assertion: 'abc' } }, '/auth/assertion'],
    [
      { auth: { type: 'oauth', identityProvider: { tokenEndpoint: 'https://y/', clientId: 'c', idToken: 'abc' } } },
      '/auth/identityProvider/idToken',
    ],
    [{ env: { GITHUB_TOKEN: 'abc' } }, '/env/GITHUB_TOKEN'],
    [{ url: 'https://user:abc@example.com/' }, '/url'],
  ])('offers to move the secret out of %j', (entry, pointer) => {
    const found = read({ servers: { a: { url: 'https://x/', ...entry } } }).diagnostics.filter(
      ({ code }) => code === 'literalSecret',
    );
    expect(found).toMatchObject([{ severity: 'warning', pointer: `/servers/a${pointer}` }]);
    expect(found[0]?.message).toContain('Move to Secret Storage');
  });

  it.each([
    { headers: { Authorization: 'Bearer ${secret:a}', Accept: 'x' } },
    { command: 'x', url: null, env: { API_KEY: '${input:a}', MAX_TOKENS: 4096, TOKEN_LIMIT: '100', PATH: 'x' } },
    { url: 'https://user:${secret:a}@example.com/' },
  ])('sees no secret in %j', (entry) => {
    const { diagnostics } = read({
      inputs: [{ id: 'a', type: 'promptString' }],
      servers: { a: { url: 'https://x/', ...entry } },
    });
    expect(diagnostics).toEqual([]);
  });

  it('warns about variables that cannot have a value', () => {
    const result = read({
      servers: { a: { command: 'x', args: ['${HOME}', '${input:nobody}', '${workspaceFolder}'] } },
    });
    expect(messages(result)).toEqual([
      'Unknown variable ${HOME} in args[0]',
      '${input:nobody} in args[1] has no definition under "inputs"',
    ]);
    expect(result.servers[0]?.problems).toEqual([]);
  });

  it('bounds its work on hostile files', () => {
    const deep = read(`{"servers":${'['.repeat(100_000)}`);
    expect(deep.diagnostics).toMatchObject([
      { code: 'syntax', message: 'Objects and lists are nested more than 100 deep' },
    ]);
    expect(read('x'.repeat(2_000_000)).diagnostics).toMatchObject([{ code: 'syntax' }]);
    const values = read(`{"servers":{"a":{"command":"x","args":[${'1,'.repeat(300_000)}]}}}`);
    expect(values.diagnostics).toMatchObject([
      { code: 'syntax', message: 'The file holds too many values and was not read' },
    ]);
    const wrong = Object.fromEntries(Array.from({ length: 900 }, (_, index) => [`s${index}`, { url: 1 }]));
    expect(read(JSON.stringify({ servers: wrong })).diagnostics).toHaveLength(500);
    const crowd = Object.fromEntries(Array.from({ length: 1_200 }, (_, index) => [`s${index}`, { command: 'x' }]));
    const result = read(JSON.stringify({ servers: crowd }));
    expect(result.servers).toHaveLength(1_000);
    expect(messages(result)).toEqual(['Only the first 1000 servers of a file are read']);
  });

  it('never throws, whatever the text', () => {
    fc.assert(fc.property(fc.string({ maxLength: 200, unit: 'binary' }), (text) => void readConfigFile(text, USER)));
  });

  it('never throws, whatever the JSON, and never lets an entry with errors through', () => {
    const key = fc.constantFrom(
      'servers',
      'inputs',
      'defaults',
      'url',
      'command',
      'args',
      'env',
      'auth',
      'type',
      'timeouts',
      'toolMs',
      'gateway',
      'groups',
      'members',
      '__proto__',
      'constructor',
      'a',
    );
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom(null, true, -1, 0.5, 'x', 'http://x/', '${env:A}', '${'),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 5 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(key, tree), (file) => {
        const { servers, diagnostics } = readConfigFile(JSON.stringify(file), USER);
        for (const { entry, problems } of servers) expect(entry === undefined).toBe(problems.length > 0);
        for (const { offset, length } of diagnostics) expect(offset >= 0 && length > 0).toBe(true);
      }),
      { numRuns: runsOr(500) },
    );
  });

  it('takes `tools.timeoutMs` where neither the server nor the defaults state `timeouts.toolMs`', () => {
    const toolMs = (rest: object, timeouts: object) =>
      read({ tools: { timeoutMs: 70 }, ...rest, servers: { a: { command: 'x', timeouts } } }).servers[0]?.entry
        ?.timeouts.toolMs;
    expect(toolMs({}, {})).toBe(70);
    expect(toolMs({ defaults: { timeouts: { toolMs: 80 } } }, {})).toBe(80);
    expect(toolMs({ defaults: { timeouts: { toolMs: 80 } } }, { toolMs: 90 })).toBe(90);
  });
});
