import { describe, expect, it } from 'vitest';
import { findVariables, isKnownVariable, replaceVariables } from '../../../../src/core/config/variableSyntax';
import { define, read } from './support/definitions';

const texts = (text: string) => findVariables(text).map((variable) => variable.text);

describe('variables in a text', () => {
  it('end at the first brace', () => {
    expect(texts('a${env:X}}b${secret:y}')).toEqual(['${env:X}', '${secret:y}']);
    expect(replaceVariables('<${env:X}>', ({ name }) => `[${name}]`)).toBe('<[X]>');
  });

  it('hold no other variable', () => {
    expect(texts('${env:A${secret:b}}')).toEqual(['${secret:b}']);
    expect(texts('${${${')).toEqual([]);
  });

  it.each([
    ['openings', '${'.repeat(320_000)],
    ['openings with a name', '${a'.repeat(240_000)],
    ['one opening and no end', `\${${'a'.repeat(640_000)}`],
    ['openings and one end', `${'${'.repeat(320_000)}}`],
  ])('are looked for in one pass: %s', (_what, text) => {
    // Anything but one pass takes longer than a test may.
    findVariables(text);
    replaceVariables(text, () => '');
    read({ servers: { a: { command: text }, b: { url: text, headers: { Authorization: text } } } });
  });
});

describe('names of secrets and inputs', () => {
  it.each(['a', 'api-key', 'A_b.c', 'x'.repeat(100)])('may be %s', (name) => {
    expect(findVariables(`\${secret:${name}}`).every(isKnownVariable)).toBe(true);
  });

  it.each([
    ['a link', '[click](command:workbench.action.quit)'],
    ['a blank', 'a b'],
    ['a line break', 'a\nb'],
    ['too long', 'x'.repeat(101)],
  ])('are refused at their place: %s', (_what, name) => {
    const file = read({ servers: { demo: { command: 'x', args: [`\${secret:${name}}`, `\${input:${name}}`] } } });
    expect(file.diagnostics.map(({ severity, pointer }) => [severity, pointer])).toEqual([
      ['error', '/servers/demo/args/0'],
      ['error', '/servers/demo/args/1'],
    ]);
    expect(file.servers[0]?.entry).toBeUndefined();
  });

  it('do not concern environment variables', () => {
    expect(define({ command: 'x', args: ['${env:ProgramFiles(x86)}'] }).problems).toEqual([]);
  });
});
