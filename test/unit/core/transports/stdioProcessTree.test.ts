import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { ProcessTree, type Spawn } from '../../../../src/core/transports/stdioProcessTree';

/** An id that no process has: above the largest that Linux and macOS give. */
const NOBODY = 2 ** 22 + 1;

describe('ProcessTree on Windows', () => {
  it('is killed by taskkill from the system folder, which takes every descendant', () => {
    const calls: unknown[][] = [];
    const killer = Object.assign(new EventEmitter(), { unref: () => {} });
    const spawn = ((...args: unknown[]) => {
      calls.push(args);
      return killer as unknown as ChildProcess;
    }) as unknown as Spawn;
    const tree = new ProcessTree(42, 'win32', spawn);
    expect(tree.terminate()).toBe(false);
    tree.kill();
    expect(calls).toEqual([
      [expect.stringMatching(/\\System32\\taskkill\.exe$/), ['/PID', '42', '/T', '/F'], expect.anything()],
    ]);
    expect(calls[0]?.[2]).toMatchObject({ windowsHide: true });
    expect(() => killer.emit('error', new Error('ENOENT'))).not.toThrow();
  });
});

describe.skipIf(process.platform === 'win32')('ProcessTree on POSIX', () => {
  it('says whether anybody was there to hear the signal', () => {
    const tree = new ProcessTree(NOBODY, 'linux', (() => {}) as unknown as Spawn);
    expect(tree.terminate()).toBe(false);
    expect(() => tree.kill()).not.toThrow();
  });
});
