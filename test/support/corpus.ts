import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../shared/corpus', import.meta.url));

/** The data that stands beside a repository, where it does: a path in it, else undefined. */
export function corpusPath(name: string): string | undefined {
  const path = join(folder, name);
  return existsSync(path) ? path : undefined;
}

export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** All JSON files below a folder, with their paths in it. */
export function jsonFiles(path: string): { readonly name: string; readonly path: string }[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && file.name.endsWith('.json'))
    .map((file) => join(file.parentPath, file.name))
    .map((file) => ({ name: file.slice(path.length + 1).replaceAll('\\', '/'), path: file }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** Says in the log of the tests what was counted, or why nothing was. */
export function report(text: string): void {
  process.stdout.write(`${text}\n`);
}
