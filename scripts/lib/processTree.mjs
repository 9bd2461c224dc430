import { execFile, execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';

/** A process by its id and its start, so that an id that the system gave away again is not taken for it. */
function listProcesses() {
  if (process.platform === 'linux') return listFromProc();
  const text = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,lstart='], { encoding: 'utf8' });
  return text.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line);
    return match ? [{ pid: Number(match[1]), parent: Number(match[2]), start: match[3] }] : [];
  });
}

function listFromProc() {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      // The second field is the name in parentheses, which may hold blanks; state is the first one after it.
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' ? [] : [{ pid: Number(name), parent: Number(fields[1]), start: fields[19] }];
    } catch {
      return [];
    }
  });
}

/** The process and everything below it, at this moment. */
export function processTree(pid) {
  if (process.platform === 'win32') return [];
  const all = listProcesses();
  const tree = all.filter((entry) => entry.pid === pid);
  for (let i = 0; i < tree.length; i++) tree.push(...all.filter((entry) => entry.parent === tree[i].pid));
  return tree;
}

/** Those of `tree` that still run. */
export function stillRunning(tree) {
  if (tree.length === 0) return [];
  const now = new Map(listProcesses().map((entry) => [entry.pid, entry.start]));
  return tree.filter(({ pid, start }) => now.get(pid) === start);
}

export function signalAll(tree, signal) {
  for (const { pid } of tree) {
    try {
      process.kill(pid, signal);
    } catch {
      // Gone in the meantime.
    }
  }
}

/**
 * Asks the process to end; after `graceMs` kills what is left of it and of everything below it, whatever process group
 * it moved to.
 * @param {number} pid
 * @param {number} graceMs
 */
export async function endTree(pid, graceMs) {
  if (process.platform === 'win32') {
    await promisify(execFile)('taskkill', ['/pid', String(pid), '/T', '/F']).catch(() => {});
    return;
  }
  const tree = processTree(pid);
  signalAll(tree.slice(0, 1), 'SIGTERM');
  const deadline = Date.now() + graceMs;
  let left = stillRunning(tree);
  while (left.length > 0 && Date.now() < deadline) {
    await wait(50);
    left = stillRunning(tree);
  }
  signalAll(left, 'SIGKILL');
}
