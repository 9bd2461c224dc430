import type { Answer } from './protocolFault';
import { blockBytes, blockText, resultBytes } from './resultView';

/** What is to be written: the name proposes, the person decides. */
export interface SavedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/svg+xml': 'svg',
  'audio/wav': 'wav',
  'audio/x-wav': 'wav',
  'audio/mpeg': 'mp3',
  'audio/mp3': 'mp3',
  'audio/ogg': 'ogg',
  'audio/webm': 'webm',
  'audio/aac': 'aac',
  'audio/flac': 'flac',
  'application/pdf': 'pdf',
};

/** A block of a result as a file, or the whole as JSON; undefined where there is no such block. */
export async function savedFile(
  tool: string,
  result: Answer,
  block: number | undefined,
): Promise<SavedFile | undefined> {
  const base = tool.replace(/[^\w-]+/g, '-').slice(0, 60) || 'result';
  if (block === undefined) return { name: `${base}.json`, bytes: await resultBytes(result) };
  const binary = blockBytes(result, block);
  if (binary) {
    return { name: `${base}.${EXTENSIONS[binary.mimeType.toLowerCase()] ?? 'bin'}`, bytes: binary.bytes };
  }
  const text = blockText(result, block);
  if (text === undefined) return undefined;
  return { name: `${base}.${/^\s*[[{]/.test(text) ? 'json' : 'txt'}`, bytes: Buffer.from(text) };
}
