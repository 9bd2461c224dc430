import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { launchFacts, readSmallFile } from '../../../../src/core/config/launchFacts';
import { define, workspace } from './support/definitions';

const context = { env: { WHERE: '/etc/x' }, folders: [{ name: 'one', path: '/w/one' }], userHome: '/home/me' };
const facts = (entry: object, files: Record<string, string>) =>
  launchFacts(define({ command: 'x', ...entry }, {}, workspace('one')), context, async (path) => {
    const text = files[path];
    if (text === undefined) throw new Error('ENOENT: no such file');
    return text;
  });

describe('launchFacts', () => {
  it('has nothing to say of an entry without a file', async () => {
    expect(await facts({}, {})).toEqual({ key: '', details: [] });
    expect(await facts({ command: undefined, url: 'https://x/', envFile: 'gone' }, {})).toEqual({
      key: '',
      details: [],
    });
  });

  it('is the SHA-256 of the environment file, with the names in it', async () => {
    const text = 'A=1\nNODE_OPTIONS=--require evil\n';
    expect(await facts({ envFile: '.env' }, { '/w/one/.env': text })).toEqual({
      key: `:envFile=${createHash('sha256').update(text).digest('hex')}`,
      details: ['Variables of the environment file: NODE_OPTIONS, A'],
    });
  });

  it('changes with the content', async () => {
    const key = async (text: string) => (await facts({ envFile: '.env' }, { '/w/one/.env': text })).key;
    expect(await key('A=1')).not.toBe(await key('A=2'));
  });

  it.each([
    ['${workspaceFolder}/a.env', '/w/one/a.env'],
    ['${workspaceFolder:one}/a.env', '/w/one/a.env'],
    ['${userHome}/a.env', '/home/me/a.env'],
    ['${env:WHERE}/a.env', '/etc/x/a.env'],
    ['../a.env', '/w/a.env'],
  ])('finds the file %s where the launch does', async (envFile, path) => {
    expect((await facts({ envFile }, { [path]: 'A=1' })).key).toMatch(/^:envFile=[0-9a-f]{64}$/);
  });

  it.each(['${secret:path}', '${input:path}'])('refuses a file that only %s names', async (envFile) => {
    await expect(facts({ envFile }, {})).rejects.toMatchObject({ kind: 'config' });
  });

  it('has the environment file of a program that prints a token, too', async () => {
    const entry = { command: undefined, url: 'https://x/', auth: { type: 'tokenCommand', command: 'x' } };
    expect((await facts({ ...entry, envFile: '.env' }, { '/w/one/.env': 'A=1' })).key).toMatch(/^:envFile=/);
  });

  it('has the files of TLS, and nothing of what stands in the entry or is a secret', async () => {
    const key = async (tls: object, text = 'pem') =>
      (await facts({ command: undefined, url: 'https://x/', tls }, { '/w/one/ca.pem': text })).key;
    expect(await key({ ca: '${workspaceFolder}/ca.pem' })).toMatch(/^:tls\.ca=[0-9a-f]{64}$/);
    expect(await key({ ca: 'ca.pem', key: 'ca.pem' })).toMatch(/^:tls\.ca=[0-9a-f]{64}:tls\.key=[0-9a-f]{64}$/);
    expect(await key({ ca: 'ca.pem' }, 'a')).not.toBe(await key({ ca: 'ca.pem' }, 'b'));
    expect(await key({ ca: '-----BEGIN CERTIFICATE-----', key: '${secret:key}' })).toBe('');
    await expect(key({ cert: 'gone.pem' })).rejects.toMatchObject({
      kind: 'config',
      message: 'The file of "tls.cert" cannot be read: ENOENT: no such file.',
    });
  });

  it('rejects where the file cannot be read', async () => {
    await expect(facts({ envFile: '.env' }, {})).rejects.toMatchObject({
      kind: 'config',
      message: 'The environment file /w/one/.env cannot be read: ENOENT: no such file.',
    });
  });
});

describe('readSmallFile', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'patchbay-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('reads text', async () => {
    await writeFile(join(folder, 'a'), 'ä=1');
    expect(await readSmallFile(join(folder, 'a'))).toBe('ä=1');
  });

  it('reads nothing that is large, endless or no file', async () => {
    await writeFile(join(folder, 'a'), 'x'.repeat(1024 * 1024 + 1));
    await expect(readSmallFile(join(folder, 'a'))).rejects.toThrow('larger than 1 MiB');
    await expect(readSmallFile(folder)).rejects.toThrow();
    if (process.platform !== 'win32') await expect(readSmallFile('/dev/zero')).rejects.toThrow('not a file');
  });
});
