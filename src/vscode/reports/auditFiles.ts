import { open, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

export interface AuditText {
  /** JSONL, oldest record first. */
  readonly bytes: Uint8Array;
  readonly records: number;
}

const NEW_LINE = 0x0a;

/**
 * All files of the audit log whose newest one is `path` (`audit.jsonl`, then `audit.1.jsonl` and so on, which are older), as
 * one text. Undefined where no record is there.
 */
export async function readAuditFiles(path: string): Promise<AuditText | undefined> {
  const seen = new Set<string>();
  const newestFirst: Buffer[] = [];
  // From the newest on: a file that is put aside meanwhile comes again under its next name, and is known by its number.
  for (const file of await auditFiles(path)) {
    const read = await readOnce(file, seen);
    if (read) newestFirst.push(read);
  }
  const whole = newestFirst.reverse().flatMap(withLineEnd);
  const bytes = Buffer.concat(whole);
  return bytes.length === 0 ? undefined : { bytes, records: countLines(bytes) };
}

async function auditFiles(path: string): Promise<string[]> {
  const [stem = ''] = basename(path).split('.', 1);
  const names = await readdir(dirname(path)).catch(ifMissing([] as string[]));
  const numbers = names.flatMap((name) => {
    const rest = name.startsWith(`${stem}.`) ? name.slice(stem.length) : '';
    const number = rest.match(/^\.(\d{1,4})\.jsonl$/)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
  numbers.sort((a, b) => a - b);
  return [path, ...numbers.map((number) => join(dirname(path), `${stem}.${number}.jsonl`))];
}

async function readOnce(file: string, seen: Set<string>): Promise<Buffer | undefined> {
  const handle = await open(file, 'r').catch(ifMissing(undefined));
  if (!handle) return undefined;
  try {
    const { dev, ino } = await handle.stat({ bigint: true });
    const key = `${dev}:${ino}`;
    if (seen.has(key)) return undefined;
    seen.add(key);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

function withLineEnd(bytes: Buffer): Buffer[] {
  return bytes.length === 0 || bytes.at(-1) === NEW_LINE ? [bytes] : [bytes, Buffer.from('\n')];
}

function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(NEW_LINE); at >= 0; at = bytes.indexOf(NEW_LINE, at + 1)) count++;
  return count;
}

function ifMissing<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return instead;
    throw error;
  };
}
