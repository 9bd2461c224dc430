import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lazyBundles, plainVscodeImport, sdkShims, zodEnglishOnly } from '../../../scripts/build/plugins.mjs';
import { findRefused, sizeTable } from '../../../scripts/build/report.mjs';
import { ROOT } from '../../../scripts/lib/root.mjs';

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'patchbay-build-')));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

const common = {
  bundle: true,
  write: false,
  metafile: true,
  format: 'cjs',
  platform: 'node',
  logLevel: 'silent',
} as const;
const CORE = { module: 'src/core/index.ts', file: './core.cjs' };

function buildEntry(lazyBy: 'dynamic' | 'any') {
  return build({
    ...common,
    absWorkingDir: folder,
    entryPoints: ['src/a.ts'],
    supported: { 'dynamic-import': false },
    plugins: [lazyBundles(folder, { lazy: [CORE], lazyBy })],
  });
}

describe('lazyBundles', () => {
  it('leaves a module that is imported on first use to its own bundle', async () => {
    await write({
      'src/a.ts': "export const load = () => import('./core/index');",
      'src/core/index.ts': "export const marker = 'engine';",
    });
    const [file] = (await buildEntry('dynamic')).outputFiles;
    expect(file?.text).toContain('require("./core.cjs")');
    expect(file?.text).not.toContain('engine');
  });

  it('refuses a static import of it, and names the file', async () => {
    await write({
      'src/a.ts': "export { marker } from './core/index';",
      'src/core/index.ts': 'export const marker = 1;',
    });
    await expect(buildEntry('dynamic')).rejects.toThrow('src/a.ts imports ./core/index statically');
  });

  it('does not mind a type', async () => {
    await write({
      'src/a.ts': "import type { A } from './core';\nexport const a: A = 1;",
      'src/core/index.ts': 'export type A = number;',
    });
    await expect(buildEntry('dynamic')).resolves.toBeDefined();
  });

  it('allows a static import where the bundle says so', async () => {
    await write({
      'src/a.ts': "import { marker } from './core';\nexport const a = marker;",
      'src/core/index.ts': 'export const marker = 1;',
    });
    expect((await buildEntry('any')).outputFiles[0]?.text).toContain('require("./core.cjs")');
  });
});

describe('plainVscodeImport', () => {
  it('takes the API without copying it', async () => {
    await write({ 'src/a.ts': "import * as vscode from 'vscode';\nexport const version = vscode.version;" });
    const options = { ...common, absWorkingDir: folder, entryPoints: ['src/a.ts'], external: ['vscode'] };
    const [copied, plain] = await Promise.all([build(options), build({ ...options, plugins: [plainVscodeImport] })]);
    expect(copied.outputFiles[0]?.text).toContain('__toESM');
    expect(plain.outputFiles[0]?.text).not.toContain('__toESM');
    expect(plain.outputFiles[0]?.text).toContain('require("vscode")');
  });
});

describe('findRefused', () => {
  it.each([
    ['a package', 'undici', []],
    ['a package for this bundle only', 'zod', ['zod']],
  ])('finds %s with the file that brought it', async (_what, name, refuse) => {
    await write({
      'src/a.ts': `import '${name}';`,
      [`node_modules/${name}/package.json`]: JSON.stringify({ name, main: 'index.js' }),
      [`node_modules/${name}/index.js`]: 'globalThis.loaded = true;',
    });
    const { metafile } = await build({ ...common, absWorkingDir: folder, entryPoints: ['src/a.ts'] });
    expect(findRefused(metafile, { name: 'a.cjs', refuse })).toEqual([
      { bundle: 'a.cjs', input: `node_modules/${name}/index.js`, rule: name, importer: 'src/a.ts' },
    ]);
  });

  it('finds ajv in the SDK, and nothing once the validator is replaced', async () => {
    const stdin = { contents: "export { Client } from '@modelcontextprotocol/client';", resolveDir: ROOT };
    const options = { ...common, absWorkingDir: ROOT, stdin, mainFields: ['module', 'main'] };
    const plain = await build(options);
    expect(findRefused(plain.metafile, { name: 'core.cjs' }).map(({ rule }) => rule)).toContain('ajv');
    const replaced = await build({ ...options, plugins: [sdkShims(ROOT), zodEnglishOnly] });
    expect(findRefused(replaced.metafile, { name: 'core.cjs' })).toEqual([]);
  });
});

describe('sizeTable', () => {
  it('says whether a goal is met', () => {
    const rows = [
      { name: 'extension.cjs', bytes: 61_040, goalKb: 100 },
      { name: 'core.cjs', bytes: 1_000_000, goalKb: 999 },
      { name: 'cli.cjs', bytes: 10 },
    ];
    expect(sizeTable(rows).split('\n')).toEqual([
      '  extension.cjs    61.0 KB  goal 100 KB: met',
      '  core.cjs       1000.0 KB  goal 999 KB: MISSED',
      '  cli.cjs           0.0 KB',
    ]);
  });
});
