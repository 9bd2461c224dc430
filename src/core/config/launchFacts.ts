import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PatchbayError, toError } from '../../base/errors';
import type { ServerDefinition } from './definition';
import { parseEnvFile } from './envFile';
import { describeNames } from './fingerprint';
import { knownText, type VariableContext } from './variables';

/** What files beside the configuration add to the question whether a server may be started. */
export interface LaunchFacts {
  /** Belongs behind the fingerprint in the key of an approval: another content is another server. May be empty. */
  readonly key: string;
  /** Lines for people. */
  readonly details: readonly string[];
}

/** Resolves to the whole text of a file. Rejects where it is no file or too large to be one that people write. */
export type ReadFile = (path: string) => Promise<string>;

const MAX_FILE_BYTES = 1024 * 1024;

/**
 * The environment file of a workspace's entry, by its SHA-256 and the names in it: whoever can change it after the
 * approval could otherwise start any code through `NODE_OPTIONS` and its like. Rejects with a `config` error where the
 * file cannot be read, or where its name depends on an answer that nobody has been asked for yet.
 */
export async function launchFacts(
  { entry, source }: ServerDefinition,
  context: Pick<VariableContext, 'env' | 'folders' | 'userHome'>,
  readFile: ReadFile = readSmallFile,
): Promise<LaunchFacts> {
  if (entry?.command === undefined || entry.envFile === undefined || source.kind !== 'workspace') {
    return { key: '', details: [] };
  }
  const written = knownText(entry.envFile, ['envFile'], { ...context, defaultFolder: source.folderPath });
  if (written === undefined) {
    throw new PatchbayError('config', 'envFile of a workspace may not depend on a secret or an input.', {
      hint: 'Write the path of the file.',
    });
  }
  const path = resolve(source.folderPath, written);
  try {
    const text = await readFile(path);
    return {
      key: `:envFile=${createHash('sha256').update(text).digest('hex')}`,
      details: describeNames('Variables of the environment file', parseEnvFile(text).values),
    };
  } catch (error) {
    throw new PatchbayError('config', `The environment file ${path} cannot be read: ${toError(error).message}.`, {
      hint: 'Check "envFile".',
      cause: error,
    });
  }
}

/** A file of at most 1 MiB as UTF-8 text. Never waits for a pipe or reads from a device. */
export async function readSmallFile(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const status = await file.stat();
    if (!status.isFile()) throw new Error('it is not a file');
    const bytes = Buffer.alloc(MAX_FILE_BYTES + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      ({ bytesRead: read } = await file.read(bytes, length, bytes.length - length, length));
    }
    if (length > MAX_FILE_BYTES) throw new Error('it is larger than 1 MiB');
    return bytes.toString('utf8', 0, length);
  } finally {
    await file.close();
  }
}
