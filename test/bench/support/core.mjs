/** The core as it is bundled for the extension, and the same without what watches calls and messages. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import { sdkShims, zodEnglishOnly } from '../../../scripts/build/plugins.mjs';
import { ROOT } from '../../../scripts/lib/root.mjs';

/** What stands for the modules that watch, where they are left out. */
const SILENT = [
  [/[/\\]core[/\\]transports[/\\]tap\.ts$/, 'export const tapTransport = (inner) => inner;'],
  [
    /[/\\]core[/\\]callRecords\.ts$/,
    `const end = () => {};
    export class CallRecords {
      history = { onDidAdd: () => ({ dispose() {} }), onDidChange: () => ({ dispose() {} }), entries: () => [] };
      begin() { return end; }
      async flush() {}
      dispose() {}
    }`,
  ],
];

const silence = {
  name: 'silence',
  setup(build) {
    for (const [filter, contents] of SILENT) build.onLoad({ filter }, () => ({ contents, loader: 'js' }));
  },
};

/** `silent`: no tap, no history, no numbers and no audit of calls. */
export async function loadCore({ silent = false } = {}) {
  const folder = await mkdtemp(join(ROOT, 'node_modules/.patchbay-bench-'));
  try {
    const outfile = join(folder, 'core.cjs');
    await esbuild.build({
      absWorkingDir: ROOT,
      entryPoints: ['src/core/index.ts'],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      mainFields: ['module', 'main'],
      define: { 'process.env.NODE_ENV': '"production"' },
      minifySyntax: true,
      minifyWhitespace: true,
      legalComments: 'none',
      logLevel: 'error',
      plugins: [sdkShims(ROOT), zodEnglishOnly, ...(silent ? [silence] : [])],
    });
    return createRequire(import.meta.url)(outfile);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
