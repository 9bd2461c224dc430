import { extname } from 'node:path';
import type { Clock } from '../../base/clock';
import type { AuditFs } from './auditFile';

export interface RotationOptions {
  readonly path: string;
  readonly maxBytes: number;
  readonly maxFiles: number;
  readonly clock: Clock;
  readonly fs: AuditFs;
}

/** A rotation takes milliseconds: a lock of this age is of a process that died. */
const STALE_LOCK_MS = 30_000;

/** `audit.jsonl` -> `audit.1.jsonl`, and so on. */
export function auditFileName(path: string, number: number): string {
  if (number === 0) return path;
  const extension = extname(path);
  return `${path.slice(0, path.length - extension.length)}.${number}${extension}`;
}

/**
 * Puts the file aside and deletes the oldest, where it is still too large. One process at a time does so; the others
 * append meanwhile to the file that is there.
 */
export async function rotateAuditFiles({ path, maxBytes, maxFiles, clock, fs }: RotationOptions): Promise<void> {
  const lockPath = `${path}.lock`;
  const lock = await fs.open(lockPath, 'wx', 0o600).catch((error: unknown) => {
    if (hasCode(error, 'EEXIST')) return undefined;
    throw error;
  });
  if (!lock) {
    const held = await fs.stat(lockPath).catch(() => undefined);
    // Whoever takes a stale lock away leaves the rotation to the next record: two must not think they have it.
    if (held && clock.now() - held.mtimeMs > STALE_LOCK_MS) await fs.rm(lockPath, { force: true });
    return;
  }
  try {
    const { size } = await fs.stat(path).catch((error: unknown) => {
      // Another process has just put it aside.
      if (hasCode(error, 'ENOENT')) return { size: 0 };
      throw error;
    });
    if (size < maxBytes) return;
    const last = Math.max(0, maxFiles - 1);
    // More than one where there were more files before the setting was lowered.
    for (let number = last; await isThere(fs, auditFileName(path, number)); number++) {
      await fs.rm(auditFileName(path, number), { force: true });
    }
    for (let number = last - 1; number >= 0; number--) {
      await fs.rename(auditFileName(path, number), auditFileName(path, number + 1)).catch((error: unknown) => {
        // There need not be so many yet.
        if (!hasCode(error, 'ENOENT')) throw error;
      });
    }
  } finally {
    await lock.close();
    await fs.rm(lockPath, { force: true });
  }
}

async function isThere(fs: AuditFs, path: string): Promise<boolean> {
  try {
    await fs.stat(path);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
