import { describe, expect, it } from 'vitest';
import { assignCallNames } from '../../../../src/core/catalog/callNames';

const names = (servers: Parameters<typeof assignCallNames>[0]) =>
  Object.fromEntries([...assignCallNames(servers)].map(([id, map]) => [id, Object.fromEntries(map)]));

describe('assignCallNames', () => {
  it('keeps a name that nobody else has and adds the prefix where there is one', () => {
    expect(
      names([
        { serverId: 'a', prefix: undefined, toolNames: ['echo'] },
        { serverId: 'b', prefix: 'web', toolNames: ['echo'] },
      ]),
    ).toEqual({ a: { echo: 'echo' }, b: { echo: 'web_echo' } });
  });

  it('gives both sides of a collision the id of their server', () => {
    expect(
      names([
        { serverId: 'b', prefix: undefined, toolNames: ['echo'] },
        { serverId: 'a', prefix: undefined, toolNames: ['echo'] },
      ]),
    ).toEqual({ a: { echo: 'a_echo' }, b: { echo: 'b_echo' } });
  });

  it('finds a free name even where that one is taken', () => {
    const result = names([
      { serverId: 'a', prefix: undefined, toolNames: ['x', 'b_x'] },
      { serverId: 'b', prefix: undefined, toolNames: ['x'] },
    ]);
    expect(new Set([result.a?.x, result.a?.b_x, result.b?.x]).size).toBe(3);
  });

  it('takes no longer for thousands of names that look alike once cleaned', () => {
    const toolNames = Array.from(
      { length: 10_000 },
      (_, i) => '語'.repeat(2 + (i % 7)) + String.fromCharCode(0x4e00 + i),
    );
    // Counting from the start for each takes longer than any test may.
    const all = [
      ...(assignCallNames([{ serverId: 'a', prefix: undefined, toolNames }])
        .get('a')
        ?.values() ?? []),
    ];
    expect(new Set(all).size).toBe(10_000);
  });

  it('takes out what agents do not accept in a name', () => {
    expect(names([{ serverId: 'a', prefix: undefined, toolNames: ['über tool/1'] }])).toEqual({
      a: { 'über tool/1': '_ber_tool_1' },
    });
  });
});
