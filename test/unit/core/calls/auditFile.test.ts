import * as nodeFs from 'node:fs/promises';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSystemClock } from '../../../../src/base/clock';
import { type AuditFileOptions, type AuditFs, createAuditFile } from '../../../../src/core/calls/auditFile';
import { rotateAuditFiles } from '../../../../src/core/calls/auditRotation';
import { silentLogger } from '../../../../src/core/nodePorts';
import { fc } from '../../../support/fastCheck';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'audit-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function sinkIn(parts: Partial<AuditFileOptions> = {}) {
  const words: string[] = [];
  const say = (line: string) => void words.push(line);
  const path = parts.path ?? join(folder, 'audit.jsonl');
  const log = { ...silentLogger(), warn: say, info: say };
  const sink = createAuditFile({ path, maxBytes: 1e6, maxFiles: 3, clock: createSystemClock(), log, ...parts });
  return { sink, words, path, lines: async () => (await readFile(path, 'utf8')).split('\n') };
}

/** The real file system, but for writes. */
function fsWith(write: (data: Buffer, real: (data: Buffer) => Promise<{ bytesWritten: number }>) => Promise<unknown>) {
  const open: typeof nodeFs.open = async (...args) => {
    const file = await nodeFs.open(...args);
    const real = file.write.bind(file) as (data: Buffer) => Promise<{ bytesWritten: number }>;
    file.write = ((data: Buffer) => write(data, real)) as never;
    return file;
  };
  return { ...nodeFs, open } satisfies AuditFs;
}

const full = () => Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });

describe('the audit file', () => {
  it('holds the records in order, for this user only, in a folder that it makes', async () => {
    const { sink, lines, path } = sinkIn({ path: join(folder, 'deep', 'er', 'audit.jsonl') });
    for (let index = 0; index < 500; index++) sink.append(`{"n":${index}}`);
    await sink.flush();
    sink.append('{"text":"a\\nb"}\n');
    await sink.flush();
    await sink.flush();
    const expected = Array.from({ length: 500 }, (_, index) => `{"n":${index}}`);
    expect(await lines()).toEqual([...expected, '{"text":"a\\nb"} ', '']);
    if (process.platform === 'win32') return;
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await chmod(path, 0o644);
    sink.append('x');
    await sink.flush();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('puts a large file aside, and keeps as many as it may', async () => {
    const { sink } = sinkIn({ maxBytes: 100, maxFiles: 3 });
    for (let index = 0; index < 25; index++) {
      sink.append(`${index}`.padStart(49, '.'));
      await sink.flush();
    }
    expect((await readdir(folder)).sort()).toEqual(['audit.1.jsonl', 'audit.2.jsonl', 'audit.jsonl']);
    const read = async (name: string) => (await readFile(join(folder, name), 'utf8')).match(/\d+/g);
    expect(await read('audit.jsonl')).toEqual(['24']);
    expect(await read('audit.1.jsonl')).toEqual(['22', '23']);
    expect(await read('audit.2.jsonl')).toEqual(['20', '21']);
  });

  it('leaves the file that another process has put aside just before', async () => {
    const path = join(folder, 'audit.jsonl');
    const rotate = () => rotateAuditFiles({ path, maxBytes: 100, maxFiles: 3, clock: createSystemClock(), fs: nodeFs });
    await rotate();
    expect(await readdir(folder)).toEqual([]);
    await writeFile(path, 'a new one');
    await rotate();
    expect(await readdir(folder)).toEqual(['audit.jsonl']);
  });

  it('leaves the file where another process puts it aside, and takes the lock of a dead one away', async () => {
    const { sink, words } = sinkIn({ maxBytes: 10 });
    const lock = join(folder, 'audit.jsonl.lock');
    const append = async () => {
      sink.append('more than ten');
      await sink.flush();
      return (await readdir(folder)).sort();
    };
    await writeFile(lock, '');
    expect(await append()).toEqual(['audit.jsonl', 'audit.jsonl.lock']);
    const old = new Date(Date.now() - 60_000);
    await utimes(lock, old, old);
    expect(await append()).toEqual(['audit.jsonl']);
    expect(await append()).toEqual(['audit.1.jsonl']);
    expect(words).toEqual([]);
  });

  it('goes on when the file cannot be put aside, and says so once', async () => {
    const { sink, words, lines } = sinkIn({ maxBytes: 10 });
    await mkdir(join(folder, 'audit.2.jsonl', 'in the way'), { recursive: true });
    for (const text of ['first of two', 'second of two']) {
      sink.append(text);
      await sink.flush();
    }
    expect(await lines()).toEqual(['first of two', 'second of two', '']);
    expect(words).toEqual([expect.stringMatching(/^The audit log ".*" grows: /)]);
  });

  it('begins a line of its own where a process died within one', async () => {
    const { sink, path, lines } = sinkIn();
    await writeFile(path, '{"n":1}\n{"n":');
    sink.append('{"n":2}');
    await sink.flush();
    expect(await lines()).toEqual(['{"n":1}', '{"n":', '{"n":2}', '']);
  });

  it('survives a full disk: one warning, and nothing is lost that has room to wait', async () => {
    let isFull = true;
    const { sink, words, lines } = sinkIn({
      fs: fsWith((data, real) => (isFull ? Promise.reject(full()) : real(data))),
    });
    for (let index = 0; index < 5; index++) {
      sink.append(`${index}`);
      await sink.flush();
    }
    expect(words).toEqual([expect.stringMatching(/cannot be written: ENOSPC.*Calls go on without it\.$/)]);
    isFull = false;
    await sink.flush();
    expect(await lines()).toEqual(['0', '1', '2', '3', '4', '']);
    expect(words[1]).toBe('The audit log can be written again.');
    expect(words).toHaveLength(2);
  });

  it('bounds what waits, and says how much is missing', async () => {
    let isFull = true;
    const { sink, words, lines } = sinkIn({
      maxBytes: 1e9,
      fs: fsWith((data, real) => (isFull ? Promise.reject(full()) : real(data))),
    });
    for (let index = 0; index < 50; index++) sink.append('x'.repeat(99_999));
    await sink.flush();
    isFull = false;
    sink.append('short');
    await sink.flush();
    expect(words[2]).toBe('11 records are missing in the audit log: they had no room to wait.');
    expect(await lines()).toHaveLength(41);
    sink.append('later');
    await sink.flush();
    expect(words).toHaveLength(3);
  });

  it('survives a folder that cannot be made', async () => {
    await writeFile(join(folder, 'file'), '');
    const { sink, words } = sinkIn({ path: join(folder, 'file', 'audit.jsonl') });
    sink.append('1');
    sink.append('2');
    await sink.flush();
    expect(words).toHaveLength(1);
  });

  it('has every record once and whole, however the disk takes them', async () => {
    const step = fc.record({ appended: fc.integer({ min: 0, max: 4 }), taken: fc.nat(60), fails: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        await rm(join(folder, 'audit.jsonl'), { force: true });
        let plan = { taken: Number.POSITIVE_INFINITY, fails: false };
        const { sink, lines } = sinkIn({
          fs: fsWith((data, real) => (plan.fails ? Promise.reject(full()) : real(data.subarray(0, plan.taken)))),
        });
        let count = 0;
        for (const { appended, ...rest } of steps) {
          plan = rest;
          for (let index = 0; index < appended; index++) sink.append(`{"n":${count++},"text":"xyz"}`);
          await sink.flush();
        }
        plan = { taken: Number.POSITIVE_INFINITY, fails: false };
        sink.append(`{"n":${count++},"text":"xyz"}`);
        await sink.flush();
        const whole = (await lines()).filter((line) => line.endsWith('"}'));
        expect(whole).toEqual(Array.from({ length: count }, (_, index) => `{"n":${index},"text":"xyz"}`));
      }),
      { numRuns: 60 },
    );
  });
});
