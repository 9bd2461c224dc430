import { describe, expect, it } from 'vitest';
import { parseEnvFile } from '../../../../src/core/config/envFile';
import { fc } from '../../../support/fastCheck';

const values = (text: string) => ({ ...parseEnvFile(text).values });

describe('parseEnvFile', () => {
  it.each([
    ['A=1\nB = two words \r\nexport C=3', { A: '1', B: 'two words', C: '3' }],
    ['# note\n\n  # more\nA=1 # behind\nB=a#b\nC=#none\nD=', { A: '1', B: 'a#b', C: '', D: '' }],
    [
      'A=" x # y "\nB=\' $HOME \\n \'\nC="a\\nb\\t\\"c\\" \\\\ \\q" # d',
      { A: ' x # y ', B: ' $HOME \\n ', C: 'a\nb\t"c" \\ \\q' },
    ],
    ['A="one\ntwo"\nB=\'x\r\ny\'', { A: 'one\ntwo', B: 'x\ny' }],
    ['\uFEFFA=1\nA=2', { A: '2' }],
    ['A=$B ${C}\nB=x=y', { A: '$B ${C}', B: 'x=y' }],
  ])('reads %j', (text, expected) => {
    expect(values(text)).toEqual(expected);
    expect(parseEnvFile(text).problems).toEqual([]);
  });

  it('names the lines that it cannot read and reads on', () => {
    const { values: read, problems } = parseEnvFile('nonsense\nA=1\n=x\nB="x" y\nC=\'open\nD=2');
    expect({ ...read }).toEqual({ A: '1', B: 'x', D: '2' });
    expect(problems).toEqual([
      { line: 1, message: 'Expected KEY=VALUE' },
      { line: 3, message: 'Expected KEY=VALUE' },
      { line: 4, message: 'Text after the value of B is ignored' },
      { line: 5, message: "The value of C does not end: expected '" },
    ]);
  });

  it('takes every name as a name only', () => {
    expect(parseEnvFile('__proto__=x\nconstructor=y').values).toEqual(
      Object.assign(Object.create(null), { ['__proto__']: 'x', constructor: 'y' }),
    );
  });

  it('never throws and gives back any value that was quoted', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseEnvFile(text)));
    fc.assert(
      fc.property(
        fc.string().filter((text) => !/[\r\n']/.test(text)),
        (text) => {
          expect(values(`A='${text}'`)).toEqual({ A: text });
        },
      ),
    );
  });
});
