import { describe, expect, it } from 'vitest';
import { StderrTail } from '../../../../src/core/transports/stderrTail';

function createTail() {
  const logged: string[] = [];
  let now = 0;
  const clock = { now: () => now, setTimeout: () => ({ dispose() {} }) };
  const tail = new StderrTail((line) => logged.push(line), clock);
  return {
    tail,
    logged,
    advance: (ms: number) => {
      now += ms;
    },
  };
}

describe('StderrTail', () => {
  it('puts lines together over chunks and characters', () => {
    const { tail, logged } = createTail();
    for (const byte of Buffer.from('erste Zeile äöü\r\n\nzweite')) tail.push(Buffer.from([byte]));
    tail.end();
    expect(logged).toEqual(['erste Zeile äöü', 'zweite']);
  });

  it('keeps the last 20 lines, each of 500 characters at most', () => {
    const { tail } = createTail();
    for (let index = 0; index < 50; index++) tail.push(Buffer.from(`${index} ${'x'.repeat(2000)}\n`));
    expect(tail.lines.length).toBe(20);
    expect(tail.lines[0]).toMatch(/^30 /);
    expect(tail.lines.every((line) => line.length === 500)).toBe(true);
  });

  it('logs a flood in bounded numbers and says how much is left out', () => {
    const { tail, logged, advance } = createTail();
    tail.push(Buffer.from('flood\n'.repeat(10_000)));
    expect(logged.length).toBe(200);
    advance(1000);
    tail.push(Buffer.from('calm\n'));
    expect(logged.slice(200)).toEqual(['… 9800 further lines are not shown', 'calm']);
  });

  it('stays bounded when no line ever ends', () => {
    const { tail } = createTail();
    for (let index = 0; index < 100; index++) tail.push(Buffer.alloc(65_536, 'x'));
    tail.end();
    expect(tail.lines).toEqual(['x'.repeat(500)]);
  });

  it('leaves out the codes of colours', () => {
    const { tail, logged } = createTail();
    tail.push(Buffer.from('\u001b[31mError:\u001b[39m no such file\n'));
    expect([tail.lines, logged]).toEqual([['Error: no such file'], ['Error: no such file']]);
  });
});
