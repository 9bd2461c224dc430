import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../../src/cli/main';

/** What a terminal acts on, but for line breaks and tabs. */
const UNSAFE = /[^\P{Cc}\n\t]|[\u202a-\u202e]/u;
const HOSTILE = '\u009b2J\u202ex\u200b\u{e0041}';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patchbay-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function run(file: object, ...options: string[]) {
  const path = join(folder, 'patchbay.json');
  await writeFile(path, JSON.stringify(file));
  const out: string[] = [];
  const err: string[] = [];
  const streams = {
    out: (text: string) => void out.push(text),
    err: (text: string) => void err.push(text),
  };
  const code = await main(['list', '--config', path, ...options], streams, new AbortController().signal);
  return { code, out: out.join(''), err: err.join('') };
}

describe('hostile text on a terminal', () => {
  const disabled = { command: 'x', name: HOSTILE, enabled: false, transport: `t${HOSTILE}` };

  it('comes out of --json escaped, and means the same', async () => {
    const { out } = await run({ servers: { a: disabled } }, '--json');
    expect(out).toContain('\\u009b2J\\u202ex\\u200b\\udb40\\udc41');
    expect(out).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
    expect(JSON.parse(out).servers[0].name).toBe(HOSTILE);
  });

  it('harms neither the list nor the findings', async () => {
    const { out, err } = await run({ servers: { a: disabled, b: { ...disabled, [`key${HOSTILE}`]: 1 } } });
    expect(err).toContain('Unknown key');
    expect(out + err).not.toMatch(UNSAFE);
  });

  it('harms no line of --verbose and begins none', async () => {
    const program = `process.stderr.write('said \\u001b[2J\\u009b\\u202e\\n'); setTimeout(() => {}, 200)`;
    const { err } = await run(
      { servers: { a: { command: process.execPath, args: ['-e', program], retry: { enabled: false } } } },
      '--verbose',
    );
    expect(err).toContain('said');
    expect(err).not.toMatch(UNSAFE);
  });
});
