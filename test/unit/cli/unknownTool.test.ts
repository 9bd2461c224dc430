import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../../src/cli/main';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patchbay-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A server of 2025-11-25 that does nothing but list its tools. */
const PROGRAM = `
const tools = eval(process.argv[1]);
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method } = JSON.parse(line);
  const info = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } };
  const result = { initialize: info, 'tools/list': { tools } }[method];
  const answer = result ? { result } : { error: { code: -32601, message: 'no' } };
  if (id !== undefined) console.log(JSON.stringify({ jsonrpc: '2.0', id, ...answer }));
});`;

/** `tools`: JavaScript that gives the list. */
function serverWith(tools: string) {
  return { command: process.execPath, args: ['-e', PROGRAM, tools], shutdownGraceMs: 300 };
}

const tool = (name: string, schema = '') =>
  `{ name: ${JSON.stringify(name)}, inputSchema: { type: 'object' ${schema} } }`;
const MANY = `Array.from({ length: 3000 }, (_, i) => ({ name: 'x\\u001b[31m\\n' + i, inputSchema: { type: 'object' } }))`;

async function run(file: object, ...words: string[]) {
  const path = join(folder, 'patchbay.json');
  await writeFile(path, JSON.stringify(file));
  const out: string[] = [];
  const err: string[] = [];
  const streams = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) };
  const code = await main([...words, '--config', path], streams, new AbortController().signal);
  return { code, out: out.join(''), err: err.join('') };
}

const members = [{ server: 'a' }, { server: 'b' }];
const file = {
  servers: {
    a: serverWith(`[${tool('greet')}, ${tool('echo')}, ...${MANY}]`),
    b: serverWith(`[${tool('greet')}, ${tool('echo', ", title: 'x'")}]`),
  },
  groups: { g: { members } },
};

describe('a tool that is not there', () => {
  it('is told with the nearest and the first names of others, in one line without commands for the terminal', async () => {
    const { code, err } = await run(file, 'call', 'a', 'gret');
    expect(code).toBe(2);
    expect(err).toContain('"a" has no tool "gret".');
    expect(err).toContain('Did you mean greet?');
    expect(err).toContain('and 2982 more; `list` shows them.');
    expect(err.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
    expect(err.length).toBeLessThan(1000);
    expect(err).not.toContain('\u001b');
  });

  it('of a group is told with the member that has it otherwise', async () => {
    const { code, err } = await run(file, 'call', 'g', 'echo');
    expect(code).toBe(2);
    expect(err).toContain('"echo" is left out: "b" has it with another schema.');
    expect(err).toContain('Its members share: greet.');
  });
});

describe('list', () => {
  it('says why tools of members are not tools of their group', async () => {
    const { out } = await run(file, 'list', 'g');
    expect(out).toMatch(/^ {2}warning {3}"echo" is left out: "b" has it with another schema\.$/m);
    expect(out).toContain('There are');
    expect(out).not.toContain('\u001b');
    const { servers } = JSON.parse((await run(file, 'list', 'g', '--json')).out);
    expect(servers[0].warnings).toContain('"echo" is left out: "b" has it with another schema.');
    const plain = JSON.parse((await run(file, 'list', 'b', '--json')).out);
    expect(plain.servers[0]).not.toHaveProperty('warnings');
  });
});
