import type { Plugin } from 'esbuild';

export interface LazyBundle {
  readonly lazy?: readonly { readonly module: string; readonly file: string }[];
  readonly lazyBy?: 'dynamic' | 'any';
}

export function lazyBundles(root: string, bundle: LazyBundle): Plugin;
export function sdkShims(root: string): Plugin;
export const zodEnglishOnly: Plugin;
export const plainVscodeImport: Plugin;
