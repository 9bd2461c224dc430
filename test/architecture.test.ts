import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findBreaches, medianLines } from './support/architectureRules';
import { scanImports } from './support/importScan';

const root = fileURLToPath(new URL('..', import.meta.url));

function readSources(): Map<string, string> {
  const files = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true });
  const paths = files
    .filter((file) => file.isFile() && /\.tsx?$/.test(file.name))
    .map((file) => relative(root, join(file.parentPath, file.name)).replaceAll('\\', '/'));
  return new Map(paths.sort().map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

/** Breaches of one file, in a tree that has the files it imports. */
function breachesOf(path: string, text: string, others: readonly string[] = []): string[] {
  return findBreaches(new Map([[path, text], ...others.map((other): [string, string] => [other, ''])]));
}

describe('the source tree', () => {
  const sources = readSources();

  it('keeps the rules of the architecture', () => {
    expect(sources.size).toBeGreaterThan(10);
    expect(findBreaches(sources)).toEqual([]);
  });

  it('has files of less than 100 lines in the middle', () => {
    expect(medianLines(sources)).toBeLessThan(100);
  });
});

describe('the rules', () => {
  const cases: [rule: string, path: string, text: string, others?: string[]][] = [
    ['base imports nothing outside base', 'src/base/a.ts', "import { b } from '../shared/b';", ['src/shared/b.ts']],
    ['base imports no Node module', 'src/base/a.ts', "import { join } from 'node:path';"],
    ['core never knows vscode, not even a type', 'src/core/a.ts', "import type { Uri } from 'vscode';"],
    ['core never knows vscode by require', 'src/core/a.ts', "const v = require('vscode');"],
    ['core never imports the VS Code side', 'src/core/a.ts', "import { x } from '../vscode/x';", ['src/vscode/x.ts']],
    [
      'config is below connection',
      'src/core/config/a.ts',
      "import { b } from '../connection/b';",
      ['src/core/connection/b.ts'],
    ],
    ['types count in the order', 'src/core/pool/a.ts', "import type { b } from '../hub';", ['src/core/hub.ts']],
    ['export from counts', 'src/core/config/a.ts', "export { b } from '../calls/b';", ['src/core/calls/b.ts']],
    ['import() counts', 'src/core/config/a.ts', "const b = await import('../calls/b');", ['src/core/calls/b.ts']],
    [
      'metrics know only interfaces',
      'src/core/metrics/a.ts',
      "import { b } from '../calls/b';",
      ['src/core/calls/b.ts'],
    ],
    ['the SDK stays in its homes', 'src/core/calls/a.ts', "import { Client } from '@modelcontextprotocol/client';"],
    ['types of the SDK as well', 'src/vscode/a.ts', "import type { Tool } from '@modelcontextprotocol/client';"],
    ['only stdio starts processes', 'src/core/transports/http.ts', "import { spawn } from 'node:child_process';"],
    ['only gateway opens servers', 'src/core/transports/http.ts', 'const s = http.createServer(handle);'],
    ['cli goes through the door', 'src/cli/a.ts', "import { b } from '../core/hub';", ['src/core/hub.ts']],
    ['vscode loads the engine late', 'src/vscode/a.ts', "import { b } from '../core/index';", ['src/core/index.ts']],
    ['webview never imports core', 'src/webview/a.ts', "import type { b } from '../core/b';", ['src/core/b.ts']],
    ['webview never imports zod', 'src/webview/a.ts', "import { z } from 'zod';"],
    ['forms are pure', 'src/forms/a.ts', "import { readFile } from 'node:fs/promises';"],
    ['only extension.ts composes', 'src/vscode/a.ts', "import { c } from '../compose';", ['src/compose.ts']],
    ['commands are registered in one place', 'src/vscode/tree/a.ts', "commands.registerCommand('x', run);"],
    ['no file is too long', 'src/base/a.ts', '\n'.repeat(501)],
    ['no drawers', 'src/base/utils.ts', ''],
    ['no kebab-case', 'src/base/my-file.ts', ''],
    ['no default exports', 'src/base/a.ts', 'export default class A {}'],
    ['no enums', 'src/base/a.ts', 'export const enum A {}'],
    ['no module state', 'src/base/a.ts', 'let count = 0;'],
    ['no managers', 'src/base/a.ts', 'export class PoolManager {}'],
    ['core asks the clock it was given', 'src/core/a.ts', 'const now = Date.now();'],
    ['core sets no timer of its own', 'src/core/a.ts', 'const t = setTimeout(run, 5);'],
    ['core fetches with what it was given', 'src/core/a.ts', 'const r = await fetch(url);'],
    ['an import leads to a file', 'src/base/a.ts', "import { b } from './gone';"],
  ];

  it.each(cases)('%s', (_rule, path, text, others) => {
    expect(breachesOf(path, text, others)).toHaveLength(1);
  });

  it.each<[string, string, string, string[]?]>([
    ['a sibling', 'src/base/a.ts', "import { b } from './b';", ['src/base/b.ts']],
    ['the SDK in connection', 'src/core/connection/a.ts', "import { Client } from '@modelcontextprotocol/client';"],
    ['processes in stdio', 'src/core/transports/stdioSpawn.ts', "import { spawn } from 'node:child_process';"],
    ['a lower folder', 'src/core/calls/a.ts', "import { b } from '../config/b';", ['src/core/config/b.ts']],
    [
      'the engine on first use',
      'src/vscode/a.ts',
      "const core = await import('../core/index');",
      ['src/core/index.ts'],
    ],
    [
      'types of the engine',
      'src/vscode/a.ts',
      "import type { Hub } from '../core/hubTypes';",
      ['src/core/hubTypes.ts'],
    ],
    ['what a comment says', 'src/core/a.ts', "// import { x } from 'vscode';\n/* Date.now() */"],
    ['a clock that came in', 'src/core/a.ts', 'const t = clock.setTimeout(run, 5);'],
    ['a fetch that came in', 'src/core/a.ts', 'function get(url: string, fetch: FetchLike) { return fetch(url); }'],
    ['chance as a default', 'src/core/a.ts', 'const random = options.random ?? Math.random;'],
  ])('allow %s', (_what, path, text, others) => {
    expect(breachesOf(path, text, others)).toEqual([]);
  });

  it('count lines to the middle file', () => {
    const sources = new Map([10, 200, 30].map((lines, i) => [`src/base/f${i}.ts`, '\n'.repeat(lines)]));
    expect(medianLines(sources)).toBe(30);
  });
});

describe('scanImports', () => {
  it('sees every form of import with its line', () => {
    const text = [
      "import type { A } from './a';",
      'import {',
      '  b,',
      "} from './b';",
      "import './c';",
      "export * from './d';",
      "type E = typeof import('./e');",
      "const f = await import('./f');",
    ].join('\n');
    const seen = scanImports(text).map((s) => [s.specifier, s.line, s.typeOnly, s.dynamic]);
    expect(seen).toEqual([
      ['./a', 1, true, false],
      ['./b', 2, false, false],
      ['./c', 5, false, false],
      ['./d', 6, false, false],
      ['./e', 7, true, true],
      ['./f', 8, false, true],
    ]);
  });
});
