import { mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAuditFiles } from '../../../../src/vscode/reports/auditFiles';

describe('readAuditFiles', () => {
  let folder: string;
  const write = (name: string, text: string) => writeFile(join(folder, name), text);
  const read = async () => {
    const found = await readAuditFiles(join(folder, 'audit.jsonl'));
    return found && { text: Buffer.from(found.bytes).toString(), records: found.records };
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'patchbay-audit-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('puts the oldest file first, whatever the number of digits', async () => {
    await write('audit.jsonl', '{"n":4}\n{"n":5}\n');
    await write('audit.1.jsonl', '{"n":3}\n');
    await write('audit.2.jsonl', '{"n":2}\n');
    await write('audit.10.jsonl', '{"n":1}\n');
    expect(await read()).toEqual({ text: '{"n":1}\n{"n":2}\n{"n":3}\n{"n":4}\n{"n":5}\n', records: 5 });
  });

  it('takes no other file', async () => {
    await write('audit.jsonl', '{}\n');
    for (const name of ['audit.jsonl.lock', 'audit.x.jsonl', 'other.1.jsonl', 'audit.1.json'])
      await write(name, 'no\n');
    expect(await read()).toEqual({ text: '{}\n', records: 1 });
  });

  it('joins no record with the next file', async () => {
    await write('audit.1.jsonl', '{"n":1}');
    await write('audit.jsonl', '{"n":2}\n');
    expect(await read()).toEqual({ text: '{"n":1}\n{"n":2}\n', records: 2 });
  });

  it('reads one file once that is put aside meanwhile', async () => {
    await write('aside', '{"n":1}\n');
    await rename(join(folder, 'aside'), join(folder, 'audit.1.jsonl'));
    await symlink(join(folder, 'audit.1.jsonl'), join(folder, 'audit.jsonl'));
    expect(await read()).toEqual({ text: '{"n":1}\n', records: 1 });
  });

  it('finds nothing where there is no file, no folder, or no record', async () => {
    expect(await read()).toBeUndefined();
    await write('audit.jsonl', '');
    expect(await read()).toBeUndefined();
    expect(await readAuditFiles(join(folder, 'none', 'audit.jsonl'))).toBeUndefined();
  });
});
