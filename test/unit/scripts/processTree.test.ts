import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { processTree, signalAll, stillRunning } from '../../../scripts/lib/processTree.mjs';

const PARENT = `
  const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log(1)'], { detached: true });
  child.stdout.once('data', () => console.log(child.pid));
`;

describe.runIf(process.platform !== 'win32')('processTree', () => {
  it('holds grandchildren in process groups of their own, until they are gone', async () => {
    const parent = spawn(process.execPath, ['-e', PARENT], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(parent, 'exit');
    const [text] = await once(parent.stdout, 'data');
    const tree = processTree(parent.pid ?? 0);
    expect(tree.map(({ pid }) => pid)).toEqual([parent.pid, Number(String(text))]);
    expect(stillRunning(tree)).toHaveLength(2);
    signalAll(tree, 'SIGKILL');
    await exited;
    await expect.poll(() => stillRunning(tree)).toEqual([]);
  });

  it('does not take another process with the same id for the one it saw', () => {
    expect(stillRunning([{ pid: process.pid, parent: 1, start: 'another time' }])).toEqual([]);
  });
});
