import { describe, expect, it } from 'vitest';
import { isFromCode, readTarget } from '../../../../src/vscode/commands/target';
import { ServerNode, SourceNode, ToolNode } from '../../../../src/vscode/tree/treeNode';

const server = new ServerNode('demo');
const tool = new ToolNode(server, 'echo', 0);

describe('readTarget', () => {
  it('knows nothing from the palette', () => expect(readTarget(undefined)).toEqual({}));

  it('takes server and tool from a row of the tree', () => {
    expect(readTarget(server)).toEqual({ server: 'demo' });
    expect(readTarget(tool)).toEqual({ server: 'demo', tool: 'echo' });
    expect(readTarget(new SourceNode({ kind: 'user', path: '' }))).toEqual({});
  });

  it('takes what code names', () => {
    const target = { server: 'demo', tool: 'echo', arguments: { a: 1 }, run: true };
    expect(readTarget(target)).toEqual(target);
  });

  for (const wrong of [
    'demo',
    1,
    [],
    { server: 1 },
    { tool: {} },
    { arguments: [] },
    { arguments: null },
    { run: 'yes' },
  ]) {
    it(`refuses ${JSON.stringify(wrong)}`, () => expect(() => readTarget(wrong)).toThrow(/This command takes/));
  }
});

it('tells code from people', () => {
  expect(isFromCode({ server: 'demo' })).toBe(true);
  expect(isFromCode(server)).toBe(false);
  expect(isFromCode(undefined)).toBe(false);
});
