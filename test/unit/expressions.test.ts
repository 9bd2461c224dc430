import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { growth, LINEAR } from '../support/growth';

const ROOT = fileURLToPath(new URL('../../src/', import.meta.url));
/** Where expressions read what a server sends. */
const FOLDERS = ['vscode/panels', 'core/traffic', 'core/connection', 'forms'];
/** Quadratic, on a text that a check before them keeps short. */
const BOUNDED = new Map([
  ['/0+$/', 'a number has at most 1100 characters (LONGEST_NUMBER)'],
  ['/[\\w.+-]*$/', 'only the last hundred characters are looked at'],
]);

const PIECES = [
  ...[
    ' ',
    '\n',
    '\t',
    'a',
    'A',
    'f',
    '0',
    '1',
    '=',
    '"',
    '\\',
    '\\"',
    '.',
    '-',
    '_',
    ':',
    '/',
    '@',
    '%',
    '$',
    '{',
    '[',
    '(',
  ],
  ...['${', '${a', 'a.', 'a ', '0.', '=a', 'a=', '//', '\\\\', '{}', 'ä', '•', '127.', 'a@', '--', '://', ', '],
];
const STARTS = [
  '',
  'a',
  '"',
  '0',
  '=?base64?',
  'Bearer',
  '127.',
  'a:',
  '${',
  '-----BEGIN A-----',
  'Line 1',
  '--inspect=',
];
const ENDS = ['!', '\u0000', '"', 'x\n'];

/** A slash begins one at the start of a line, and behind a sign that no division follows. */
const LITERAL = /(?:^\s*|[=(,:!&|?[]\s*|return )(\/(?![*/])(?:[^\\/[\n]|\\.|\[(?:[^\\\]\n]|\\.)*\])+\/[a-z]*)/gm;

const expressions = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => expressionsOf(join(ROOT, folder, file)).map((text) => [text, join(folder, file)] as const)),
);

describe('expressions that read what a server sends', () => {
  it('are found', () => {
    expect(expressions.length).toBeGreaterThan(30);
    expect(expressions.map(([text]) => text)).toEqual(expect.arrayContaining([...BOUNDED.keys()]));
  });

  it.each(expressions.filter(([text]) => !BOUNDED.has(text)))(
    '%s of %s takes time that grows with the text',
    (text) => {
      const expression = readExpression(text);
      for (const piece of PIECES) {
        for (const start of STARTS) {
          for (const end of ENDS) {
            const read = (size: number) => `${start}${piece.repeat(size)}${end}`.replace(expression, '');
            const began = performance.now();
            read(8_000);
            const isQuick = performance.now() - began < 15;
            if (!isQuick) expect(growth(read, 1_000), `${start}, ${piece}…, ${end}`).toBeLessThan(LINEAR);
          }
        }
      }
    },
  );

  it('would be found where two quantifiers overlap', () => {
    const slow = readExpression('/^[A-Za-z0-9+/\\s]*={0,2}\\s*$/');
    expect(growth((size) => `${' '.repeat(size)}!`.replace(slow, ''), 4_000)).toBeGreaterThan(LINEAR);
  });
});

function expressionsOf(path: string): string[] {
  const code = readFileSync(path, 'utf8').replace(/^\s*(?:\/\/|\/?\*).*$/gm, '');
  return Array.from(code.matchAll(LITERAL), ([, literal = '']) => literal);
}

function readExpression(text: string): RegExp {
  const end = text.lastIndexOf('/');
  return new RegExp(text.slice(1, end), text.slice(end + 1));
}
