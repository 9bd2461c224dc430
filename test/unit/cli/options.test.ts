import { describe, expect, it } from 'vitest';
import { EXIT } from '../../../src/cli/exitCodes';
import { main } from '../../../src/cli/main';

async function run(...argv: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const streams = {
    out: (text: string) => void out.push(text),
    err: (text: string) => void err.push(text),
  };
  const code = await main(argv, streams, new AbortController().signal);
  return { code, out: out.join(''), err: err.join('') };
}

describe('the words of the command line', () => {
  it.each([
    ['--timeout', '2000'],
    ['--args', '{}'],
    ['--args-file', '-'],
  ])('list refuses %s, which only call heeds', async (option, value) => {
    const { code, err } = await run('list', option, value, '--url', 'http://127.0.0.1:1/mcp');
    expect(code).toBe(EXIT.usage);
    expect(err).toContain('are for call');
  });

  it('the help names every address that --url takes, and how a secret becomes a variable', async () => {
    const { code, out } = await run('--help');
    expect(code).toBe(EXIT.done);
    for (const text of ['http(s)://', 'ws(s)://', 'unix:///', 'HTTP+SSE']) expect(out).toContain(text);
    expect(out).toContain('${secret:my-good.tok} is PATCHBAY_SECRET_MY_GOOD_TOK');
  });
});
