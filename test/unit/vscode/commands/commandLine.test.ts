import { describe, expect, it } from 'vitest';
import { splitCommandLine, suggestServerId } from '../../../../src/vscode/commands/commandLine';

describe('splitCommandLine', () => {
  const table: [string, string[] | undefined][] = [
    ['npx -y  server', ['npx', '-y', 'server']],
    [`"/a b/c" 'd "e"' f`, ['/a b/c', 'd "e"', 'f']],
    ['a --x="y z"', ['a', '--x=y z']],
    [`a ""`, ['a', '']],
    ['a\\ b \\"c', ['a b', '"c']],
    [`'a\\b'`, ['a\\b']],
    ['', []],
    ['   ', []],
    ['a "b', undefined],
    ['$(rm -rf ~) `x` ${y}', ['$(rm', '-rf', '~)', '`x`', '${y}']],
  ];
  for (const [line, words] of table) {
    it(`splits ${JSON.stringify(line)}`, () => expect(splitCommandLine(line, true)).toEqual(words));
  }

  it('keeps backslashes where they are part of paths', () => {
    expect(splitCommandLine('C:\\tools\\node.exe "D:\\a b\\x.js"', false)).toEqual([
      'C:\\tools\\node.exe',
      'D:\\a b\\x.js',
    ]);
  });
});

describe('suggestServerId', () => {
  const table: [string, string][] = [
    ['npx -y @modelcontextprotocol/server-everything', 'everything'],
    ['npx -y @modelcontextprotocol/server-filesystem@1.2.3 /tmp', 'filesystem'],
    ['uvx mcp-server-git', 'git'],
    ['node ./build/index.js', 'index'],
    ['node /srv/server-everything/dist/index.js stdio', 'everything'],
    ['python D:\\mcp\\weather\\server.py', 'weather'],
    ['docker run -i ghcr.io/github/github-mcp-server', 'github'],
    ['C:\\x\\weather.exe', 'weather'],
    ['node', 'node'],
  ];
  for (const [line, id] of table) {
    it(`calls "${line}" ${id}`, () => expect(suggestServerId(splitCommandLine(line, false) ?? [], [])).toBe(id));
  }

  it('takes the telling part of a host', () => {
    expect(suggestServerId(new URL('https://api.example.com/mcp'), [])).toBe('example');
    expect(suggestServerId(new URL('http://127.0.0.1:3000/mcp'), [])).toBe('local');
  });

  it('avoids ids that are taken', () => {
    expect(suggestServerId(['echo'], ['echo', 'echo-2'])).toBe('echo-3');
  });
});
