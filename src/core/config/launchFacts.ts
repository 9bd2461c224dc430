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

type FactContext = Pick<VariableContext, 'env' | 'folders' | 'userHome'>;

/**
 * The files that an entry of a workspace names, by their SHA-256: the environment file, with the names in it, and those of
 * TLS. Whoever can change them after the approval could otherwise start any code through `NODE_OPTIONS` and its like, or
 * pass for the server. Rejects with a `config` error where one cannot be read, or where the name of the environment file
 * depends on an answer that nobody has been asked for yet.
 */
export async function launchFacts(
  definition: ServerDefinition,
  context: FactContext,
  readFile: ReadFile = readSmallFile,
): Promise<LaunchFacts> {
  if (definition.source.kind !== 'workspace') return { key: '', details: [] };
  const { folderPath } = definition.source;
  const environment = await environmentFacts(definition, folderPath, context, readFile);
  return { ...environment, key: environment.key + (await tlsKey(definition, folderPath, context, readFile)) };
}

async function environmentFacts(
  { entry }: ServerDefinition,
  folderPath: string,
  context: FactContext,
  readFile: ReadFile,
): Promise<LaunchFacts> {
  const runsProgram = entry?.command !== undefined || entry?.auth.type === 'tokenCommand';
  if (entry?.envFile === undefined || !runsProgram) return { key: '', details: [] };
  const written = knownText(entry.envFile, ['envFile'], { ...context, defaultFolder: folderPath });
  if (written === undefined) {
    throw new PatchbayError('config', 'envFile of a workspace may not depend on a secret or an input.', {
      hint: 'Write the path of the file.',
    });
  }
  const path = resolve(folderPath, written);
  try {
    const text = await readFile(path);
    return {
      key: `:envFile=${hashOf(text)}`,
      details: describeNames('Variables of the environment file', parseEnvFile(text).values),
    };
  } catch (error) {
    throw new PatchbayError('config', `The environment file ${path} cannot be read: ${toError(error).message}.`, {
      hint: 'Check "envFile".',
      cause: error,
    });
  }
}

/** What is behind a secret or an answer is the person's own. */
async function tlsKey(
  { entry }: ServerDefinition,
  folderPath: string,
  context: FactContext,
  readFile: ReadFile,
): Promise<string> {
  let key = '';
  for (const name of ['ca', 'cert', 'key'] as const) {
    const value = entry?.url === undefined ? undefined : entry.tls[name];
    const written = value && knownText(value, ['tls', name], { ...context, defaultFolder: folderPath });
    const text = await readPem(written || undefined, `tls.${name}`, folderPath, readFile);
    if (text !== undefined && text !== written) key += `:tls.${name}=${hashOf(text)}`;
  }
  return key;
}

/**
 * The PEM text of a key that names a file or, from a secret, holds the text itself. Rejects with a `config` error where
 * the file cannot be read.
 */
export async function readPem(
  value: string | undefined,
  setting: string,
  folder: string,
  readFile: ReadFile = readSmallFile,
): Promise<string | undefined> {
  if (value === undefined || value.trimStart().startsWith('-----BEGIN')) return value;
  try {
    return await readFile(resolve(folder, value));
  } catch (error) {
    throw new PatchbayError('config', `The file of "${setting}" cannot be read: ${toError(error).message}.`, {
      hint: 'Correct the path.',
      cause: error,
    });
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
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
