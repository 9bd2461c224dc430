// Builds dist/. Options: --dev (source maps, not minified), --watch (implies --dev), --quiet (no size table).
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { BUNDLES, SCHEMAS } from './scripts/build/bundles.mjs';
import { lazyBundles, plainVscodeImport, sdkShims, zodEnglishOnly } from './scripts/build/plugins.mjs';
import { findRefused, sizeTable } from './scripts/build/report.mjs';

const root = fileURLToPath(new URL('.', import.meta.url));
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
const watch = process.argv.includes('--watch');
const dev = watch || process.argv.includes('--dev');
const quiet = process.argv.includes('--quiet');

function optionsFor(bundle) {
  const browser = bundle.platform === 'browser';
  return {
    absWorkingDir: root,
    entryPoints: [bundle.entry],
    outfile: `dist/${bundle.name}`,
    bundle: true,
    platform: bundle.platform,
    format: browser ? 'iife' : 'cjs',
    target: browser ? 'es2022' : 'node20',
    external: bundle.external ?? [],
    // `import()` becomes a deferred require: in the extension host only require() knows 'vscode'.
    supported: browser ? {} : { 'dynamic-import': false },
    // The module builds of packages that also ship UMD, which esbuild cannot look into.
    mainFields: browser ? ['browser', 'module', 'main'] : ['module', 'main'],
    define: {
      'process.env.NODE_ENV': dev ? '"development"' : '"production"',
      PATCHBAY_VERSION: JSON.stringify(version),
    },
    banner: bundle.banner === undefined ? {} : { js: bundle.banner },
    // Names stay as written in Node bundles, so that stacks in the output can be read without a source map.
    minifyWhitespace: !dev,
    minifySyntax: !dev,
    minifyIdentifiers: !dev && browser,
    sourcemap: dev ? 'linked' : false,
    legalComments: 'none',
    metafile: true,
    logLevel: 'silent',
    plugins: [
      lazyBundles(root, bundle),
      sdkShims(root),
      zodEnglishOnly,
      ...((bundle.external ?? []).includes('vscode') ? [plainVscodeImport] : []),
    ],
  };
}

async function writeSchema({ name, entry, write }) {
  const folder = await mkdtemp(join(root, 'node_modules/.patchbay-schema-'));
  try {
    const outfile = join(folder, 'jsonSchema.mjs');
    await esbuild.build({
      ...optionsFor({ name: '', entry, platform: 'node' }),
      outfile,
      format: 'esm',
      sourcemap: false,
    });
    const { [write]: schema } = await import(pathToFileURL(outfile).href);
    const text = `${JSON.stringify(schema(), null, dev ? 2 : undefined)}\n`;
    await mkdir(join(root, 'dist'), { recursive: true });
    await writeFile(join(root, 'dist', name), text);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Deletes what an earlier build left in dist/ and this one does not write. */
async function removeStrangers() {
  const known = new Set([...BUNDLES, ...SCHEMAS].map(({ name }) => name));
  const files = await readdir(join(root, 'dist'), { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
  const strangers = paths.filter((path) => !known.has(relative(join(root, 'dist'), path).replaceAll('\\', '/')));
  await Promise.all(strangers.map((path) => rm(path)));
}

/** Throws where a bundle holds code that it must not hold. */
function checkContents(bundle, metafile) {
  const refused = findRefused(metafile, bundle);
  if (refused.length === 0) return;
  const lines = refused.map(({ input, importer }) => `  ${input} (imported by ${importer})`);
  throw new Error(`dist/${bundle.name} must not contain:\n${lines.join('\n')}`);
}

async function sizes() {
  return Promise.all(
    [...BUNDLES, ...SCHEMAS].map(async ({ name, goalKb }) => ({
      name,
      goalKb,
      bytes: (await stat(join(root, 'dist', name))).size,
    })),
  );
}

async function explain(error) {
  if (error?.errors === undefined) return String(error?.message ?? error);
  const formatted = await esbuild.formatMessages(error.errors, { kind: 'error', color: process.stdout.isTTY === true });
  return formatted.join('\n');
}

async function buildOnce() {
  await removeStrangers();
  const outcomes = await Promise.allSettled([
    ...BUNDLES.map(async (bundle) => checkContents(bundle, (await esbuild.build(optionsFor(bundle))).metafile)),
    ...SCHEMAS.map(writeSchema),
  ]);
  const failures = outcomes.filter(({ status }) => status === 'rejected');
  for (const { reason } of failures) console.error(await explain(reason));
  if (failures.length > 0) {
    process.exitCode = 1;
    return;
  }
  if (!quiet) console.log(`Built dist/\n${sizeTable(await sizes())}`);
}

async function watchAll() {
  const announce = (bundle) => ({
    name: 'announce',
    setup(build) {
      // The words that the problem matcher in .vscode/tasks.json waits for.
      build.onStart(() => console.log(`[watch] build started ${bundle.name}`));
      build.onEnd(async (result) => {
        if (result.errors.length > 0) console.error(await explain(result));
        console.log(`[watch] build finished ${bundle.name}`);
      });
    },
  });
  for (const bundle of BUNDLES) {
    const options = optionsFor(bundle);
    const context = await esbuild.context({ ...options, plugins: [...options.plugins, announce(bundle)] });
    await context.watch();
  }
  await Promise.all(SCHEMAS.map(writeSchema));
}

await (watch ? watchAll() : buildOnce());
