import type { Metafile } from 'esbuild';

export interface Refused {
  readonly bundle: string;
  readonly input: string;
  readonly rule: string;
  readonly importer: string;
}

export function findRefused(metafile: Metafile, bundle: { name: string; refuse?: readonly string[] }): Refused[];
export function sizeTable(rows: readonly { name: string; bytes: number; goalKb?: number }[]): string;
