import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../../base/clock';
import { toError } from '../../base/errors';
import type { Logger } from '../ports';
import type { AuditSink } from './audit';
import { rotateAuditFiles } from './auditRotation';

/** What of the file system an audit file needs, as in `node:fs/promises`. */
export interface AuditFs {
  readonly mkdir: typeof mkdir;
  readonly open: typeof open;
  readonly rename: typeof rename;
  readonly rm: typeof rm;
  readonly stat: typeof stat;
}

export interface AuditFileOptions {
  /** Of the newest records: `…/audit.jsonl`. Older ones are in `audit.1.jsonl`, `audit.2.jsonl` and so on. */
  readonly path: string;
  /** A file that has reached this size is put aside. */
  readonly maxBytes: number;
  /** Files altogether; the oldest is deleted. */
  readonly maxFiles: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly fs?: AuditFs;
}

/** What waits while the file cannot be written; more is lost, and counted. */
const MAX_WAITING_BYTES = 4_000_000;
/** Of one write: small enough to go to the file in one piece. */
const MAX_BATCH_BYTES = 64_000;
const NEW_LINE = 10;

/**
 * Appends records to a file that only this user can read. Several processes may append to the same file: each write is
 * whole lines. What cannot be written waits, bounded, for the next record; a warning in the log says so once.
 */
export function createAuditFile(options: AuditFileOptions): AuditSink {
  return new AuditFile(options);
}

class AuditFile implements AuditSink {
  readonly #options: AuditFileOptions;
  readonly #fs: AuditFs;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | undefined;
  #lost = 0;
  #isFailing = false;
  #cannotRotate = false;

  constructor(options: AuditFileOptions) {
    this.#options = options;
    this.#fs = options.fs ?? { mkdir, open, rename, rm, stat };
  }

  append(line: string): void {
    const record = Buffer.from(`${line.replace(/[\r\n]+/g, ' ')}\n`);
    if (this.#waitingBytes + record.length > MAX_WAITING_BYTES && this.#waiting.length > 0) {
      this.#lost++;
    } else {
      this.#waiting.push(record);
      this.#waitingBytes += record.length;
    }
    this.#start();
  }

  async flush(): Promise<void> {
    this.#start();
    await this.#writing;
  }

  #start(): void {
    if (this.#waiting.length === 0) return;
    this.#writing ??= this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    try {
      // Records of the same turn go into one write.
      await Promise.resolve();
      while (this.#waiting.length > 0) await this.#writeBatch();
      this.#sayItWorks();
    } catch (error) {
      this.#sayItFails(error);
    }
    this.#writing = undefined;
  }

  async #writeBatch(): Promise<void> {
    const { path, maxBytes } = this.#options;
    await this.#fs.mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await this.#fs.open(path, 'a+', 0o600);
    let size: number;
    try {
      const before = await file.stat();
      // Somebody may have made it readable for others.
      if ((before.mode & 0o077) !== 0) await file.chmod(0o600).catch(() => {});
      const prefix = (await endsWithinLine(file, before.size)) ? '\n' : '';
      const batch = Buffer.concat([Buffer.from(prefix), ...this.#nextRecords()]);
      const { bytesWritten } = await file.write(batch);
      size = before.size + bytesWritten;
      this.#drop(bytesWritten - prefix.length);
      if (bytesWritten < batch.length) throw new Error('the disk took only a part of a record');
    } finally {
      await file.close();
    }
    if (size >= maxBytes) await this.#rotate();
  }

  #nextRecords(): Buffer[] {
    let bytes = 0;
    let count = 0;
    for (const record of this.#waiting) {
      if (count > 0 && bytes + record.length > MAX_BATCH_BYTES) break;
      bytes += record.length;
      count++;
    }
    return this.#waiting.slice(0, count);
  }

  /** Records that are whole within the first `bytes`; a line end that is missing comes with the next record. */
  #drop(bytes: number): void {
    let count = 0;
    let left = bytes;
    for (const record of this.#waiting) {
      left -= record.length;
      if (left < -1) break;
      count++;
      this.#waitingBytes -= record.length;
    }
    this.#waiting.splice(0, count);
  }

  async #rotate(): Promise<void> {
    const { path, maxBytes, maxFiles, clock, log } = this.#options;
    try {
      await rotateAuditFiles({ path, maxBytes, maxFiles, clock, fs: this.#fs });
      this.#cannotRotate = false;
    } catch (error) {
      if (!this.#cannotRotate) log.warn(`The audit log "${path}" grows: ${toError(error).message}`);
      this.#cannotRotate = true;
    }
  }

  #sayItFails(error: unknown): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    this.#options.log.warn(
      `The audit log "${this.#options.path}" cannot be written: ${toError(error).message}. Calls go on without it.`,
    );
  }

  #sayItWorks(): void {
    const { log } = this.#options;
    if (this.#isFailing) log.info('The audit log can be written again.');
    if (this.#lost > 0) log.warn(`${this.#lost} records are missing in the audit log: they had no room to wait.`);
    this.#isFailing = false;
    this.#lost = 0;
  }
}

/** What a write left that did not succeed, or a process that died in the middle of one. */
async function endsWithinLine(file: Awaited<ReturnType<typeof open>>, size: number): Promise<boolean> {
  if (size === 0) return false;
  const { buffer, bytesRead } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return bytesRead === 1 && buffer[0] !== NEW_LINE;
}
