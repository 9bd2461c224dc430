import { describe, expect, it } from 'vitest';
import { EXIT } from '../../../src/cli/exitCodes';
import { main } from '../../../src/cli/main';
import { parseOptions } from '../../../src/cli/options';

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
  it('after -- are names that begin with a dash where the servers are known, else a command', () => {
    expect(parseOptions(['call', '--config', 'f', '--', '-s', '--url=x'])).toMatchObject({
      words: ['call', '-s', '--url=x'],
      origin: { kind: 'config', file: 'f' },
    });
    expect(parseOptions(['call', 's', '--url', 'u', '--', '-t']).words).toEqual(['call', 's', '-t']);
    expect(parseOptions(['call', 's', 't', '--', '-x']).origin).toEqual({ kind: 'command', command: '-x', args: [] });
    for (const words of [['call', 's', 't'], ['list']]) {
      expect(() => parseOptions([...words, '--url', 'u', '--', 'node'])).toThrow('Give only one');
    }
  });

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
