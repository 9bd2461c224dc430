import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, packageServer, ROOT, type RunningServer, startEverythingHttp, testServer } from '../support/servers';

const CLI = join(ROOT, 'dist/cli.cjs');
const EVERYTHING = ['--', process.execPath, packageServer('everything'), 'stdio'];
let folder: string;
let http: RunningServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patchbay-cli-'));
  http = await startEverythingHttp(await freePort());
});

afterAll(async () => {
  await http.stop();
  await rm(folder, { recursive: true });
});

function run(args: readonly string[], options: { env?: Record<string, string>; input?: string } = {}) {
  return new Promise<{ code: number | null; out: string; err: string }>((resolve, reject) => {
    const child = spawn(process.execPath, [CLI, ...args], { env: { ...process.env, ...options.env } });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out, err }));
    child.stdin.end(options.input ?? '');
  });
}

async function config(name: string, servers: Record<string, unknown>, rest: object = {}): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, JSON.stringify({ version: 1, servers, ...rest }));
  return file;
}

describe('list', () => {
  it('prints one JSON document with every server, the broken ones with their error', async () => {
    const file = await config('all.json', {
      stdio: { command: process.execPath, args: [packageServer('everything'), 'stdio'], toolPrefix: 'ev' },
      http: { url: http.url },
      broken: { command: 'patchbay-no-such-command' },
      invalid: { comand: 'node' },
    });
    const { code, out, err } = await run(['list', '--config', file, '--json']);
    expect(code).toBe(0);
    const { servers } = JSON.parse(out);
    expect(servers.map((server: { id: string; state: string }) => [server.id, server.state])).toEqual([
      ['stdio', 'connected'],
      ['http', 'connected'],
      ['broken', 'error'],
      ['invalid', 'error'],
    ]);
    const [stdio, , broken] = servers;
    expect(stdio).toMatchObject({
      name: 'stdio',
      transport: 'stdio',
      era: 'legacy',
      protocolVersion: '2025-11-25',
      serverInfo: { name: 'mcp-servers/everything' },
    });
    const echo = stdio.tools.find((tool: { name: string }) => tool.name === 'echo');
    expect(echo).toMatchObject({ callName: 'ev_echo', inputSchema: { type: 'object' } });
    expect(stdio.resources.length).toBeGreaterThan(0);
    expect(stdio.resourceTemplates.length).toBeGreaterThan(0);
    expect(stdio.prompts.length).toBeGreaterThan(0);
    expect(broken.error).toMatchObject({
      kind: 'config',
      message: expect.stringContaining('patchbay-no-such-command'),
    });
    expect(err).toContain('Did you mean "command"');
  });

  it('is 1 when the one asked for does not connect, and when none does', async () => {
    const file = await config('broken.json', { broken: { command: 'patchbay-no-such-command' } });
    expect((await run(['list', '--config', file])).code).toBe(1);
    expect((await run(['list', 'broken', '--config', file, '--json'])).code).toBe(1);
  });

  it('names a port where nobody listens', async () => {
    const { code, out } = await run(['list', '--url', `http://127.0.0.1:${await freePort()}/mcp`]);
    expect(code).toBe(1);
    expect(out).toContain('ECONNREFUSED');
  });

  it('knows the workspace folder of a file in .vscode', async () => {
    await mkdir(join(folder, '.vscode'));
    const file = await config('.vscode/patchbay.json', {
      files: { command: process.execPath, args: [packageServer('filesystem'), '${workspaceFolder}'] },
    });
    const call = ['call', 'files', 'list_allowed_directories', '--config', file];
    expect((await run(call)).out).toContain(folder);
  });
});

describe('call', () => {
  it('refuses arguments that do not fit the schema where the server names the middleware validate', async () => {
    const command = { command: process.execPath, args: [testServer('echoServer.mjs')] };
    const file = await config('validated.json', { checked: { ...command, middleware: ['validate'] } });
    const call = (args: object) => run(['call', 'checked', 'add', '--args', JSON.stringify(args), '--config', file]);
    const refused = await call({ a: 'one', b: 2 });
    expect(refused.err).toMatch(/do not fit the tool "add": \/a: Must be of type number/);
    expect(refused.code).toBe(2);
    expect(await call({ a: 1, b: 2 })).toMatchObject({ code: 0, out: '3\n' });
  });

  it('prints the text of the answer', async () => {
    const { code, out } = await run(['call', 'server', 'echo', '--args', '{"message":"hi"}', ...EVERYTHING]);
    expect([code, out]).toEqual([0, 'Echo: hi\n']);
  });

  it('prints the whole answer as JSON, over HTTP too', async () => {
    const { code, out } = await run([
      'call',
      'server',
      'get-sum',
      '--args',
      '{"a":1,"b":2}',
      '--url',
      http.url,
      '--json',
    ]);
    expect(code).toBe(0);
    const answer = JSON.parse(out);
    expect(answer).toMatchObject({ server: 'server', tool: 'get-sum', result: { content: [{ type: 'text' }] } });
    expect(answer.durationMs).toBeGreaterThanOrEqual(0);
  });

  it('takes a group like a server, and says which member answered', async () => {
    const echo = { command: process.execPath, args: [testServer('echoServer.mjs')] };
    const groups = { pair: { members: [{ server: 'a' }, { server: 'b' }] } };
    const file = await config('group.json', { a: echo, b: echo }, { groups });
    const listed = await run(['list', 'pair', '--config', file, '--json']);
    expect(JSON.parse(listed.out).servers).toMatchObject([{ id: 'pair', state: 'connected', transport: 'group' }]);
    const { code, out } = await run(['call', 'pair', 'echo', '--args', '{"text":"hi"}', '--config', file, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ server: 'pair', member: expect.stringMatching(/^[ab]$/), tool: 'echo' });
  });

  it('reads the arguments from a file and from stdin', async () => {
    const file = join(folder, 'args.json');
    await writeFile(file, '{"message":"from a file"}');
    expect((await run(['call', 'server', 'echo', '--args-file', file, ...EVERYTHING])).out).toBe('Echo: from a file\n');
    const piped = await run(['call', 'server', 'echo', '--args-file', '-', ...EVERYTHING], {
      input: '{"message":"piped"}',
    });
    expect(piped.out).toBe('Echo: piped\n');
  });

  it.each([
    ['a tool that answers with an error', ['get-sum', '--args', '{"a":"x"}'], 3],
    ['a tool that does not exist', ['nope'], 2],
    ['arguments that are no JSON', ['echo', '--args', '{'], 2],
    ['arguments that are no object', ['echo', '--args', '[1]'], 2],
    ['a number that would not arrive as written', ['echo', '--args', '{"message":9007199254740993}'], 2],
    [
      'a call that takes too long',
      ['trigger-long-running-operation', '--timeout', '300', '--args', '{"duration":9,"steps":1}'],
      4,
    ],
  ])('%s', async (_, words, expected) => {
    const { code, out } = await run(['call', 'server', ...words, '--json', ...EVERYTHING]);
    expect(code).toBe(expected);
    const document = JSON.parse(out);
    if (expected === 3) expect(document.result.isError).toBe(true);
    else expect(document.error).toMatchObject({ kind: expect.any(String), message: expect.any(String) });
  });

  it('is 1 when the connection fails, whatever the cause', async () => {
    const { code, out } = await run(['call', 'server', 'echo', '--json', '--', 'patchbay-no-such-command']);
    expect(code).toBe(1);
    expect(JSON.parse(out).error.message).toContain('patchbay-no-such-command');
  });

  it('takes secrets and inputs from the environment, and names those that are missing', async () => {
    const file = await config('secret.json', {
      server: {
        command: process.execPath,
        args: [packageServer('everything'), 'stdio'],
        env: { FROM_SECRET: '${secret:api-key}' },
      },
    });
    const words = ['call', 'server', 'get-env', '--config', file];
    const given = await run(words, { env: { PATCHBAY_SECRET_API_KEY: 'hunter2' } });
    expect(given.out).toContain('hunter2');
    const missing = await run(words);
    expect(missing.code).not.toBe(0);
    expect(missing.err).toContain('${secret:api-key}');
  });
});

describe('usage', () => {
  it.each([
    [[], 2],
    [['nonsense'], 2],
    [['list'], 2],
    [['list', '--config', '/no/such/file.json'], 2],
    [['list', '--url', 'http://127.0.0.1:1/', '--', 'node'], 2],
    [['call', 'server', '--url', 'http://127.0.0.1:1/'], 2],
    [['list', '--bogus'], 2],
    [['--help'], 0],
    [['--version'], 0],
  ])('%j ends with %i', async (args, expected) => {
    const { code, out, err } = await run(args);
    expect(code).toBe(expected);
    expect(expected === 0 ? out : err).not.toBe('');
  });

  it('says with --json what is wrong as one JSON document', async () => {
    const { code, out } = await run(['list', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(out).error.kind).toBe('config');
  });
});
